//! (caller, call, projects) → answer. One function per call of the API; each refuses as the service would.

mod audit;
mod company;
mod flow;
mod infra;
mod list;
mod permission;
mod project;
mod role;
mod settings;
mod snapshot;
mod tenant;
mod theme;

use std::{
    sync::{
        Mutex, PoisonError,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use ulid::Ulid;

pub(super) use self::snapshot::plant;
use self::{
    audit::{create_event, search_audit},
    flow::{
        delete_flows, export_console, export_flow, import_console, import_flow, list_flows, list_templates,
    },
    list::{all_tenants, one_tenant, search_tenants},
    permission::{all_permissions, create_permission, delete_permission, update_permission},
    project::{update_name, update_tags},
    role::{all_roles, create_role, delete_role, search_roles, update_role},
    settings::{load_settings, replace_settings},
    snapshot::{export_snapshot, import_snapshot, validate_snapshot},
    tenant::{create_tenant, delete_tenant, patch_tenant, replace_default_roles, update_tenant},
    theme::{export_console_theme, export_theme, import_console_theme, import_theme},
};
use super::{
    access::Caller,
    answer::{Answer, Refusal},
    exchange::Call,
    fields::Fields,
    options::{Options, UndefinedAttributes, UnknownReferences},
    store::{Project, Store},
};

/// How this emulator treats what the service's contract leaves open.
#[derive(Debug)]
pub(super) struct Rules {
    conflict_status: u16,
    undefined_attributes: UndefinedAttributes,
    tier: u8,
    unknown_references: UnknownReferences,
    audit_lag: Duration,
    deletion_lag: Duration,
    unsettled_calls: u32,
    /// Ids for projects that are made, the next one last.
    coming_ids: Mutex<Vec<String>>,
    clone_polls: u32,
    shuffle: bool,
    reads: AtomicUsize,
    /// Versions of the components given out so far.
    components: AtomicUsize,
}

impl Rules {
    pub(super) fn new(options: &Options) -> Self {
        Self {
            conflict_status: options.conflict_status,
            undefined_attributes: options.undefined_attributes,
            tier: options.tier,
            unknown_references: options.unknown_references,
            audit_lag: options.audit_lag,
            deletion_lag: options.deletion_lag,
            unsettled_calls: options.unsettled_calls,
            coming_ids: Mutex::new(options.coming_ids.iter().rev().cloned().collect()),
            clone_polls: options.clone_polls,
            shuffle: options.shuffle,
            reads: AtomicUsize::new(0),
            components: AtomicUsize::new(0),
        }
    }

    /// The id of a project that is made now.
    fn new_id(&self) -> String {
        let coming = self.coming_ids.lock().unwrap_or_else(PoisonError::into_inner).pop();
        coming.unwrap_or_else(|| format!("P2{:0>26}", Ulid::generate()))
    }

    /// The order of this read, where reads have each their own.
    fn order(&self) -> Option<Order> {
        self.shuffle.then(|| Order(self.reads.fetch_add(1, Ordering::Relaxed) + 1))
    }

    /// Refuses on the free tier.
    fn licensed(&self) -> Result<(), Refusal> {
        if self.tier > 1 { Ok(()) } else { Err(Refusal::unlicensed()) }
    }

    /// The version of the components that something is rendered with: no two are the same.
    fn components(&self) -> String {
        format!("2.0.{}", 547 + self.components.fetch_add(1, Ordering::Relaxed))
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
    store.sweep(rules.deletion_lag);
    if caller.project.as_deref().is_some_and(|id| store.project(id).is_none()) {
        return Err(Refusal::no_project());
    }
    match (call.method.as_str(), call.path.as_str()) {
        ("POST", "/v1/mgmt/projects/list") => return Ok(project::list(store, rules, caller)),
        ("GET", "/v1/mgmt/license") => return Ok(project::license(rules)),
        _ => {}
    }
    if let Some(id) = &caller.project {
        settled(store.project(id).ok_or_else(Refusal::no_project)?)?;
    }
    let fields = match call.method.as_str() {
        "GET" | "DELETE" => Fields::of_query(&call.query),
        _ => Fields::of_body(&call.body)?,
    };
    if let Some(answer) = perform_on_projects(store, rules, caller, call, &fields) {
        return answer;
    }
    let perform = project_call(&call.method, &call.path).ok_or_else(Refusal::no_call)?;
    let project =
        caller.project.as_deref().and_then(|id| store.project(id)).ok_or_else(Refusal::no_project)?;
    let effects = project.unwritten().len();
    let answer = perform(project, rules, &fields)?;
    if let Some(action) = audit::action(&call.method, &call.path) {
        audit::note(project, action, caller, call, effects);
    }
    Ok(answer)
}

/// Refuses calls on a project that is being deleted or is still being made.
fn settled(project: &mut Project) -> Result<(), Refusal> {
    if project.deleted.is_some() {
        return Err(Refusal::no_project());
    }
    let left = project.unsettled;
    project.unsettled = left.saturating_sub(1);
    match left {
        0 => Ok(()),
        left if left.is_multiple_of(2) => Err(Refusal::unauthorised()),
        _ => Err(Refusal::theme_conflict()),
    }
}

/// Answers a call that makes or deletes projects; `None`: it is another one.
fn perform_on_projects(
    store: &mut Store,
    rules: &Rules,
    caller: &Caller,
    call: &Call,
    fields: &Fields,
) -> Option<Result<Answer, Refusal>> {
    let answer = match (call.method.as_str(), call.path.as_str()) {
        ("POST", "/v1/mgmt/project/clone") => company::clone(store, rules, caller, fields),
        ("POST", "/v1/mgmt/project/clone/async") => company::clone_later(store, rules, caller, fields),
        ("POST", "/v1/mgmt/project/delete") => company::delete(store, caller),
        ("POST", "/v1/mgmt/infra") => infra::create(store, rules, caller, fields),
        ("DELETE", "/v1/mgmt/infra") => infra::delete(store, caller, fields),
        ("GET", path) => company::clone_status(store, path.strip_prefix("/v1/mgmt/project/clone/async/")?),
        _ => return None,
    };
    if let (Ok(_), Some(action)) = (&answer, audit::action(&call.method, &call.path))
        && let Some(project) = caller.project.as_deref().and_then(|id| store.project(id))
    {
        let effects = project.unwritten().len();
        audit::note(project, action, caller, call, effects);
    }
    Some(answer)
}

fn project_call(method: &str, path: &str) -> Option<ProjectCall> {
    let call: ProjectCall = match (method, path.strip_prefix("/v1/mgmt/").unwrap_or(path)) {
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
        ("POST", "permission/update") => update_permission,
        ("POST", "permission/delete") => delete_permission,
        ("POST", "flow/list") => list_flows,
        ("POST", "/v2/mgmt/flow/export") => export_flow,
        ("POST", "/v2/mgmt/flow/import") => import_flow,
        ("POST", "flow/export") => export_console,
        ("POST", "flow/import") => import_console,
        ("POST", "flow/delete") => delete_flows,
        ("POST", "flow/template/list") => |_, rules, _| Ok(list_templates(rules)),
        ("POST", "/v2/mgmt/theme/export") => |project, rules, _| Ok(export_theme(project, rules)),
        ("POST", "/v2/mgmt/theme/import") => import_theme,
        ("POST", "theme/export") => |project, rules, _| Ok(export_console_theme(project, rules)),
        ("POST", "theme/import") => import_console_theme,
        ("POST", "project/update/name") => update_name,
        ("POST", "project/update/tags") => update_tags,
        ("POST", "project/snapshot/export") => export_snapshot,
        ("POST", "project/snapshot/validate") => validate_snapshot,
        ("POST", "project/snapshot/import") => import_snapshot,
        ("GET", "infra") => infra::read,
        ("PUT", "infra") => infra::update,
        ("POST", "audit/search") => search_audit,
        ("POST", "audit/event") => create_event,
        _ => return None,
    };
    Some(call)
}

#[cfg(test)]
mod tests;
