use serde_json::json;

use super::document;
use crate::{
    cli::{Error, Exit, confirm::confirm, globals::Globals, record::Record, session::Session},
    render::Ui,
    state::{self, AuditEvent, LockRecord, Process},
};

/// Break the lock of the project, when the run that holds it is dead
///
/// A run that is alive all the same notices before its next write, writes nothing more and exits with 6.
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Examples:\n  descope-mgmt lock break\n  descope-mgmt lock break -e staging --yes\n  descope-mgmt lock break --dry-run"
)]
pub(in crate::cli) struct Args {
    /// Break it even though its holder is alive on this host
    #[arg(long)]
    force: bool,
}

impl Args {
    pub(super) async fn run(self, globals: &Globals, ui: &Ui) -> Result<Exit, Error> {
        let session = Session::open_offline(globals)?;
        let project = session.project_id()?;
        let Found::Lock(record) = find(&session, &project)? else {
            let keys = json!({"project_id": project, "broken": false, "lock": null});
            ui.show_result(&format!("Nobody holds the lock of project {project}.\n"), &keys);
            return Ok(Exit::Done);
        };
        let alive = record.as_ref().and_then(|record| record.is_alive(&Process::detect()));
        let holder = record.as_ref().map_or_else(|| "nobody readable".to_owned(), ToString::to_string);
        if let (Some(record), Some(true), false) = (&record, alive, self.force) {
            return Err(Error::HolderAlive { holder, pid: record.process.pid });
        }
        let broken = !globals.dry_run;
        if broken {
            session.must_be_chosen_if_protected(globals.confirm_project.is_some())?;
            confirm(&question(&project, &holder, alive), globals, ui)?;
            let audit = Record::begin(&session, &project).await?;
            let broken = break_it(&audit, &session, &project, record.as_deref()).await;
            audit.end(broken).await?;
        }
        let text = if broken { "Broke" } else { "Would break" };
        let keys = json!({
            "project_id": project,
            "broken": broken,
            "lock": record.as_ref().map(|record| document(record, alive)),
        });
        ui.show_result(&format!("{text} the lock of project {project}, held by {holder}\n"), &keys);
        Ok(Exit::Done)
    }
}

/// What stands in the place of the lock.
enum Found {
    Nothing,
    /// A lock; what it says is none where it can't be read.
    Lock(Option<Box<LockRecord>>),
}

fn find(session: &Session, project: &str) -> Result<Found, Error> {
    match session.state.lock_record(project) {
        Ok(None) => Ok(Found::Nothing),
        Ok(Some(record)) => Ok(Found::Lock(Some(Box::new(record)))),
        Err(state::Error::Malformed { .. }) => Ok(Found::Lock(None)),
        Err(error) => Err(error.into()),
    }
}

fn question(project: &str, holder: &str, alive: Option<bool>) -> String {
    let how = match alive {
        Some(true) => "alive",
        Some(false) => "dead",
        None => "dead or not, can't be told from here",
    };
    format!("Break the lock of project {project}, held by {holder} ({how})?")
}

/// Breaks the lock that was asked about, and no other one.
async fn break_it(
    audit: &Record,
    session: &Session,
    project: &str,
    record: Option<&LockRecord>,
) -> Result<(), Error> {
    let owner = record.map(|record| record.owner.as_str());
    let event = AuditEvent::intended("break", &format!("lock.{project}")).about_run(owner);
    if audit.act(event, || session.state.break_lock(project, owner)).await? {
        return Ok(());
    }
    match find(session, project)? {
        // Whoever held it gave it back meanwhile.
        Found::Nothing => Ok(()),
        Found::Lock(holder) => {
            let holder = holder.map_or_else(|| "nobody readable".to_owned(), |holder| holder.to_string());
            Err(Error::LockChanged { holder })
        }
    }
}
