//! Live tenants of which somebody said at a prompt that they are to be adopted → the user's own YAML, before anything
//! is applied: whatever becomes of the apply, the file says what is live.

use std::collections::HashSet;

use super::{Basis, choose::Chosen, compare, drafting, tell, write};
use crate::{
    cli::{Error, connect::Connection, globals::Globals, session::Session},
    live,
    render::{Answer, Ui},
    resource::{Address, Desired, Live},
    state::Baseline,
};

/// What was adopted, and what there is after it.
pub(in crate::cli) struct Adopted {
    /// The objects that are in the configuration now.
    pub(in crate::cli) addresses: HashSet<Address>,
    /// What the configuration says now.
    pub(in crate::cli) desired: Desired,
    /// What the baseline says now.
    pub(in crate::cli) baseline: Baseline,
}

/// Shows what would be written, asks, and writes it; `None` where nothing was.
pub(in crate::cli) async fn adopt(
    session: &Session,
    connection: &Connection,
    orphans: &[Address],
    live: &mut Live,
    command: &str,
    globals: &Globals,
    ui: &Ui,
) -> Result<Option<Adopted>, Error> {
    let project = connection.client.project_id();
    let ids: Vec<String> = orphans.iter().map(|address| address.id().to_owned()).collect();
    live.settings.extend(live::settings_of(&connection.client, &ids).await?);
    let baseline = session.state.baseline(project)?;
    let plan = compare(&session.config.desired, live, &baseline)?;
    let chosen = Chosen { new: ids, ..Chosen::default() };
    let basis = Basis { session, globals, into: None, plan: &plan, live, baseline: &baseline };
    let draft = drafting::draft(basis, chosen)?;
    tell::show(&draft, ui);
    if draft.is_empty() || ui.ask_whether(&draft.question()) == Answer::No {
        ui.note("not adopted: they stay as they are");
        return Ok(None);
    }
    write(session, project, command, &draft, ui).await?;
    ui.note(&tell::summary(&draft));
    let addresses = orphans.iter().filter(|address| draft.has(address)).cloned().collect();
    Ok(Some(Adopted { addresses, desired: draft.desired, baseline: session.state.baseline(project)? }))
}
