//! Saved plan ↔ a file of the user's choice: the configuration as it was, unexpanded, and digests of what was planned.
//!
//! It holds no requests, no expanded values and no secrets: all of it is made anew when it is applied, and compared.

use std::{
    collections::BTreeMap,
    io,
    path::{Path, PathBuf},
};

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::{
    Error, StoredScope,
    canonical::digest_without,
    disk::{self, Disk, Place},
    format::{self, FORMAT},
};

const WHAT: &str = "saved plan";

/// A plan to be applied later, if nothing that it touches has moved.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SavedPlan {
    /// When it was made.
    pub created_at: DateTime<Utc>,
    /// The version of this tool.
    pub tool_version: String,
    /// The run that made it.
    pub run_id: String,
    /// The command that made it.
    pub command: String,
    /// The environment, where there is one.
    pub environment: Option<String>,
    /// The project.
    pub project_id: String,
    /// Whether it is for the sandbox.
    pub sandbox: bool,
    /// Which part was meant, and what it may do.
    pub scope: StoredScope,
    /// What named the configuration: `-c`, or the variable; empty where it was found by itself.
    #[serde(default)]
    pub config: Vec<PathBuf>,
    /// The configuration files as they were, in order; references are not expanded.
    pub files: Vec<SavedFile>,
    /// What was planned, sorted by address.
    pub changes: Vec<SavedChange>,
}

/// A configuration file as it was.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SavedFile {
    /// Where it lay, as messages name it.
    pub path: PathBuf,
    /// All of it.
    pub text: String,
}

/// A change as it was planned.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SavedChange {
    /// The object.
    pub address: String,
    /// What was to happen to it.
    pub action: String,
    /// The live objects that it was planned from, by the path that each is read from.
    pub live: BTreeMap<String, Fingerprint>,
    /// The attributes as they were to be; none for a delete.
    pub desired: Option<Fingerprint>,
}

/// What an object was, without its values.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Fingerprint {
    /// The digest of all of it.
    pub sha256: String,
    /// The digest of each part that may be named and is not secret.
    #[serde(default)]
    pub parts: BTreeMap<String, String>,
}

#[derive(Serialize)]
struct Stored<'a> {
    format_version: &'static str,
    #[serde(flatten)]
    plan: &'a SavedPlan,
    #[serde(skip_serializing_if = "Option::is_none")]
    sha256: Option<&'a str>,
}

#[derive(Deserialize)]
struct Sealed {
    sha256: Option<String>,
}

impl SavedPlan {
    /// Writes it, for its owner alone, whole or not at all.
    ///
    /// # Errors
    /// It cannot be written.
    pub fn write(&self, path: &Path) -> Result<(), Error> {
        let folder = disk::folder_of(path);
        if !folder.is_dir() {
            return Err(Error::io("write in", folder, io::ErrorKind::NotFound.into()));
        }
        let malformed = |error| Error::malformed(WHAT, path, error);
        let unsealed = Stored { format_version: FORMAT, plan: self, sha256: None };
        let text = serde_json::to_string(&unsealed).map_err(malformed)?;
        let sha256 = digest_without(&text, "sha256").map_err(malformed)?;
        let sealed = Stored { sha256: Some(&sha256), ..unsealed };
        Disk::default().write(path, Place::Replace, |out| {
            serde_json::to_writer_pretty(&mut *out, &sealed).map_err(io::Error::from)?;
            out.write_all(b"\n")
        })
    }

    /// Reads one, and verifies its checksum.
    ///
    /// # Errors
    /// It is missing, no saved plan, edited, or of another major format.
    pub fn read(path: &Path) -> Result<Self, Error> {
        let missing = || Error::io("read", path, io::ErrorKind::NotFound.into());
        let bytes = disk::read(path)?.ok_or_else(missing)?;
        let malformed = |error| Error::malformed(WHAT, path, error);
        let plan = format::parse(WHAT, path, &bytes)?;
        let edited = || Error::PlanEdited { path: path.to_owned() };
        let text = std::str::from_utf8(&bytes).map_err(|_| edited())?;
        let Sealed { sha256 } = serde_json::from_str(text).map_err(malformed)?;
        let actual = digest_without(text, "sha256").map_err(malformed)?;
        if sha256.as_deref() == Some(actual.as_str()) { Ok(plan) } else { Err(edited()) }
    }
}

#[cfg(test)]
mod tests {
    use std::{fs, os::unix::fs::PermissionsExt};

    use super::*;

    fn plan() -> SavedPlan {
        SavedPlan {
            created_at: DateTime::UNIX_EPOCH,
            tool_version: "0.1.0".into(),
            run_id: "01R".into(),
            command: "plan".into(),
            environment: Some("staging".into()),
            project_id: "P1".into(),
            sandbox: false,
            scope: StoredScope { kinds: "all".into(), prune: true, ..StoredScope::default() },
            config: vec!["descope.yaml".into()],
            files: vec![SavedFile { path: "descope.yaml".into(), text: "a: ${B}\n".into() }],
            changes: Vec::new(),
        }
    }

    #[test]
    fn a_plan_reads_back_as_written_and_is_its_owners_alone() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("plan.json");
        plan().write(&path).unwrap();
        assert_eq!(SavedPlan::read(&path).unwrap(), plan());
        assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
        plan().write(&path).unwrap();
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
        assert_eq!(plan().write(folder.path()).unwrap_err().code(), "state_io");
        assert_eq!(plan().write(&folder.path().join("no/plan")).unwrap_err().code(), "state_io");
    }

    #[test]
    fn what_was_edited_cut_or_is_of_another_time_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("plan.json");
        plan().write(&path).unwrap();
        let good = fs::read_to_string(&path).unwrap();
        for (text, code) in [
            (good.replace("\"P1\"", "\"P2\""), "plan_edited"),
            (good.replace("${B}", "${C}"), "plan_edited"),
            (good[..good.len() / 2].to_owned(), "state_file_malformed"),
            ("{}".to_owned(), "state_file_malformed"),
            (good.replace("\"1.0\"", "\"0.9\""), "state_format_unsupported"),
        ] {
            fs::write(&path, text).unwrap();
            assert_eq!(SavedPlan::read(&path).unwrap_err().code(), code);
        }
        fs::remove_file(&path).unwrap();
        assert_eq!(SavedPlan::read(&path).unwrap_err().code(), "state_io");
    }
}
