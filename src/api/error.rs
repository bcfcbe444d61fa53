//! What can go wrong between a request and its answer.

use std::time::Duration;

use super::{
    options::Why,
    refusal::{Kind, Refusal},
};
use crate::units::format_duration;

/// Why there is no usable answer.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The client can't be made from these options.
    #[error("the {what} can't be used: {reason}")]
    Unusable {
        /// Which of them.
        what: &'static str,
        /// What is wrong with it.
        reason: String,
    },
    /// Nobody knows the host's address.
    #[error("'{request}': the host '{host}' was not found: {reason}")]
    UnknownHost {
        /// The request.
        request: String,
        /// The host's name.
        host: String,
        /// What the resolver said.
        reason: String,
    },
    /// Nobody listens there.
    #[error("'{request}': '{address}' refused the connection")]
    Refused {
        /// The request.
        request: String,
        /// Host and port.
        address: String,
    },
    /// There is no connection for another reason.
    #[error("'{request}': no connection to '{address}': {reason}")]
    Unreachable {
        /// The request.
        request: String,
        /// Host and port.
        address: String,
        /// What happened.
        reason: String,
    },
    /// There is a connection, but not a secure one.
    #[error("'{request}': no secure connection to '{address}': {reason}")]
    Tls {
        /// The request.
        request: String,
        /// Host and port.
        address: String,
        /// What happened.
        reason: String,
        /// Whether the other side doesn't speak TLS at all.
        is_plain: bool,
    },
    /// The proxy in between doesn't let it through.
    #[error("'{request}': the proxy on the way to '{address}' failed: {reason}")]
    Proxy {
        /// The request.
        request: String,
        /// Host and port.
        address: String,
        /// What it said.
        reason: String,
    },
    /// It was sent, and no whole answer came in time.
    #[error("'{request}': no answer within {}", format_duration(*limit))]
    Timeout {
        /// The request.
        request: String,
        /// The time-out of one attempt.
        limit: Duration,
    },
    /// It was sent, and the connection ended before a whole answer came.
    #[error("'{request}': the connection was dropped before the answer was complete: {reason}")]
    Dropped {
        /// The request.
        request: String,
        /// What happened.
        reason: String,
    },
    /// A web page came instead of an answer of the API.
    #[error("'{request}': a web page came instead of JSON ({status}): {excerpt}")]
    Html {
        /// The request.
        request: String,
        /// The HTTP status.
        status: u16,
        /// The title of the page, or how it begins.
        excerpt: String,
    },
    /// The answer ends in the middle.
    #[error("'{request}': the answer ends in the middle: …{excerpt}")]
    Truncated {
        /// The request.
        request: String,
        /// How the answer ends.
        excerpt: String,
    },
    /// The answer is no JSON, or not of the expected shape.
    #[error("'{request}': the answer can't be read: {reason}: {excerpt}")]
    InvalidJson {
        /// The request.
        request: String,
        /// What is wrong with it, and where.
        reason: String,
        /// What stands there.
        excerpt: String,
    },
    /// The service sent us elsewhere; we don't go, the key would come along.
    #[error("'{request}' was redirected to '{location}' ({status}), which is not followed")]
    Redirected {
        /// The request.
        request: String,
        /// The HTTP status.
        status: u16,
        /// Where to.
        location: String,
    },
    /// The service said no.
    #[error("{0}")]
    Rejected(Box<Refusal>),
    /// The request would have to wait longer than allowed. The last attempt, if there was one, did nothing.
    #[error(
        "'{request}': {}, and that takes longer than {} in all",
        match why { Why::RateLimited => "the service limits the rate", _ => "the rate limit is used up" },
        format_duration(*max_wait)
    )]
    OutOfPatience {
        /// The request.
        request: String,
        /// How long one request may take in all.
        max_wait: Duration,
        /// How long it would have to wait from now on, as far as known.
        resumes_in: Duration,
        /// For what.
        why: Why,
    },
    /// The run was broken off while the request waited for its turn; it was not sent.
    #[error("'{request}' was not sent: the run was interrupted")]
    Interrupted {
        /// The request.
        request: String,
    },
}

impl Error {
    /// JSON of the service, but of another shape than the caller can use.
    pub fn unexpected(path: &str, reason: &dyn std::fmt::Display) -> Self {
        Self::InvalidJson { request: path.to_owned(), reason: reason.to_string(), excerpt: String::new() }
    }

    /// A stable name for scripts.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Unusable { .. } => "client_options",
            Self::UnknownHost { .. } => "unknown_host",
            Self::Refused { .. } => "connection_refused",
            Self::Unreachable { .. } => "unreachable",
            Self::Tls { .. } => "tls",
            Self::Proxy { .. } => "proxy",
            Self::Timeout { .. } => "timeout",
            Self::Dropped { .. } => "connection_dropped",
            Self::Html { .. } => "html_answer",
            Self::Truncated { .. } => "truncated_answer",
            Self::InvalidJson { .. } => "invalid_answer",
            Self::Redirected { .. } => "redirected",
            Self::Rejected(refusal) => refusal.name(),
            Self::OutOfPatience { .. } => "out_of_patience",
            Self::Interrupted { .. } => "interrupted",
        }
    }

    /// The HTTP status, if an answer came.
    pub fn status(&self) -> Option<u16> {
        match self {
            Self::Html { status, .. } | Self::Redirected { status, .. } => Some(*status),
            Self::Rejected(refusal) => Some(refusal.status),
            _ => None,
        }
    }

    /// Descope's error code, if it gave one.
    pub fn api_code(&self) -> Option<&str> {
        match self {
            Self::Rejected(refusal) => refusal.code.as_deref(),
            _ => None,
        }
    }

    /// Whether the service said that the object doesn't exist.
    pub fn is_not_found(&self) -> bool {
        // A gateway's 404 page says nothing about objects.
        matches!(self, Self::Rejected(refusal) if refusal.kind() == Kind::NotFound && !refusal.is_page)
    }

    /// Whether the service understood the call and refused it for what it asks, not for who asks or how often.
    pub fn is_refusal(&self) -> bool {
        self.status().is_some_and(|status| (400..500).contains(&status) && ![401, 403, 429].contains(&status))
    }

    /// Whether a write may have happened or not: look before doing it again.
    pub fn is_uncertain(&self) -> bool {
        match self {
            Self::Timeout { .. }
            | Self::Dropped { .. }
            | Self::Html { .. }
            | Self::Truncated { .. }
            | Self::InvalidJson { .. } => true,
            Self::Rejected(refusal) => refusal.kind() == Kind::Server,
            _ => false,
        }
    }

    /// Whether no byte of the request left, and another attempt may fare better.
    pub(crate) fn is_unsent(&self) -> bool {
        matches!(self, Self::UnknownHost { .. } | Self::Refused { .. } | Self::Unreachable { .. })
    }

    /// Whether the request reached somebody, or may have.
    pub(crate) fn has_left(&self) -> bool {
        !self.is_unsent()
            && !matches!(
                self,
                Self::Unusable { .. }
                    | Self::Tls { .. }
                    | Self::OutOfPatience { .. }
                    | Self::Interrupted { .. }
            )
    }

    /// Whether a repetition of something that only reads may fare better.
    pub(crate) fn is_passing(&self) -> bool {
        match self {
            Self::Timeout { .. } | Self::Dropped { .. } | Self::Truncated { .. } => true,
            Self::Rejected(refusal) => refusal.kind() == Kind::Server,
            _ => self.is_unsent(),
        }
    }

    /// Whether a project is too young for the call, which did nothing.
    pub(crate) fn is_unsettled(&self) -> bool {
        matches!(self, Self::Rejected(refusal) if refusal.is_unsettled())
    }

    /// Whether the service said "too many requests"; nothing was done.
    pub(crate) fn is_rate_limit(&self) -> bool {
        matches!(self, Self::Rejected(refusal) if refusal.kind() == Kind::RateLimited)
    }
}
