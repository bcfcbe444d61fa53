//! What the way to Descope has to say while a request is under way.

use std::{fmt, sync::Arc, time::Duration};

/// Something worth telling while a request is under way.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Notice {
    /// The service said "too many": everything waits.
    RateLimited {
        /// Time until requests go out again.
        resumes_in: Duration,
    },
    /// Our own limit is used up: everything waits for a slot.
    OwnLimit {
        /// Time until requests go out again.
        resumes_in: Duration,
    },
    /// A request failed in passing and is sent again.
    Retrying {
        /// The path of the request.
        path: &'static str,
        /// Time until it is sent again.
        delay: Duration,
        /// Why.
        why: String,
    },
}

impl fmt::Display for Notice {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let seconds = |duration: &Duration| duration.as_secs_f64().ceil().max(1.0);
        match self {
            Self::RateLimited { resumes_in } => {
                write!(f, "rate limited, resuming in {} s", seconds(resumes_in))
            }
            Self::OwnLimit { resumes_in } => {
                write!(f, "own rate limit reached, resuming in {} s", seconds(resumes_in))
            }
            Self::Retrying { path, delay, why } => {
                write!(f, "{path}: {why}; trying again in {} s", seconds(delay))
            }
        }
    }
}

/// Whoever listens to notices.
pub type Observer = Arc<dyn Fn(&Notice) + Send + Sync>;

/// An observer that does nothing.
pub fn silent() -> Observer {
    Arc::new(|_| {})
}
