//! (flow, live) → what it leans on: whether the project has it, or whether nobody could look.

use std::collections::BTreeSet;

use super::{Change, Problem, Warning};
use crate::resource::{
    Desired, Live,
    flow::{self, Dependency, Flow},
};

/// One thing that a flow leans on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Checked {
    /// The flow's id.
    pub flow: String,
    /// What sort of thing it is, for people.
    pub noun: &'static str,
    /// Its name.
    pub name: String,
    /// Where the flow needs it first: a JSON pointer into the exported shape.
    pub pointer: String,
    /// Whether it is there; `None` where nobody could look.
    pub found: Option<bool>,
    /// Where to make one.
    pub make: &'static str,
    code: &'static str,
}

/// A sort of thing that flows lean on: its code, its noun, and where to make one.
type Sort = (&'static str, &'static str, &'static str);

const SUB_FLOW: Sort = ("missing_flow", "flow", "add it to 'flows', or correct the id");
const CONNECTOR: Sort = (
    "missing_connector",
    "connector",
    "make one of that name in Descope Console -> Connectors, or correct the name in the flow",
);
const PROVIDER: Sort = (
    "missing_provider",
    "OAuth provider",
    "set it up in Descope Console -> Authentication Methods -> Social Login (OAuth/OIDC)",
);
const ROLE: Sort = ("missing_role", "role", "make it in Descope Console -> Authorization -> Roles");
const USER_ATTRIBUTE: Sort =
    ("missing_attribute", "user attribute", "define it in Descope Console -> Users -> Custom Attributes");
const TENANT_ATTRIBUTE: Sort =
    ("missing_attribute", "tenant attribute", "define it in Descope Console -> Tenants -> Custom Attributes");

/// Checks what a flow leans on; `others` are flows that will be there, too.
pub fn check_flow(flow: &Flow, others: &[&Flow], live: &Live) -> Vec<Checked> {
    let needs = flow::dependencies(&flow.content);
    let flows = live.flow_ids.iter().chain(others.iter().map(|other| &other.id)).cloned().collect();
    let facts = &live.facts;
    let sorts = [
        (SUB_FLOW, &needs.sub_flows, Some(&flows)),
        (CONNECTOR, &needs.connectors, facts.connectors.as_ref()),
        (PROVIDER, &needs.oauth_providers, facts.oauth_providers.as_ref()),
        (ROLE, &needs.roles, facts.roles.as_ref()),
        (USER_ATTRIBUTE, &needs.user_attributes, facts.user_attributes.as_ref()),
        (TENANT_ATTRIBUTE, &needs.tenant_attributes, facts.tenant_attributes.as_ref()),
    ];
    sorts.into_iter().flat_map(|(sort, needs, there)| one_sort(flow, sort, needs, there)).collect()
}

fn one_sort(flow: &Flow, sort: Sort, needs: &[Dependency], there: Option<&BTreeSet<String>>) -> Vec<Checked> {
    let (code, noun, make) = sort;
    let mut seen = BTreeSet::new();
    let open = needs.iter().filter(|need| !need.built_in && seen.insert(&need.name));
    open.map(|need| Checked {
        flow: flow.id.clone(),
        noun,
        name: need.name.clone(),
        pointer: need.pointer.clone(),
        // A snapshot tells names, and an id is one of another project.
        found: there.filter(|_| !need.by_id).map(|there| there.contains(&need.name)),
        make,
        code,
    })
    .collect()
}

/// What is told of the changed flows: what is missing, what was not checked.
pub(super) fn lean(changes: &[Change], desired: &Desired, live: &Live) -> (Vec<Warning>, Vec<Problem>) {
    let made: BTreeSet<&str> = changes
        .iter()
        .filter(|change| change.address.kind() == flow::KIND && change.action.after().is_some())
        .map(|change| change.address.id())
        .collect();
    let coming: Vec<&Flow> =
        desired.flows.iter().flatten().filter(|flow| made.contains(flow.id.as_str())).collect();
    let (mut warnings, mut problems) = (Vec::new(), Vec::new());
    for flow in &coming {
        let checks = check_flow(flow, &coming, live);
        warnings.extend(unchecked(flow, &checks, live.facts.unseen.as_deref()));
        let missing = checks.into_iter().filter(|it| it.found == Some(false));
        problems.extend(missing.map(|Checked { noun, name, pointer, make, code, .. }| Problem {
            code,
            message: format!(
                "flow '{}' uses {noun} '{name}', which the project does not have ({pointer})",
                flow.id
            ),
            hint: make.to_owned(),
            place: flow.place.clone(),
        }));
    }
    (warnings, problems)
}

/// One warning for all that nobody could look at: never "ok", and never a wall of words either.
fn unchecked(flow: &Flow, checks: &[Checked], why: Option<&str>) -> Option<Warning> {
    let names: Vec<String> = checks
        .iter()
        .filter(|it| it.found.is_none())
        .map(|it| format!("{} '{}'", it.noun, it.name))
        .collect();
    let why = why.map(|why| format!(": {why}")).unwrap_or_default();
    (!names.is_empty()).then(|| Warning {
        code: "not_checked",
        message: format!("flow '{}' leans on {}, not checked{why}", flow.id, names.join(", ")),
        address: Some(flow.address()),
    })
}
