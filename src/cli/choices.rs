//! What only a person can settle before a plan is applied: conflicts, and live tenants that nobody configured.

use std::borrow::Cow;

use super::{
    conflicts,
    error::Error,
    globals::{ConflictWay, Globals},
};
use crate::{
    apply::Choice,
    config,
    plan::{Orphan, Plan, Scope},
    render::{OrphanAnswer, Ui},
    resource::{Address, Desired, Live, Path, tenant},
};

/// What was chosen, and what it does to the plan.
#[derive(Debug, Default)]
pub(super) struct Chosen {
    /// For the records.
    pub(super) choices: Vec<Choice>,
    /// Attributes that stay as they are live.
    kept: Vec<(Address, Path)>,
    /// Orphans that go.
    deletes: Vec<Address>,
}

impl Chosen {
    /// Whether the plan is another one now.
    pub(super) fn changes_the_plan(&self) -> bool {
        !self.kept.is_empty() || !self.deletes.is_empty()
    }

    /// What is desired after it.
    pub(super) fn desired<'a>(&self, desired: &'a Desired) -> Cow<'a, Desired> {
        if self.kept.is_empty() {
            return Cow::Borrowed(desired);
        }
        Cow::Owned(conflicts::leave_alone(desired, &self.kept))
    }

    /// The scope after it.
    pub(super) fn scope(&self, scope: &Scope) -> Scope {
        Scope { deletes: self.deletes.clone(), ..scope.clone() }
    }
}

/// Asks whatever is open, or takes the flags for an answer.
///
/// # Errors
/// A conflict is not to be settled: then nothing is written.
pub(super) fn settle(plan: &Plan, live: &Live, globals: &Globals, ui: &Ui) -> Result<Chosen, Error> {
    let mut chosen = Chosen { kept: conflicts::settle(plan, globals, ui)?, ..Chosen::default() };
    let mut addresses: Vec<&Address> = chosen.kept.iter().map(|(address, _)| address).collect();
    addresses.dedup();
    let live_wins = |address: &Address| Choice { address: address.clone(), seen: "both", chosen: "live" };
    chosen.choices = addresses.into_iter().map(live_wins).collect();
    if ui.is_interactive() && !globals.yes && globals.conflict != Some(ConflictWay::Abort) {
        settle_orphans(plan, live, ui, &mut chosen);
    }
    Ok(chosen)
}

fn settle_orphans(plan: &Plan, live: &Live, ui: &Ui, chosen: &mut Chosen) {
    for (at, orphan) in plan.orphans.iter().enumerate() {
        let answer = ui.ask_about_orphan(orphan, plan.orphans.len() - at - 1);
        let word = match answer {
            OrphanAnswer::Delete => {
                chosen.deletes.push(orphan.address.clone());
                "delete"
            }
            OrphanAnswer::Adopt => {
                show_snippet(orphan, live, ui);
                "adopt"
            }
            OrphanAnswer::Leave => "leave",
            OrphanAnswer::LeaveAll => return,
        };
        chosen.choices.push(Choice { address: orphan.address.clone(), seen: "orphan", chosen: word });
    }
}

fn show_snippet(orphan: &Orphan, live: &Live, ui: &Ui) {
    let found = live.tenants.iter().find(|tenant| tenant.object.id == orphan.address.id());
    if let Some(tenant) = found {
        let id = &tenant.object.id;
        let settings = live.settings.get(id).map(|settings| &settings.object);
        let snippet = config::snippet(id, &tenant::tidy_attributes(&tenant.object, settings), None);
        ui.write_out(&format!("Add this below 'tenants:' of the configuration, or let `tenant import {id}` write it:\n\n{snippet}\n"));
    }
}
