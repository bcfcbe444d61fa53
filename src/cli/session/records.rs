//! Who is at work → what is recorded of it: the lock, the audit, the backup, the remark.

use std::{
    sync::{Mutex, PoisonError},
    time::Duration,
};

use chrono::Utc;

use super::{Error, Session};
use crate::{
    render::Ui,
    state::{self, AuditContext, BackedUp, Backup, Git, Holder, Lock, LockNotice, Process},
};

impl Session {
    /// Takes the project's lock, and says what it had to wait for. With it comes the run that it was taken over from.
    pub(in crate::cli) async fn lock(
        &self,
        project: &str,
        command: &str,
        ui: &Ui,
    ) -> Result<(Lock, Option<String>), Error> {
        let patience = self.config.settings.lock_timeout;
        let taken_from = Mutex::new(None);
        let observer = |notice| {
            tell_of_lock(ui, &notice);
            if let LockNotice::TakenOver { holder, .. } = notice {
                let run = holder.map_or_else(|| "unreadable".to_owned(), |holder| holder.owner);
                *taken_from.lock().unwrap_or_else(PoisonError::into_inner) = Some(run);
            }
        };
        let lock = self.state.lock(project, self.holder(command), patience, &observer).await?;
        Ok((lock, taken_from.into_inner().unwrap_or_else(PoisonError::into_inner)))
    }

    /// Takes the project's lock if nobody holds it, and waits for nobody.
    pub(in crate::cli) async fn lock_if_free(&self, project: &str) -> Result<Lock, state::Error> {
        self.state.lock(project, self.holder("note what is in sync"), Duration::ZERO, &|_| {}).await
    }

    /// Who asks for the lock.
    fn holder(&self, command: &str) -> Holder {
        Holder {
            run_id: self.run_id.clone(),
            actor: self.actor.clone(),
            process: Process::detect(),
            command: command.to_owned(),
        }
    }

    /// Who runs what where, for the audit.
    pub(in crate::cli) fn audit_context(&self, project: &str) -> AuditContext {
        AuditContext {
            run_id: self.run_id.clone(),
            user: self.actor.user.clone(),
            host: self.actor.host.clone(),
            git: self.git().cloned(),
            environment: self.config.environment.as_ref().map(|it| it.name.clone()),
            project_id: project.to_owned(),
        }
    }

    /// The commit of the configuration. Asking for it starts another program, so it is done once.
    fn git(&self) -> Option<&Git> {
        self.git.get_or_init(|| Git::detect(&self.directory)).as_ref()
    }

    /// What is said of each write where the call takes a remark: it ties Descope's own history to ours.
    pub(in crate::cli) fn remark(&self) -> String {
        let commit = self.git().map(|git| format!(", git {}", git.commit)).unwrap_or_default();
        format!("descope-mgmt run {}{commit}", self.run_id)
    }

    /// A backup of these resources.
    pub(in crate::cli) fn backup(&self, project: &str, command: &str, resources: Vec<BackedUp>) -> Backup {
        let AuditContext { user, host, git, environment, project_id, .. } = self.audit_context(project);
        Backup {
            id: ulid::Ulid::generate().to_string(),
            created_at: Utc::now(),
            tool_version: env!("CARGO_PKG_VERSION").to_owned(),
            user,
            host,
            environment,
            project_id,
            reason: Some(format!("before run {}", self.run_id)),
            command: command.to_owned(),
            git,
            resources,
        }
    }
}

/// Says what a lock had to say while it was waited for.
fn tell_of_lock(ui: &Ui, notice: &LockNotice) {
    let who = |holder: &Option<Box<state::LockRecord>>| {
        holder.as_ref().map_or_else(
            || "somebody".to_owned(),
            |it| format!("{} on {} (pid {}, {})", it.user, it.host, it.process.pid, it.command),
        )
    };
    match notice {
        LockNotice::Waiting { holder, patience } => {
            ui.note(&format!(
                "waiting up to {} s for the lock that {} holds",
                patience.as_secs(),
                who(holder)
            ));
        }
        LockNotice::TakenOver { holder, because } => {
            ui.warn(&format!("took over the lock of {}: {because}", who(holder)));
        }
    }
}
