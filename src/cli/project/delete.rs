use std::time::Duration;

use serde_json::json;
use tokio::time::Instant;

use super::{
    call::{journalled, step},
    making::PATIENCE,
};
use crate::{
    api,
    cli::{
        Error, Exit,
        backup::everything_in,
        connect::{Connection, connect},
        finish::to_its_end,
        globals::Globals,
        questions::must_type_name,
        session::Session,
        settle,
    },
    live,
    plan::Moved,
    render::Ui,
    resource::{
        Address,
        project::{self, delete_call},
    },
    state::digest,
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
    let (lock, taken_from) = session.lock(id, "project delete", ui).await?;
    let backup = session.backup(id, "project delete", everything_in(connection, ui).await?);
    session.state.write_backup(&backup)?;
    let before = as_confirmed(connection).await?;
    let trail = settle::trail(session, id, taken_from.as_deref()).await?;
    settle::settle(session, connection, &trail, ui).await?;
    let address = Address::new(project::KIND, project::ID);
    let call = async {
        lock.check()?;
        to_its_end(delete(session, connection), ui).await
    };
    journalled(session, id, trail, step("delete", address.as_str(), before, None), call).await?;
    lock.release()?;
    let text = format!("✓ deleted project \"{name}\" ({id})\nbackup {}\n", backup.id);
    ui.show_object(&text, &document("deleted", Some(&backup.id)));
    Ok(Exit::Done)
}

/// Makes sure that what is about to go is what was confirmed; returns the digest of what the list says of it.
async fn as_confirmed(connection: &Connection) -> Result<Option<String>, Error> {
    let now = live::one_project(&connection.client).await?;
    // Nothing in the call names the project: it must be the one that was shown, under the name that was typed.
    let is_it = now.as_ref().is_some_and(|now| now.object.name == connection.name_to_type());
    if !is_it && connection.project.is_some() {
        let what = if now.is_some() { "its name changed" } else { "it is gone" }.to_owned();
        let address = Address::new(project::KIND, project::ID);
        return Err(Error::Moved(vec![Moved { address, what }]));
    }
    Ok(now.and_then(|now| digest(now.raw.get()).ok()))
}

/// Deletes what is spoken for.
async fn delete(session: &Session, connection: &Connection) -> Result<(), Error> {
    match connection.client.send(&delete_call()).await {
        // The list tells whether it took effect.
        Err(error) if !error.is_uncertain() => Err(error.into()),
        _ => until_gone(session, connection).await,
    }
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
