//! (desired, live, scope) → plan: compare, guard, order, narrow.

use std::collections::{HashMap, HashSet};

use super::{
    Action, Cause, Change, Need, Plan, Problem, Scope, Withheld, cause, flows, holders,
    lean::lean,
    own,
    tenants::{ById, Compared, compare_all},
};
use crate::{
    config::is_own_id,
    resource::{
        Address, Attributes, Desired, Live, Pattern, flow, project,
        tenant::{self, LiveTenant},
        theme,
    },
    state::Baseline,
};

/// Levels of tenants that there may be.
const MAX_DEPTH: usize = 3;

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
    holders::settle(&mut plan, live);
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

/// What stands around a change: who is made, who is there, who hangs on whom.
struct Surroundings<'a> {
    made: HashSet<&'a Address>,
    live: &'a ById<'a>,
    parents: HashMap<&'a str, &'a str>,
    /// Tenants that leave their live parents.
    replaced: HashSet<&'a str>,
}

impl<'a> Surroundings<'a> {
    fn new(plan: &'a Plan, live: &'a ById<'a>, desired: &'a Desired) -> Self {
        let tenants = desired.tenants.iter().flatten();
        Self {
            made: plan
                .changes
                .iter()
                .filter(|it| it.action.after().is_some())
                .map(|it| &it.address)
                .collect(),
            live,
            replaced: plan
                .changes
                .iter()
                .filter(|it| it.action.destroys())
                .map(|it| it.address.id())
                .collect(),
            parents: tenants.filter_map(|it| Some((it.id.as_str(), it.parent.as_deref()?))).collect(),
        }
    }

    /// The level of a tenant, counted from 1 at the top; a level too deep is where the counting ends.
    fn depth(&self, id: &str) -> usize {
        std::iter::successors(Some(id), |id| self.parent(id)).take(MAX_DEPTH + 1).count()
    }

    fn parent(&self, id: &str) -> Option<&str> {
        let live =
            self.live.get(id).map(|tenant| tenant.object.parent.as_str()).filter(|parent| !parent.is_empty());
        let wanted = self.parents.get(id).copied();
        if self.replaced.contains(id) { wanted.or(live) } else { live.or(wanted) }
    }
}

/// What of a create can't be.
fn impossible(change: &Change, around: &Surroundings<'_>) -> Vec<Problem> {
    let (Action::Create { after } | Action::Replace { after, .. }) = &change.action else {
        return Vec::new();
    };
    if change.address.kind() != tenant::KIND {
        return Vec::new();
    }
    let replaces = change.action.destroys();
    let (address, id) = (&change.address, change.address.id());
    let mut problems = Vec::new();
    let mut report = |code, message: String, hint: &str| {
        problems.push(Problem { code, message, hint: hint.to_owned(), place: change.place.clone() });
    };
    // A replaced tenant keeps the name and the id that it has.
    if !replaces && !after.contains_key("name") {
        let hint = "give it a 'name', or correct the id if the tenant is there under another one";
        report("name_missing", format!("{address} is to be created but has no name"), hint);
    }
    if !replaces && !is_own_id(id) {
        let hint = "use 3 to 50 lower-case letters, digits and hyphens, no hyphen first or last";
        report(
            "invalid_id",
            format!("{address} is to be created, but '{id}' is no id that this tool creates"),
            hint,
        );
    }
    for parent in change.needs.iter().map(Need::address).filter(|_| !replaces) {
        if !around.made.contains(parent) && !around.live.contains_key(parent.id()) {
            let hint = "correct the parent, or define it; with --target or --exclude, take it along";
            let message =
                format!("the parent of {address}, '{}', is neither in the plan nor live", parent.id());
            report("unknown_parent", message, hint);
        }
    }
    if change.withheld.is_none() && around.depth(id) > MAX_DEPTH {
        let hint = "hang it on a tenant of the first or the second level";
        report("too_deep", format!("{address} would stand deeper than {MAX_DEPTH} levels"), hint);
    }
    problems
}

/// Withholds what a flag or the configuration must allow first.
fn guard(plan: &mut Plan, desired: &Desired, scope: &Scope, by_id: &ById<'_>) {
    let made: HashSet<Address> =
        plan.changes.iter().filter(|it| makes_a_parent(it)).map(|it| it.address.clone()).collect();
    for change in &mut plan.changes {
        let protecting = desired.protect.iter().find(|pattern| pattern.matches(&change.address));
        if let Some(pattern) = protecting.filter(|_| change.action.destroys()) {
            change.withheld = Some(Withheld::Protected(format!("'protect: {pattern}'")));
        }
        if let Some(Need::Made(parent)) = change.needs.first().filter(|_| change.action.destroys())
            && !made.contains(parent)
            && !by_id.contains_key(parent.id())
        {
            change.withheld = Some(Withheld::NoParent(parent.id().to_owned()));
        }
        if change.withheld.is_none() && scope.withhold_console && change.cause == Cause::Console {
            change.withheld = Some(Withheld::Console);
        }
        if change.withheld.is_none() && !scope.allow_lockout && enforces_absent_sso(change) {
            change.withheld = Some(Withheld::Lockout);
        }
    }
}

fn enforces_absent_sso(change: &Change) -> bool {
    let keeps_sso = change.has_sso && !change.action.destroys();
    let enforced = |after: &Attributes| after.get("enforce_sso") == Some(&serde_json::Value::Bool(true));
    let turned_on = match &change.action {
        Action::Update { .. } => change.fields.iter().any(|field| field.path.words() == ["enforce_sso"]),
        _ => true,
    };
    let loses_exclusions = was_enforced(change) && tenant::loses_exclusions(&change.fields);
    !keeps_sso && loses_exclusions || !keeps_sso && turned_on && change.action.after().is_some_and(enforced)
}

/// Whether SSO is enforced, and stays so.
fn was_enforced(change: &Change) -> bool {
    let live = change.seen.get(tenant::TENANT_PATH).and_then(|object| object.get("enforceSSO"));
    let stays =
        change.action.after().and_then(|after| after.get("enforce_sso")).and_then(serde_json::Value::as_bool);
    live == Some(&serde_json::Value::Bool(true)) && stays != Some(false)
}

/// Parents before children on create, children before parents on delete; nothing goes that others hang on.
fn order_parents(plan: &mut Plan, live: &Live) {
    let awaited: HashSet<Address> =
        plan.changes.iter().filter(|it| makes_a_parent(it)).map(|it| it.address.clone()).collect();
    let deleted: HashSet<Address> = plan
        .runnable()
        .filter(|change| matches!(change.action, Action::Delete { .. }))
        .map(|change| change.address.clone())
        .collect();
    let children = children_of_destroyed(plan, live);
    for change in &mut plan.changes {
        // A parent that is there and stays needs no waiting for.
        change.needs.retain(|need| matches!(need, Need::Gone(_)) || awaited.contains(need.address()));
        if change.withheld.is_some() || !change.action.destroys() {
            continue;
        }
        let replaces = matches!(change.action, Action::Replace { .. });
        let own = children.get(change.address.id()).map(Vec::as_slice).unwrap_or_default();
        let staying: Vec<Address> =
            own.iter().filter(|child| replaces || !deleted.contains(child)).cloned().collect();
        if staying.is_empty() {
            change.needs.extend(own.iter().cloned().map(Need::Gone));
        } else {
            change.withheld = Some(Withheld::Children(staying));
        }
    }
}

/// Whether others must wait for the object of this change to be there, or, of a flow, to be as it shall be.
fn makes_a_parent(change: &Change) -> bool {
    match change.action {
        Action::Create { .. } => true,
        Action::Replace { .. } => change.withheld.is_none(),
        Action::Update { .. } => change.address.kind() == flow::KIND,
        Action::Delete { .. } => false,
    }
}

/// The children of what is deleted or replaced, by their parent's id: live ones, and those that a delete would orphan.
fn children_of_destroyed(plan: &Plan, live: &Live) -> HashMap<String, Vec<Address>> {
    let destroyed = |parent: &Address| {
        plan.changes
            .binary_search_by(|it| it.address.cmp(parent))
            .ok()
            .and_then(|at| plan.changes.get(at))
            .map(|it| &it.action)
    };
    let mut children: HashMap<String, Vec<Address>> = HashMap::new();
    let any = plan.changes.iter().any(|change| change.action.destroys());
    for LiveTenant { id, parent, .. } in
        live.tenants.iter().map(|it| &it.object).filter(|it| any && !it.parent.is_empty())
    {
        if destroyed(&Address::new(tenant::KIND, parent)).is_some_and(Action::destroys) {
            children.entry(parent.clone()).or_default().push(Address::new(tenant::KIND, id));
        }
    }
    for change in plan.changes.iter().filter(|change| any && change.action.after().is_some()) {
        for parent in change.needs.iter().map(Need::address) {
            if matches!(destroyed(parent), Some(Action::Delete { .. })) {
                children.entry(parent.id().to_owned()).or_default().push(change.address.clone());
            }
        }
    }
    children
}

/// Withholds what waits for something withheld, and what waits for that.
fn withhold_what_waits(plan: &mut Plan) {
    let mut kept_back: HashSet<Address> = plan
        .changes
        .iter()
        .filter(|change| change.withheld.is_some())
        .map(|change| change.address.clone())
        .collect();
    loop {
        let mut more = Vec::new();
        for change in plan.changes.iter_mut().filter(|change| change.withheld.is_none()) {
            let blocking =
                change.needs.iter().map(Need::address).find(|address| kept_back.contains(*address)).cloned();
            if let Some(address) = blocking {
                more.push(change.address.clone());
                change.withheld = Some(Withheld::Waits(address));
            }
        }
        if more.is_empty() {
            return;
        }
        kept_back.extend(more);
    }
}
