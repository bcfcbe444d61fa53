//! (saved plan, the plan of today) → whether the saved one still holds. No values are kept: digests are compared.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, value::RawValue};

use super::{Cause, Change, Moved, Plan};
use crate::{
    resource::{self, Address, Attributes, Index, Object, Path, remove, shape},
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
/// What is live is looked at for the objects that today's plan leaves alone: whether Descope or a variable made the
/// difference.
///
/// # Errors
/// Names every object that is another one now.
pub fn still_holds(saved: &[SavedChange], now: &Plan, live: &Index<'_>) -> Result<(), Vec<Moved>> {
    let today: BTreeMap<&str, &Change> = now.changes.iter().map(|it| (it.address.as_str(), it)).collect();
    let then: BTreeMap<&str, &SavedChange> = saved.iter().map(|it| (it.address.as_str(), it)).collect();
    let addresses: BTreeSet<&str> = then.keys().chain(today.keys()).copied().collect();
    let moved: Vec<Moved> = addresses
        .into_iter()
        .filter_map(|name| {
            let address = name.parse::<Address>().ok()?;
            let what = match (then.get(name), today.get(name)) {
                (Some(then), Some(now)) => difference(then, now),
                (Some(then), None) => Some(gone(then, &address, live)),
                (None, now) => now.map(|now| appeared(now)),
            };
            Some(Moved { address, what: what? })
        })
        .collect();
    if moved.is_empty() { Ok(()) } else { Err(moved) }
}

/// What is said where the desired value is another one: it can't be told which of the two it was.
const CONFIGURED: &str = "a variable or a file that it comes from changed";

/// A change that is not needed any more, and why.
fn gone(then: &SavedChange, address: &Address, live: &Index<'_>) -> String {
    let action = &then.action;
    let paths = resource::paths_of(address.kind());
    let there = paths.first().is_some_and(|path| live.contains_key(&(*path, address.id())));
    let why = match (action.as_str(), there) {
        ("create", true) => "it is in Descope by now".to_owned(),
        ("create", false) => format!("the configuration asks for another one: {CONFIGURED}"),
        (_, false) => "it is gone from Descope".to_owned(),
        (_, true) => {
            let moved = then.live.iter().filter_map(|(path, then)| {
                let path = paths.iter().find(|it| *it == path)?;
                let object = object(live.get(&(*path, address.id()))?)?;
                let hidden = |key: &str| shape(path).opaque.contains(&key) && !then.parts.contains_key(key);
                moved_live(path, then, &fingerprint(address.kind(), path, &object, hidden))
            });
            let moved: Vec<String> = moved.collect();
            if moved.is_empty() {
                format!("the configuration gives what is live: {CONFIGURED}")
            } else {
                moved.join("; ")
            }
        }
    };
    format!("the {action} is not needed any more: {why}")
}

/// A change that the plan did not have, and why as far as what was last applied tells.
fn appeared(now: &Change) -> String {
    let why = match now.cause {
        Cause::Config => format!(": {CONFIGURED}"),
        Cause::Console => ": it changed in Descope".to_owned(),
        Cause::Both => format!(": it changed in Descope, and {CONFIGURED}"),
        Cause::Unknown => String::new(),
    };
    format!("the plan did not have this {}{why}", now.action.word())
}

fn difference(then: &SavedChange, now: &Change) -> Option<String> {
    let now = saved(now);
    if then.action != now.action {
        let why = match (then.action.as_str(), now.action.as_str()) {
            ("create", _) => "it is in Descope by now: ",
            (_, "create") => "it is gone from Descope: ",
            _ => "",
        };
        return Some(format!("{why}it was to {}, now it would be to {}", then.action, now.action));
    }
    let live = then.live.iter().filter_map(|(path, then)| moved_live(path, then, now.live.get(path)?));
    let mut all: Vec<String> = live.collect();
    if then.desired != now.desired {
        let parts = then.desired.as_ref().zip(now.desired.as_ref());
        let parts = parts.and_then(|(then, now)| named(then, now, |part| format!("'{part}'")));
        all.push(match parts {
            Some(parts) => format!("the configuration gives {parts} another value now: {CONFIGURED}"),
            None => format!("the configuration gives it another sensitive value now: {CONFIGURED}"),
        });
    }
    (!all.is_empty()).then(|| all.join("; "))
}

/// What of a live object is another one now.
fn moved_live(path: &str, then: &Fingerprint, now: &Fingerprint) -> Option<String> {
    let parts = || named(then, now, |part| format!("field '{}'", shape(path).word(part)));
    (then != now).then(|| format!("{} changed in Descope", parts().unwrap_or_else(|| "it".to_owned())))
}

fn object(raw: &RawValue) -> Option<Object> {
    serde_json::from_str(raw.get()).ok()
}

/// The parts that differ, as they are called; none where only the whole is known.
fn named(then: &Fingerprint, now: &Fingerprint, name: impl Fn(&str) -> String) -> Option<String> {
    let parts: BTreeSet<&String> = then.parts.keys().chain(now.parts.keys()).collect();
    let differ = parts.into_iter().filter(|part| then.parts.get(*part) != now.parts.get(*part));
    let differ: Vec<String> = differ.map(|part| name(part)).collect();
    (!differ.is_empty()).then(|| differ.join(", "))
}

fn live(change: &Change, path: &str, object: &Object) -> Fingerprint {
    let secret = |key: &str| !change.sensitive.is_empty() && shape(path).opaque.contains(&key);
    fingerprint(change.address.kind(), path, object, secret)
}

fn fingerprint(kind: &str, path: &str, object: &Object, secret: impl Fn(&str) -> bool) -> Fingerprint {
    if let Some(sha256) = resource::digest(kind, object) {
        return Fingerprint { sha256, parts: BTreeMap::new() };
    }
    let normal = shape(path).normal(object);
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

    fn live(live: &[Value]) -> Live {
        let observe = |value: &Value| Observed {
            object: serde_json::from_value(value.clone()).unwrap(),
            raw: RawValue::from_string(value.to_string()).unwrap(),
        };
        Live { tenants: live.iter().map(observe).collect(), ..Live::default() }
    }

    fn plan(plan: &str, live: &Live) -> Plan {
        let attributes =
            Some(Bag::from_iter([("plan".to_owned(), json!(plan)), ("token".to_owned(), json!(plan))]));
        let sensitive = vec![Path::new(["attributes", "token"])];
        let tenant = |id: &str| Tenant { id: id.into(), name: Some(id.into()), ..Tenant::default() };
        let acme = Tenant { attributes, sensitive, ..tenant("acme") };
        let desired = Desired { tenants: Some(vec![acme, tenant("made")]), ..Desired::default() };
        let (baseline, scope) = (Baseline::empty("P1"), Scope::default());
        compute(Inputs { desired: &desired, live, baseline: &baseline, scope: &scope }).unwrap()
    }

    fn acme() -> Value {
        json!({"id": "acme", "name": "acme", "selfProvisioningDomains": ["a.com", "B.com"], "enforceSSO": false,
               "customAttributes": {"token": "s3cret"}, "neverHeardOf": {"a": 1}})
    }

    fn moved(value: &str, now: &[Value]) -> Vec<String> {
        let then = saved_changes(&plan("gold", &live(&[acme()])));
        let now = live(now);
        let moved = still_holds(&then, &plan(value, &now), &now.index()).err().unwrap_or_default();
        moved.iter().map(|it| format!("{}: {}", it.address, it.what)).collect()
    }

    #[test]
    fn what_means_the_same_has_not_moved() {
        assert!(moved("gold", &[acme()]).is_empty());
        let mut other = acme();
        other["selfProvisioningDomains"] = json!(["b.com", "a.com"]);
        other["disabled"] = json!(false);
        other.as_object_mut().unwrap().remove("enforceSSO");
        assert!(moved("gold", &[other]).is_empty());
    }

    #[test]
    fn whatever_moved_is_named_and_no_value_is_kept() {
        let with = |key: &str, value: Value| {
            let mut other = acme();
            other[key] = value;
            moved("gold", &[other])
        };
        assert_eq!(
            with("neverHeardOf", json!({"a": 2})),
            ["tenant.acme: field 'neverHeardOf' changed in Descope"]
        );
        assert_eq!(with("disabled", json!(true)), ["tenant.acme: field 'disabled' changed in Descope"]);
        assert_eq!(with("customAttributes", json!({"token": "x"})), ["tenant.acme: it changed in Descope"]);
        let gone = "tenant.acme: it is gone from Descope: it was to update, now it would be to create";
        assert_eq!(moved("gold", &[]), [gone]);
        let made = json!({"id": "made", "name": "made"});
        let there = "tenant.made: the create is not needed any more: it is in Descope by now";
        assert_eq!(moved("gold", &[acme(), made]), [there]);
        let other = json!({"id": "made", "name": "Another"});
        let named = "tenant.made: it is in Descope by now: it was to create, now it would be to update";
        assert_eq!(moved("gold", &[acme(), other]), [named]);
        let now = live(&[acme()]);
        let mut fewer = saved_changes(&plan("gold", &now));
        fewer.pop();
        let more = still_holds(&fewer, &plan("gold", &now), &now.index()).unwrap_err();
        assert_eq!(more[0].what, "the plan did not have this create");
        let text = serde_json::to_string(&saved_changes(&plan("gold", &now))).unwrap();
        assert!(!text.contains("s3cret") && !text.contains("gold") && !text.contains("token"), "{text}");
    }

    #[test]
    fn a_variable_that_changed_is_not_taken_for_a_change_in_descope() {
        let variable = "tenant.acme: the configuration gives 'attributes.plan' another value now: \
                        a variable or a file that it comes from changed";
        assert_eq!(moved("silver", &[acme()]), [variable]);
        // It gives the very value that is live.
        let mut silver = acme();
        silver["customAttributes"] = json!({"plan": "silver", "token": "silver"});
        let then = saved_changes(&plan("gold", &live(&[silver.clone()])));
        let what = |now: &Value| {
            let now = live(std::slice::from_ref(now));
            still_holds(&then, &plan("silver", &now), &now.index()).unwrap_err()[0].what.clone()
        };
        assert_eq!(
            what(&silver),
            "the update is not needed any more: the configuration gives what is live: a variable or a file that \
             it comes from changed"
        );
        silver["disabled"] = json!(true);
        assert_eq!(what(&silver), "the update is not needed any more: field 'disabled' changed in Descope");
    }
}
