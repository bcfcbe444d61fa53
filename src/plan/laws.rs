//! Laws that hold for whatever is desired and whatever is live.

use proptest::prelude::*;
use serde_json::{Value, json};

use super::{
    tests::{desired, live, plan_in, pruning, shape},
    *,
};
use crate::resource::{
    Object, Step, Verb,
    tenant::{Bag, Tenant},
};

const IDS: [&str; 5] = ["t-aa", "t-bb", "t-cc", "t-dd", "t-ee"];

fn some_domains() -> impl Strategy<Value = Vec<String>> {
    prop::collection::vec((0..6_u8).prop_map(|n| format!("d{n}.com")), 0..3)
}

fn some_value() -> impl Strategy<Value = Value> {
    prop_oneof![
        any::<bool>().prop_map(|it| json!(it)),
        (0..5_i64).prop_map(|it| json!(it)),
        "[a-c]{0,2}".prop_map(|it| json!(it)),
        prop::collection::vec("[a-c]", 0..3).prop_map(|it| json!(it)),
    ]
}

fn some_attributes() -> impl Strategy<Value = Vec<(String, Value)>> {
    prop::collection::vec(("[k-m]", some_value()), 0..3)
}

/// A live tenant per id, domains given out once, with keys that nobody knows.
fn some_live() -> impl Strategy<Value = Vec<Value>> {
    let one = (any::<bool>(), some_domains(), some_attributes(), any::<bool>(), some_value());
    prop::collection::vec(one, IDS.len()).prop_map(|all| {
        let mut used = std::collections::HashSet::new();
        let mut tenants = Vec::new();
        for (id, (present, domains, attributes, disabled, unknown)) in IDS.into_iter().zip(all) {
            let domains: Vec<_> = domains.into_iter().filter(|it| used.insert(it.clone())).collect();
            if present {
                tenants.push(json!({
                    "id": id, "name": format!("name of {id}"), "selfProvisioningDomains": domains,
                    "customAttributes": attributes.into_iter().collect::<Object>(), "disabled": disabled,
                    "neverHeardOf": unknown, "authType": "none", "parent": "",
                }));
            }
        }
        tenants
    })
}

fn some_desired() -> impl Strategy<Value = Vec<Tenant>> {
    let one = (
        any::<bool>(),
        prop::option::of(some_domains()),
        prop::option::of(some_attributes()),
        prop::option::of(any::<bool>()),
    );
    prop::collection::vec(one, IDS.len()).prop_map(|all| {
        let mut used = std::collections::HashSet::new();
        let mut tenants = Vec::new();
        for (id, (present, domains, attributes, disabled)) in IDS.into_iter().zip(all) {
            let fresh =
                |domains: Vec<String>| domains.into_iter().filter(|it| used.insert(it.clone())).collect();
            let domains = domains.map(fresh);
            if present {
                tenants.push(Tenant {
                    id: id.into(),
                    name: Some(format!("name of {id}")),
                    domains,
                    attributes: attributes.map(Bag::from_iter),
                    disabled,
                    ..Tenant::default()
                });
            }
        }
        tenants
    })
}

/// What the service holds after the steps, each sent as its request, in an order that the needs allow.
fn apply(plan: &Plan, now: &mut Vec<Value>) {
    let mut done = std::collections::HashSet::new();
    let run = |step: &Step, now: &mut Vec<Value>| {
        let at = now.iter().position(|it| it["id"] == step.id.as_str());
        let before = at.map(|at| now[at].as_object().unwrap().clone());
        let body = step.request(before.as_ref(), "").body.unwrap();
        match (step.verb(), at) {
            (Verb::Create, _) => now.push(body),
            (Verb::Delete, Some(at)) => drop(now.remove(at)),
            (Verb::Update, Some(at)) => {
                // A full replace, but for what the call does not own.
                let mut object = body;
                object["parent"] = now[at]["parent"].clone();
                now[at] = object;
            }
            (verb, None) => panic!("{verb:?} of nothing"),
        }
    };
    for change in plan.runnable() {
        change.release.iter().for_each(|step| run(step, now));
    }
    loop {
        let runnable: Vec<&Change> = plan.runnable().filter(|it| !done.contains(&it.address)).collect();
        if runnable.is_empty() {
            return;
        }
        let released =
            |address: &Address| plan.changes.iter().any(|it| it.address == *address && it.release.is_some());
        let ready = runnable.iter().find(|change| {
            change.needs.iter().all(|need| {
                done.contains(need.address()) || matches!(need, Need::Freed(address) if released(address))
            })
        });
        let change = ready.expect("the changes wait for each other in a circle");
        change.steps.iter().for_each(|step| run(step, now));
        done.insert(change.address.clone());
    }
}

fn domains_are_owned_once(tenants: &[Value]) -> bool {
    let all: Vec<_> = tenants
        .iter()
        .flat_map(|it| it["selfProvisioningDomains"].as_array().into_iter().flatten())
        .collect();
    let unique: std::collections::HashSet<_> = all.iter().map(std::string::ToString::to_string).collect();
    all.len() == unique.len()
}

proptest! {
    #[test]
    fn apply_then_plan_is_empty_but_for_what_is_withheld(wanted in some_desired(), mut now in some_live(), prune: bool) {
        let scope = Scope { prune, ..Scope::default() };
        let first = plan_in(&desired(&wanted), &live(&now), &scope);
        apply(&first, &mut now);
        prop_assert!(domains_are_owned_once(&now));
        let second = plan_in(&desired(&wanted), &live(&now), &scope);
        let left: Vec<_> = second.changes.iter().map(|it| &it.address).collect();
        let withheld: Vec<_> = first.changes.iter().filter(|it| it.withheld.is_some()).map(|it| &it.address).collect();
        prop_assert_eq!(left, withheld);
    }

    #[test]
    fn order_never_matters(wanted in some_desired(), now in some_live(), seed: u64) {
        let straight = plan_in(&desired(&wanted), &live(&now), &pruning());
        let (mut mixed, mut shuffled) = (wanted.clone(), now.clone());
        mixed.rotate_left((seed % 5) as usize % wanted.len().max(1));
        shuffled.reverse();
        for tenant in &mut shuffled {
            tenant["selfProvisioningDomains"].as_array_mut().unwrap().reverse();
        }
        let other = plan_in(&desired(&mixed), &live(&shuffled), &pruning());
        prop_assert_eq!(shape(&straight), shape(&other));
        prop_assert_eq!(straight.changes.iter().map(|it| &it.fields).collect::<Vec<_>>(),
                        other.changes.iter().map(|it| &it.fields).collect::<Vec<_>>());
    }

    #[test]
    fn unknown_fields_and_unmanaged_attributes_survive_any_update(wanted in some_desired(), now in some_live()) {
        let mut after = now.clone();
        apply(&plan_in(&desired(&wanted), &live(&now), &Scope::default()), &mut after);
        for before in &now {
            let tenant = after.iter().find(|it| it["id"] == before["id"]).unwrap();
            prop_assert_eq!(&tenant["neverHeardOf"], &before["neverHeardOf"]);
            let managed = wanted.iter().find(|it| before["id"] == it.id.as_str()).and_then(|it| it.attributes.as_ref());
            for (name, value) in before["customAttributes"].as_object().unwrap() {
                if managed.is_none_or(|bag| bag.value(name).is_none()) {
                    prop_assert_eq!(&tenant["customAttributes"][name], value);
                }
            }
        }
    }
}
