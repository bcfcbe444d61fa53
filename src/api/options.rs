//! What a client is made from, and what it tells while it works.

use std::{fmt, path::PathBuf, sync::Arc, time::Duration};

use secrecy::SecretString;
use url::Url;

use crate::units::RateLimit;

/// Everything a `Client` is made from.
#[derive(Clone)]
pub struct Options {
    /// Where the API is; `None`: by the region in the project id.
    pub base_url: Option<Url>,
    /// The project that is spoken for; may be empty where only company calls are made.
    pub project_id: String,
    /// The management key.
    pub key: SecretString,
    /// At most so many requests in any window.
    pub rate: RateLimit,
    /// Limits of their own for the paths that match, the first match counting; no slots file knows of them.
    pub path_rates: Vec<(glob::Pattern, RateLimit)>,
    /// Where the held slots are kept for the next process and for those beside this one.
    pub slots_file: Option<PathBuf>,
    /// How long one attempt may take, from its sending to the end of its answer.
    pub timeout: Duration,
    /// The same for snapshots of a whole project, which are slow and large.
    pub snapshot_timeout: Duration,
    /// How long one request may take in all: rate limits, pauses and repetitions included.
    pub max_wait: Duration,
    /// The id of this run, which shows up in Descope's own audit.
    pub run_id: String,
    /// How many requests may be under way at once; `None`: calculated.
    pub parallelism: Option<usize>,
    /// Whether the proxies named in the environment are used.
    pub proxy: bool,
    /// Who is told about waiting and repetitions.
    pub observer: Observer,
}

impl fmt::Debug for Options {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Options")
            .field("base_url", &self.base_url.as_ref().map(Url::host_str))
            .field("project_id", &self.project_id)
            .field("rate", &self.rate.to_string())
            .field("slots_file", &self.slots_file)
            .field("run_id", &self.run_id)
            .finish_non_exhaustive()
    }
}

/// Who is told about waiting and repetitions; called from the task that waits, so it must not block.
pub type Observer = Arc<dyn Fn(Notice) + Send + Sync>;

/// An observer that doesn't care.
pub fn no_observer() -> Observer {
    Arc::new(|_| {})
}

/// Something that happened between a request and its answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Notice {
    /// Nothing more is sent for so long.
    Waiting {
        /// How long.
        resumes_in: Duration,
        /// For what.
        why: Why,
    },
    /// The wait is over.
    Resumed,
    /// The service refused for the rate: from now on this is the limit.
    Slowed {
        /// The limit from now on.
        rate: RateLimit,
    },
    /// A request failed and is tried again.
    Retrying {
        /// The request, such as `GET /v1/mgmt/…`.
        what: String,
        /// The how-manieth attempt comes next; the first repetition is 2.
        attempt: u32,
        /// How long until then.
        delay: Duration,
        /// What went wrong.
        why: String,
    },
    /// An answer is long in coming.
    Slow {
        /// The request, such as `GET /v1/mgmt/…`.
        what: String,
        /// For how long it has been waited for.
        since: Duration,
    },
}

impl fmt::Display for Notice {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let seconds = |duration: &Duration| duration.as_secs_f64().ceil().max(1.0);
        match self {
            Self::Waiting { resumes_in, why: Why::RateLimited } => {
                write!(f, "rate limited, resuming in {} s", seconds(resumes_in))
            }
            Self::Waiting { resumes_in, .. } => {
                write!(f, "own rate limit reached, resuming in {} s", seconds(resumes_in))
            }
            Self::Resumed => f.write_str("going on"),
            Self::Slow { what, since } => {
                write!(f, "'{what}' has been without an answer for {} s", since.as_secs())
            }
            Self::Slowed { rate } => write!(f, "the service limits the rate; going on at {rate}"),
            Self::Retrying { what, delay, why, .. } => {
                write!(f, "{why}; trying {what} again in {} s", seconds(delay))
            }
        }
    }
}

/// What a client waits for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Why {
    /// The service said 429.
    RateLimited,
    /// All slots of the window are taken.
    OwnLimit,
    /// For nothing any more: the run was broken off.
    Stopped,
}
