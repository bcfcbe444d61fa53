//! What a plan says of itself: its counts, what must be read again, what each change holds.

use serde_json::json;

use super::{
    tests::{change, child, desired, live, plan_in, pruning, tenant, there, under},
    *,
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
    let wanted = [tenant("a", &["b.com"]), tenant("b", &["a.com"])];
    let swap = plan_in(
        &desired(&wanted),
        &live(&[there("a", &["a.com"]), there("b", &["b.com"])]),
        &Scope::default(),
    );
    assert_eq!(change(&swap, "a").writes(), 2);
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
