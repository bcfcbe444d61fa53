//! (`Desired`, `Live`) → `Plan`: ordered, typed changes. Pure: no I/O, no clock, no colour.

mod cause;
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
#[cfg(test)]
mod laws;
mod lean;
mod own;
#[cfg(test)]
mod said_tests;
mod saved;
mod scope;
mod tenants;
#[cfg(test)]
mod tests;
mod whole;
mod withheld;

use std::{collections::BTreeMap, sync::Arc};

use chrono::{DateTime, Utc};
use serde_json::Value;

use crate::{
    live::{Reads, Which},
    resource::{Address, Attributes, FieldChange, Object, Path, Place, Step, flow, project, tenant, theme},
};

pub use compare::{Comparison, Presence, Side, Unlike, compare};
pub use compute::{Inputs, compute};
pub use confirm::{Moved, confirm};
pub use estimate::{Estimate, FIXED_REQUESTS};
pub use guard::{Bounds, Exceeded, Losses, exceeded, losses, runnable_by_kind};
pub use in_sync::{InSync, in_sync};
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

/// One object that becomes another.
#[derive(Debug, Clone, PartialEq)]
pub struct Change {
    /// The object.
    pub address: Address,
    /// Its name, for people: the desired one, else the live one.
    pub name: String,
    /// What happens to it.
    pub action: Action,
    /// Each attribute that differs; empty for a create and a delete.
    pub fields: Vec<FieldChange>,
    /// Live fields that are not managed and stay.
    pub unmanaged_kept: usize,
    /// Who made the difference; of several attributes, the cause that needs most care.
    pub cause: Cause,
    /// Who made it outside this tool, and when.
    pub traced: Traced,
    /// What was last applied of each attribute that differs; empty where nothing was.
    pub applied: Vec<Option<Value>>,
    /// What was last applied, what the configuration has, what is live: of an object that is compared as a whole.
    pub versions: Option<[String; 3]>,
    /// Why others may break by it, a sentence each.
    pub breaking: Vec<String>,
    /// What must happen before.
    pub needs: Vec<Need>,
    /// Why it is kept back, if it is.
    pub withheld: Option<Withheld>,
    /// Gives up a domain or a name that others wait for, before the steps that follow.
    pub release: Option<Step>,
    /// The writes, in order.
    pub steps: Vec<Step>,
    /// What puts the object back where the steps end half-way.
    pub undo: Vec<Step>,
    /// The live objects that the steps start from, by the path they are read from, as the plan saw them.
    pub seen: BTreeMap<&'static str, Arc<Object>>,
    /// Whether applying it stops somebody's login.
    pub lockout: bool,
    /// Whether the live object has an SSO set-up, which no backup can bring back.
    pub has_sso: bool,
    /// Attributes that are masked in every output.
    pub sensitive: Vec<Path>,
    /// Where the configuration defines the object.
    pub place: Option<Place>,
}

/// What happens to an object, with its managed attributes before and after.
#[derive(Debug, Clone, PartialEq)]
pub enum Action {
    /// It is made.
    Create {
        /// As it shall be.
        after: Attributes,
    },
    /// It changes in place.
    Update {
        /// As it is.
        before: Attributes,
        /// As it shall be.
        after: Attributes,
    },
    /// It is deleted and made anew.
    Replace {
        /// As it is.
        before: Attributes,
        /// As it shall be.
        after: Attributes,
    },
    /// It goes.
    Delete {
        /// As it is.
        before: Attributes,
    },
}

impl Action {
    /// The word that the plan's JSON has for it.
    pub fn word(&self) -> &'static str {
        match self {
            Self::Create { .. } => "create",
            Self::Update { .. } => "update",
            Self::Replace { .. } => "replace",
            Self::Delete { .. } => "delete",
        }
    }

    /// The attributes before, where the object is there.
    pub fn before(&self) -> Option<&Attributes> {
        match self {
            Self::Create { .. } => None,
            Self::Update { before, .. } | Self::Replace { before, .. } | Self::Delete { before } => {
                Some(before)
            }
        }
    }

    /// The attributes after, where the object will be there.
    pub fn after(&self) -> Option<&Attributes> {
        match self {
            Self::Delete { .. } => None,
            Self::Create { after } | Self::Update { after, .. } | Self::Replace { after, .. } => Some(after),
        }
    }

    /// Whether the live object is lost.
    pub fn destroys(&self) -> bool {
        matches!(self, Self::Replace { .. } | Self::Delete { .. })
    }
}

/// Who made the difference between desired and live.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cause {
    /// The configuration changed since it was last applied.
    Config,
    /// Somebody changed it in Descope.
    Console,
    /// Both changed it: a conflict.
    Both,
    /// There is no telling: it was never applied from here.
    Unknown,
}

impl Cause {
    /// The word that the plan's JSON has for it.
    pub fn word(self) -> &'static str {
        match self {
            Self::Config => "config",
            Self::Console => "console",
            Self::Both => "both",
            Self::Unknown => "unknown",
        }
    }
}

/// What Descope's audit says of a change that somebody made outside this tool.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum Traced {
    /// It was not asked.
    #[default]
    NotAsked,
    /// It has no records that could be told to be of such an object.
    Untraceable,
    /// It does not know.
    Unknown,
    /// It names the last one who changed the object.
    By {
        /// When that was.
        at: DateTime<Utc>,
        /// The id of a person in the console, or of a key.
        actor: String,
    },
}

/// What must have happened before a change may start.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Need {
    /// The object must be there: a parent before its child.
    Made(Address),
    /// The object must be gone: a child before its parent.
    Gone(Address),
    /// The object must have given up a domain or a name.
    Freed(Address),
}

impl Need {
    /// The object waited for.
    pub fn address(&self) -> &Address {
        match self {
            Self::Made(address) | Self::Gone(address) | Self::Freed(address) => address,
        }
    }
}

/// A live tenant that the configuration does not have.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Orphan {
    /// The object.
    pub address: Address,
    /// Its live name.
    pub name: String,
}

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

impl Change {
    /// What was changed both here and outside, where the object is compared as a whole.
    pub fn whole_conflict(&self) -> Option<&[String; 3]> {
        self.versions.as_ref().filter(|_| self.cause == Cause::Both)
    }

    /// The attributes that were changed both here and outside.
    pub fn conflicts(&self) -> impl Iterator<Item = (&FieldChange, Option<&Value>)> {
        let pairs = self.fields.iter().zip(self.applied.iter().map(Option::as_ref));
        pairs.filter(|(field, applied)| cause::of(field, *applied) == Cause::Both)
    }

    /// Writes that the change takes when all goes well.
    pub fn writes(&self) -> usize {
        self.release.iter().len() + self.steps.len()
    }

    /// Requests that the change costs when all goes well.
    pub fn requests(&self) -> u64 {
        self.release.iter().chain(&self.steps).map(Step::requests).sum()
    }
}
