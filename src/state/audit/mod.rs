//! Event → one line of `audit/<project_id>.jsonl`, chained by hashes; and back, with every break in the chain.

mod chain;
mod entry;
mod excerpt;
mod filter;
mod lines;
mod open;
mod own;
mod problem;
mod run;
mod verify;

use std::{
    path::PathBuf,
    sync::{Arc, Mutex, PoisonError},
};

pub use entry::{AuditContext, AuditEntry, AuditEvent};
pub use excerpt::AuditExcerpt;
pub use filter::AuditFilter;
pub(super) use filter::begins_like;
pub use lines::AuditLine;
pub use open::AuditLoose;
pub use own::AuditOwn;
pub use problem::AuditProblem;
pub use run::AuditRun;
pub use verify::AuditVerification;

use self::chain::Chain;
use super::{Error, State, commit::GroupCommit};

const WHAT: &str = "audit trail";

/// The audit trail of a project, open for one run.
#[derive(Debug)]
pub struct Audit {
    commit: GroupCommit<AuditEvent>,
    head: Arc<Mutex<Option<String>>>,
}

impl Audit {
    /// Appends an event and returns when it is on the disk. Many at once share one write.
    ///
    /// # Errors
    /// It could not be written: nothing more may be written to Descope.
    pub async fn append(&self, event: AuditEvent) -> Result<(), Error> {
        self.commit.append(event).await
    }

    /// The hash of the last line we wrote, or found when we began; none in an empty trail.
    pub fn head(&self) -> Option<String> {
        self.head.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

impl State {
    /// Opens the audit trail of the project that `context` names. Makes it if it is missing, repairs what a crash
    /// left, and proves that it can be written.
    ///
    /// # Errors
    /// It cannot be written, or its end cannot be read.
    pub fn audit(&self, context: AuditContext) -> Result<Audit, Error> {
        let path = self.audit_path(&context.project_id)?;
        let head = Arc::new(Mutex::new(None));
        let mut chain = Chain::new(self.disk(), path, context, self.clock(), head.clone());
        chain.open()?;
        Ok(Audit { commit: GroupCommit::start(chain)?, head })
    }

    /// The lines of the audit trail of a project, oldest first, as they stand there: not verified.
    ///
    /// # Errors
    /// The file cannot be read. A line that cannot is an error in its place.
    pub fn audit_entries(
        &self,
        project: &str,
    ) -> Result<impl Iterator<Item = Result<AuditEntry, Error>>, Error> {
        let path = self.audit_path(project)?;
        Ok(self
            .audit_lines(project)?
            .map(move |line| line?.entry().map_err(|error| Error::malformed(WHAT, &path, error))))
    }

    pub(super) fn audit_path(&self, project: &str) -> Result<PathBuf, Error> {
        self.project_file("audit", project, "jsonl")
    }
}

#[cfg(test)]
mod tests;
