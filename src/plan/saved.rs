//! (saved plan, the plan of today) → whether the saved one still holds. No values are kept: digests are compared.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::{Change, Moved, Plan};
use crate::{
    resource::{self, Address, Attributes, Object, Path, remove, shape},
    state::{Fingerprint, SavedChange, digest},
};

/// The changes of a plan, as a saved plan keeps them.
pub fn saved_changes(plan: &Plan) -> Vec<SavedChange> {
    plan.changes.iter().map(saved).collect()
}

fn saved(change: &Change) -> SavedChange {
    let live = change.seen.iter().map(|(path, object)| ((*path).to_owned(), live(change, path, object)));
    SavedChange {
        address: change.address.to_string(),
        action: change.action.word().to_owned(),
        live: live.collect(),
        desired: change.action.after().map(|after| desired(change, after)),
    }
}

/// Checks that today's plan is the saved one: the same changes, from the same live objects to the same attributes.
///
/// # Errors
/// Names every object that is another one now.
pub fn still_holds(saved: &[SavedChange], now: &Plan) -> Result<(), Vec<Moved>> {
    let today: BTreeMap<String, SavedChange> =
        saved_changes(now).into_iter().map(|change| (change.address.clone(), change)).collect();
    let then: BTreeMap<&str, &SavedChange> = saved.iter().map(|it| (it.address.as_str(), it)).collect();
    let addresses: BTreeSet<&str> = then.keys().copied().chain(today.keys().map(String::as_str)).collect();
    let moved: Vec<Moved> = addresses
        .into_iter()
        .filter_map(|address| {
            let what = difference(then.get(address).copied(), today.get(address))?;
            Some(Moved { address: address.parse::<Address>().ok()?, what })
        })
        .collect();
    if moved.is_empty() { Ok(()) } else { Err(moved) }
}

fn difference(then: Option<&SavedChange>, now: Option<&SavedChange>) -> Option<String> {
    let (then, now) = match (then, now) {
        (Some(then), Some(now)) => (then, now),
        (Some(then), None) => return Some(format!("the {} is not needed any more", then.action)),
        (None, now) => return now.map(|now| format!("the plan did not have this {}", now.action)),
    };
    if then.action != now.action {
        return Some(format!("it was to {}, now it would be to {}", then.action, now.action));
    }
    let live = then.live.iter().filter_map(|(path, then)| {
        let now = now.live.get(path)?;
        (then != now).then(|| named(then, now, |part| format!("field '{}'", shape(path).word(part))))
    });
    let mut all: Vec<String> = live
        .map(|parts| format!("{} changed in Descope", parts.unwrap_or_else(|| "it".to_owned())))
        .collect();
    if then.desired != now.desired {
        let parts = then.desired.as_ref().zip(now.desired.as_ref());
        let parts = parts.and_then(|(then, now)| named(then, now, |part| format!("'{part}'")));
        let what = parts.unwrap_or_else(|| "what it shall be".to_owned());
        all.push(format!("the desired value of {what} changed: a variable or a file that it comes from"));
    }
    (!all.is_empty()).then(|| all.join("; "))
}

/// The parts that differ, as they are called; none where only the whole is known.
fn named(then: &Fingerprint, now: &Fingerprint, name: impl Fn(&str) -> String) -> Option<String> {
    let parts: BTreeSet<&String> = then.parts.keys().chain(now.parts.keys()).collect();
    let differ = parts.into_iter().filter(|part| then.parts.get(*part) != now.parts.get(*part));
    let differ: Vec<String> = differ.map(|part| name(part)).collect();
    (!differ.is_empty()).then(|| differ.join(", "))
}

fn live(change: &Change, path: &str, object: &Object) -> Fingerprint {
    if let Some(sha256) = resource::digest(change.address.kind(), object) {
        return Fingerprint { sha256, parts: BTreeMap::new() };
    }
    let normal = shape(path).normal(object);
    let secret = |key: &str| !change.sensitive.is_empty() && shape(path).opaque.contains(&key);
    let parts = normal.iter().filter(|(key, _)| !secret(key)).map(|(key, value)| (key.clone(), sha(value)));
    Fingerprint { parts: parts.collect(), sha256: sha(&Value::Object(normal)) }
}

fn desired(change: &Change, after: &Attributes) -> Fingerprint {
    let mut open = after.clone();
    change.sensitive.iter().for_each(|path| remove(&mut open, path));
    let mut parts = BTreeMap::new();
    for (word, value) in &open {
        match value {
            Value::Object(map) => {
                parts.extend(map.iter().map(|(key, value)| (Path::new([word, key]).to_string(), sha(value))));
            }
            value => drop(parts.insert(word.clone(), sha(value))),
        }
    }
    Fingerprint { parts, sha256: sha(&Value::Object(after.clone())) }
}

/// What can't be written as JSON does not come up; it would differ from everything.
fn sha(value: &Value) -> String {
    digest(&value.to_string()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use serde_json::{json, value::RawValue};

    use super::*;
    use crate::{
        plan::{Inputs, Scope, compute},
        resource::{
            Desired, Live, Observed,
            tenant::{Bag, Tenant},
        },
        state::Baseline,
    };

    fn plan(plan: &str, live: &[Value]) -> Plan {
        let observe = |value: &Value| Observed {
            object: serde_json::from_value(value.clone()).unwrap(),
            raw: RawValue::from_string(value.to_string()).unwrap(),
        };
        let attributes =
            Some(Bag::from_iter([("plan".to_owned(), json!(plan)), ("token".to_owned(), json!(plan))]));
        let sensitive = vec![Path::new(["attributes", "token"])];
        let tenant = |id: &str| Tenant { id: id.into(), name: Some(id.into()), ..Tenant::default() };
        let acme = Tenant { attributes, sensitive, ..tenant("acme") };
        let desired = Desired { tenants: Some(vec![acme, tenant("made")]), ..Desired::default() };
        let live = Live { tenants: live.iter().map(observe).collect(), ..Live::default() };
        let (baseline, scope) = (Baseline::empty("P1"), Scope::default());
        compute(Inputs { desired: &desired, live: &live, baseline: &baseline, scope: &scope }).unwrap()
    }

    fn acme() -> Value {
        json!({"id": "acme", "name": "acme", "selfProvisioningDomains": ["a.com", "B.com"], "enforceSSO": false,
               "customAttributes": {"token": "s3cret"}, "neverHeardOf": {"a": 1}})
    }

    fn moved(now: &Plan) -> Vec<String> {
        let then = saved_changes(&plan("gold", &[acme()]));
        let moved = still_holds(&then, now).err().unwrap_or_default();
        moved.iter().map(|it| format!("{}: {}", it.address, it.what)).collect()
    }

    #[test]
    fn what_means_the_same_has_not_moved() {
        assert!(moved(&plan("gold", &[acme()])).is_empty());
        let mut other = acme();
        other["selfProvisioningDomains"] = json!(["b.com", "a.com"]);
        other["disabled"] = json!(false);
        other.as_object_mut().unwrap().remove("enforceSSO");
        assert!(moved(&plan("gold", &[other])).is_empty());
    }

    #[test]
    fn whatever_moved_is_named_and_no_value_is_kept() {
        let with = |key: &str, value: Value| {
            let mut other = acme();
            other[key] = value;
            moved(&plan("gold", &[other]))
        };
        assert_eq!(
            with("neverHeardOf", json!({"a": 2})),
            ["tenant.acme: field 'neverHeardOf' changed in Descope"]
        );
        assert_eq!(with("disabled", json!(true)), ["tenant.acme: field 'disabled' changed in Descope"]);
        assert_eq!(with("customAttributes", json!({"token": "x"})), ["tenant.acme: it changed in Descope"]);
        let variable = "tenant.acme: the desired value of 'attributes.plan' changed: a variable or a file that it comes from";
        assert_eq!(moved(&plan("silver", &[acme()])), [variable]);
        assert_eq!(moved(&plan("gold", &[])), ["tenant.acme: it was to update, now it would be to create"]);
        let made = json!({"id": "made", "name": "made"});
        assert_eq!(moved(&plan("gold", &[acme(), made])), ["tenant.made: the create is not needed any more"]);
        let mut fewer = saved_changes(&plan("gold", &[acme()]));
        fewer.pop();
        let more = still_holds(&fewer, &plan("gold", &[acme()])).unwrap_err();
        assert_eq!(more[0].what, "the plan did not have this create");
        let text = serde_json::to_string(&saved_changes(&plan("gold", &[acme()]))).unwrap();
        assert!(!text.contains("s3cret") && !text.contains("gold") && !text.contains("token"), "{text}");
    }
}
