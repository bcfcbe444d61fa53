//! What a command does in the state folder itself → its lines in the audit: begun, each act before and after, ended.

use futures_util::future::try_join_all;

use super::{error::Error, session::Session};
use crate::state::{self, Audit, AuditEvent};

/// The audit of a command that writes nothing to Descope, open.
pub(super) struct Record {
    audit: Audit,
}

impl Record {
    /// Opens the audit of the project, and says that the run starts.
    ///
    /// # Errors
    /// The audit can't be written: then nothing else may be.
    pub(super) async fn begin(session: &Session, project: &str) -> Result<Self, Error> {
        let audit = session.state.audit(session.audit_context(project))?;
        audit.append(AuditEvent::run_started()).await?;
        Ok(Self { audit })
    }

    /// Does one thing to `address`: that it is about to be done stands on the disk before, how it ended after.
    ///
    /// # Errors
    /// It failed, or one of the two could not be written down.
    pub(super) async fn act<T>(
        &self,
        event: AuditEvent,
        act: impl FnOnce() -> Result<T, state::Error>,
    ) -> Result<T, Error> {
        self.audit.append(event.clone()).await?;
        let done = act();
        let outcome = if done.is_ok() { "succeeded" } else { "failed" };
        self.audit.append(event.ending(outcome)).await?;
        Ok(done?)
    }

    /// Tells what happened, as these lines.
    ///
    /// # Errors
    /// It could not be written down.
    pub(super) async fn tell(&self, events: impl IntoIterator<Item = AuditEvent>) -> Result<(), Error> {
        // At once, so that they share a write; in this order all the same.
        try_join_all(events.into_iter().map(|event| self.audit.append(event))).await?;
        Ok(())
    }

    /// Says that the run ended, and how.
    ///
    /// # Errors
    /// Its result, or that it could not be written down.
    pub(super) async fn end<T>(self, result: Result<T, Error>) -> Result<T, Error> {
        let outcome = if result.is_ok() { "succeeded" } else { "stopped" };
        let ended = self.audit.append(AuditEvent::run_ended(outcome)).await;
        // What ended the run says more than that its end could not be noted.
        let result = result?;
        ended?;
        Ok(result)
    }
}
