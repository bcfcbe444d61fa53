//! Start in sync, change one thing, look at the plan.

use serde_json::{Value, json, value::RawValue};

use super::*;
use crate::{
    resource::{
        Desired, Live, Observed,
        tenant::{Bag, LiveTenant, Names, Tenant},
    },
    units::RateLimit,
};

fn live(tenants: &[Value]) -> Live {
    let observe = |value: &Value| Observed {
        object: serde_json::from_value::<LiveTenant>(value.clone()).unwrap(),
        raw: RawValue::from_string(value.to_string()).unwrap(),
    };
    Live { tenants: tenants.iter().map(observe).collect(), ..Live::default() }
}

fn there(id: &str, domains: &[&str]) -> Value {
    json!({"id": id, "name": id.to_uppercase(), "selfProvisioningDomains": domains, "authType": "none", "parent": ""})
}

fn child(id: &str, parent: &str) -> Value {
    json!({"id": id, "name": id.to_uppercase(), "parent": parent})
}

fn tenant(id: &str, domains: &[&str]) -> Tenant {
    let domains: Names = domains.iter().copied().collect();
    Tenant { id: id.into(), name: Some(id.to_uppercase()), domains: Some(domains), ..Tenant::default() }
}

fn under(parent: &str, tenant: Tenant) -> Tenant {
    Tenant { parent: Some(parent.into()), ..tenant }
}

fn desired(tenants: &[Tenant]) -> Desired {
    Desired { tenants: Some(tenants.to_vec()), protect: Vec::new() }
}

fn plan_in(desired: &Desired, live: &Live, scope: &Scope) -> Plan {
    compute(Inputs { desired, live, scope }).unwrap()
}

fn plan(desired_tenants: &[Tenant], live_tenants: &[Value]) -> Plan {
    plan_in(&desired(desired_tenants), &live(live_tenants), &Scope::default())
}

fn pruning() -> Scope {
    Scope { prune: true, ..Scope::default() }
}

/// `+ tenant.a`, `~ tenant.b !reason`, in the order of the plan.
fn shape(plan: &Plan) -> Vec<String> {
    let line = |change: &Change| {
        let withheld = change.withheld.as_ref().map(|it| format!(" !{}", it.reason(&change.address)));
        format!("{} {}{}", change.action.word(), change.address.id(), withheld.unwrap_or_default())
    };
    plan.changes.iter().map(line).collect()
}

fn change<'a>(plan: &'a Plan, id: &str) -> &'a Change {
    plan.changes.iter().find(|change| change.address.id() == id).unwrap()
}

fn problems(desired: &Desired, live: &Live, scope: &Scope) -> Vec<&'static str> {
    compute(Inputs { desired, live, scope }).unwrap_err().iter().map(|problem| problem.code).collect()
}

#[test]
fn what_is_in_sync_is_no_change_and_costs_nothing() {
    let plan = plan(&[tenant("acme", &["a.com"])], &[there("acme", &["a.com"])]);
    assert!(plan.is_empty() && plan.orphans.is_empty());
    assert_eq!(plan.unchanged.len(), 1);
    assert_eq!(plan.estimate(RateLimit::DEFAULT), Estimate { requests: 0, seconds: 0 });
}

#[test]
fn without_tenants_in_the_configuration_there_are_no_orphans() {
    let unmanaged = Desired::default();
    let plan = plan_in(&unmanaged, &live(&[there("acme", &[])]), &pruning());
    assert!(plan.is_empty() && plan.orphans.is_empty());
}

#[test]
fn orphans_are_listed_and_go_only_with_prune() {
    let (desired, live) = (desired(&[tenant("acme", &[])]), live(&[there("acme", &[]), there("stray", &[])]));
    let plan = plan_in(&desired, &live, &Scope::default());
    assert!(plan.is_empty() && plan.orphans[0].address.id() == "stray");
    let plan = plan_in(&desired, &live, &pruning());
    assert_eq!((shape(&plan), plan.orphans.len()), (vec!["delete stray".to_owned()], 0));
}

#[test]
fn protect_holds_against_prune_even_when_the_resource_left_the_configuration() {
    let desired = Desired { protect: vec!["tenant.st*".parse().unwrap()], ..desired(&[]) };
    let plan = plan_in(&desired, &live(&[there("stray", &[])]), &pruning());
    assert_eq!(shape(&plan), ["delete stray !protected by 'protect: tenant.st*'"]);
    assert!(plan.all_guarded());
}

#[test]
fn parents_are_made_before_children_and_deleted_after_them() {
    let tenants = [tenant("top", &[]), under("top", tenant("mid", &[])), under("mid", tenant("low", &[]))];
    let plan = plan_in(&desired(&tenants), &live(&[]), &Scope::default());
    assert_eq!(change(&plan, "low").needs, [Need::Made(Address::new("tenant", "mid"))]);
    assert_eq!(plan.estimate(RateLimit::DEFAULT).requests, 3 + FIXED_REQUESTS);
    let gone = plan_in(
        &desired(&[]),
        &live(&[there("top", &[]), child("mid", "top"), child("low", "mid")]),
        &pruning(),
    );
    assert_eq!(change(&gone, "top").needs, [Need::Gone(Address::new("tenant", "mid"))]);
}

#[test]
fn nothing_goes_that_staying_tenants_hang_on() {
    let live = live(&[there("top", &[]), child("low", "top")]);
    let plan = plan_in(&desired(&[tenant("low", &[])]), &live, &pruning());
    assert_eq!(shape(&plan), ["delete top !sub-tenants hang on it and stay: tenant.low"]);
    let new_child = desired(&[under("top", tenant("new", &[]))]);
    let plan = plan_in(&new_child, &self::live(&[there("top", &[])]), &pruning());
    assert_eq!(shape(&plan), ["create new", "delete top !sub-tenants hang on it and stay: tenant.new"]);
}

#[test]
fn another_parent_is_a_replace_that_must_be_allowed_and_leaves_no_child_behind() {
    let wanted = [tenant("top", &[]), under("top", tenant("low", &[]))];
    let there_now = [there("top", &[]), there("low", &[])];
    let plan = plan(&wanted, &there_now);
    assert_eq!(
        shape(&plan),
        ["replace low !parent cannot be changed in place; needs --allow-replace tenant.low"]
    );
    let allowing = Scope { allow_replace: vec!["tenant.low".parse().unwrap()], ..Scope::default() };
    assert_eq!(shape(&plan_in(&desired(&wanted), &live(&there_now), &allowing)), ["replace low"]);
    let with_child = [there("top", &[]), there("low", &[]), child("leaf", "low")];
    let plan = plan_in(&desired(&wanted), &live(&with_child), &allowing);
    assert_eq!(shape(&plan), ["replace low !sub-tenants hang on it and stay: tenant.leaf"]);
    let typo = [tenant("top", &[]), under("tpo", tenant("low", &[]))];
    let plan = plan_in(&desired(&typo), &live(&there_now), &allowing);
    assert_eq!(shape(&plan), ["replace low !its parent 'tpo' is neither in the configuration nor live"]);
}

#[test]
fn a_domain_or_name_of_another_live_tenant_withholds_the_change_and_names_the_holder() {
    let plan = plan(&[tenant("new", &["Taken.com"])], &[there("old", &["taken.com"])]);
    assert_eq!(
        shape(&plan),
        ["create new !domain 'taken.com' is held by the live tenant tenant.old \"OLD\""]
    );
    let named = Tenant { name: Some("OLD".into()), ..tenant("new", &[]) };
    let plan = self::plan(&[named], &[there("old", &[])]);
    assert_eq!(shape(&plan), ["create new !name 'OLD' is held by the live tenant tenant.old \"OLD\""]);
}

#[test]
fn whoever_gives_up_a_domain_goes_before_whoever_takes_it() {
    let wanted = [tenant("a", &[]), tenant("b", &["x.com"])];
    let plan = plan(&wanted, &[there("a", &["x.com"]), there("b", &[])]);
    assert_eq!(change(&plan, "b").needs, [Need::Freed(Address::new("tenant", "a"))]);
    assert!(plan.changes.iter().all(|change| change.release.is_none() && change.withheld.is_none()));
    let pruned =
        plan_in(&desired(&[tenant("bbb", &["x.com"])]), &live(&[there("a", &["x.com"])]), &pruning());
    assert_eq!(shape(&pruned), ["delete a", "create bbb"]);
    assert_eq!(change(&pruned, "bbb").needs, [Need::Freed(Address::new("tenant", "a"))]);
}

#[test]
fn a_swap_gives_up_on_both_sides_before_anybody_takes() {
    let wanted = [tenant("a", &["b.com", "own.com"]), tenant("b", &["a.com"])];
    let plan = plan(&wanted, &[there("a", &["a.com", "own.com"]), there("b", &["b.com"])]);
    let release = change(&plan, "a").release.as_ref().unwrap();
    let before = serde_json::from_value(there("a", &["a.com", "own.com"])).unwrap();
    assert_eq!(release.request(Some(&before)).body.unwrap()["selfProvisioningDomains"], json!(["own.com"]));
    assert!(change(&plan, "b").release.is_some());
}

#[test]
fn a_target_takes_along_the_parents_it_needs_and_nothing_else() {
    let wanted = desired(&[tenant("top", &[]), under("top", tenant("low", &[])), tenant("other", &[])]);
    let scope = Scope { targets: vec!["tenant.low".parse().unwrap()], ..Scope::default() };
    assert_eq!(shape(&plan_in(&wanted, &live(&[]), &scope)), ["create low", "create top"]);
    let scope = Scope { excludes: vec!["tenant.o*".parse().unwrap()], ..Scope::default() };
    assert_eq!(shape(&plan_in(&wanted, &live(&[]), &scope)), ["create low", "create top"]);
    let scope = Scope { targets: vec!["tenant.nope".parse().unwrap()], ..Scope::default() };
    assert_eq!(problems(&wanted, &live(&[]), &scope), ["no_such_target"]);
}

#[test]
fn what_cannot_be_made_is_a_problem_before_anything_is_written() {
    let nameless = Tenant { name: None, ..tenant("abc", &[]) };
    let wanted = desired(&[nameless, tenant("Not_Ours", &[]), under("nowhere", tenant("lost", &[]))]);
    assert_eq!(
        problems(&wanted, &live(&[]), &Scope::default()),
        ["name_missing", "invalid_id", "unknown_parent"]
    );
    // The same ids are fine for tenants that exist.
    let plan = plan(&[tenant("Not_Ours", &[])], &[there("Not_Ours", &[])]);
    assert!(plan.is_empty());
}

#[test]
fn a_fourth_level_is_refused_also_below_live_tenants() {
    let live = live(&[there("one", &[]), child("two", "one"), child("three", "two")]);
    let wanted = desired(&[under("three", tenant("four", &[]))]);
    assert_eq!(problems(&wanted, &live, &Scope::default()), ["too_deep"]);
}

#[test]
fn enforcing_absent_sso_needs_a_word_and_present_sso_does_not() {
    let enforcing = Tenant { enforce_sso: Some(true), ..tenant("acme", &[]) };
    let withheld = plan(std::slice::from_ref(&enforcing), &[there("acme", &[])]);
    assert!(shape(&withheld)[0].contains("--allow-lockout"));
    let with_sso = json!({"id": "acme", "name": "ACME", "authType": "saml"});
    let plan = plan(std::slice::from_ref(&enforcing), &[with_sso]);
    assert_eq!((shape(&plan), losses(&plan).locked), (vec!["update acme".to_owned()], 1));
    let allowing = Scope { allow_lockout: true, ..Scope::default() };
    assert_eq!(shape(&plan_in(&desired(&[enforcing]), &live(&[]), &allowing)), ["create acme"]);
}

#[test]
fn a_child_waits_for_a_parent_that_is_withheld() {
    let wanted = [tenant("top", &["taken.com"]), under("top", tenant("low", &[]))];
    let plan = plan(&wanted, &[there("old", &["taken.com"])]);
    assert_eq!(shape(&plan)[0], "create low !waits for tenant.top, which is withheld");
}

#[test]
fn limits_count_what_would_run() {
    let live = live(&[there("a", &[]), there("b", &[]), there("c", &[])]);
    let plan = plan_in(&desired(&[]), &live, &pruning());
    let bounds = Bounds { max_delete: Some(2), max_change: Some(3) };
    assert_eq!(exceeded(&plan, bounds), [Exceeded { bound: "max_delete", planned: 3, allowed: 2 }]);
    assert_eq!(exceeded(&plan, Bounds::default()), []);
}

#[test]
fn anything_that_moves_on_a_touched_object_is_noticed_unmanaged_fields_too() {
    let before = [there("acme", &["a.com"]), there("other", &[])];
    let plan = plan(
        &[Tenant { name: Some("New".into()), ..tenant("acme", &["a.com"]) }, tenant("made", &[])],
        &before,
    );
    assert_eq!(confirm(&plan, &live(&before)), Ok(()));
    let with = |key: &str, value: Value| {
        let mut tenant = there("acme", &["a.com"]);
        tenant[key] = value;
        [tenant, there("other", &["changed.com"])]
    };
    let moved = |now: &[Value]| confirm(&plan, &live(now)).unwrap_err()[0].to_string();
    assert!(moved(&with("brandNew", json!(1))).ends_with("field 'brandNew'"));
    assert!(moved(&with("customAttributes", json!({"k": "v"}))).contains("field 'attributes'"));
    assert!(moved(&[there("other", &[])]).ends_with("it is gone"));
    let both = [there("acme", &["a.com"]), there("made", &[])];
    assert!(moved(&both).ends_with("it is there already"));
}

#[test]
fn a_sub_tenant_that_appears_under_a_deleted_one_is_noticed() {
    let plan = plan_in(&desired(&[]), &live(&[there("top", &[])]), &pruning());
    let moved = confirm(&plan, &live(&[there("top", &[]), child("late", "top")])).unwrap_err();
    assert!(moved[0].to_string().ends_with("'late' is its sub-tenant now"));
}

mod laws {
    use proptest::prelude::*;

    use super::*;
    use crate::resource::{Object, Step, Verb};

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
            let at = now.iter().position(|it| it["id"] == step.key.1.as_str());
            let before = at.map(|at| now[at].as_object().unwrap().clone());
            let body = step.request(before.as_ref()).body.unwrap();
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
            let released = |address: &Address| {
                plan.changes.iter().any(|it| it.address == *address && it.release.is_some())
            };
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
}
