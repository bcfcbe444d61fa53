//! Live values → the user's own YAML: chosen, written into texts, proved by a plan, shown, asked about, saved.

mod books;
mod choose;
mod draft;
mod drafting;
mod orphans;
mod sensitive;
mod tell;
mod tidy;
mod whole;

use std::path::PathBuf;

use super::{
    Error, Exit, confirm::confirm, connect::Connection, connect::connect, globals::Globals, session::Session,
};
use crate::{
    config::EditError,
    live::{self, Reads},
    plan::{self, Plan, Scope},
    render::Ui,
    resource::{Desired, Live, Pattern},
    state::Baseline,
};

use draft::Draft;
pub(super) use draft::Left;
use drafting::Basis;
pub(super) use drafting::cannot_say;
pub(super) use orphans::adopt as adopt_orphans;
pub(super) use tell::{left as left_as_json, sentence};
pub(super) use tidy::tidied;

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
    let into = order.into.as_ref();
    let basis = Basis { session, globals, into, plan: &plan, live: &live, baseline: &baseline };
    let draft = drafting::draft(basis, chosen)?;
    tell::draft(&draft, globals.dry_run, ui);
    let exit = draft.exit();
    if globals.dry_run || draft.is_empty() {
        return Ok(exit);
    }
    confirm(&draft.question(), globals, ui)?;
    write(session, project, order.command, &draft, ui).await?;
    tell::done(&draft, ui);
    Ok(exit)
}

/// Writes a draft that was shown and said yes to, under the project's lock.
async fn write(session: &Session, project: &str, command: &str, draft: &Draft, ui: &Ui) -> Result<(), Error> {
    session.state.prepare(project)?;
    let (lock, taken_from) = session.lock(project, command, ui).await?;
    session.state.reserve(project, draft.outcomes().count())?;
    books::save(session, project, draft, taken_from.as_deref()).await?;
    Ok(lock.release()?)
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
