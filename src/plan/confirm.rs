//! (plan that was shown, live as it is now) → whether anything it touches has moved.

use std::collections::{HashMap, HashSet};

use serde_json::Value;

use super::{Action, Change, Plan};
use crate::resource::{
    Address, Difference, Live, Object, Shape,
    tenant::{self, TENANT_PATH},
};

/// Something that moved between the plan and its apply.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{address} changed in Descope since the plan was shown: {what}")]
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
    let destroyed: HashSet<&str> =
        plan.runnable().filter(|change| change.action.destroys()).map(|change| change.address.id()).collect();
    let touched: HashMap<&str, &Change> =
        plan.runnable().map(|change| (change.address.id(), change)).collect();
    let mut moved = Vec::new();
    let mut met = HashSet::new();
    for tenant in &now.tenants {
        let id = tenant.object.id.as_str();
        // A replaced tenant leaves its old parent, one that stays would hang on nothing.
        if destroyed.contains(tenant.object.parent.as_str()) && !destroyed.contains(id) {
            moved.push(Moved {
                address: Address::new(tenant::KIND, &tenant.object.parent),
                what: format!("'{id}' is its sub-tenant now"),
            });
        }
        let Some(change) = touched.get(id) else { continue };
        met.insert(id);
        let object = serde_json::from_str(tenant.raw.get()).unwrap_or_default();
        moved.extend(what_moved(change, TENANT_PATH, &object));
        if let Some(settings) = now.settings.get(id) {
            let object = serde_json::from_str(settings.raw.get()).unwrap_or_default();
            moved.extend(what_moved(change, tenant::SETTINGS_PATH, &object));
        }
    }
    let gone = plan.runnable().filter(|change| !change.seen.is_empty() && !met.contains(change.address.id()));
    moved.extend(gone.map(|change| Moved { address: change.address.clone(), what: "it is gone".to_owned() }));
    if moved.is_empty() { Ok(()) } else { Err(moved) }
}

fn what_moved(change: &Change, path: &'static str, now: &Object) -> Option<Moved> {
    let moved = |what| Some(Moved { address: change.address.clone(), what });
    let Some(seen) = change.seen.get(path) else {
        let created = matches!(change.action, Action::Create { .. }) && path == TENANT_PATH;
        return if created { moved("it is there already".to_owned()) } else { None };
    };
    let shape = tenant::shape(path);
    // Names only: a value may be one that is masked everywhere.
    let fields: Vec<String> =
        shape.differences(seen, now).iter().flat_map(|it| name_fields(shape, it)).collect();
    if fields.is_empty() { None } else { moved(fields.join(", ")) }
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
