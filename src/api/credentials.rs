//! Project id and key → where to speak, as whom, and what must never be repeated.

use std::fmt;

use reqwest::header::HeaderValue;
use secrecy::{ExposeSecret, SecretString};
use url::Url;

use super::{error::Error, request::Bearer, text};

const DEFAULT_HOST: &str = "https://api.descope.com";

/// A project id of so many characters or more names its region after the first.
const WITH_REGION: usize = 32;

/// A management key is 'K' and at least so many letters and digits.
const KEY_TAIL: usize = 27;

/// Where the API is for `project_id`, by the region rule: see "Base URL" of the API contract.
///
/// # Errors
/// A region in the id that can't be part of a host's name.
pub fn base_url_of(project_id: &str) -> Result<Url, Error> {
    let region = (project_id.chars().count() >= WITH_REGION)
        .then(|| project_id.chars().skip(1).take(4).collect::<String>().to_ascii_lowercase());
    let text = match region {
        None => DEFAULT_HOST.to_owned(),
        Some(region) if region.bytes().all(|byte| byte.is_ascii_alphanumeric()) => {
            format!("https://api.{region}.descope.com")
        }
        Some(region) => {
            let reason = format!("'{region}' after its first letter is no region");
            return Err(Error::Unusable { what: "project id", reason });
        }
    };
    text.parse()
        .map_err(|_| Error::Unusable { what: "project id", reason: "it makes no host name".to_owned() })
}

/// The headers that say who speaks, and the key they are made of.
pub(crate) struct Credentials {
    project_id: HeaderValue,
    project_bearer: HeaderValue,
    company_bearer: HeaderValue,
    key: SecretString,
}

impl Credentials {
    /// The headers for `key` and `project_id`.
    ///
    /// # Errors
    /// An empty key, and what can't stand in a header.
    pub(crate) fn new(project_id: &str, key: &SecretString) -> Result<Self, Error> {
        let key = SecretString::from(key.expose_secret().trim());
        let secret = key.expose_secret();
        if secret.is_empty() {
            return Err(unusable("management key", "it is empty"));
        }
        let is_plain = |text: &str| text.bytes().all(|byte| byte.is_ascii_graphic());
        if !is_plain(secret) {
            return Err(unusable("management key", "it holds characters that no key has"));
        }
        if !is_plain(project_id) {
            return Err(unusable("project id", "it holds characters that no project id has"));
        }
        let project_bearer =
            if project_id.is_empty() { bearer(secret)? } else { bearer(&format!("{project_id}:{secret}"))? };
        Ok(Self {
            project_id: header("project id", project_id)?,
            project_bearer,
            company_bearer: bearer(secret)?,
            key,
        })
    }

    /// The `Authorization` and the project id to send.
    pub(crate) fn headers(&self, bearer: Bearer) -> (HeaderValue, HeaderValue) {
        match bearer {
            Bearer::Project => (self.project_bearer.clone(), self.project_id.clone()),
            Bearer::Company => (self.company_bearer.clone(), HeaderValue::from_static("")),
        }
    }

    /// `text` without this key and without anything that looks like one: a proxy's error page may repeat a request.
    /// Redact first, then cut: half a key is no longer recognised.
    pub(crate) fn redact(&self, text: &str) -> String {
        shorten(&self.mask(text))
    }

    /// What stands around byte `at` of `text`, redacted.
    pub(crate) fn redact_around(&self, text: &str, at: usize) -> String {
        shorten(&text::around(&self.mask(text), at))
    }

    /// `text` with a star for each byte of a key, so that places in it stay what they are.
    fn mask(&self, text: &str) -> String {
        let key = self.key.expose_secret();
        let text = text.replace(key, &"*".repeat(key.len()));
        let mut clean = String::with_capacity(text.len());
        for part in text.split_inclusive(|letter: char| !letter.is_ascii_alphanumeric()) {
            let word = part.trim_end_matches(|letter: char| !letter.is_ascii_alphanumeric());
            if word.starts_with('K') && word.len() > KEY_TAIL {
                clean.extend(std::iter::repeat_n('*', word.len()));
            } else {
                clean.push_str(word);
            }
            clean.push_str(part.get(word.len()..).unwrap_or_default());
        }
        clean
    }
}

/// `text` with runs of stars as three: how long a key is is nobody's business either.
fn shorten(text: &str) -> String {
    let mut short = String::with_capacity(text.len());
    let mut stars = 0;
    for letter in text.chars() {
        stars = if letter == '*' { stars + 1 } else { 0 };
        if stars <= 3 {
            short.push(letter);
        }
    }
    short
}

impl fmt::Debug for Credentials {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Credentials").field("project_id", &self.project_id).finish_non_exhaustive()
    }
}

/// `text` as the value of a header.
pub(crate) fn header(what: &'static str, text: &str) -> Result<HeaderValue, Error> {
    HeaderValue::from_str(text).map_err(|_| unusable(what, "it holds characters that can't be sent"))
}

fn bearer(text: &str) -> Result<HeaderValue, Error> {
    let mut value = header("management key", &format!("Bearer {text}"))?;
    value.set_sensitive(true);
    Ok(value)
}

fn unusable(what: &'static str, reason: &str) -> Error {
    Error::Unusable { what, reason: reason.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn credentials(key: &str) -> Credentials {
        Credentials::new("P123", &SecretString::from(key)).unwrap()
    }

    #[test]
    fn the_region_is_in_long_project_ids_only() {
        let host = |id: &str| base_url_of(id).unwrap().to_string();
        assert_eq!(host(&format!("P2{}", "a".repeat(26))), "https://api.descope.com/");
        assert_eq!(host(&format!("Puse1{}", "a".repeat(27))), "https://api.use1.descope.com/");
        assert_eq!(host(""), "https://api.descope.com/");
        let wrong = base_url_of(&format!("P/@x{}", "a".repeat(30))).unwrap_err();
        assert_eq!(wrong.code(), "client_options");
    }

    #[test]
    fn a_company_call_names_no_project() {
        let credentials = credentials("Kabc");
        let shown = |bearer| {
            let (authorization, project) = credentials.headers(bearer);
            (authorization.to_str().unwrap().to_owned(), project.to_str().unwrap().to_owned())
        };
        assert_eq!(shown(Bearer::Project), ("Bearer P123:Kabc".to_owned(), "P123".to_owned()));
        assert_eq!(shown(Bearer::Company), ("Bearer Kabc".to_owned(), String::new()));
    }

    #[test]
    fn the_line_end_of_a_key_file_does_no_harm_and_other_junk_is_refused() {
        assert_eq!(credentials("Kabc\n").key.expose_secret(), "Kabc");
        for wrong in ["", " \n", "K a", "Kä", "K\u{0}"] {
            let error = Credentials::new("P123", &SecretString::from(wrong)).unwrap_err();
            assert_eq!(error.code(), "client_options", "{wrong:?}");
        }
    }

    #[test]
    fn keys_are_taken_out_of_any_text() {
        let credentials = credentials("topsecret");
        let long = format!("K{}", "a1".repeat(100));
        let text = format!("Bearer P123:topsecret, <{long}> and '{long}' but KAnother stays. é");
        assert_eq!(credentials.redact(&text), "Bearer P123:***, <***> and '***' but KAnother stays. é");
        let around = credentials.redact_around(&format!("{{\"a\": \"{long}\"}}"), 100);
        assert_eq!(around, "***", "no half of a key is left at a cut");
        assert!(!format!("{credentials:?}").contains("topsecret"));
        assert!(!format!("{:?}", credentials.headers(Bearer::Project)).contains("topsecret"));
    }
}
