//! Outcomes → status, headers and body, in the service's own shapes.

use hyper::body::Bytes;
use serde::Serialize;
use serde_json::json;

const JSON: &str = "application/json";

/// What goes back over the wire.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Answer {
    pub(super) status: u16,
    pub(super) content_type: &'static str,
    /// The `Retry-After` header, in seconds.
    pub(super) retry_after: Option<u64>,
    pub(super) body: Bytes,
}

impl Answer {
    /// 200 with this value as JSON.
    pub(super) fn json(value: &impl Serialize) -> Self {
        match serde_json::to_vec(value) {
            Ok(body) => Self::bytes(body.into()),
            Err(error) => Refusal::internal(&error.to_string()).into(),
        }
    }

    /// 200 with these bytes, which are JSON already.
    pub(super) fn bytes(body: Bytes) -> Self {
        Self { status: 200, content_type: JSON, retry_after: None, body }
    }

    /// 200 with `{}`: a write that worked.
    pub(super) fn done() -> Self {
        Self::bytes(Bytes::from_static(b"{}"))
    }

    /// What a proxy or the edge says: no JSON.
    pub(super) fn edge(status: u16, content_type: &'static str, body: &'static str) -> Self {
        Self { status, content_type, retry_after: None, body: Bytes::from_static(body.as_bytes()) }
    }

    /// The rate limit's answer. The edge's own form of it is no JSON.
    pub(super) fn too_many(retry_after: u64, from_edge: bool) -> Self {
        let answer = if from_edge {
            Self::edge(429, "text/plain", "error code: 1015")
        } else {
            let link = "https://docs.descope.com/rate-limit";
            Refusal::new(429, "E130429", link, "API rate limit exceeded.").into()
        };
        Self { retry_after: Some(retry_after), ..answer }
    }
}

/// Why a request is refused.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Refusal {
    pub(super) status: u16,
    pub(super) code: &'static str,
    pub(super) description: &'static str,
    pub(super) message: String,
}

impl Refusal {
    fn new(status: u16, code: &'static str, description: &'static str, message: &str) -> Self {
        Self { status, code, description, message: message.to_owned() }
    }

    /// The body is not what the gateway can read.
    pub(super) fn unreadable(message: &str) -> Self {
        Self::new(400, "E011001", "Request is malformed", message)
    }

    /// A key of the body has another type than it should.
    pub(super) fn invalid(message: &str) -> Self {
        Self::new(400, "E011004", "Request arguments are invalid", message)
    }

    /// A rule of the service is broken.
    pub(super) fn against_rules(message: &str) -> Self {
        Self::new(400, "E011003", "Request validation failed", message)
    }

    /// An id, name or domain is taken. Which status the service gives is not established.
    pub(super) fn taken(status: u16, message: &str) -> Self {
        Self { status, ..Self::against_rules(message) }
    }

    /// The management key is not accepted. The code is not established: clients go by the status.
    pub(super) fn unauthorized() -> Self {
        Self::new(401, "E011006", "Unauthorized", "The management key is invalid")
    }

    /// The project is unknown, or out of this key's reach.
    pub(super) fn no_project() -> Self {
        Self::new(401, "E011008", "Project not found", "The project does not exist or can't be accessed")
    }

    /// There is no such tenant.
    pub(super) fn no_tenant(id: &str) -> Self {
        Self::new(404, "E112202", "Tenant not found", &format!("Tenant '{id}' was not found"))
    }

    /// There is no such flow. The code is not established: clients go by the status.
    pub(super) fn no_flow(id: &str) -> Self {
        Self { status: 404, ..Self::invalid(&format!("Flow '{id}' was not found")) }
    }

    /// There is no such process in the background.
    pub(super) fn no_process(id: &str) -> Self {
        Self { status: 404, ..Self::invalid(&format!("Process '{id}' was not found")) }
    }

    /// The license does not include the call.
    pub(super) fn unlicensed() -> Self {
        Self::new(403, "E111703", "License required", "Your license does not include this feature")
    }

    /// The key is not authorised for the project, perhaps not yet.
    pub(super) fn unauthorised() -> Self {
        Self::new(403, "E111009", "Not authorized", "The management key is not authorized for this project")
    }

    /// The project is still being made.
    pub(super) fn theme_conflict() -> Self {
        Self::new(400, "E111604", "Theme version conflict", "The theme was changed by another request")
    }

    /// The company's last project stays.
    pub(super) fn last_project() -> Self {
        Self::new(400, "E073008", "Project can't be deleted", "Cannot delete last project")
    }

    /// The model of a project is not accepted.
    pub(super) fn wrong_model(message: &str) -> Self {
        Self::new(400, "E113007", "Project validation failed", message)
    }

    /// There is no such call.
    pub(super) fn no_call() -> Self {
        Self::new(404, "E011001", "Not found", "There is no such endpoint")
    }

    /// The service itself failed.
    pub(super) fn internal(message: &str) -> Self {
        Self::new(500, "E010000", "Internal server error", message)
    }
}

impl From<Refusal> for Answer {
    fn from(refusal: Refusal) -> Self {
        let body = json!({
            "errorCode": refusal.code,
            "errorDescription": refusal.description,
            "errorMessage": refusal.message,
        });
        Self { status: refusal.status, content_type: JSON, retry_after: None, body: body.to_string().into() }
    }
}
