//! What to do about an error.

use super::{error::Error, options::Why};
use crate::units::format_duration;

const PROXY: &str = "if a proxy stands between, check HTTPS_PROXY and NO_PROXY";

impl Error {
    /// What to do next.
    pub fn hint(&self) -> Option<String> {
        let hint = match self {
            Self::Rejected(refusal) => refusal.hint(),
            Self::Unusable { what, .. } => unusable(what).to_owned(),
            Self::UnknownHost { .. } => format!(
                "check the base URL ('base_url', DESCOPE_BASE_URL; without one the region in the project id names \
                 the host), the network and its DNS; {PROXY}"
            ),
            Self::Refused { address, .. } => format!(
                "nothing listens at '{address}': check the base URL ('base_url', DESCOPE_BASE_URL) and its port; \
                 {PROXY}"
            ),
            Self::Unreachable { .. } => {
                format!("check the network, the firewall and the base URL ('base_url', DESCOPE_BASE_URL); {PROXY}")
            }
            Self::Tls { is_plain: true, .. } => {
                "the other side doesn't speak TLS there: check the port, and whether the base URL should begin \
                 with 'http://'"
                    .to_owned()
            }
            Self::Tls { .. } => "certificates are checked against those of this system: if a proxy inspects TLS \
                                 here, add its certificate to them or name a bundle in SSL_CERT_FILE; check this \
                                 machine's clock"
                .to_owned(),
            Self::Proxy { .. } => {
                "check HTTPS_PROXY with its user and password, or take the host out with NO_PROXY".to_owned()
            }
            Self::Timeout { limit, .. } => format!(
                "raise '--timeout' (now {}) if the answer is big or the network slow",
                format_duration(*limit)
            ),
            Self::Dropped { .. } | Self::Truncated { .. } => {
                format!("try again; if it happens always, something on the way cuts connections: {PROXY}")
            }
            Self::Html { .. } => format!(
                "this page doesn't come from Descope's API: check the base URL ('base_url', DESCOPE_BASE_URL), or \
                 sign in to the network; {PROXY}"
            ),
            Self::InvalidJson { .. } => {
                "check the base URL ('base_url', DESCOPE_BASE_URL); if it is right, Descope's answer has changed: \
                 look for a newer version of this tool"
                    .to_owned()
            }
            Self::Redirected { .. } => {
                "set the base URL ('base_url', DESCOPE_BASE_URL) to where the API really is; a sign-in page of a \
                 proxy also redirects"
                    .to_owned()
            }
            Self::Interrupted { .. } => return None,
            Self::OutOfPatience { max_wait, why, .. } => out_of_patience(*why, &format_duration(*max_wait)),
        };
        Some(hint)
    }
}

fn unusable(what: &str) -> &'static str {
    match what {
        "management key" => {
            "set DESCOPE_MANAGEMENT_KEY, or DESCOPE_MANAGEMENT_KEY_FILE to a file that holds nothing but the key"
        }
        "project id" => "set DESCOPE_PROJECT_ID or 'project_id' to the id as the console shows it ('P…')",
        "base URL" => "set 'base_url' or DESCOPE_BASE_URL to something like 'https://api.descope.com'",
        _ => "check this setting",
    }
}

fn out_of_patience(why: Why, max_wait: &str) -> String {
    let cause = match why {
        Why::RateLimited => "another run or program may use up the same limit",
        Why::OwnLimit | Why::Stopped => {
            "other runs on this state directory, or this one, hold all slots of the rate limit"
        }
    };
    format!("{cause}; try again later, or raise '--max-wait' (now {max_wait})")
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn a_time_out_says_which_limit_to_raise() {
        let error =
            Error::Timeout { request: "GET /v1/mgmt/thing".to_owned(), limit: Duration::from_secs(60) };
        assert_eq!(error.to_string(), "'GET /v1/mgmt/thing': no answer within 1m");
        assert!(error.hint().unwrap().contains("'--timeout' (now 1m)"));
    }

    #[test]
    fn spent_patience_names_its_cause_and_its_limit() {
        let error = |why| Error::OutOfPatience {
            request: "GET /v1/mgmt/thing".to_owned(),
            max_wait: Duration::from_secs(900),
            resumes_in: Duration::from_secs(3_600),
            why,
        };
        let refused = error(Why::RateLimited);
        assert_eq!(
            refused.to_string(),
            "'GET /v1/mgmt/thing': the service limits the rate, and that takes longer than 15m in all"
        );
        assert!(refused.hint().unwrap().contains("'--max-wait' (now 15m)"));
        assert!(error(Why::OwnLimit).to_string().contains("the rate limit is used up"));
    }
}
