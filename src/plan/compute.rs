//! (desired, live, scope) → plan: compare, guard, order, narrow.

use std::collections::{HashMap, HashSet};

use super::{
    Action, Change, Need, Plan, Problem, Scope, cause, flows, holders,
    lean::lean,
    order::{order_parents, withhold_what_waits},
    own,
    permit::guard,
    possible::{Surroundings, impossible},
    tenants::{ById, Compared, compare_all},
};
use crate::{
    resource::{Address, Desired, Live, Pattern, flow, project, tenant, theme},
    state::Baseline,
};

/// What a plan is made of.
#[derive(Debug, Clone, Copy)]
pub struct Inputs<'a> {
    /// How things should be.
    pub desired: &'a Desired,
    /// How they are.
    pub live: &'a Live,
    /// What was last applied.
    pub baseline: &'a Baseline,
    /// Which part is meant.
    pub scope: &'a Scope,
}

/// Computes the plan from live to desired.
///
/// # Errors
/// What the configuration asks for and the project can't give, all of it at once.
pub fn compute(inputs: Inputs<'_>) -> Result<Plan, Vec<Problem>> {
    let Inputs { desired, live, baseline, scope } = inputs;
    let by_id: ById<'_> = live.tenants.iter().map(|tenant| (tenant.object.id.as_str(), tenant)).collect();
    let mut compared = compare_all(desired, live, &by_id, scope);
    flows::compare_all(desired, live, baseline, scope.allow_breaking, &mut compared);
    own::compare(desired, live, &mut compared);
    let Compared { changes, orphans, unchanged } = compared;
    let mut plan = Plan { changes, orphans, unchanged, warnings: Vec::new(), live_count: live.tenants.len() };
    narrow(&mut plan, scope);
    let surroundings = Surroundings::new(&plan, &by_id, desired);
    let (warnings, problems) = lean(&plan.changes, desired, live);
    let problems: Vec<Problem> = unmatched_targets(desired, live, scope)
        .chain(plan.changes.iter().flat_map(|change| impossible(change, &surroundings)))
        .chain(problems)
        .collect();
    if !problems.is_empty() {
        return Err(problems);
    }
    plan.warnings.extend(warnings);
    plan.changes.sort_by(|a, b| a.address.cmp(&b.address));
    cause::trace(&mut plan.changes, baseline);
    guard(&mut plan, desired, scope, &by_id);
    order_parents(&mut plan, live);
    holders::settle(&mut plan, live, desired);
    withhold_what_waits(&mut plan);
    plan.orphans.sort_by(|a, b| a.address.cmp(&b.address));
    plan.unchanged.sort();
    Ok(plan)
}

/// Keeps what the scope names, and the parents that must be made for it.
fn narrow(plan: &mut Plan, scope: &Scope) {
    let mut kept: HashSet<Address> = plan
        .changes
        .iter()
        .map(|change| &change.address)
        .filter(|address| scope.contains(address))
        .cloned()
        .collect();
    let creates: HashMap<&Address, &Change> = plan
        .changes
        .iter()
        .filter(|change| matches!(change.action, Action::Create { .. }))
        .map(|change| (&change.address, change))
        .collect();
    let mut open: Vec<Address> = kept.iter().cloned().collect();
    while let Some(address) = open.pop() {
        let needs = creates.get(&address).into_iter().flat_map(|change| &change.needs);
        for parent in
            needs.map(Need::address).filter(|parent| creates.contains_key(parent) && !scope.excludes(parent))
        {
            if kept.insert(parent.clone()) {
                open.push(parent.clone());
            }
        }
    }
    plan.changes.retain(|change| kept.contains(&change.address));
    plan.unchanged.retain(|address| scope.contains(address));
}

fn unmatched_targets<'a>(
    desired: &'a Desired,
    live: &'a Live,
    scope: &'a Scope,
) -> impl Iterator<Item = Problem> + 'a {
    let known = |pattern: &Pattern| {
        let wanted = desired.tenants.iter().flatten().map(tenant::Tenant::address);
        let there = live.tenants.iter().map(|tenant| Address::new(tenant::KIND, &tenant.object.id));
        let flows = desired.flows.iter().flatten().map(flow::Flow::address);
        let doomed = live.flow_ids.iter().map(|id| Address::new(flow::KIND, id));
        let look = desired.theme.iter().map(|_| Address::new(theme::KIND, theme::ID));
        let own = desired.project.iter().map(|_| Address::new(project::KIND, project::ID));
        let mut all = wanted.chain(there).chain(flows).chain(doomed).chain(look).chain(own);
        all.any(|address| pattern.matches(&address))
    };
    let unknown = move |pattern: &&Pattern| !scope.forgiving && !known(pattern);
    scope.targets.iter().chain(&scope.excludes).filter(unknown).map(|pattern| Problem {
        code: "no_such_target",
        message: format!("'{pattern}' names nothing, neither in the configuration nor in Descope"),
        hint: "write an address as the plan shows it, such as 'tenant.acme-corp'; '*' stands for any text"
            .to_owned(),
        place: None,
    })
}
