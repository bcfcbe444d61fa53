//! A problem in the configuration, with its place and the line itself, so that whoever shows it reads no file.

use std::{fmt, ops::Range};

use serde::Serialize;

use crate::resource::Place;

/// How bad a problem is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// The configuration can't be used.
    Error,
    /// Worth a look; the configuration can be used.
    Warning,
}

/// One problem of the configuration.
#[derive(Debug, Clone, PartialEq)]
pub struct Diagnostic {
    /// How bad it is.
    pub severity: Severity,
    /// What kind of problem it is, for scripts: stable, `snake_case`.
    pub code: &'static str,
    /// What is wrong.
    pub message: String,
    /// Where; `None` where no file is at fault, as with a variable.
    pub place: Option<Place>,
    /// The line at that place.
    pub snippet: Option<Snippet>,
    /// What to do about it.
    pub hint: Option<String>,
    /// Other places that belong to the problem, as the first definition of what is defined twice.
    pub related: Vec<Related>,
}

/// Another place that belongs to a problem.
#[derive(Debug, Clone, PartialEq)]
pub struct Related {
    /// Where.
    pub place: Place,
    /// The line at that place.
    pub snippet: Snippet,
    /// What is there.
    pub message: String,
}

/// A line of a file, secrets masked and cut where it is very long, and the part of it that is meant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Snippet {
    /// The line without its line break.
    pub line: String,
    /// The part that is meant, in bytes of `line`, always on character borders. It may be empty.
    pub range: Range<usize>,
}

impl fmt::Display for Severity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Error => "error",
            Self::Warning => "warning",
        })
    }
}

/// One line: `descope.yaml:3:5: error: unknown key 'nmae'`.
impl fmt::Display for Diagnostic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(place) = &self.place {
            write!(f, "{place}: ")?;
        }
        write!(f, "{}: {}", self.severity, self.message)
    }
}
