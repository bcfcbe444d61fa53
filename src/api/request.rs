//! One call of the management API as a value: counted and shown before it is sent.

use serde::Serialize;
use serde_json::Value;

/// The HTTP methods that the management API knows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum Method {
    /// Reads.
    Get,
    /// Reads by a body, and nearly every write.
    Post,
}

/// Who the call speaks for (Authorization).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Bearer {
    /// `P…:K…`: everything about one project.
    Project,
    /// `K…` alone with an empty project id: company calls.
    Company,
}

/// What must not run beside a request.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Lane {
    /// Reads: beside anything.
    Free,
    /// A write to one object, by its address: never two at once.
    Object(String),
    /// Flow, theme and project-level writes: one at a time in a project.
    Project,
}

/// One call of the management API.
#[derive(Debug, Clone, PartialEq)]
pub struct Request {
    /// The HTTP method.
    pub method: Method,
    /// The path below the base URL, with its leading slash.
    pub path: &'static str,
    /// The query, in order, not yet percent-encoded.
    pub query: Vec<(&'static str, String)>,
    /// The JSON body, if any.
    pub body: Option<Value>,
    /// Who the call speaks for.
    pub bearer: Bearer,
    /// What must not run beside it. `Lane::Free` also says: this only reads, and may be repeated.
    pub lane: Lane,
}

impl Request {
    /// A reading `GET` of `path`.
    pub fn read(path: &'static str) -> Self {
        Self {
            method: Method::Get,
            path,
            query: Vec::new(),
            body: None,
            bearer: Bearer::Project,
            lane: Lane::Free,
        }
    }

    /// A reading `POST`: a search or a list with a body.
    pub fn search(path: &'static str, body: Value) -> Self {
        Self { method: Method::Post, body: Some(body), ..Self::read(path) }
    }

    /// A writing `POST` that nothing in `lane` may run beside.
    pub fn write(path: &'static str, body: Value, lane: Lane) -> Self {
        Self { method: Method::Post, body: Some(body), lane, ..Self::read(path) }
    }

    /// This request with `key=value` added to its query.
    #[must_use]
    pub fn with_query(mut self, key: &'static str, value: &str) -> Self {
        self.query.push((key, value.to_owned()));
        self
    }

    /// How messages name it: method and path, without the query.
    pub fn name(&self) -> String {
        let method = match self.method {
            Method::Get => "GET",
            Method::Post => "POST",
        };
        format!("{method} {}", self.path)
    }

    /// Whether it only reads, so that it may be sent again at will.
    pub fn only_reads(&self) -> bool {
        self.lane == Lane::Free
    }
}
