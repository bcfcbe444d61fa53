//! Attributes that were changed both in the configuration and outside this tool → who wins.

use super::{
    error::Error,
    globals::{ConflictWay, Globals},
};
use crate::{
    plan::Plan,
    render::{Conflict, Ui},
    resource::{Address, Desired, Path, project, theme},
};

/// Settles every conflict as the flag says, or as somebody answers; returns what is left as it is live.
///
/// # Errors
/// One is not to be settled: then nothing is written.
pub(super) fn settle(plan: &Plan, globals: &Globals, ui: &Ui) -> Result<Vec<(Address, Path)>, Error> {
    let conflicts: Vec<Conflict> = plan.runnable().flat_map(Conflict::all).collect();
    let mut kept = Vec::new();
    for conflict in &conflicts {
        let way = match globals.conflict {
            Some(way) => way,
            None if ui.is_interactive() && !globals.yes => way(ui.ask_who_wins(conflict)),
            None => ConflictWay::Abort,
        };
        match way {
            ConflictWay::Config => {}
            ConflictWay::Live => kept.push((conflict.address.clone(), conflict.path.clone())),
            ConflictWay::Abort => {
                return Err(Error::Conflict(conflicts.iter().map(ToString::to_string).collect()));
            }
        }
    }
    Ok(kept)
}

fn way(answer: usize) -> ConflictWay {
    match answer {
        0 => ConflictWay::Config,
        1 => ConflictWay::Live,
        _ => ConflictWay::Abort,
    }
}

/// What is desired, but for these attributes, which stay as they are.
pub(super) fn leave_alone(desired: &Desired, kept: &[(Address, Path)]) -> Desired {
    let mut desired = desired.clone();
    for tenant in desired.tenants.iter_mut().flatten() {
        let address = tenant.address();
        let own = kept.iter().filter(|(other, _)| *other == address).map(|(_, path)| path.clone());
        tenant.lifecycle.ignore_changes.extend(own);
    }
    // What is compared as a whole is left alone as a whole.
    let left = |address: &Address| kept.iter().any(|(other, _)| other == address);
    if let Some(flows) = &mut desired.flows {
        flows.retain(|flow| !left(&flow.address()));
    }
    desired.theme = desired.theme.filter(|_| !left(&Address::new(theme::KIND, theme::ID)));
    let own = Address::new(project::KIND, project::ID);
    if let Some(project) = &mut desired.project {
        let left = |word: &str| {
            kept.iter()
                .any(|(address, path)| *address == own && path.words().first().is_some_and(|it| it == word))
        };
        project.name = project.name.take().filter(|_| !left("name"));
        project.tags = project.tags.take().filter(|_| !left("tags"));
    }
    desired
}
