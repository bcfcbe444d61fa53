//! Permissions. Roles have them by name, so that a new name is theirs too.

use serde_json::json;
use ulid::Ulid;

use super::{Rules, role::checked_name};
use crate::emulator::{
    answer::{Answer, Refusal},
    fields::Fields,
    store::{Effect, Permission, Project, Tables},
};

/// Every permission.
pub(super) fn all_permissions(project: &mut Project, rules: &Rules) -> Answer {
    let mut permissions: Vec<&Permission> = project.seen().permissions.iter().collect();
    rules.turn(&mut permissions);
    Answer::json(&json!({"permissions": permissions}))
}

/// Makes a permission.
pub(super) fn create_permission(
    project: &mut Project,
    rules: &Rules,
    fields: &Fields,
) -> Result<Answer, Refusal> {
    let permission = Permission {
        id: format!("PER2{}", Ulid::generate()),
        name: checked_name(fields, "name")?,
        description: fields.text("description")?,
        system_default: false,
    };
    let permissions = &project.now().permissions;
    if permissions.iter().any(|other| other.name == permission.name) {
        return Err(rules.taken("A permission with this name exists"));
    }
    let permissions = permissions.iter().cloned().chain([permission]).collect();
    project.write(Effect::Permissions(permissions));
    Ok(Answer::done())
}

/// Replaces the name and the description of a permission, found by its id or name.
pub(super) fn update_permission(
    project: &mut Project,
    rules: &Rules,
    fields: &Fields,
) -> Result<Answer, Refusal> {
    let (tables, place) = (project.now(), own_place(project.now(), fields)?);
    let mut all = tables.permissions.clone();
    let permission = all.get_mut(place).ok_or_else(no_permission)?;
    let old = permission.name.clone();
    if !fields.text("newName")?.is_empty() {
        permission.name = checked_name(fields, "newName")?;
    }
    permission.description = fields.text("description")?;
    let new = permission.name.clone();
    if new != old && tables.permissions.iter().any(|other| other.name == new) {
        return Err(rules.taken("A permission with this name exists"));
    }
    let mut holders = tables.roles.clone();
    for name in holders.iter_mut().flat_map(|role| &mut role.permission_names).filter(|name| **name == old) {
        name.clone_from(&new);
    }
    project.write(Effect::Permissions(all));
    project.write(Effect::Roles(holders));
    Ok(Answer::done())
}

/// Deletes a permission, found by its id or name; roles lose it.
pub(super) fn delete_permission(
    project: &mut Project,
    _: &Rules,
    fields: &Fields,
) -> Result<Answer, Refusal> {
    let (tables, place) = (project.now(), own_place(project.now(), fields)?);
    let mut kept = tables.permissions.clone();
    let gone = kept.remove(place).name;
    let mut holders = tables.roles.clone();
    for role in &mut holders {
        role.permission_names.retain(|name| *name != gone);
    }
    project.write(Effect::Permissions(kept));
    project.write(Effect::Roles(holders));
    Ok(Answer::done())
}

/// Where the permission is that a request means. One that is built in can't be meant.
fn own_place(tables: &Tables, fields: &Fields) -> Result<usize, Refusal> {
    let id = fields.text("id")?;
    let name = if id.is_empty() { fields.required("name")? } else { String::new() };
    let meant = |permission: &Permission| permission.id == id || permission.name == name;
    let place = tables.permissions.iter().position(meant).ok_or_else(no_permission)?;
    match tables.permissions.get(place) {
        Some(permission) if permission.system_default => {
            Err(Refusal::against_rules("A built-in permission can't be changed"))
        }
        _ => Ok(place),
    }
}

fn no_permission() -> Refusal {
    Refusal::against_rules("The permission does not exist")
}
