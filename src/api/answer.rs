//! What came back for a request.

use std::time::Duration;

use bytes::Bytes;
use serde::de::DeserializeOwned;

use super::{Error, error::snippet};

/// A successful answer. An empty body is an empty object.
#[derive(Debug, Clone)]
pub struct Answer {
    pub(super) path: &'static str,
    /// The HTTP status, 2xx.
    pub status: u16,
    /// The body as it came.
    pub body: Bytes,
    /// From sending to the end of the answer.
    pub latency: Duration,
    /// How often the request was sent.
    pub attempts: u32,
}

impl Answer {
    /// Reads the body as JSON.
    ///
    /// # Errors
    /// It is cut off, or no JSON, or JSON of another shape.
    pub fn json<T: DeserializeOwned>(&self) -> Result<T, Error> {
        let body: &[u8] = if is_blank(&self.body) { b"{}" } else { &self.body };
        serde_json::from_slice(body).map_err(|error| {
            if error.is_eof() {
                Error::Truncated { path: self.path, detail: error.to_string() }
            } else {
                self.not_json(&error)
            }
        })
    }

    /// Whether the body looks as the service's answers do: nothing, or an object.
    pub(super) fn looks_like_json(&self) -> bool {
        is_blank(&self.body) || self.body.trim_ascii_start().first() == Some(&b'{')
    }

    pub(super) fn not_json(&self, detail: &dyn std::fmt::Display) -> Error {
        Error::NotJson {
            path: self.path,
            status: self.status,
            detail: detail.to_string(),
            body: snippet(&self.body),
        }
    }
}

fn is_blank(body: &[u8]) -> bool {
    body.trim_ascii().is_empty()
}
