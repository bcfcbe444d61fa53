//! disk ↔ records: what lies in the state folder.
//!
//! | file | record | written |
//! |---|---|---|
//! | `backups/<project_id>/<ulid>.json` | [`Backup`] | once, before a run writes |
//! | `audit/<project_id>.jsonl`, `.head` | [`AuditEvent`] → [`AuditEntry`] | a line per event, chained by hashes |
//! | `journal/<project_id>/<run>.jsonl` | [`JournalStep`] | around each write; gone when all went well |
//! | `baseline/<project_id>.json` | [`Baseline`] | when a run ends |
//! | `locks/<project_id>.json` | [`LockRecord`] | while a run writes |
//! | `rate/<project_id>` | the limiter's own | by whoever holds the limiter |
//!
//! Files appear whole and durable, or not at all: they are written under a passing name, synced, then renamed;
//! lines are synced before anybody is told. Private by default (0700, 0600), or a group's (2770, 0660).

mod actor;
mod audit;
mod backup;
mod baseline;
mod canonical;
mod clock;
mod commit;
mod disk;
mod error;
mod format;
mod git;
mod journal;
mod lines;
mod lock;
mod reach;
mod saved_plan;
mod scope;

use std::{
    path::{Path, PathBuf},
    sync::Arc,
};

pub use actor::{Actor, Process};
pub use audit::{
    Audit, AuditContext, AuditEntry, AuditEvent, AuditExcerpt, AuditFilter, AuditLine, AuditLoose, AuditOwn,
    AuditProblem, AuditRun, AuditVerification,
};
pub use backup::{BackedUp, Backup, BackupSummary, Keep, backup_made_at};
pub use baseline::Baseline;
pub use canonical::digest;
pub use clock::Clock;
pub use error::Error;
pub use git::Git;
pub use journal::{Journal, JournalRecord, JournalStep, RunPlan, StepOutcome};
pub use lock::{DeadBecause, Holder, Lock, LockNotice, LockRecord};
pub use reach::Reach;
pub use saved_plan::{Fingerprint, SavedChange, SavedFile, SavedPlan};
pub use scope::StoredScope;

use self::disk::{Disk, fit_name};

/// What a write leaves behind at most: two lines in the audit, two in the journal, an entry in the baseline.
const PER_WRITE: usize = 3 << 10;
/// What a run leaves behind besides: its own lines, and the blocks that small files take whole.
const PER_RUN: usize = 12 << 10;
/// Beyond this, proving that there is room would take longer than the first writes.
const MOST_RESERVED: usize = 16 << 20;

/// Where the files lie, and whose they are.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Options {
    /// The state folder. It need not exist.
    pub root: PathBuf,
    /// Where backups lie, if not in `backups` of the state folder.
    pub backup_dir: Option<PathBuf>,
    /// The name of the group that shares the files; none: they are their owner's alone.
    pub group: Option<String>,
}

/// The state folder. Cheap to clone. Folders are made when something is first written in them.
#[derive(Debug, Clone)]
pub struct State {
    inner: Arc<Inner>,
}

#[derive(Debug, Clone)]
struct Inner {
    root: PathBuf,
    backups: PathBuf,
    group: Option<String>,
    disk: Disk,
    clock: Clock,
}

impl State {
    /// A state folder. Nothing is read or made yet.
    ///
    /// # Errors
    /// The group does not exist on this host.
    pub fn open(options: Options) -> Result<Self, Error> {
        let Options { root, backup_dir, group } = options;
        let disk = Disk::new(group.as_deref())?;
        let backups = backup_dir.unwrap_or_else(|| root.join("backups"));
        Ok(Self { inner: Arc::new(Inner { root, backups, group, disk, clock: Clock::System }) })
    }

    /// The same state folder with the times in its files taken from `clock`.
    #[must_use]
    pub fn with_clock(self, clock: Clock) -> Self {
        Self { inner: Arc::new(Inner { clock, ..Arc::unwrap_or_clone(self.inner) }) }
    }

    /// The state folder itself.
    pub fn root(&self) -> &Path {
        &self.inner.root
    }

    /// How far its locks and records reach.
    pub fn reach(&self) -> Reach {
        reach::reach_of(&self.inner.root, self.inner.group.as_deref())
    }

    /// Makes every folder a run in `project` will write in and proves that it can: before the first request.
    ///
    /// # Errors
    /// One of them cannot be made or written in.
    pub fn prepare(&self, project: &str) -> Result<(), Error> {
        let project = fit_name("project id", project)?;
        let shared = ["audit", "baseline", "locks", "rate"].map(|name| self.inner.root.join(name));
        let own = [self.backup_folder(project)?, self.journal_folder(project)?];
        shared.iter().chain(&own).try_for_each(|folder| self.disk().probe(folder))
    }

    /// Proves that what a run of so many writes leaves behind has room, so that a full disk is met before the first
    /// write and not among them.
    ///
    /// # Errors
    /// There is no room.
    pub fn reserve(&self, project: &str, writes: usize) -> Result<(), Error> {
        let path = self.project_file("audit", project, "jsonl")?;
        self.disk().probe_room(disk::folder_of(&path), room_for(writes))
    }

    /// The file in which the limiter of `project` keeps its slots. It is there then, for its owner or its group.
    ///
    /// # Errors
    /// It cannot be made, or the project id is not fit for a file name.
    pub fn slots_file(&self, project: &str) -> Result<PathBuf, Error> {
        let folder = self.inner.root.join("rate");
        let path = folder.join(fit_name("project id", project)?);
        self.disk().open_append(&path)?;
        Ok(path)
    }

    fn disk(&self) -> Disk {
        self.inner.disk
    }

    fn clock(&self) -> Clock {
        self.inner.clock
    }

    fn backup_folder(&self, project: &str) -> Result<PathBuf, Error> {
        Ok(self.inner.backups.join(fit_name("project id", project)?))
    }

    fn journal_folder(&self, project: &str) -> Result<PathBuf, Error> {
        Ok(self.inner.root.join("journal").join(fit_name("project id", project)?))
    }

    /// The one file of `project` in a folder of the state folder.
    fn project_file(&self, folder: &str, project: &str, extension: &str) -> Result<PathBuf, Error> {
        let name = format!("{}.{extension}", fit_name("project id", project)?);
        Ok(self.inner.root.join(folder).join(name))
    }
}

/// The bytes that a run of so many writes may leave behind.
fn room_for(writes: usize) -> usize {
    writes.saturating_mul(PER_WRITE).saturating_add(PER_RUN).min(MOST_RESERVED)
}

#[cfg(test)]
mod tests;
