use std::time::Duration;

use serde_json::json;
use tokio::time::Instant;

use super::making::PATIENCE;
use crate::{
    api,
    cli::{
        Error, Exit,
        backup::everything_in,
        connect::{Connection, connect},
        finish::to_its_end,
        globals::Globals,
        questions::must_type_name,
        record::Record,
        session::Session,
    },
    live,
    plan::Moved,
    render::Ui,
    resource::{
        Address,
        project::{self, delete_call},
    },
    state::{AuditEvent, Lock},
};

/// Delete the environment's project for good, with everything and everybody in it
///
/// Its name is always to be typed, or given with --confirm-project. Just before, the project is looked up once more, and
/// all that can be read of it is backed up; users, access keys and secrets can't be.
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:\n  descope-mgmt project delete -e try --dry-run\n  \
                        descope-mgmt project delete -e try --confirm-project 'PCC Try' --yes")]
pub(in crate::cli) struct Args {}

impl Args {
    pub(super) async fn run(self, globals: &Globals, ui: &Ui) -> Result<Exit, Error> {
        let session = Session::open(globals)?;
        let connection = connect(&session, ui).await?;
        let result = run(&session, &connection, globals, ui).await;
        connection.close().await?;
        result
    }
}

async fn run(session: &Session, connection: &Connection, globals: &Globals, ui: &Ui) -> Result<Exit, Error> {
    let id = connection.client.project_id();
    let (tenants, flows) =
        tokio::try_join!(live::tenants(&connection.client), live::flows(&connection.client))?;
    let name = connection.name_to_type();
    if ui.is_text() {
        let header = session.header(connection).line();
        let (tenants, flows) = (tenants.len(), flows.len());
        ui.write_out(&format!(
            "{header}\n\n  - project \"{name}\"  delete  for good, with {tenants} tenants and their users, {flows} flows, all keys and secrets\n\nPlan: 1 to delete.\n"
        ));
    }
    let document = |status: &str, backup: Option<&str>| {
        json!({
            "project": {"id": id, "name": name}, "tenants": tenants.len(),
            "flows": flows.len(), "status": status, "backup_id": backup,
        })
    };
    if globals.dry_run {
        ui.show_told("", "Plan: 1 to delete, for good.", &document("planned", None));
        return Ok(if globals.detailed_exitcode { Exit::Changes } else { Exit::Done });
    }
    must_type_name(session, connection, globals, ui)?;
    session.state.prepare(id)?;
    let (lock, _) = session.lock(id, "project delete", ui).await?;
    let backup = session.backup(id, "project delete", everything_in(connection, ui).await?);
    session.state.write_backup(&backup)?;
    let audit = Record::begin(session, id).await?;
    let gone = to_its_end(delete(session, connection, &lock, &audit), ui).await;
    audit.end(gone).await?;
    lock.release()?;
    let text = format!("✓ deleted project \"{name}\" ({id})\nbackup {}\n", backup.id);
    ui.show_object(&text, &document("deleted", Some(&backup.id)));
    Ok(Exit::Done)
}

/// Deletes what is spoken for, once it is sure that this is what was confirmed.
async fn delete(
    session: &Session,
    connection: &Connection,
    lock: &Lock,
    audit: &Record,
) -> Result<(), Error> {
    let address = Address::new(project::KIND, project::ID);
    let now = live::one_project(&connection.client).await?;
    // Nothing in the call names the project: it must be the one that was shown, under the name that was typed.
    let is_it = now.as_ref().is_some_and(|now| now.object.name == connection.name_to_type());
    if !is_it && connection.project.is_some() {
        let what = if now.is_some() { "its name changed" } else { "it is gone" }.to_owned();
        return Err(Error::Moved(vec![Moved { address, what }]));
    }
    let event = AuditEvent::intended("delete", address.as_str());
    audit.tell([event.clone()]).await?;
    lock.check()?;
    let deleted = match connection.client.send(&delete_call()).await {
        // The list tells whether it took effect.
        Err(error) if !error.is_uncertain() => Err(error.into()),
        _ => until_gone(session, connection).await,
    };
    let outcome = match &deleted {
        Ok(()) => "succeeded",
        Err(Error::StillListed { .. }) => "unknown",
        Err(_) => "failed",
    };
    audit.tell([event.ending(outcome)]).await?;
    deleted
}

/// Waits until the project is listed no more: it goes in the background.
async fn until_gone(session: &Session, connection: &Connection) -> Result<(), Error> {
    let deadline = Instant::now() + PATIENCE.min(session.config.settings.max_wait);
    let mut pause = Duration::from_millis(250);
    loop {
        match live::one_project(&connection.client).await {
            Ok(None) => return Ok(()),
            Err(error) if is_of_no_project(&error) => return Ok(()),
            Ok(Some(_)) | Err(_) => {}
        }
        if Instant::now() + pause >= deadline {
            return Err(Error::StillListed { id: connection.client.project_id().to_owned() });
        }
        tokio::time::sleep(pause).await;
        pause = (pause * 2).min(Duration::from_secs(4));
    }
}

/// Whether the service says that there is no such project any more.
fn is_of_no_project(error: &api::Error) -> bool {
    error.code() == "project_not_found"
}
