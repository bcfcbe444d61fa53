//! Backup ↔ `backups/<project_id>/<ulid>.json`: what a run is about to change, with a checksum over all of it.

mod find;
mod retention;

use std::{
    io,
    path::{Path, PathBuf},
};

use chrono::{DateTime, Utc};
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::value::RawValue;

use super::{
    Error, Git, State,
    canonical::digest_without,
    disk::{self, Place, fit_name},
    format::{self, FORMAT},
};

pub use retention::{Keep, backup_made_at};

const WHAT: &str = "backup";

/// What a run found before it wrote.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Backup {
    /// A ULID: ids sort by time.
    pub id: String,
    /// When it was made.
    pub created_at: DateTime<Utc>,
    /// The version of this tool.
    pub tool_version: String,
    /// Who made it.
    pub user: String,
    /// Where.
    pub host: String,
    /// The environment, where there is one.
    pub environment: Option<String>,
    /// The project.
    pub project_id: String,
    /// Why it was made.
    pub reason: Option<String>,
    /// The command that made it.
    pub command: String,
    /// The commit of the configuration, where it lies in a checkout.
    pub git: Option<Git>,
    /// The objects, in the order they were given.
    pub resources: Vec<BackedUp>,
}

/// One object in a backup.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct BackedUp {
    /// Its address.
    pub address: String,
    /// What Descope returned, byte for byte; none for what the run is about to create.
    pub body: Option<Box<RawValue>>,
}

/// What a list of backups tells of one: everything but the bodies.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct BackupSummary {
    /// Its id.
    pub id: String,
    /// When it was made.
    pub created_at: DateTime<Utc>,
    /// Who made it.
    pub user: String,
    /// The environment, where there is one.
    pub environment: Option<String>,
    /// Why it was made.
    pub reason: Option<String>,
    /// The command that made it.
    pub command: String,
    /// The addresses of the objects in it.
    #[serde(rename = "resources", deserialize_with = "addresses")]
    pub addresses: Vec<String>,
}

fn addresses<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<String>, D::Error> {
    #[derive(Deserialize)]
    struct Addressed {
        address: String,
    }
    let found = Vec::<Addressed>::deserialize(deserializer)?;
    Ok(found.into_iter().map(|resource| resource.address).collect())
}

/// A backup as it lies in its file.
#[derive(Serialize)]
struct Stored<'a> {
    format_version: &'static str,
    #[serde(flatten)]
    backup: &'a Backup,
    #[serde(skip_serializing_if = "Option::is_none")]
    sha256: Option<&'a str>,
}

#[derive(Deserialize)]
struct Sealed {
    sha256: Option<String>,
}

impl State {
    /// Writes a backup, durably, under an id that no other one of its project may have.
    ///
    /// # Errors
    /// It cannot be written; then nothing may be written to Descope either.
    pub fn write_backup(&self, backup: &Backup) -> Result<(), Error> {
        let path = self.backup_path(&backup.project_id, &backup.id)?;
        let malformed = |error| Error::malformed(WHAT, &path, error);
        let unsealed = Stored { format_version: FORMAT, backup, sha256: None };
        let text = serde_json::to_string(&unsealed).map_err(malformed)?;
        let sha256 = digest_without(&text, "sha256").map_err(malformed)?;
        drop(text);
        let sealed = Stored { sha256: Some(&sha256), ..unsealed };
        self.disk().write(&path, Place::New, |out| {
            serde_json::to_writer_pretty(&mut *out, &sealed).map_err(io::Error::from)?;
            out.write_all(b"\n")
        })
    }

    /// Reads a backup and verifies its checksum.
    ///
    /// # Errors
    /// It is missing, damaged, changed since it was written, of another major format, or lies in the place of another.
    pub fn read_backup(&self, project: &str, id: &str) -> Result<Backup, Error> {
        let (path, bytes) = self.backup_bytes(project, id)?;
        let backup: Backup = format::parse(WHAT, &path, &bytes)?;
        verify(&path, &bytes)?;
        if backup.id != id || backup.project_id != project {
            let Backup { id, project_id, .. } = backup;
            return Err(Error::Misplaced { path, id, project: project_id });
        }
        Ok(backup)
    }

    /// Reads what a list tells of a backup, without verifying its checksum.
    ///
    /// # Errors
    /// It is missing, damaged, or of another major format.
    pub fn summarize_backup(&self, project: &str, id: &str) -> Result<BackupSummary, Error> {
        let (path, bytes) = self.backup_bytes(project, id)?;
        format::parse(WHAT, &path, &bytes)
    }

    /// The ids of the backups of a project, oldest first.
    ///
    /// # Errors
    /// The folder cannot be read; a missing one holds none.
    pub fn list_backups(&self, project: &str) -> Result<Vec<String>, Error> {
        disk::names(&self.backup_folder(project)?, "json")
    }

    fn backup_bytes(&self, project: &str, id: &str) -> Result<(PathBuf, Vec<u8>), Error> {
        let path = self.backup_path(project, id)?;
        let missing = || Error::NoBackup { project: project.to_owned(), id: id.to_owned() };
        let bytes = disk::read(&path)?.ok_or_else(missing)?;
        Ok((path, bytes))
    }

    pub(super) fn backup_path(&self, project: &str, id: &str) -> Result<PathBuf, Error> {
        Ok(self.backup_folder(project)?.join(format!("{}.json", fit_name("backup id", id)?)))
    }
}

/// Compares what the file says of itself with what is in it.
fn verify(path: &Path, bytes: &[u8]) -> Result<(), Error> {
    let malformed = |error| Error::malformed(WHAT, path, error);
    let changed = || Error::Checksum { path: path.to_owned() };
    let text = std::str::from_utf8(bytes).map_err(|_| changed())?;
    let Sealed { sha256 } = serde_json::from_str(text).map_err(malformed)?;
    let actual = digest_without(text, "sha256").map_err(malformed)?;
    if sha256.as_deref() == Some(actual.as_str()) { Ok(()) } else { Err(changed()) }
}

#[cfg(test)]
pub(super) mod tests;
