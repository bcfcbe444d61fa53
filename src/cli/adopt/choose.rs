//! (patterns, what differs) → which objects are adopted, and in which way.

use std::collections::HashSet;

use super::Order;
use crate::{
    cli::Error,
    plan::{Action, Change, Plan, Problem},
    resource::{
        Address, Desired, Live, Pattern, flow,
        tenant::{self, Tenant},
        theme,
    },
};

/// What is adopted.
#[derive(Debug, Default)]
pub(super) struct Chosen {
    /// Ids of live tenants that no file has.
    pub(super) new: Vec<String>,
    /// Addresses of objects that are otherwise than the configuration says.
    pub(super) changed: Vec<Address>,
    /// Ids of tenants that the configuration has and Descope has not.
    pub(super) gone: Vec<String>,
}

impl Chosen {
    pub(super) fn is_empty(&self) -> bool {
        self.new.is_empty() && self.changed.is_empty() && self.gone.is_empty()
    }

    /// Leaves these objects out.
    pub(super) fn leave<'a>(&mut self, addresses: impl Iterator<Item = &'a Address>) {
        let left: HashSet<&Address> = addresses.collect();
        let stays = |id: &String| !left.contains(&Address::new(tenant::KIND, id));
        self.new.retain(stays);
        self.gone.retain(stays);
        self.changed.retain(|address| !left.contains(address));
    }

    /// Whether `address` is one of them.
    pub(super) fn contains(&self, address: &Address) -> bool {
        let is_tenant = address.kind() == tenant::KIND;
        let named = |ids: &[String]| is_tenant && ids.iter().any(|id| id == address.id());
        self.changed.contains(address) || named(&self.new) || named(&self.gone)
    }
}

/// Chooses what the patterns name.
///
/// # Errors
/// One of them names nothing.
pub(super) fn choose(
    order: &Order<'_>,
    desired: &Desired,
    live: &Live,
    plan: &Plan,
) -> Result<Chosen, Error> {
    let configured: HashSet<&str> = desired.tenants.iter().flatten().map(|it| it.id.as_str()).collect();
    let is_meant = |address: &Address| order.patterns.iter().any(|pattern| pattern.matches(address));
    let mut new: Vec<String> = live.tenants.iter().map(|it| it.object.id.clone()).collect();
    new.retain(|id| !configured.contains(id.as_str()) && is_meant(&Address::new(tenant::KIND, id)));
    new.sort();
    let mut chosen = Chosen { new, ..Chosen::default() };
    unmatched(order, desired, live)?;
    let differing = plan.changes.iter().filter(|change| !order.only_new && is_meant(&change.address));
    for Change { address, action, .. } in differing {
        match action {
            Action::Create { .. } if address.kind() == tenant::KIND => {
                chosen.gone.push(address.id().to_owned());
            }
            _ => chosen.changed.push(address.clone()),
        }
    }
    Ok(chosen)
}

/// Every address must name something that is live or configured; '*' may find nothing.
fn unmatched(order: &Order<'_>, desired: &Desired, live: &Live) -> Result<(), Error> {
    let tenants = live.tenants.iter().map(|it| Address::new(tenant::KIND, &it.object.id));
    let configured = desired.tenants.iter().flatten().map(Tenant::address).filter(|_| !order.only_new);
    let flows = desired.flows.iter().flatten().map(flow::Flow::address);
    let look = desired.theme.iter().map(|_| Address::new(theme::KIND, theme::ID));
    let known: Vec<Address> = tenants.chain(configured).chain(flows).chain(look).collect();
    let problem = |pattern: &Pattern| Problem {
        code: "no_such_target",
        message: format!("'{pattern}' names nothing that is live or configured"),
        hint: "`descope-mgmt drift` lists what differs, `descope-mgmt tenant list` what is live".to_owned(),
        place: None,
    };
    let exact = order.patterns.iter().filter(|pattern| !pattern.as_str().contains('*'));
    let lost = exact.filter(|pattern| !known.iter().any(|address| pattern.matches(address)));
    let problems: Vec<Problem> = lost.map(problem).collect();
    if problems.is_empty() { Ok(()) } else { Err(Error::Plan(problems)) }
}
