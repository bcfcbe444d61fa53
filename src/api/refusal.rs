//! A status that is no success → what the service said, and what kind of "no" it is.

use std::fmt;

use reqwest::StatusCode;
use serde::Deserialize;

use super::text;

const KEYS_PAGE: &str = "https://app.descope.com/settings/company/managementkeys";

/// How much of the service's own words is repeated.
const WORDS: usize = 500;

/// The company's last project can't be deleted (Errors).
const LAST_PROJECT: &str = "E073008";

/// For some seconds after a project was made (Errors).
const UNSETTLED: [&str; 2] = ["E111009", "E111604"];

/// The service said no.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refusal {
    /// The request, such as `POST /v1/mgmt/…`.
    pub request: String,
    /// The HTTP status.
    pub status: u16,
    /// Descope's error code, such as `E011003`.
    pub code: Option<String>,
    /// What that code means, in the service's words.
    pub description: Option<String>,
    /// What was wrong with this request, in the service's words; else the beginning of an answer that is no JSON.
    pub message: Option<String>,
    /// The service's name for this request, for its support.
    pub request_id: Option<String>,
    /// Whether the answer is no answer of the API at all but somebody's web page.
    pub is_page: bool,
}

/// What kind of "no" it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// The key is not accepted.
    Unauthorized,
    /// The key may not do this.
    Forbidden,
    /// The company's license doesn't include this.
    License,
    /// The project isn't there, or not for this key.
    Project,
    /// The object isn't there.
    NotFound,
    /// Too many requests.
    RateLimited,
    /// The service or something before it failed.
    Server,
    /// Anything else: the request is wrong.
    Other,
}

/// The error body of the API; see "Errors" of the API contract.
#[derive(Default, Deserialize)]
#[serde(default)]
struct Body {
    #[serde(rename = "errorCode")]
    code: Option<String>,
    #[serde(rename = "errorDescription")]
    description: Option<String>,
    #[serde(rename = "errorMessage")]
    message: Option<String>,
}

impl Refusal {
    /// Reads the answer `body` that came with `status`.
    pub(crate) fn new(request: String, status: StatusCode, body: &str, request_id: Option<String>) -> Self {
        let known: Option<Body> = serde_json::from_str(body).ok();
        let is_json = known.is_some();
        let known = known.unwrap_or_default();
        let tidy = |words: Option<String>| {
            words.map(|words| text::one_line(&words, WORDS)).filter(|words| !words.is_empty())
        };
        let message = if is_json { known.message } else { Some(text::excerpt(body)) };
        Self {
            request,
            status: status.as_u16(),
            code: tidy(known.code),
            description: tidy(known.description),
            message: tidy(message),
            request_id: tidy(request_id),
            is_page: text::is_html(body),
        }
    }

    /// What kind of "no" it is: by the code when there is one that says so, else by the status.
    pub(crate) fn kind(&self) -> Kind {
        match (self.code.as_deref(), self.status) {
            (Some("E130429"), _) | (_, 429) => Kind::RateLimited,
            (Some("E111703"), _) => Kind::License,
            (Some("E011008"), _) => Kind::Project,
            (Some("E112202"), _) | (_, 404) => Kind::NotFound,
            (_, 401) => Kind::Unauthorized,
            (_, 403) => Kind::Forbidden,
            (_, 500..) => Kind::Server,
            _ => Kind::Other,
        }
    }

    /// The name of the kind, for scripts.
    pub(crate) fn name(&self) -> &'static str {
        match self.kind() {
            Kind::Unauthorized => "unauthorized",
            Kind::Forbidden => "forbidden",
            Kind::License => "license",
            Kind::Project => "project_not_found",
            Kind::NotFound => "not_found",
            Kind::RateLimited => "rate_limited",
            Kind::Server => "server_error",
            Kind::Other => "rejected",
        }
    }

    /// What to do about it.
    pub(crate) fn hint(&self) -> String {
        // A proxy on the way says it with a page of its own.
        if self.status == 413 {
            return "what was sent is too big for the service, or for a proxy on the way: send less at once, as with \
                    --target, or make the flow, the theme or the attributes smaller"
                .to_owned();
        }
        if self.is_page && self.kind() != Kind::Server {
            return "this page doesn't come from Descope's API: check the base URL, and whether a proxy or \
                    firewall stands between (HTTPS_PROXY, NO_PROXY)"
                .to_owned();
        }
        match self.kind() {
            Kind::Unauthorized => format!(
                "check Descope Console -> Company -> Management Keys ({KEYS_PAGE}): the key may be mistyped, \
                 expired, deactivated or deleted, belong to another company or region, be limited to other \
                 projects than this one, or be bound to other IP addresses than this machine's; and check that \
                 the project id is the one meant"
            ),
            Kind::Forbidden => format!(
                "the key is known, but may not call '{}': it may lack that permission in its roles, be limited \
                 to other projects or tags, be bound to other IP addresses, or the company's license may not \
                 include this; see Descope Console -> Company -> Management Keys ({KEYS_PAGE})",
                self.path(),
            ),
            Kind::License => format!(
                "the company's license doesn't include this{}; 'descope-mgmt doctor' shows the tier, Descope's \
                 sales can change it",
                wanted_license(self.path())
            ),
            Kind::Project => format!(
                "check the project id, that the project wasn't deleted, and that the key is of the same company \
                 and not limited to other projects: Descope Console -> Company -> Management Keys ({KEYS_PAGE})"
            ),
            Kind::Server => "try again later; Descope's state is at https://status.descope.com".to_owned(),
            Kind::RateLimited => "try again later, or lower the rate limit".to_owned(),
            Kind::NotFound => {
                "it may be gone by now: run the command again, which starts from what is there; if it \
                               is there, check the project id and the base URL"
                    .to_owned()
            }
            Kind::Other => self.hint_for_other(),
        }
    }

    fn hint_for_other(&self) -> String {
        if self.code.as_deref() == Some(LAST_PROJECT) {
            return "a company keeps at least one project: make another one first, then delete this one"
                .to_owned();
        }
        let request = self.request_id.as_ref().map(|id| format!(" about request '{id}'"));
        format!(
            "correct what the message names, then run the command again; if it names nothing, ask Descope's support{}",
            request.unwrap_or_default()
        )
    }

    /// Whether a project was just made, and calls on it come too early.
    pub(crate) fn is_unsettled(&self) -> bool {
        self.code.as_deref().is_some_and(|code| UNSETTLED.contains(&code))
    }

    fn path(&self) -> &str {
        self.request.split_once(' ').map_or(self.request.as_str(), |(_, path)| path)
    }
}

/// Which license a call wants, where that is known (Projects, snapshots).
fn wanted_license(path: &str) -> &'static str {
    match path {
        _ if path.contains("/snapshot/") => ": snapshots of a project need Descope Pro or higher",
        _ if path.contains("/project/clone") => ": cloning a project needs Descope Pro or higher",
        _ if path.contains("/mgmt/infra") => ": making a project by a call needs Descope Pro or higher",
        _ => "",
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (request, status) = (&self.request, self.status);
        match self.kind() {
            Kind::Unauthorized => write!(f, "Management key rejected by '{request}' ({status})")?,
            Kind::Forbidden => write!(f, "'{request}' is not permitted with this management key ({status})")?,
            Kind::License => write!(f, "'{request}' is not in this company's license ({status})")?,
            Kind::Project => write!(f, "'{request}': project not found, or not for this key ({status})")?,
            Kind::NotFound => write!(f, "'{request}': not found ({status})")?,
            Kind::RateLimited => write!(f, "'{request}': too many requests ({status})")?,
            Kind::Server => write!(f, "'{request}': the service failed ({status})")?,
            Kind::Other => write!(f, "'{request}' was refused ({status})")?,
        }
        let said = [&self.code, &self.description, &self.message];
        for words in said.into_iter().flatten() {
            write!(f, ": {words}")?;
        }
        match &self.request_id {
            Some(id) => write!(f, " [request id {id}]"),
            None => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refusal(status: u16, body: &str) -> Refusal {
        let status = StatusCode::from_u16(status).unwrap();
        Refusal::new("POST /v1/mgmt/thing".to_owned(), status, body, None)
    }

    #[test]
    fn the_services_own_words_are_repeated() {
        let body = r#"{"errorCode":"E011003","errorDescription":"Validation failed","errorMessage":"The name field is required"}"#;
        assert_eq!(
            refusal(400, body).to_string(),
            "'POST /v1/mgmt/thing' was refused (400): E011003: Validation failed: The name field is required"
        );
        assert_eq!(refusal(400, "{}").to_string(), "'POST /v1/mgmt/thing' was refused (400)");
    }

    #[test]
    fn the_code_counts_more_than_the_status() {
        let of = |status, code: &str| refusal(status, &format!(r#"{{"errorCode":"{code}"}}"#)).name();
        assert_eq!(of(400, "E112202"), "not_found");
        assert_eq!(of(403, "E111703"), "license");
        assert_eq!(of(400, "E011008"), "project_not_found");
        assert_eq!(of(400, "E130429"), "rate_limited");
        assert_eq!(of(418, "E000000"), "rejected");
        let by_status = [401, 403, 404, 429, 500, 530].map(|status| refusal(status, "").name());
        let names =
            ["unauthorized", "forbidden", "not_found", "rate_limited", "server_error", "server_error"];
        assert_eq!(by_status, names);
    }

    #[test]
    fn a_rejected_key_is_told_with_every_cause_and_the_consoles_address() {
        let hint = refusal(401, "{}").hint();
        for cause in ["mistyped", "expired", "company", "projects", "IP", "https://app.descope.com/"] {
            assert!(hint.contains(cause), "{cause}: {hint}");
        }
        let hint = refusal(403, "{}").hint();
        for cause in ["permission", "/v1/mgmt/thing", "projects", "IP", "license"] {
            assert!(hint.contains(cause), "{cause}: {hint}");
        }
    }

    #[test]
    fn a_firewalls_page_is_not_taken_for_descopes_word() {
        let page = refusal(403, "<html><title>Blocked by Acme Gateway</title></html>");
        assert!(page.to_string().ends_with("(403): Blocked by Acme Gateway"));
        assert!(page.hint().contains("proxy"));
    }

    #[test]
    fn whatever_is_refused_says_what_to_do() {
        let hint = |status, body| refusal(status, body).hint();
        assert!(hint(413, "").contains("too big") && hint(413, "<html>no</html>").contains("--target"));
        assert!(hint(404, "{}").contains("gone by now"));
        let unknown = r#"{"errorCode":"E999999","errorMessage":"nobody knows"}"#;
        for status in [400, 409, 422] {
            let hint = hint(status, unknown);
            assert!(hint.contains("correct what the message names") && hint.ends_with("support"), "{hint}");
        }
        let told = Refusal { request_id: Some("r1".to_owned()), ..refusal(400, unknown) };
        assert!(told.hint().ends_with("support about request 'r1'"));
    }
}
