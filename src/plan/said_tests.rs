//! What a plan says of itself: its counts, what must be read again, what each change holds.

use serde_json::{Value, json};

use super::{
    tests::{change, child, desired, live, plan_in, pruning, shape, tenant, there, under},
    *,
};
use crate::{
    resource::{
        Attributes, Desired, Path,
        tenant::{Sensitive, Tenant},
    },
    state::Baseline,
};

/// One of each action, and one that is kept back.
fn one_of_each() -> Plan {
    let wanted = [
        tenant("made", &[]),
        tenant("changed", &["new.com"]),
        tenant("top", &[]),
        under("top", tenant("moved", &[])),
        tenant("kept", &["held.com"]),
    ];
    let now = [
        there("changed", &[]),
        there("top", &[]),
        there("moved", &[]),
        there("stray", &[]),
        child("holder", "top"),
        there("other", &["held.com"]),
    ];
    let scope = Scope {
        allow_replace: vec!["tenant.moved".parse().unwrap()],
        excludes: vec!["tenant.holder".parse().unwrap(), "tenant.other".parse().unwrap()],
        ..pruning()
    };
    plan_in(&desired(&wanted), &live(&now), &scope)
}

#[test]
fn every_change_is_counted_once_and_a_withheld_one_with_its_kind_too() {
    let plan = one_of_each();
    let all = Counts { create: 2, update: 1, replace: 1, delete: 1, withheld: 1 };
    assert_eq!(plan.counts(), all);
    assert_eq!(plan.runnable_counts(), Counts { create: 1, withheld: 0, ..all });
}

#[test]
fn an_action_holds_what_was_where_something_was_and_what_will_be_where_something_will() {
    let plan = one_of_each();
    let sides = |id| {
        let action = &change(&plan, id).action;
        let name = |it: Option<&Attributes>| it.and_then(|it| it.get("name").cloned());
        (name(action.before()), name(action.after()), action.destroys())
    };
    assert_eq!(sides("made"), (None, Some(json!("MADE")), false));
    assert_eq!(sides("changed"), (Some(json!("CHANGED")), Some(json!("CHANGED")), false));
    assert_eq!(sides("moved"), (Some(json!("MOVED")), Some(json!("MOVED")), true));
    assert_eq!(sides("stray"), (Some(json!("STRAY")), None, true));
}

#[test]
fn the_settings_of_whom_a_change_makes_anew_are_read_again_and_of_nobody_else() {
    let plan = one_of_each();
    let reads = plan.reads();
    assert!(reads.tenants && !reads.theme && !reads.project);
    assert_eq!(reads.settings.into_iter().collect::<Vec<_>>(), ["moved"]);
    let nothing = plan_in(&desired(&[]), &live(&[]), &Scope::default());
    assert_eq!(nothing.reads(), Reads::default());
}

#[test]
fn a_change_takes_as_many_writes_as_it_has_steps_and_what_it_gives_up_first_is_one_more() {
    let plan = one_of_each();
    assert_eq!(["made", "changed", "moved", "stray"].map(|id| change(&plan, id).writes()), [1, 1, 2, 1]);
    // An update reads what it starts from once more before it writes.
    assert_eq!(["made", "changed", "moved", "stray"].map(|id| change(&plan, id).requests()), [1, 2, 2, 1]);
    let wanted = [tenant("a", &["b.com"]), tenant("b", &["a.com"])];
    let swap = plan_in(
        &desired(&wanted),
        &live(&[there("a", &["a.com"]), there("b", &["b.com"])]),
        &Scope::default(),
    );
    assert_eq!((change(&swap, "a").writes(), change(&swap, "a").requests()), (2, 4));
}

#[test]
fn what_is_compared_as_a_whole_is_in_conflict_only_where_both_changed_it() {
    let mut plan = one_of_each();
    let versions = ["applied", "configured", "live"].map(str::to_owned);
    let change = &mut plan.changes[0];
    assert_eq!(change.whole_conflict(), None);
    change.versions = Some(versions.clone());
    for cause in [Cause::Config, Cause::Console, Cause::Unknown] {
        change.cause = cause;
        assert_eq!(change.whole_conflict(), None);
    }
    change.cause = Cause::Both;
    assert_eq!(change.whole_conflict(), Some(&versions));
}

#[test]
fn where_nothing_was_ever_applied_nobody_knows_who_made_a_difference() {
    let plan = one_of_each();
    assert!(plan.changes.iter().all(|change| change.cause == Cause::Unknown));
}

#[test]
fn the_bounds_count_what_would_go_and_what_would_change() {
    let plan = one_of_each();
    let over = |max_delete, max_change| -> Vec<(&str, u64)> {
        let bounds = Bounds { max_delete: Some(max_delete), max_change: Some(max_change) };
        exceeded(&plan, bounds).iter().map(|it| (it.bound, it.planned)).collect()
    };
    assert_eq!(over(1, 3), [("max_delete", 2), ("max_change", 4)]);
    assert_eq!(over(2, 3), [("max_change", 4)]);
    assert_eq!(over(2, 4), []);
    let kinds = runnable_by_kind(&plan);
    assert_eq!(kinds, [("tenant", plan.runnable_counts())].into());
}

#[test]
fn every_tenant_whose_sso_goes_is_a_loss() {
    let with_sso = |id: &str| json!({"id": id, "name": id, "authType": "saml", "parent": ""});
    let now = [with_sso("one"), with_sso("two"), there("none", &[]), with_sso("stays")];
    let wanted =
        [Tenant { name: Some("Renamed".to_owned()), ..Tenant { id: "stays".into(), ..Tenant::default() } }];
    let plan = plan_in(&desired(&wanted), &live(&now), &pruning());
    assert_eq!(losses(&plan), Losses { with_sso: 2, locked: 0 });
}

#[test]
fn taking_away_the_last_who_may_sign_in_without_sso_needs_a_word_where_there_is_none() {
    let shape_of = |enforced: bool, kind: &str, wanted: Option<bool>| {
        let now = json!({
            "id": "acme", "name": "ACME", "authType": kind, "parent": "", "enforceSSO": enforced,
            "enforceSSOExclusions": ["U1"],
        });
        let none = Some([""; 0].into_iter().collect());
        let tenant = Tenant { enforce_sso: wanted, enforce_sso_exclusions: none, ..tenant("acme", &[]) };
        shape(&plan_in(&desired(&[tenant]), &live(&[now]), &Scope::default())).remove(0)
    };
    assert!(shape_of(true, "none", None).contains("--allow-lockout"));
    assert!(shape_of(true, "none", Some(true)).contains("--allow-lockout"));
    for fine in
        [shape_of(true, "saml", None), shape_of(false, "none", None), shape_of(true, "none", Some(false))]
    {
        assert_eq!(fine, "update acme");
    }
}

#[test]
fn a_change_of_a_tenant_carries_its_name_its_place_and_what_is_masked() {
    let place = |line| Some(Place { file: "descope.yaml".into(), line, column: 3 });
    let hidden = vec![Path::new(["attributes", "token"])];
    let of = |tenant: Tenant, line| Tenant { place: place(line), sensitive: hidden.clone(), ..tenant };
    let wanted = [
        of(tenant("made", &[]), 1),
        of(tenant("changed", &["a.com"]), 2),
        of(Tenant { name: None, ..tenant("unnamed", &["b.com"]) }, 3),
    ];
    let desired = Desired {
        sensitive: Sensitive { known: [("stray".to_owned(), hidden.clone())].into(), others: Vec::new() },
        ..desired(&wanted)
    };
    let now = ["changed", "unnamed", "stray", "plain"].map(|id| there(id, &[]));
    let plan = plan_in(&desired, &live(&now), &pruning());
    let told = |id| {
        let change = change(&plan, id);
        (change.name.as_str(), change.place.clone(), change.sensitive == hidden)
    };
    assert_eq!(told("made"), ("MADE", place(1), true));
    assert_eq!(told("changed"), ("CHANGED", place(2), true));
    assert_eq!(told("unnamed"), ("UNNAMED", place(3), true));
    assert_eq!(told("stray"), ("STRAY", None, true));
    assert_eq!(told("plain"), ("PLAIN", None, false));
    let object = |id| change(&plan, id).seen.get(tenant::TENANT_PATH).map(|it| it["id"].clone());
    assert_eq!(
        ["stray", "changed", "made"].map(object),
        [Some(json!("stray")), Some(json!("changed")), None]
    );
    // A key that nobody knows is one more that stays.
    let kept = |plan: &Plan| change(plan, "changed").unmanaged_kept;
    let mut known = now.clone();
    known[0]["neverHeardOf"] = json!(1);
    assert_eq!(kept(&plan_in(&desired, &live(&known), &pruning())), kept(&plan) + 1);
}

#[test]
fn only_a_child_that_stays_is_in_the_way_of_a_parent_that_goes() {
    let family = [there("top", &[]), child("low", "top"), there("other", &[])];
    let plan = plan_in(&desired(&[tenant("other", &["new.com"])]), &live(&family), &pruning());
    assert_eq!(shape(&plan), ["delete low", "update other", "delete top"]);
    assert_eq!(confirm(&plan, &live(&family)), Ok(()));
    let elsewhere = [family.as_slice(), &[child("late", "other")]].concat();
    assert_eq!(confirm(&plan, &live(&elsewhere)), Ok(()));
    let under = [family.as_slice(), &[child("late", "top")]].concat();
    let moved = confirm(&plan, &live(&under)).unwrap_err();
    assert_eq!(moved.iter().map(|it| it.address.as_str()).collect::<Vec<_>>(), ["tenant.top"]);
}

#[test]
fn a_target_takes_along_the_parents_that_must_be_made_and_nobody_else() {
    let wanted = [
        tenant("top", &["new.com"]),
        under("top", tenant("mid", &[])),
        under("mid", tenant("low", &[])),
        under("top", tenant("side", &[])),
    ];
    let aim = |excludes: &[&str]| Scope {
        targets: vec!["tenant.low".parse().unwrap()],
        excludes: excludes.iter().map(|it| it.parse().unwrap()).collect(),
        ..Scope::default()
    };
    let none = live(&[]);
    assert_eq!(
        shape(&plan_in(&desired(&wanted), &none, &aim(&[]))),
        ["create low", "create mid", "create top"]
    );
    // One that is there is left as it is, whatever else it wants.
    let there_now = live(&[there("top", &[])]);
    assert_eq!(shape(&plan_in(&desired(&wanted), &there_now, &aim(&[]))), ["create low", "create mid"]);
    let (desired, scope, baseline) = (desired(&wanted), aim(&["tenant.mid"]), Baseline::empty("P2"));
    let problems = compute(Inputs { desired: &desired, live: &none, baseline: &baseline, scope: &scope });
    assert_eq!(problems.unwrap_err().iter().map(|it| it.code).collect::<Vec<_>>(), ["unknown_parent"]);
}

#[test]
fn what_somebody_else_says_of_a_change_repeats_nothing_that_is_masked() {
    let secrets = ["domains", "name"].map(|word| Path::new([word])).to_vec();
    let acme = Tenant { sensitive: secrets, ..tenant("acme", &["acme.example", "sub.acme.example"]) };
    let plan = plan_in(&desired(&[acme]), &live(&[]), &Scope::default());
    let told = change(&plan, "acme").masked("'sub.acme.example' of \"ACME\" is taken, acme.example, too");
    assert_eq!(told, "'(sensitive)' of \"(sensitive)\" is taken, (sensitive), too");
    let open = plan_in(&desired(&[tenant("acme", &["acme.example"])]), &live(&[]), &Scope::default());
    assert_eq!(change(&open, "acme").masked("acme.example is taken"), "acme.example is taken");
}

#[test]
fn a_sensitive_number_is_masked_where_it_is_long_enough_to_be_told_from_others() {
    let with = |value: Value| {
        let attributes = Some([("pin".to_owned(), value)].into_iter().collect());
        let tenant =
            Tenant { attributes, sensitive: vec![Path::new(["attributes", "pin"])], ..tenant("acme", &[]) };
        plan_in(&desired(&[tenant]), &live(&[]), &Scope::default())
    };
    let said = |value: Value, text: &str| change(&with(value), "acme").masked(text);
    assert_eq!(said(json!(4711), "pin 4711 is refused (400)"), "pin (sensitive) is refused (400)");
    assert_eq!(said(json!(400), "pin 4711 is refused (400)"), "pin 4711 is refused (400)");
}
