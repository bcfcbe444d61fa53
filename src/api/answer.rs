//! A success → its JSON.

use std::{sync::Arc, time::Duration};

use serde::de::DeserializeOwned;
use serde_json::value::RawValue;

use super::{credentials::Credentials, error::Error, text};

/// What the service answered to one request.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Answer {
    /// The HTTP status: a success.
    pub status: u16,
    /// The body, as it came.
    pub body: String,
    /// How long the successful attempt took.
    pub latency: Duration,
    /// How many attempts there were, this one included.
    pub attempts: u32,
    /// The server's time, as its `Date` header says it.
    pub date: Option<String>,
    pub(super) request: String,
    pub(super) credentials: Arc<Credentials>,
}

impl Answer {
    /// Takes in a success.
    ///
    /// # Errors
    /// A body that can't be an answer of the API: a page, something cut off. Only its ends are looked at; what is
    /// between them shows when it is read.
    pub(crate) fn new(
        request: String,
        status: u16,
        body: String,
        credentials: Arc<Credentials>,
    ) -> Result<Self, Error> {
        let trimmed = body.trim();
        if text::is_html(trimmed) {
            let excerpt = text::excerpt(&credentials.redact(trimmed));
            return Err(Error::Html { request, status, excerpt });
        }
        let closing = match trimmed.chars().next() {
            Some('{') => Some('}'),
            Some('[') => Some(']'),
            _ => None,
        };
        if closing.is_some_and(|closing| !trimmed.ends_with(closing)) {
            let excerpt = credentials.redact_around(trimmed, trimmed.len());
            return Err(Error::Truncated { request, excerpt });
        }
        let (latency, date) = (Duration::ZERO, None);
        let answer = Self { status, body, latency, attempts: 1, date, request, credentials };
        if closing.is_none() && !answer.text().is_empty() {
            // Short, or it is none of ours: read it whole.
            answer.json::<serde::de::IgnoredAny>()?;
        }
        Ok(answer)
    }

    /// Whether there is no body.
    pub fn is_blank(&self) -> bool {
        self.body.trim().is_empty()
    }

    /// The body as a `T`; an empty one counts as `{}`.
    ///
    /// # Errors
    /// The answer is no JSON, or another shape than a `T`; says where and what stands there.
    pub fn json<T: DeserializeOwned>(&self) -> Result<T, Error> {
        serde_json::from_str(self.text()).map_err(|error| self.unreadable(&error))
    }

    /// The body as it came, but known to be JSON; an empty one is `{}`.
    ///
    /// # Errors
    /// The answer is no JSON.
    pub fn raw(&self) -> Result<Box<RawValue>, Error> {
        self.json()
    }

    fn text(&self) -> &str {
        match self.body.trim() {
            "" => "{}",
            text => text,
        }
    }

    fn unreadable(&self, error: &serde_json::Error) -> Error {
        let (request, text) = (self.request.clone(), self.text());
        let excerpt = self.credentials.redact_around(text, offset(text, error.line(), error.column()));
        if error.is_eof() {
            return Error::Truncated { request, excerpt };
        }
        let reason = text::one_line(&self.credentials.redact(&error.to_string()), 200);
        Error::InvalidJson { request, reason, excerpt }
    }
}

/// The byte at a line and column, both counted from 1.
fn offset(text: &str, line: usize, column: usize) -> usize {
    let before: usize = text.split_inclusive('\n').take(line.saturating_sub(1)).map(str::len).sum();
    before + column
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use secrecy::SecretString;

    use super::*;

    fn answer(body: &str) -> Result<Answer, Error> {
        let credentials = Credentials::new("P123", &SecretString::from("Ksecret")).unwrap();
        Answer::new("GET /v1/mgmt/thing".to_owned(), 200, body.to_owned(), Arc::new(credentials))
    }

    fn code(body: &str) -> &'static str {
        answer(body).unwrap_err().code()
    }

    #[test]
    fn an_empty_body_counts_as_an_empty_object() {
        for body in ["", " \n", "{}"] {
            let answer = answer(body).unwrap();
            assert_eq!(answer.json::<BTreeMap<String, u8>>().unwrap(), BTreeMap::new());
            assert_eq!(answer.raw().unwrap().get(), "{}");
        }
    }

    #[test]
    fn what_is_no_answer_is_told_apart() {
        assert_eq!(code("<!doctype html><title>Sign in</title>"), "html_answer");
        assert_eq!(code("{\"a\": [1, 2"), "truncated_answer");
        assert_eq!(code("[{\"a\": 1}, "), "truncated_answer");
        assert_eq!(code("upstream connect error"), "invalid_answer");
        assert!(answer("null").is_ok() && answer("[]").is_ok());
    }

    #[test]
    fn an_answer_cut_off_after_a_brace_shows_when_it_is_read() {
        let answer = answer("{\"a\": {\"b\": 1}").unwrap();
        assert_eq!(answer.raw().unwrap_err().code(), "truncated_answer");
    }

    #[test]
    fn an_unexpected_shape_says_where_and_shows_it_without_the_key() {
        let answer = answer("{\n\"a\": 1,\n\"b\": \"Ksecret\"}").unwrap();
        let error = answer.json::<BTreeMap<String, u8>>().unwrap_err();
        let text = format!("{error} {error:?}");
        assert!(text.contains("GET /v1/mgmt/thing") && text.contains("line 3"), "{text}");
        assert!(text.contains("***") && !text.contains("Ksecret"), "{text}");
        assert!(!format!("{answer:?}").contains("Bearer"));
    }
}
