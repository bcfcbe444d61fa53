//! Step → lines of `journal/<project_id>/<run>.jsonl`: its intent before the write, its outcome after; and back.
//!
//! A run that ends writes an `end` line; if all of its steps succeeded, its file goes. So what lies there is either
//! unfinished (killed: the next run re-reads what is unknown) or finished with failures (to be resumed).

mod record;

use std::{
    collections::BTreeSet,
    fs::File,
    path::{Path, PathBuf},
    sync::{Mutex, MutexGuard, PoisonError},
};

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::{
    Clock, Error, State, StoredScope,
    audit::begins_like,
    commit::{GroupCommit, Sink},
    disk::{self, Place, fit_name},
    format::FormatVersion,
    lines,
};

pub use record::JournalRecord;
use record::{ended, read_record};

const WHAT: &str = "journal";

/// One write of a run.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct JournalStep {
    /// Its id, one of its kind in the run.
    pub step: String,
    /// The address it writes to.
    pub address: String,
    /// What it does there.
    pub action: String,
    /// Digest of the object before; none where there is none.
    pub before_sha: Option<String>,
    /// Digest of the object as it should be after; none for a delete.
    pub desired_sha: Option<String>,
}

/// What a run set out to do.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RunPlan {
    /// The environment, where there is one.
    pub environment: Option<String>,
    /// Which part of the plan was meant, and what it might do.
    pub scope: StoredScope,
    /// The objects to change, and how many writes each takes.
    pub changes: Vec<(String, usize)>,
}

/// How a write ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum StepOutcome {
    /// It is done.
    Succeeded,
    /// It did nothing.
    Failed,
    /// Nobody knows: it must be read again.
    Unknown,
}

/// One line.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(tag = "event", rename_all = "snake_case")]
enum Line {
    Start {
        format_version: FormatVersion,
        ts: DateTime<Utc>,
        project_id: String,
        run_id: String,
        /// An older version does not say.
        #[serde(default)]
        plan: Option<RunPlan>,
    },
    Step {
        ts: DateTime<Utc>,
        #[serde(flatten)]
        step: JournalStep,
        outcome: Option<StepOutcome>,
    },
    End {
        ts: DateTime<Utc>,
    },
    /// Of a newer minor version.
    #[serde(other)]
    Other,
}

/// The journal of a run that is under way.
#[derive(Debug)]
pub struct Journal {
    commit: GroupCommit<Line>,
    path: PathBuf,
    clock: Clock,
    /// The ids of the steps that have not succeeded.
    open: Mutex<BTreeSet<String>>,
}

impl Journal {
    /// Notes that a step is about to be written. Only when this returns may it be.
    ///
    /// # Errors
    /// It cannot be noted: the step must not be written.
    pub async fn intend(&self, step: JournalStep) -> Result<(), Error> {
        self.open().insert(step.step.clone());
        self.commit.append(Line::Step { ts: self.clock.now(), step, outcome: None }).await
    }

    /// Notes how a step ended.
    ///
    /// # Errors
    /// It cannot be noted: the next run will take it for unknown and read it again.
    pub async fn conclude(&self, step: JournalStep, outcome: StepOutcome) -> Result<(), Error> {
        if outcome == StepOutcome::Succeeded {
            self.open().remove(&step.step);
        }
        self.commit.append(Line::Step { ts: self.clock.now(), step, outcome: Some(outcome) }).await
    }

    /// Notes that the run ended. If every step that was begun succeeded, the journal has served and is removed.
    ///
    /// # Errors
    /// It cannot be noted: the next run will look at this one again.
    pub async fn finish(self) -> Result<(), Error> {
        self.commit.append(Line::End { ts: self.clock.now() }).await?;
        if self.open().is_empty() { disk::remove(&self.path) } else { Ok(()) }
    }

    fn open(&self) -> MutexGuard<'_, BTreeSet<String>> {
        self.open.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    /// Begins the journal of a run.
    ///
    /// # Errors
    /// It cannot be written, or the run has one already.
    pub fn journal(&self, project: &str, run_id: &str, plan: Option<RunPlan>) -> Result<Journal, Error> {
        let path = self.journal_path(project, run_id)?;
        let start = Line::Start {
            format_version: FormatVersion::default(),
            ts: self.clock().now(),
            project_id: project.to_owned(),
            run_id: run_id.to_owned(),
            plan,
        };
        let mut bytes = Vec::new();
        write_line(&mut bytes, &start, &path)?;
        self.disk().write(&path, Place::New, |out| out.write_all(&bytes))?;
        let file = self.disk().open_append(&path)?;
        let sink = JournalFile { path: path.clone(), file, length: bytes.len() as u64 };
        let open = Mutex::new(BTreeSet::new());
        Ok(Journal { commit: GroupCommit::start(sink)?, path, clock: self.clock(), open })
    }

    /// The runs of a project that never ended: killed, or still under way if their lock is held. Oldest first.
    ///
    /// # Errors
    /// The folder or a journal in it cannot be read.
    pub fn unfinished_journals(&self, project: &str) -> Result<Vec<String>, Error> {
        let mut unfinished = Vec::new();
        for run_id in disk::names(&self.journal_folder(project)?, "jsonl")? {
            if !ended(&self.journal_path(project, &run_id)?)? {
                unfinished.push(run_id);
            }
        }
        Ok(unfinished)
    }

    /// The run that `text` means, its id or the beginning of only one, among those that have a journal.
    ///
    /// # Errors
    /// None, or several, are meant; or the folder cannot be read.
    pub fn find_journal(&self, project: &str, text: &str) -> Result<String, Error> {
        let ids = disk::names(&self.journal_folder(project)?, "jsonl")?;
        let mut meant: Vec<String> = ids.into_iter().filter(|id| begins_like(id, text)).collect();
        if meant.len() > 1 {
            return Err(Error::ambiguous("run", text, meant.into_iter()));
        }
        let missing = || Error::NoJournal { project: project.to_owned(), run_id: text.to_owned() };
        meant.pop().filter(|_| !text.is_empty()).ok_or_else(missing)
    }

    /// Reads the journal of a run, finished or not.
    ///
    /// # Errors
    /// There is none, or it is damaged. A last line that a crash cut short is no damage.
    pub fn read_journal(&self, project: &str, run_id: &str) -> Result<JournalRecord, Error> {
        let path = self.journal_path(project, run_id)?;
        let missing = || Error::NoJournal { project: project.to_owned(), run_id: run_id.to_owned() };
        read_record(&path, &disk::read(&path)?.ok_or_else(missing)?)
    }

    /// Removes the journal of a run whose unknown steps were settled. None is fine.
    ///
    /// # Errors
    /// It cannot be removed.
    pub fn settle_journal(&self, project: &str, run_id: &str) -> Result<(), Error> {
        disk::remove(&self.journal_path(project, run_id)?)
    }

    fn journal_path(&self, project: &str, run_id: &str) -> Result<PathBuf, Error> {
        Ok(self.journal_folder(project)?.join(format!("{}.jsonl", fit_name("run id", run_id)?)))
    }
}

fn write_line(bytes: &mut Vec<u8>, line: &Line, path: &Path) -> Result<(), Error> {
    serde_json::to_writer(&mut *bytes, line).map_err(|error| Error::malformed(WHAT, path, error))?;
    bytes.push(b'\n');
    Ok(())
}

/// The file of one run, which nobody else writes.
struct JournalFile {
    path: PathBuf,
    file: File,
    length: u64,
}

impl Sink for JournalFile {
    type Entry = Line;

    fn path(&self) -> &Path {
        &self.path
    }

    fn append(&mut self, batch: Vec<Line>) -> Result<(), Error> {
        let mut bytes = Vec::new();
        for line in &batch {
            write_line(&mut bytes, line, &self.path)?;
        }
        lines::append(&mut self.file, self.length, &bytes)
            .map_err(|error| Error::io("append to", &self.path, error))?;
        self.length += bytes.len() as u64;
        Ok(())
    }
}

#[cfg(test)]
mod tests;
