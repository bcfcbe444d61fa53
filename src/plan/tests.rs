//! Start in sync, change one thing, look at the plan.

use serde_json::{Value, json, value::RawValue};

use super::*;
use crate::{
    resource::{
        Desired, Live, Observed,
        tenant::{LiveTenant, Names, Tenant},
    },
    state::Baseline,
    units::RateLimit,
};

pub(super) fn live(tenants: &[Value]) -> Live {
    let observe = |value: &Value| Observed {
        object: serde_json::from_value::<LiveTenant>(value.clone()).unwrap(),
        raw: RawValue::from_string(value.to_string()).unwrap(),
    };
    Live { tenants: tenants.iter().map(observe).collect(), ..Live::default() }
}

pub(super) fn there(id: &str, domains: &[&str]) -> Value {
    json!({"id": id, "name": id.to_uppercase(), "selfProvisioningDomains": domains, "authType": "none", "parent": ""})
}

pub(super) fn child(id: &str, parent: &str) -> Value {
    json!({"id": id, "name": id.to_uppercase(), "parent": parent})
}

pub(super) fn tenant(id: &str, domains: &[&str]) -> Tenant {
    let domains: Names = domains.iter().copied().collect();
    Tenant { id: id.into(), name: Some(id.to_uppercase()), domains: Some(domains), ..Tenant::default() }
}

pub(super) fn under(parent: &str, tenant: Tenant) -> Tenant {
    Tenant { parent: Some(parent.into()), ..tenant }
}

pub(super) fn desired(tenants: &[Tenant]) -> Desired {
    Desired { tenants: Some(tenants.to_vec()), ..Desired::default() }
}

pub(super) fn plan_in(desired: &Desired, live: &Live, scope: &Scope) -> Plan {
    compute(Inputs { desired, live, baseline: &Baseline::empty("P2"), scope }).unwrap()
}

fn plan(desired_tenants: &[Tenant], live_tenants: &[Value]) -> Plan {
    plan_in(&desired(desired_tenants), &live(live_tenants), &Scope::default())
}

pub(super) fn pruning() -> Scope {
    Scope { prune: true, ..Scope::default() }
}

/// `+ tenant.a`, `~ tenant.b !reason`, in the order of the plan.
pub(super) fn shape(plan: &Plan) -> Vec<String> {
    let line = |change: &Change| {
        let withheld = change.withheld.as_ref().map(|it| format!(" !{}", it.reason(&change.address)));
        format!("{} {}{}", change.action.word(), change.address.id(), withheld.unwrap_or_default())
    };
    plan.changes.iter().map(line).collect()
}

pub(super) fn change<'a>(plan: &'a Plan, id: &str) -> &'a Change {
    plan.changes.iter().find(|change| change.address.id() == id).unwrap()
}

fn problems(desired: &Desired, live: &Live, scope: &Scope) -> Vec<&'static str> {
    compute(Inputs { desired, live, baseline: &Baseline::empty("P2"), scope })
        .unwrap_err()
        .iter()
        .map(|problem| problem.code)
        .collect()
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
fn the_cause_is_told_from_what_was_last_applied() {
    let mut baseline = Baseline::empty("P2");
    for id in ["by-config", "by-console", "by-both", "gone"] {
        let applied = json!({"name": id.to_uppercase(), "domains": ["a.com"]});
        baseline.set(&format!("tenant.{id}"), &applied).unwrap();
    }
    let wanted = |id: &str, name: &str| Tenant { name: Some(name.into()), domains: None, ..tenant(id, &[]) };
    let tenants = [
        wanted("by-config", "New"),
        wanted("by-console", "BY-CONSOLE"),
        wanted("by-both", "New"),
        wanted("gone", "GONE"),
        wanted("fresh", "Fresh"),
        wanted("stranger", "Stranger"),
    ];
    let named = |id: &str, name: &str| json!({"id": id, "name": name});
    let now = [
        named("by-config", "BY-CONFIG"),
        named("by-console", "Edited"),
        named("by-both", "Edited"),
        named("stranger", "Other"),
    ];
    let (desired, live, scope) = (desired(&tenants), live(&now), Scope::default());
    let plan =
        compute(Inputs { desired: &desired, live: &live, baseline: &baseline, scope: &scope }).unwrap();
    let cause = |id| change(&plan, id).cause.word();
    assert_eq!(
        ["by-config", "by-console", "by-both", "gone", "fresh", "stranger"].map(cause),
        ["config", "console", "both", "console", "config", "unknown"]
    );
    assert_eq!(change(&plan, "by-both").conflicts().count(), 1);
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
    let both = plan_in(&desired, &self::live(&[there("stray", &[]), there("other", &[])]), &pruning());
    assert!(!both.all_guarded() && !plan_in(&desired, &self::live(&[]), &pruning()).all_guarded());
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
fn what_either_side_calls_sensitive_is_held_without_being_named() {
    let hiding = |words: &[&str], tenant: Tenant| Tenant {
        sensitive: words.iter().map(|word| crate::resource::Path::new([*word])).collect(),
        ..tenant
    };
    let held = "create new !a domain that is sensitive is held by the live tenant tenant.old";
    let now = [there("old", &["taken.com"])];
    let taking = tenant("new", &["taken.com"]);
    let own = plan(&[hiding(&["domains"], taking.clone())], &now);
    assert_eq!(shape(&own), [format!("{held} \"OLD\"")]);
    let staying = hiding(&["domains", "name"], tenant("old", &["taken.com"]));
    assert_eq!(shape(&plan(&[taking, staying], &now))[0], held);
    let named = hiding(&["name"], Tenant { name: Some("OLD".into()), ..tenant("new", &[]) });
    assert_eq!(
        shape(&plan(&[named], &now)),
        ["create new !its name, which is sensitive, is held by the live tenant tenant.old"]
    );
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
    assert_eq!(
        release.request(Some(&before), "").body.unwrap()["selfProvisioningDomains"],
        json!(["own.com"])
    );
    assert!(change(&plan, "b").release.is_some());
    assert!(plan.changes.iter().all(|change| change.withheld.is_none()));
    // Where it ends half-way each gets back what it had.
    let given_up = release.after(Some(&before));
    let back = change(&plan, "a").undo[0].request(Some(&given_up), "").body.unwrap();
    assert_eq!(back["selfProvisioningDomains"], json!(["a.com", "own.com"]));
}

#[test]
fn names_change_hands_like_domains() {
    let named = |id: &str, name: &str| Tenant { name: Some(name.into()), domains: None, ..tenant(id, &[]) };
    let now = [there("a", &["a.com"]), there("b", &["b.com"])];
    let handed = plan(&[named("a", "X"), named("b", "A")], &now);
    assert_eq!(shape(&handed), ["update a", "update b"]);
    assert_eq!(change(&handed, "b").needs, [Need::Freed(Address::new("tenant", "a"))]);
    let swapped = plan(&[named("a", "B"), named("b", "A")], &now);
    let release = change(&swapped, "a").release.as_ref().unwrap();
    let before = serde_json::from_value(now[0].clone()).unwrap();
    let given_up = release.after(Some(&before));
    assert_eq!(
        (&given_up["name"], &given_up["selfProvisioningDomains"]),
        (&json!("a (being renamed)"), &json!(["a.com"]))
    );
    let back = change(&swapped, "a").undo[0].request(Some(&given_up), "").body.unwrap();
    assert_eq!((&back["name"], &back["selfProvisioningDomains"]), (&json!("A"), &json!(["a.com"])));
}

#[test]
fn what_is_made_anew_gives_nothing_up_before_and_a_circle_of_such_is_kept_back() {
    let wanted = [
        tenant("top", &[]),
        under("top", tenant("a", &["b.com"])),
        under("top", tenant("b", &["a.com"])),
        tenant("c", &["c.com"]),
    ];
    let now = [there("top", &[]), there("a", &["a.com"]), there("b", &["b.com"]), there("c", &[])];
    let scope = Scope { allow_replace: vec!["tenant.*".parse().unwrap()], ..Scope::default() };
    let plan = plan_in(&desired(&wanted), &live(&now), &scope);
    let why = |id| change(&plan, id).withheld.clone();
    assert_eq!(["a", "b", "c"].map(why), [Some(Withheld::Circle), Some(Withheld::Circle), None]);
}

#[test]
fn what_keeps_a_change_back_first_is_what_is_told() {
    let family = live(&[there("top", &[]), child("low", "top")]);
    let protected =
        Desired { protect: vec!["tenant.top".parse().unwrap()], ..desired(&[tenant("low", &[])]) };
    assert_eq!(
        shape(&plan_in(&protected, &family, &pruning())),
        ["delete top !protected by 'protect: tenant.top'"]
    );
}

#[test]
fn what_the_console_alone_changed_is_kept_back_where_that_was_asked_for() {
    let mut baseline = Baseline::empty("P2");
    for id in ["by-config", "by-console", "guarded"] {
        baseline
            .set(&format!("tenant.{id}"), &json!({"name": id.to_uppercase(), "disabled": false}))
            .unwrap();
    }
    let named = |id: &str, name: &str| Tenant { name: Some(name.into()), domains: None, ..tenant(id, &[]) };
    let guarded = Tenant { enforce_sso: Some(true), ..named("guarded", "GUARDED") };
    let tenants = [named("by-config", "New"), named("by-console", "BY-CONSOLE"), guarded];
    let now = live(&[
        json!({"id": "by-config", "name": "BY-CONFIG"}),
        json!({"id": "by-console", "name": "Edited"}),
        json!({"id": "guarded", "name": "Edited"}),
    ]);
    let desired = desired(&tenants);
    let kept_back = |withhold_console: bool| {
        let scope = Scope { withhold_console, ..Scope::default() };
        let plan =
            compute(Inputs { desired: &desired, live: &now, baseline: &baseline, scope: &scope }).unwrap();
        ["by-config", "by-console", "guarded"].map(|id| change(&plan, id).withheld.clone())
    };
    assert_eq!(kept_back(true), [None, Some(Withheld::Console), Some(Withheld::Console)]);
    assert_eq!(kept_back(false), [None, None, Some(Withheld::Lockout)]);
}

#[test]
fn a_tenant_that_enforces_sso_already_may_change_otherwise() {
    let now = json!({"id": "acme", "name": "Old", "enforceSSO": true});
    let wanted = Tenant { enforce_sso: Some(true), domains: None, ..tenant("acme", &[]) };
    assert_eq!(shape(&plan(&[wanted], &[now])), ["update acme"]);
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
    assert_eq!(exceeded(&plan, bounds), [Exceeded { bound: "max_delete", planned: 3, allowed: 2, live: 3 }]);
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
