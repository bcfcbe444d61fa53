//! (caller, call, projects) → answer. One function per call of the API; each refuses as the service would.

mod list;
mod project;
mod role;
mod settings;
mod tenant;

use std::sync::atomic::{AtomicUsize, Ordering};

use self::{
    list::{all_tenants, one_tenant, search_tenants},
    role::{
        all_permissions, all_roles, create_permission, create_role, delete_role, search_roles, update_role,
    },
    settings::{load_settings, replace_settings},
    tenant::{create_tenant, delete_tenant, patch_tenant, replace_default_roles, update_tenant},
};
use super::{
    access::Caller,
    answer::{Answer, Refusal},
    exchange::Call,
    fields::Fields,
    options::{Options, UndefinedAttributes},
    store::{Project, Store},
};

/// How this emulator treats what the service's contract leaves open.
#[derive(Debug)]
pub(super) struct Rules {
    conflict_status: u16,
    undefined_attributes: UndefinedAttributes,
    tier: u8,
    shuffle: bool,
    reads: AtomicUsize,
}

impl Rules {
    pub(super) fn new(options: &Options) -> Self {
        Self {
            conflict_status: options.conflict_status,
            undefined_attributes: options.undefined_attributes,
            tier: options.tier,
            shuffle: options.shuffle,
            reads: AtomicUsize::new(0),
        }
    }

    /// The order of this read, where reads have each their own.
    fn order(&self) -> Option<Order> {
        self.shuffle.then(|| Order(self.reads.fetch_add(1, Ordering::Relaxed) + 1))
    }

    /// Brings a list without an order of its own into the order of this read.
    fn turn<T>(&self, items: &mut [T]) {
        if let Some(order) = self.order() {
            order.apply(items);
        }
    }

    fn taken(&self, message: &str) -> Refusal {
        Refusal::taken(self.conflict_status, message)
    }
}

/// The order of one read: another than that of the read before.
#[derive(Debug, Clone, Copy)]
struct Order(usize);

impl Order {
    /// Brings a list into this order; with two items or more it is another than the last one.
    fn apply<T>(self, items: &mut [T]) {
        if let Some(by) = self.0.checked_rem(items.len()) {
            items.rotate_left(by);
        }
    }
}

type ProjectCall = fn(&mut Project, &Rules, &Fields) -> Result<Answer, Refusal>;

/// Answers one call; what it writes is in the store afterwards, not yet kept.
pub(super) fn perform(
    store: &mut Store,
    rules: &Rules,
    caller: &Caller,
    call: &Call,
) -> Result<Answer, Refusal> {
    if caller.project.as_deref().is_some_and(|id| store.project(id).is_none()) {
        return Err(Refusal::no_project());
    }
    match (call.method.as_str(), call.path.as_str()) {
        ("POST", "/v1/mgmt/projects/list") => return Ok(project::list(store, rules, caller)),
        ("GET", "/v1/mgmt/license") => return Ok(project::license(rules)),
        _ => {}
    }
    let perform = project_call(&call.method, &call.path).ok_or_else(Refusal::no_call)?;
    let project = caller.project.as_deref().and_then(|id| store.project(id));
    let fields = match call.method.as_str() {
        "GET" => Fields::of_query(&call.query),
        _ => Fields::of_body(&call.body)?,
    };
    perform(project.ok_or_else(Refusal::no_project)?, rules, &fields)
}

fn project_call(method: &str, path: &str) -> Option<ProjectCall> {
    let call: ProjectCall = match (method, path.strip_prefix("/v1/mgmt/")?) {
        ("GET", "tenant") => one_tenant,
        ("GET", "tenant/all") => |project, rules, _| Ok(all_tenants(project, rules)),
        ("POST", "tenant/search") => search_tenants,
        ("POST", "tenant/create") => create_tenant,
        ("POST", "tenant/update") => update_tenant,
        ("PATCH", "tenant/patch") => patch_tenant,
        ("POST", "tenant/delete") => delete_tenant,
        ("POST", "tenant/updateDefaultRoles") => replace_default_roles,
        ("GET", "tenant/settings") => load_settings,
        ("POST", "tenant/settings") => replace_settings,
        ("GET", "role/all") => |project, rules, _| Ok(all_roles(project, rules)),
        ("POST", "role/search") => search_roles,
        ("POST", "role/create") => create_role,
        ("POST", "role/update") => update_role,
        ("POST", "role/delete") => delete_role,
        ("GET", "permission/all") => |project, rules, _| Ok(all_permissions(project, rules)),
        ("POST", "permission/create") => create_permission,
        _ => return None,
    };
    Some(call)
}

#[cfg(test)]
mod tests;
