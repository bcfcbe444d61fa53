//! A plan → what makes it dangerous: too much at once, logins that stop, things that can't come back.

use std::{collections::BTreeMap, fmt};

use super::{Counts, Plan};

/// How much one run may change without somebody naming the project.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Bounds {
    /// Deletes and replaces.
    pub max_delete: Option<u64>,
    /// Changes of any kind.
    pub max_change: Option<u64>,
}

/// A bound that a plan goes over.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Exceeded {
    /// The YAML word of the bound.
    pub bound: &'static str,
    /// What the plan has.
    pub planned: u64,
    /// What the bound is.
    pub allowed: u64,
    /// Tenants that are live, of which a bound may be a share.
    pub live: u64,
}

impl fmt::Display for Exceeded {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { bound, planned, allowed, live } = self;
        write!(f, "{bound} is {allowed} with {live} tenants live, this plan has {planned}")
    }
}

/// The bounds that a plan goes over.
pub fn exceeded(plan: &Plan, bounds: Bounds) -> Vec<Exceeded> {
    let counts = plan.runnable_counts();
    let destroyed = (counts.delete + counts.replace) as u64;
    let changed = destroyed + (counts.create + counts.update) as u64;
    [("max_delete", destroyed, bounds.max_delete), ("max_change", changed, bounds.max_change)]
        .into_iter()
        .filter_map(|(bound, planned, allowed)| {
            Some(Exceeded { bound, planned, allowed: allowed?, live: plan.live_count as u64 })
        })
        .filter(|exceeded| exceeded.planned > exceeded.allowed)
        .collect()
}

/// How many changes of each kind of object would run.
pub fn runnable_by_kind(plan: &Plan) -> BTreeMap<&str, Counts> {
    let mut kinds: BTreeMap<&str, Counts> = BTreeMap::new();
    for change in plan.runnable() {
        kinds.entry(change.address.kind()).or_default().add(change);
    }
    kinds
}

/// What people lose by a plan.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Losses {
    /// Tenants that are deleted, or made anew, whose SSO set-up can't come back.
    pub with_sso: usize,
    /// Tenants whose logins stop.
    pub locked: usize,
}

/// What people lose by the changes that would run.
pub fn losses(plan: &Plan) -> Losses {
    let mut losses = Losses::default();
    for change in plan.runnable() {
        losses.with_sso += usize::from(change.action.destroys() && change.has_sso);
        losses.locked += usize::from(change.lockout);
    }
    losses
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plan::{
        Scope,
        tests::{desired, live, plan_in, tenant, there},
    };

    #[test]
    fn a_bound_is_told_with_what_it_is_measured_against() {
        let exceeded = Exceeded { bound: "max_delete", planned: 3, allowed: 2, live: 7 };
        assert_eq!(exceeded.to_string(), "max_delete is 2 with 7 tenants live, this plan has 3");
    }

    #[test]
    fn creates_and_updates_are_changes_and_nothing_is_destroyed_by_them() {
        let wanted = [tenant("one", &["new.com"]), tenant("two", &[]), tenant("three", &[])];
        let plan = plan_in(&desired(&wanted), &live(&[there("one", &[])]), &Scope::default());
        let over = |most| {
            let bounds = Bounds { max_delete: Some(0), max_change: Some(most) };
            super::exceeded(&plan, bounds).iter().map(|it| (it.bound, it.planned)).collect::<Vec<_>>()
        };
        assert_eq!((over(2), over(3)), (vec![("max_change", 3)], vec![]));
    }
}
