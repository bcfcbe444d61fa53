//! Live values → the user's own YAML: chosen, written into texts, proved by a plan, shown, asked about, saved.

mod books;
mod choose;
mod draft;
mod tell;
mod whole;

use std::path::PathBuf;

use super::{
    Error, Exit, confirm::confirm, connect::Connection, connect::connect, globals::Globals, session::Session,
};
use crate::{
    config::{self, EditError},
    live::{self, Reads},
    plan::{self, Plan, Scope},
    render::Ui,
    resource::{Desired, Live, Pattern},
    state::Baseline,
};

use draft::Draft;
pub(super) use draft::tidied;

/// What is to be adopted.
pub(super) struct Order<'a> {
    /// The addresses; '*' stands for any text.
    pub(super) patterns: &'a [Pattern],
    /// Whether only tenants are meant that no file has.
    pub(super) only_new: bool,
    /// The file that new tenants go to; none: the one that holds the most.
    pub(super) into: Option<PathBuf>,
    /// The words of the command, for the records.
    pub(super) command: &'a str,
}

/// Adopts, on a connection of its own.
pub(super) async fn run(order: Order<'_>, globals: &Globals, ui: &Ui) -> Result<Exit, Error> {
    let session = Session::open(globals)?;
    session.desired()?;
    let connection = connect(&session, ui).await?;
    let result = adopt(&session, &connection, &order, globals, ui).await;
    connection.close().await?;
    result
}

async fn adopt(
    session: &Session,
    connection: &Connection,
    order: &Order<'_>,
    globals: &Globals,
    ui: &Ui,
) -> Result<Exit, Error> {
    let project = connection.client.project_id();
    let desired = &session.config.desired;
    let mut live = live::fetch(&connection.client, &Reads { tenants: true, ..Reads::of(desired) }).await?;
    let baseline = session.state.baseline(project)?;
    let plan = compare(desired, &live, &baseline)?;
    let chosen = choose::choose(order, desired, &live, &plan)?;
    if chosen.is_empty() {
        tell::nothing(ui);
        return Ok(Exit::Done);
    }
    live.settings.extend(live::settings_of(&connection.client, &chosen.new).await?);
    let draft = Draft::write(session, globals, order, &chosen, &plan, &live, &baseline)?;
    tell::draft(&draft, globals.dry_run, ui);
    let exit = draft.exit();
    if globals.dry_run || draft.is_empty() {
        return Ok(exit);
    }
    confirm(&draft.question(), globals, ui)?;
    session.state.prepare(project)?;
    let (lock, taken_from) = session.lock(project, order.command, ui).await?;
    books::save(session, project, &draft, taken_from.as_deref()).await?;
    lock.release()?;
    tell::done(&draft, ui);
    Ok(exit)
}

/// What differs, guards aside: nothing of it is applied.
pub(super) fn compare(desired: &Desired, live: &Live, baseline: &Baseline) -> Result<Plan, Error> {
    let scope = Scope { allow_lockout: true, allow_breaking: true, ..Scope::default() };
    let inputs = plan::Inputs { desired, live, baseline, scope: &scope };
    plan::compute(inputs).map_err(Error::Plan)
}

/// The edit would change more than it should.
fn changes_more(why: String) -> Error {
    let file = "the configuration".into();
    Error::Edit(EditError::Refused { file, place: None, why })
}

/// What the configuration says with these texts in place of its files.
fn reload(inputs: &config::Inputs) -> Result<config::Config, Error> {
    config::load(inputs).map_err(|error| {
        let first = error.diagnostics().first().map(ToString::to_string);
        changes_more(first.unwrap_or_else(|| error.to_string()))
    })
}
