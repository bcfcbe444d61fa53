//! (change, what stands around it) → what of it can't be.

use std::collections::{HashMap, HashSet};

use super::{Action, Change, Need, Plan, Problem, tenants::ById};
use crate::{
    config::is_own_id,
    resource::{Address, Desired, tenant},
};

/// Levels of tenants that there may be.
const MAX_DEPTH: usize = 3;

/// What stands around a change: who is made, who is there, who hangs on whom.
pub(super) struct Surroundings<'a> {
    made: HashSet<&'a Address>,
    live: &'a ById<'a>,
    parents: HashMap<&'a str, &'a str>,
    /// Tenants that leave their live parents.
    replaced: HashSet<&'a str>,
}

impl<'a> Surroundings<'a> {
    pub(super) fn new(plan: &'a Plan, live: &'a ById<'a>, desired: &'a Desired) -> Self {
        let tenants = desired.tenants.iter().flatten();
        Self {
            made: plan
                .changes
                .iter()
                .filter(|it| it.action.after().is_some())
                .map(|it| &it.address)
                .collect(),
            live,
            replaced: plan
                .changes
                .iter()
                .filter(|it| it.action.destroys())
                .map(|it| it.address.id())
                .collect(),
            parents: tenants.filter_map(|it| Some((it.id.as_str(), it.parent.as_deref()?))).collect(),
        }
    }

    /// The level of a tenant, counted from 1 at the top; a level too deep is where the counting ends.
    fn depth(&self, id: &str) -> usize {
        std::iter::successors(Some(id), |id| self.parent(id)).take(MAX_DEPTH + 1).count()
    }

    fn parent(&self, id: &str) -> Option<&str> {
        let live =
            self.live.get(id).map(|tenant| tenant.object.parent.as_str()).filter(|parent| !parent.is_empty());
        let wanted = self.parents.get(id).copied();
        if self.replaced.contains(id) { wanted.or(live) } else { live.or(wanted) }
    }
}

/// What of a create can't be.
pub(super) fn impossible(change: &Change, around: &Surroundings<'_>) -> Vec<Problem> {
    let (Action::Create { after } | Action::Replace { after, .. }) = &change.action else {
        return Vec::new();
    };
    if change.address.kind() != tenant::KIND {
        return Vec::new();
    }
    let replaces = change.action.destroys();
    let (address, id) = (&change.address, change.address.id());
    let mut problems = Vec::new();
    let mut report = |code, message: String, hint: &str| {
        problems.push(Problem { code, message, hint: hint.to_owned(), place: change.place.clone() });
    };
    // A replaced tenant keeps the name and the id that it has.
    if !replaces && !after.contains_key("name") {
        let hint = "give it a 'name', or correct the id if the tenant is there under another one";
        report("name_missing", format!("{address} is to be created but has no name"), hint);
    }
    if !replaces && !is_own_id(id) {
        let hint = "use 3 to 50 lower-case letters, digits and hyphens, no hyphen first or last";
        report(
            "invalid_id",
            format!("{address} is to be created, but '{id}' is no id that this tool creates"),
            hint,
        );
    }
    for parent in change.needs.iter().map(Need::address).filter(|_| !replaces) {
        if !around.made.contains(parent) && !around.live.contains_key(parent.id()) {
            let hint = "correct the parent, or define it; with --target or --exclude, take it along";
            let message =
                format!("the parent of {address}, '{}', is neither in the plan nor live", parent.id());
            report("unknown_parent", message, hint);
        }
    }
    if change.withheld.is_none() && around.depth(id) > MAX_DEPTH {
        let hint = "hang it on a tenant of the first or the second level";
        report("too_deep", format!("{address} would stand deeper than {MAX_DEPTH} levels"), hint);
    }
    problems
}
