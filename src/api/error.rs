//! What can go wrong on the way to Descope and back: what failed, why, and what to do next.

use std::time::Duration;

/// The page of the console where management keys are made.
const KEYS_PAGE: &str = "https://app.descope.com/settings/company/managementkeys";

/// Why a connection could not be made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Obstacle {
    /// The host has no address.
    Name,
    /// Nobody listens there.
    Refused,
    /// The other side is not who it says, or speaks no TLS.
    Tls,
    /// Something else.
    Other,
}

/// What went wrong with one request.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// The client could not be set up.
    #[error("the connection to Descope could not be set up: {0}")]
    Setup(String),
    /// No connection: nothing was sent.
    #[error("{} {host}: {detail}", obstacle_text(*.obstacle))]
    Connect {
        /// The host.
        host: String,
        /// Why.
        obstacle: Obstacle,
        /// The reason in the words of whoever found it.
        detail: String,
    },
    /// No answer in time.
    #[error("no answer to {path} within {after:?}")]
    Timeout {
        /// The path of the request.
        path: &'static str,
        /// The limit.
        after: Duration,
    },
    /// The connection broke before the answer was complete.
    #[error("the connection broke before the answer to {path} was complete: {detail}")]
    Dropped {
        /// The path of the request.
        path: &'static str,
        /// The reason in the words of whoever found it.
        detail: String,
    },
    /// The answer ends too early.
    #[error("the answer to {path} is cut off: {detail}")]
    Truncated {
        /// The path of the request.
        path: &'static str,
        /// Where.
        detail: String,
    },
    /// The answer is no JSON, or not of the shape that the service uses.
    #[error("the answer to {path} (status {status}) is not what Descope sends: {detail}; it begins: {body}")]
    NotJson {
        /// The path of the request.
        path: &'static str,
        /// The HTTP status.
        status: u16,
        /// Why it can't be read.
        detail: String,
        /// How it begins.
        body: String,
    },
    /// The answer points elsewhere; the key does not go along.
    #[error("{path} answered with a redirect to {location}, which is not followed: the key would go along")]
    Redirect {
        /// The path of the request.
        path: &'static str,
        /// Where to.
        location: String,
    },
    /// The service refused, or failed.
    #[error("{path}: {}", refusal_text(*.status, .code.as_deref(), .text))]
    Status {
        /// The path of the request.
        path: &'static str,
        /// The HTTP status.
        status: u16,
        /// The service's own code, such as E112202.
        code: Option<String>,
        /// The service's own words.
        text: String,
    },
    /// Patience ran out before a request could be sent.
    #[error("the rate limit left no room for {path} in time")]
    RateLimited {
        /// The path of the request.
        path: &'static str,
    },
    /// The run was broken off before the request was sent.
    #[error("interrupted before {path} was sent")]
    Interrupted {
        /// The path of the request.
        path: &'static str,
    },
}

impl Error {
    /// An answer that is JSON, but of another shape.
    pub fn unexpected(path: &'static str, detail: &dyn std::fmt::Display) -> Self {
        Self::NotJson { path, status: 200, detail: detail.to_string(), body: String::new() }
    }

    /// A stable word for it.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Setup(_) => "client_setup",
            Self::Connect { obstacle: Obstacle::Name, .. } => "unknown_host",
            Self::Connect { obstacle: Obstacle::Refused, .. } => "connection_refused",
            Self::Connect { obstacle: Obstacle::Tls, .. } => "tls_failed",
            Self::Connect { obstacle: Obstacle::Other, .. } => "connection_failed",
            Self::Timeout { .. } => "timeout",
            Self::Dropped { .. } => "connection_dropped",
            Self::Truncated { .. } => "answer_truncated",
            Self::NotJson { .. } => "answer_not_json",
            Self::Redirect { .. } => "redirected",
            Self::RateLimited { .. } => "rate_limited",
            Self::Interrupted { .. } => "interrupted",
            Self::Status { code: Some(code), .. } if code == "E011008" => "project_not_reachable",
            Self::Status { code: Some(code), .. } if code == "E111703" => "license_required",
            Self::Status { status: 401, .. } => "key_rejected",
            Self::Status { status: 403, .. } => "permission_missing",
            Self::Status { .. } if self.is_not_found() => "not_found",
            Self::Status { status: 500.., .. } => "service_failed",
            Self::Status { .. } => "refused_by_service",
        }
    }

    /// What to do next.
    pub fn hint(&self) -> Option<String> {
        let hint = match self {
            Self::Setup(_) => "check the proxy variables and the base URL".to_owned(),
            Self::Connect { obstacle, host, .. } => connect_hint(*obstacle, host),
            Self::Timeout { .. } => "try again; a slow network or a big project may need --timeout 300s".to_owned(),
            Self::Dropped { .. } | Self::Truncated { .. } => {
                "try again; if it stays, a proxy or firewall between here and Descope may cut connections".to_owned()
            }
            Self::NotJson { .. } => {
                "a proxy, a login page or a wrong base URL may have answered: check DESCOPE_BASE_URL and HTTPS_PROXY".to_owned()
            }
            Self::Redirect { .. } => "set base_url to the final address, if it is Descope's".to_owned(),
            Self::RateLimited { .. } => "wait a minute, or raise --max-wait; others may use up the same limit".to_owned(),
            Self::Interrupted { .. } => return None,
            Self::Status { status, code, text, .. } => return status_hint(*status, code.as_deref(), text, self.code()),
        };
        Some(hint)
    }

    /// Whether a write may have taken effect all the same.
    pub fn is_uncertain(&self) -> bool {
        match self {
            Self::Timeout { .. } | Self::Dropped { .. } | Self::Truncated { .. } | Self::NotJson { .. } => {
                true
            }
            Self::Status { status, .. } => *status >= 500,
            Self::Setup(_)
            | Self::Connect { .. }
            | Self::Redirect { .. }
            | Self::RateLimited { .. }
            | Self::Interrupted { .. } => false,
        }
    }

    /// Whether the object that was asked for does not exist.
    pub fn is_not_found(&self) -> bool {
        match self {
            Self::Status { code: Some(code), .. } => code == "E112202",
            Self::Status { status: 404, code: None, .. } => true,
            _ => false,
        }
    }

    /// The HTTP status of a refusal.
    pub fn status(&self) -> Option<u16> {
        match self {
            Self::Status { status, .. } => Some(*status),
            _ => None,
        }
    }

    /// Whether the same request may go well a little later.
    pub(super) fn is_passing(&self) -> bool {
        self.is_uncertain() && !matches!(self, Self::NotJson { .. }) || self.was_never_sent()
    }

    /// Whether not a byte reached the service, for a reason that may pass.
    pub(super) fn was_never_sent(&self) -> bool {
        matches!(self, Self::Connect { obstacle: Obstacle::Other, .. })
    }
}

fn obstacle_text(obstacle: Obstacle) -> &'static str {
    match obstacle {
        Obstacle::Name => "no such host:",
        Obstacle::Refused => "connection refused by",
        Obstacle::Tls => "no secure connection to",
        Obstacle::Other => "no connection to",
    }
}

fn connect_hint(obstacle: Obstacle, host: &str) -> String {
    match obstacle {
        Obstacle::Name => format!("check the spelling of the base URL ('{host}'), the network and its name servers"),
        Obstacle::Refused => format!("check that the base URL is right and that something listens at {host}"),
        Obstacle::Tls => {
            "check the base URL (https, not http), the clock, and whether a proxy's own certificate must be installed \
             in the system's certificate store"
                .to_owned()
        }
        Obstacle::Other => "check the network, and HTTPS_PROXY if you are behind a proxy".to_owned(),
    }
}

fn refusal_text(status: u16, code: Option<&str>, text: &str) -> String {
    let code = code.map(|code| format!(" {code}")).unwrap_or_default();
    let text = if text.is_empty() { "no reason given" } else { text };
    match status {
        401 => format!("Management key rejected (401{code}): {text}"),
        403 => format!("not allowed (403{code}): {text}"),
        500.. => format!("the service failed ({status}{code}): {text}"),
        _ => format!("refused ({status}{code}): {text}"),
    }
}

fn status_hint(status: u16, code: Option<&str>, text: &str, word: &str) -> Option<String> {
    let hint = match word {
        "project_not_reachable" => format!(
            "the project was deleted, or belongs to another company, or this key is not for it: compare its id, and \
             check Descope Console -> Company -> Management Keys ({KEYS_PAGE})"
        ),
        "license_required" => {
            "the company's license does not include this; `GET /v1/mgmt/license` tells the tier".to_owned()
        }
        "key_rejected" => format!(
            "check Descope Console -> Company -> Management Keys ({KEYS_PAGE}): the key may be mistyped, expired, of \
             another company, not for this project, or bound to other IP addresses"
        ),
        "permission_missing" => format!(
            "the key lacks a permission for this call, is not for this project, is bound to other IP addresses, or the \
             license does not include it: check the key's roles at {KEYS_PAGE}"
        ),
        "service_failed" => {
            "Descope failed; try again in a minute, and look at https://www.descopestatus.com".to_owned()
        }
        _ if text.to_lowercase().contains("attribute") => {
            "define the attribute in the console first (Tenants -> Custom Attributes), then run again"
                .to_owned()
        }
        _ if status == 400 || code.is_some() => "correct what the message names, then run again".to_owned(),
        _ => return None,
    };
    Some(hint)
}

/// How a body begins, on one line.
pub(super) fn snippet(body: &[u8]) -> String {
    const LENGTH: usize = 120;
    let text = String::from_utf8_lossy(body.get(..4 * LENGTH).unwrap_or(body)).into_owned();
    let line = text.split_whitespace().collect::<Vec<_>>().join(" ");
    let cut: String = line.chars().take(LENGTH).collect();
    if cut.len() < line.len() { format!("{cut}…") } else { cut }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn status(status: u16, code: Option<&str>) -> Error {
        Error::Status { path: "/p", status, code: code.map(str::to_owned), text: "why".to_owned() }
    }

    #[test]
    fn a_write_is_in_doubt_after_what_may_have_reached_the_service() {
        assert!(Error::Timeout { path: "/p", after: Duration::from_secs(1) }.is_uncertain());
        assert!(status(503, None).is_uncertain());
        assert!(!status(400, None).is_uncertain());
        assert!(
            !Error::Connect { host: "h".into(), obstacle: Obstacle::Refused, detail: String::new() }
                .is_uncertain()
        );
    }

    #[test]
    fn every_refusal_says_what_to_do() {
        for error in [status(401, None), status(403, None), status(400, Some("E011003")), status(500, None)] {
            assert!(error.hint().is_some(), "{error}");
        }
        assert!(status(401, None).to_string().contains("Management key rejected"));
        assert!(status(401, None).hint().unwrap().contains("Company -> Management Keys"));
        assert_eq!(status(403, Some("E111703")).code(), "license_required");
    }

    #[test]
    fn only_the_codes_for_absence_mean_absence() {
        assert!(status(404, Some("E112202")).is_not_found());
        assert!(status(400, Some("E112202")).is_not_found());
        assert!(status(404, None).is_not_found());
        assert!(!status(404, Some("E011008")).is_not_found());
    }

    #[test]
    fn a_snippet_is_one_short_line() {
        let text = snippet("<html>\n <body>".repeat(100).as_bytes());
        assert!(text.starts_with("<html> <body><html>") && text.chars().count() == 121, "{text}");
    }
}
