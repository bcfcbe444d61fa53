//! What a load depends on besides the files: flags, variables, folders. All of it is injected, so tests need no process.

use std::{collections::BTreeMap, fmt, path::PathBuf};

/// What `load` starts from.
#[derive(Debug, Clone, Default)]
#[expect(clippy::struct_excessive_bools, reason = "each says one thing of the run, none depends on another")]
pub struct Inputs {
    /// The files and folders of `--config`, in order.
    pub files: Vec<PathBuf>,
    /// The environment of `--environment`.
    pub environment: Option<String>,
    /// The process environment as it was at the start.
    pub variables: Variables,
    /// The working folder; relative paths of flags and variables start here.
    pub directory: PathBuf,
    /// The home folder: what `~` stands for.
    pub home: Option<PathBuf>,
    /// Whether the run is against the sandbox: credential and project references are not expanded.
    pub sandbox: bool,
    /// Whether the run sends nothing: unset credential and project references are fine.
    pub offline: bool,
    /// Whether the project may still be to be made: then an unset reference to its id is fine.
    pub creating: bool,
    /// The flags that win over variables and files.
    pub flags: Flags,
    /// The files themselves, as a saved plan has them: then nothing is located, read or included.
    pub embedded: Option<Vec<SourceFile>>,
    /// Whether the texts of the files are wanted with the configuration.
    pub keep_sources: bool,
}

/// A configuration file as it lies on the disk: its references are not expanded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SourceFile {
    /// Where it lies, as messages name it.
    pub path: PathBuf,
    /// All of it.
    pub text: String,
}

/// The global flags that also are settings, as they were written; `None` where the flag was not given.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Flags {
    /// `--rate-limit`.
    pub rate_limit: Option<String>,
    /// `--parallelism`.
    pub parallelism: Option<String>,
    /// `--state-dir`.
    pub state_dir: Option<String>,
    /// `--backup-dir`.
    pub backup_dir: Option<String>,
    /// `--timeout`.
    pub timeout: Option<String>,
    /// `--max-wait`.
    pub max_wait: Option<String>,
    /// `--lock-timeout`.
    pub lock_timeout: Option<String>,
}

/// Environment variables by name. They hold secrets: `Debug` shows only the names.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Variables(BTreeMap<String, String>);

impl Variables {
    /// The value of `name`, empty or not.
    pub fn value(&self, name: &str) -> Option<&str> {
        self.0.get(name).map(String::as_str)
    }

    /// The value of `name` where it says something: pipelines set unknown variables to an empty text.
    pub fn filled(&self, name: &str) -> Option<&str> {
        self.value(name).filter(|value| !value.trim().is_empty())
    }

    /// The names in order.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.0.keys().map(String::as_str)
    }
}

impl<K: Into<String>, V: Into<String>> FromIterator<(K, V)> for Variables {
    fn from_iter<I: IntoIterator<Item = (K, V)>>(pairs: I) -> Self {
        Self(pairs.into_iter().map(|(name, value)| (name.into(), value.into())).collect())
    }
}

impl fmt::Debug for Variables {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.0.keys()).finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn debug_shows_names_of_variables_and_no_values() {
        let variables = Variables::from_iter([("DESCOPE_MANAGEMENT_KEY", "Ksecret")]);
        let inputs = Inputs { variables, ..Inputs::default() };
        let text = format!("{inputs:?}");
        assert!(text.contains("DESCOPE_MANAGEMENT_KEY") && !text.contains("Ksecret"));
    }
}
