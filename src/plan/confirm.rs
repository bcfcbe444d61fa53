//! (plan that was shown, live as it is now) → whether anything it touches has moved.

use std::collections::HashSet;

use serde_json::{Value, value::RawValue};

use super::{Action, Change, Plan};
use crate::resource::{Address, Difference, Index, Live, Object, Shape, paths_of, shape, tenant};

/// Something that moved between the plan and its apply, in Descope or in what the configuration comes from.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{address} is not as it was planned: {what}")]
pub struct Moved {
    /// The object.
    pub address: Address,
    /// What about it, in YAML words where there are such.
    pub what: String,
}

/// Checks that everything the plan touches is still as it was shown, keys that nobody manages included.
///
/// # Errors
/// Names every object that moved.
pub fn confirm(plan: &Plan, now: &Live) -> Result<(), Vec<Moved>> {
    let index = now.index();
    let mut moved: Vec<Moved> = plan.runnable().flat_map(|change| what_moved(change, &index)).collect();
    moved.extend(new_children(plan, now));
    if moved.is_empty() { Ok(()) } else { Err(moved) }
}

/// Sub-tenants that hang on what is to go, and were not there when the plan was made.
fn new_children(plan: &Plan, now: &Live) -> Vec<Moved> {
    let destroyed: HashSet<&str> = plan
        .runnable()
        .filter(|change| change.address.kind() == tenant::KIND && change.action.destroys())
        .map(|change| change.address.id())
        .collect();
    let tenants = now.tenants.iter().map(|tenant| &tenant.object);
    // A replaced tenant leaves its old parent, one that stays would hang on nothing.
    let left =
        tenants.filter(|it| destroyed.contains(it.parent.as_str()) && !destroyed.contains(it.id.as_str()));
    left.map(|it| Moved {
        address: Address::new(tenant::KIND, &it.parent),
        what: format!("'{}' is its sub-tenant now", it.id),
    })
    .collect()
}

fn what_moved(change: &Change, now: &Index<'_>) -> Vec<Moved> {
    let id = change.address.id();
    let moved = |what: &str| Moved { address: change.address.clone(), what: what.to_owned() };
    let own = paths_of(change.address.kind()).first();
    let is_there = own.is_some_and(|path| now.contains_key(&(*path, id)));
    if matches!(change.action, Action::Create { .. }) {
        return if is_there { vec![moved("it is there already")] } else { Vec::new() };
    }
    if !is_there {
        return vec![moved("it is gone")];
    }
    let pairs = change.seen.iter().filter_map(|(path, seen)| Some((path, seen, now.get(&(*path, id))?)));
    pairs.filter_map(|(path, seen, raw)| fields_moved(shape(path), seen, raw)).map(|it| moved(&it)).collect()
}

/// Names only: a value may be one that is masked everywhere.
fn fields_moved(shape: &Shape, seen: &Object, now: &RawValue) -> Option<String> {
    let now = serde_json::from_str(now.get()).unwrap_or_default();
    let fields: Vec<String> =
        shape.differences(seen, &now).iter().flat_map(|it| name_fields(shape, it)).collect();
    (!fields.is_empty()).then(|| fields.join(", "))
}

/// The YAML words of what differs; of two maps, the words of their keys.
fn name_fields(shape: &Shape, difference: &Difference) -> Vec<String> {
    let word = shape.word(&difference.key);
    match (&difference.expected, &difference.found) {
        (Value::Object(expected), Value::Object(found)) => {
            let inner = shape.differences(expected, found);
            inner.iter().map(|inner| format!("field '{word}.{}'", inner.key)).collect()
        }
        _ => vec![format!("field '{word}'")],
    }
}
