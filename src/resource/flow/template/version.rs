//! `2.1.0`, and `mfa-login@2`, which asks for the highest 2.x.

use std::{fmt, str::FromStr};

/// The version of a template: three numbers. Semver's pre-releases mean nothing here, so a crate would not either.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Version {
    /// Grows when flows made from it may break.
    pub major: u64,
    /// Grows with what it can.
    pub minor: u64,
    /// Grows with what is mended.
    pub patch: u64,
}

/// Why a text is no version.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("'{0}' is not a version: write three numbers, as in '1.0.0'")]
pub struct NotAVersion(String);

/// Why a text asks for no template.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "'{0}' names no template: write its name, or its name and a version, as in 'mfa-login' or 'mfa-login@2'"
)]
pub struct NotARequest(String);

impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&format!("{}.{}.{}", self.major, self.minor, self.patch))
    }
}

impl FromStr for Version {
    type Err = NotAVersion;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match numbers(text).as_deref() {
            Some([major, minor, patch]) => Ok(Self { major: *major, minor: *minor, patch: *patch }),
            _ => Err(NotAVersion(text.to_owned())),
        }
    }
}

/// What a flow asks for: a template, and as much of its version as matters.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VersionRequest {
    /// The template's name.
    pub name: String,
    /// The first numbers of its version; none where any will do.
    numbers: Vec<u64>,
}

impl VersionRequest {
    /// Whether a version is one that it asks for.
    pub fn matches(&self, version: Version) -> bool {
        [version.major, version.minor, version.patch].starts_with(&self.numbers)
    }

    /// The highest of these versions that it asks for.
    pub fn highest(&self, versions: impl IntoIterator<Item = Version>) -> Option<Version> {
        versions.into_iter().filter(|version| self.matches(*version)).max()
    }
}

impl fmt::Display for VersionRequest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.name)?;
        for (index, number) in self.numbers.iter().enumerate() {
            write!(f, "{}{number}", if index == 0 { '@' } else { '.' })?;
        }
        Ok(())
    }
}

impl FromStr for VersionRequest {
    type Err = NotARequest;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let fail = || NotARequest(text.to_owned());
        let (name, version) = match text.split_once('@') {
            Some((name, version)) => (name, numbers(version).filter(|it| it.len() <= 3).ok_or_else(fail)?),
            None => (text, Vec::new()),
        };
        let named = !name.is_empty()
            && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_');
        if named { Ok(Self { name: name.to_owned(), numbers: version }) } else { Err(fail()) }
    }
}

/// `2.1` → 2 and 1. Only digits are numbers here, and none begins with a zero but zero itself.
fn numbers(text: &str) -> Option<Vec<u64>> {
    let number = |part: &str| {
        let digits =
            part.bytes().all(|byte| byte.is_ascii_digit()) && (part == "0" || !part.starts_with('0'));
        part.parse().ok().filter(|_| digits)
    };
    text.split('.').map(number).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_version_is_three_numbers() {
        let version: Version = "1.10.0".parse().unwrap();
        assert_eq!(version, Version { major: 1, minor: 10, patch: 0 });
        assert_eq!(version.to_string(), "1.10.0");
        assert!(version > "1.9.9".parse().unwrap());
        for wrong in ["", "1", "1.2", "1.2.3.4", "1.2.x", "+1.2.3", "01.2.3", "1.2.3-beta", "v1.2.3", "1..3"]
        {
            assert!(wrong.parse::<Version>().is_err(), "{wrong}");
        }
    }

    #[test]
    fn a_request_takes_the_highest_version_that_it_matches() {
        let versions =
            ["1.0.0", "2.0.0", "2.1.0", "2.10.3", "3.0.0"].map(|it| it.parse::<Version>().unwrap());
        for (request, expected) in [
            ("mfa-login", Some("3.0.0")),
            ("mfa-login@2", Some("2.10.3")),
            ("mfa-login@2.1", Some("2.1.0")),
            ("mfa-login@2.0.0", Some("2.0.0")),
            ("mfa-login@4", None),
        ] {
            let parsed: VersionRequest = request.parse().unwrap();
            assert_eq!(parsed.highest(versions).map(|it| it.to_string()).as_deref(), expected, "{request}");
            assert_eq!(parsed.to_string(), request);
        }
        for wrong in ["", "@2", "a@", "a@x", "a@1.2.3.4", "a b", "../a", "a@1@2"] {
            assert!(wrong.parse::<VersionRequest>().is_err(), "{wrong}");
        }
    }
}
