//! What only a person can settle before a plan is applied: conflicts, and live tenants that nobody configured.

use std::{borrow::Cow, collections::HashSet};

use super::{
    conflicts,
    error::Error,
    globals::{ConflictWay, Globals},
};
use crate::{
    apply::Choice,
    plan::{Plan, Scope},
    render::{OrphanAnswer, Ui},
    resource::{Address, Desired, Path},
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
    /// Orphans that somebody wants in the configuration.
    pub(super) adopts: Vec<Address>,
}

impl Chosen {
    /// Whether the plan is another one now.
    pub(super) fn changes_the_plan(&self) -> bool {
        !self.kept.is_empty() || !self.deletes.is_empty()
    }

    /// Notes which of the orphans are in the configuration now; that is in the audit already. The others were left.
    pub(super) fn note_adopted(&mut self, adopted: &HashSet<Address>) {
        let left = self.adopts.drain(..).filter(|address| !adopted.contains(address));
        self.choices.extend(left.map(|address| Choice { address, seen: "orphan", chosen: "leave" }));
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

/// Asks whatever is open, or takes the flags for an answer. `can_adopt`: whether the configuration is what is applied.
///
/// # Errors
/// A conflict is not to be settled: then nothing is written.
pub(super) fn settle(plan: &Plan, can_adopt: bool, globals: &Globals, ui: &Ui) -> Result<Chosen, Error> {
    let mut chosen = Chosen { kept: conflicts::settle(plan, globals, ui)?, ..Chosen::default() };
    let mut addresses: Vec<&Address> = chosen.kept.iter().map(|(address, _)| address).collect();
    addresses.dedup();
    let live_wins = |address: &Address| Choice { address: address.clone(), seen: "both", chosen: "live" };
    chosen.choices = addresses.into_iter().map(live_wins).collect();
    if ui.is_interactive() && !globals.yes && globals.conflict != Some(ConflictWay::Abort) {
        settle_orphans(plan, can_adopt, ui, &mut chosen);
    }
    Ok(chosen)
}

fn settle_orphans(plan: &Plan, can_adopt: bool, ui: &Ui, chosen: &mut Chosen) {
    for (at, orphan) in plan.orphans.iter().enumerate() {
        let answer = ui.ask_about_orphan(orphan, plan.orphans.len() - at - 1, can_adopt);
        let word = match answer {
            OrphanAnswer::Delete => {
                chosen.deletes.push(orphan.address.clone());
                "delete"
            }
            OrphanAnswer::Adopt => {
                chosen.adopts.push(orphan.address.clone());
                continue;
            }
            OrphanAnswer::Leave => "leave",
            OrphanAnswer::LeaveAll => return,
        };
        chosen.choices.push(Choice { address: orphan.address.clone(), seen: "orphan", chosen: word });
    }
}
