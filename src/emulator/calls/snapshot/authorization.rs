//! Roles and permissions ↔ `roles.json` and `permissions.json`. Ids are a project's own: what is matched is names.

use serde_json::{Value, json};
use ulid::Ulid;

use super::text;
use crate::emulator::store::{Files, Permission, Role, Tables, epoch_seconds, fresh_contents, list};

pub(super) const ROLES: &str = "roles.json";
pub(super) const PERMISSIONS: &str = "permissions.json";

/// The project's own roles; those of tenants are no configuration.
pub(super) fn roles_file(tables: &Tables) -> Value {
    let roles = tables.roles.iter().filter(|role| role.tenant_id.is_empty()).map(|role| {
        json!({
            "default": role.default,
            "description": role.description,
            "id": role.id,
            "name": role.name,
            "permissions": role.permission_names,
            "private": role.private,
        })
    });
    json!({"roles": roles.collect::<Vec<_>>()})
}

/// The permissions that are not built in.
pub(super) fn permissions_file(tables: &Tables) -> Value {
    let own = tables.permissions.iter().filter(|permission| !permission.system_default);
    let shown = own.map(|permission| {
        json!({"description": permission.description, "id": permission.id, "name": permission.name})
    });
    json!({"permissions": shown.collect::<Vec<_>>()})
}

/// All permissions after an import.
pub(super) fn permissions(files: &Files, before: &Tables) -> Vec<Permission> {
    let built_in = before.permissions.iter().filter(|permission| permission.system_default).cloned();
    let mut all: Vec<Permission> = built_in.collect();
    for given in list(files, PERMISSIONS, "permissions") {
        let name = text(given, "name");
        if all.iter().any(|permission| permission.name == name) {
            continue;
        }
        let same = before.permissions.iter().find(|permission| permission.name == name);
        all.push(Permission {
            id: same.map_or_else(|| format!("PER2{}", Ulid::generate()), |same| same.id.clone()),
            name: name.to_owned(),
            description: text(given, "description").to_owned(),
            system_default: false,
        });
    }
    all
}

/// All roles after an import: the given ones, and those of tenants with what permissions are left.
pub(super) fn roles(files: &Files, before: &Tables, permissions: &[Permission]) -> Vec<Role> {
    let mut all: Vec<Role> = if files.contains_key(ROLES) {
        list(files, ROLES, "roles").map(|given| role(given, before)).collect()
    } else {
        fresh_contents(before.spec.clone()).roles
    };
    all.extend(before.roles.iter().filter(|role| !role.tenant_id.is_empty()).cloned());
    for role in &mut all {
        role.permission_names.retain(|name| permissions.iter().any(|known| known.name == *name));
    }
    all
}

fn role(given: &Value, before: &Tables) -> Role {
    let name = text(given, "name");
    let same = before.roles.iter().find(|role| role.name == name && role.tenant_id.is_empty());
    let flag = |key: &str| given.get(key) == Some(&Value::Bool(true));
    let permissions = given.get("permissions").and_then(Value::as_array).into_iter().flatten();
    Role {
        id: same.map_or_else(|| format!("ROL2{}", Ulid::generate()), |same| same.id.clone()),
        name: name.to_owned(),
        description: text(given, "description").to_owned(),
        permission_names: permissions.filter_map(Value::as_str).map(str::to_owned).collect(),
        created_time: same.map_or_else(epoch_seconds, |same| same.created_time),
        tenant_id: String::new(),
        default: flag("default"),
        private: flag("private"),
    }
}
