//! (`Desired`, `Live`) → `Plan`: ordered, typed changes. Pure: no I/O, no clock, no colour.

mod cause;
mod change;
mod compare;
mod compute;
mod confirm;
mod estimate;
#[cfg(test)]
mod flow_tests;
mod flows;
mod guard;
mod holders;
mod in_sync;
mod kept;
#[cfg(test)]
mod laws;
mod lean;
mod order;
mod own;
mod permit;
mod possible;
#[cfg(test)]
mod said_tests;
mod saved;
mod scope;
mod tenants;
#[cfg(test)]
mod tests;
mod whole;
mod withheld;

use crate::{
    live::{Reads, Which},
    resource::{Address, DesiredBy, Place, flow, project, tenant, theme},
};

pub use change::{Action, Cause, Change, Need, Traced};
pub use compare::{Comparison, Presence, Side, Unlike, compare};
pub use compute::{Inputs, compute};
pub use confirm::{Moved, confirm};
pub use estimate::{Estimate, FIXED_REQUESTS};
pub use guard::{Bounds, Exceeded, Losses, exceeded, losses, runnable_by_kind};
pub use in_sync::{InSync, in_sync};
pub use kept::Owner;
pub use lean::{Checked, check_flow};
pub use own::{creation, file_change};
pub use saved::{saved_changes, still_holds};
pub use scope::Scope;
pub use whole::{AppliedWhole, whole_baseline};
pub use withheld::Withheld;

/// What would change, and what stands in the way.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Plan {
    /// The changes, sorted by address.
    pub changes: Vec<Change>,
    /// Live tenants that the configuration does not have and that stay.
    pub orphans: Vec<Orphan>,
    /// Managed objects that are as desired.
    pub unchanged: Vec<Address>,
    /// What is worth a word.
    pub warnings: Vec<Warning>,
    /// Live tenants that the changes could be measured against.
    pub live_count: usize,
}

/// A live tenant that the configuration, or the backup that is put back, does not have.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Orphan {
    /// The object.
    pub address: Address,
    /// Its live name; `None` where it is masked in every output.
    pub name: Option<String>,
    /// Who does not have it.
    pub absent_from: DesiredBy,
}

/// The code of a warning about what the run of a backup created, and a restore leaves without `--prune`.
pub const CREATED_BY_RUN: &str = "created_by_run";

/// Something worth a word.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Warning {
    /// A stable word for it.
    pub code: &'static str,
    /// The sentence.
    pub message: String,
    /// The object it is about.
    pub address: Option<Address>,
}

/// Why no plan can be made of this configuration against what is live.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// A stable word for it.
    pub code: &'static str,
    /// What is wrong.
    pub message: String,
    /// What to do.
    pub hint: String,
    /// Where the configuration says so.
    pub place: Option<Place>,
}

/// How many changes of each kind a plan holds; a withheld one counts with its kind, too.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Counts {
    /// Objects to make.
    pub create: usize,
    /// Objects to change in place.
    pub update: usize,
    /// Objects to delete and make anew.
    pub replace: usize,
    /// Objects to delete.
    pub delete: usize,
    /// Those of them that are kept back.
    pub withheld: usize,
}

impl Plan {
    /// Whether there is nothing to change, not even something withheld.
    pub fn is_empty(&self) -> bool {
        self.changes.is_empty()
    }

    /// What must be read again before the first write: whatever the changes start from, or must not find.
    pub fn reads(&self) -> Reads {
        let of = |kind: &'static str| self.runnable().filter(move |change| change.address.kind() == kind);
        let id = |change: &Change| change.address.id().to_owned();
        // What is made anew takes its settings along.
        let with_settings = |change: &&Change| {
            matches!(change.action, Action::Replace { .. }) || change.seen.contains_key(tenant::SETTINGS_PATH)
        };
        Reads {
            tenants: of(tenant::KIND).next().is_some(),
            settings: of(tenant::KIND).filter(with_settings).map(id).collect(),
            flows: Which::of(of(flow::KIND).map(id)),
            theme: of(theme::KIND).next().is_some(),
            project: of(project::KIND).next().is_some(),
        }
    }

    /// The changes that would run.
    pub fn runnable(&self) -> impl Iterator<Item = &Change> {
        self.changes.iter().filter(|change| change.withheld.is_none())
    }

    /// How many changes of each kind there are.
    pub fn counts(&self) -> Counts {
        count(self.changes.iter())
    }

    /// How many changes of each kind would run.
    pub fn runnable_counts(&self) -> Counts {
        count(self.runnable())
    }

    /// Whether guards keep back every change there is.
    pub fn all_guarded(&self) -> bool {
        !self.is_empty()
            && self.changes.iter().all(|change| change.withheld.as_ref().is_some_and(Withheld::is_guard))
    }
}

fn count<'a>(changes: impl Iterator<Item = &'a Change>) -> Counts {
    let mut counts = Counts::default();
    changes.for_each(|change| counts.add(change));
    counts
}

impl Counts {
    fn add(&mut self, change: &Change) {
        let slot = match change.action {
            Action::Create { .. } => &mut self.create,
            Action::Update { .. } => &mut self.update,
            Action::Replace { .. } => &mut self.replace,
            Action::Delete { .. } => &mut self.delete,
        };
        *slot += 1;
        self.withheld += usize::from(change.withheld.is_some());
    }
}
