//! Changes → who waits for whom, and what is withheld because what it waits for is.

use std::collections::{HashMap, HashSet};

use super::{Action, Change, Need, Plan, Withheld};
use crate::resource::{
    Address, Live, flow,
    tenant::{self, LiveTenant},
};

/// Parents before children on create, children before parents on delete; nothing goes that others hang on.
pub(super) fn order_parents(plan: &mut Plan, live: &Live) {
    let awaited: HashSet<Address> =
        plan.changes.iter().filter(|it| makes_a_parent(it)).map(|it| it.address.clone()).collect();
    let deleted: HashSet<Address> = plan
        .runnable()
        .filter(|change| matches!(change.action, Action::Delete { .. }))
        .map(|change| change.address.clone())
        .collect();
    let children = children_of_destroyed(plan, live);
    for change in &mut plan.changes {
        // A parent that is there and stays needs no waiting for.
        change.needs.retain(|need| matches!(need, Need::Gone(_)) || awaited.contains(need.address()));
        if change.withheld.is_some() || !change.action.destroys() {
            continue;
        }
        let replaces = matches!(change.action, Action::Replace { .. });
        let own = children.get(change.address.id()).map(Vec::as_slice).unwrap_or_default();
        let staying: Vec<Address> =
            own.iter().filter(|child| replaces || !deleted.contains(child)).cloned().collect();
        if staying.is_empty() {
            change.needs.extend(own.iter().cloned().map(Need::Gone));
        } else {
            change.withheld = Some(Withheld::Children(staying));
        }
    }
}

/// Whether others must wait for the object of this change to be there, or, of a flow, to be as it shall be.
pub(super) fn makes_a_parent(change: &Change) -> bool {
    match change.action {
        Action::Create { .. } => true,
        Action::Replace { .. } => change.withheld.is_none(),
        Action::Update { .. } => change.address.kind() == flow::KIND,
        Action::Delete { .. } => false,
    }
}

/// The children of what is deleted or replaced, by their parent's id: live ones, and those that a delete would orphan.
fn children_of_destroyed(plan: &Plan, live: &Live) -> HashMap<String, Vec<Address>> {
    let destroyed = |parent: &Address| {
        plan.changes
            .binary_search_by(|it| it.address.cmp(parent))
            .ok()
            .and_then(|at| plan.changes.get(at))
            .map(|it| &it.action)
    };
    let mut children: HashMap<String, Vec<Address>> = HashMap::new();
    let any = plan.changes.iter().any(|change| change.action.destroys());
    for LiveTenant { id, parent, .. } in
        live.tenants.iter().map(|it| &it.object).filter(|it| any && !it.parent.is_empty())
    {
        if destroyed(&Address::new(tenant::KIND, parent)).is_some_and(Action::destroys) {
            children.entry(parent.clone()).or_default().push(Address::new(tenant::KIND, id));
        }
    }
    for change in plan.changes.iter().filter(|change| any && change.action.after().is_some()) {
        for parent in change.needs.iter().map(Need::address) {
            if matches!(destroyed(parent), Some(Action::Delete { .. })) {
                children.entry(parent.id().to_owned()).or_default().push(change.address.clone());
            }
        }
    }
    children
}

/// Withholds what waits for something withheld, and what waits for that.
pub(super) fn withhold_what_waits(plan: &mut Plan) {
    let mut kept_back: HashSet<Address> = plan
        .changes
        .iter()
        .filter(|change| change.withheld.is_some())
        .map(|change| change.address.clone())
        .collect();
    loop {
        let mut more = Vec::new();
        for change in plan.changes.iter_mut().filter(|change| change.withheld.is_none()) {
            let blocking =
                change.needs.iter().map(Need::address).find(|address| kept_back.contains(*address)).cloned();
            if let Some(address) = blocking {
                more.push(change.address.clone());
                change.withheld = Some(Withheld::Waits(address));
            }
        }
        if more.is_empty() {
            return;
        }
        kept_back.extend(more);
    }
}
