//! The version that every file states, and which of them we read.

use std::path::Path;

use serde::{Deserialize, Serialize};

use super::Error;

/// The format of the files in the state folder. A new minor version adds keys that older readers pass over.
pub(super) const FORMAT: &str = "1.0";

/// The version a file states.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub(super) struct FormatVersion(String);

impl Default for FormatVersion {
    fn default() -> Self {
        Self(FORMAT.to_owned())
    }
}

#[derive(Deserialize)]
struct Stated {
    format_version: FormatVersion,
}

/// Reads what `bytes` of `path` hold, if they state a version that we know.
///
/// The version comes first: a file of another major version may not even have the keys we look for.
pub(super) fn parse<'a, T: Deserialize<'a>>(
    what: &'static str,
    path: &Path,
    bytes: &'a [u8],
) -> Result<T, Error> {
    let malformed = |error| Error::malformed(what, path, error);
    let Stated { format_version } = serde_json::from_slice(bytes).map_err(malformed)?;
    format_version.check(path)?;
    serde_json::from_slice(bytes).map_err(malformed)
}

impl FormatVersion {
    /// Whether we read files of this version; `path` is the file that states it.
    pub(super) fn check(self, path: &Path) -> Result<(), Error> {
        let major = |version: &str| version.split('.').next().map(str::to_owned);
        if major(&self.0) == major(FORMAT) {
            Ok(())
        } else {
            Err(Error::UnsupportedFormat { path: path.to_owned(), version: self.0 })
        }
    }
}
