//! Roles.

use std::mem;

use serde_json::json;
use ulid::Ulid;

use super::Rules;
use crate::emulator::{
    answer::{Answer, Refusal},
    fields::Fields,
    store::{Effect, Project, Role, Tables, epoch_seconds},
};

const LONGEST_NAME: usize = 100;

/// Every role.
pub(super) fn all_roles(project: &mut Project, rules: &Rules) -> Answer {
    listed_roles(project.seen().roles.iter().collect(), rules)
}

/// The roles that pass every filter that is given.
pub(super) fn search_roles(project: &mut Project, rules: &Rules, fields: &Fields) -> Result<Answer, Refusal> {
    let tenants = fields.texts("tenantIds")?;
    let names = fields.texts("roleNames")?;
    let like = fields.text("roleNameLike")?.to_lowercase();
    let permissions = fields.texts("permissionNames")?;
    let with_project = fields.flag("includeProjectRoles")?;
    let ids = fields.texts("roleIds")?;
    let text = fields.text("text")?.to_lowercase();
    let passes = |role: &&Role| {
        let at_home = tenants.is_empty()
            || tenants.contains(&role.tenant_id)
            || (with_project && role.tenant_id.is_empty());
        at_home
            && (ids.is_empty() || ids.contains(&role.id))
            && (names.is_empty() || names.contains(&role.name))
            && role.name.to_lowercase().contains(&like)
            && [&role.name, &role.description].iter().any(|held| held.to_lowercase().contains(&text))
            && (permissions.is_empty() || role.permission_names.iter().any(|p| permissions.contains(p)))
    };
    Ok(listed_roles(project.seen().roles.iter().filter(passes).collect(), rules))
}

/// Makes a role of the project, or of one tenant, and answers with it.
pub(super) fn create_role(project: &mut Project, rules: &Rules, fields: &Fields) -> Result<Answer, Refusal> {
    let role = Role {
        id: format!("ROL2{}", Ulid::generate()),
        created_time: epoch_seconds(),
        tenant_id: fields.text("tenantId")?,
        ..given(checked_name(fields, "name")?, fields)?
    };
    let tables = project.now();
    if !role.tenant_id.is_empty() && tables.tenant(&role.tenant_id).is_none() {
        return Err(Refusal::no_tenant(&role.tenant_id));
    }
    check(tables, rules, &role)?;
    let answer = Answer::json(&role);
    let all = tables.roles.iter().cloned().chain([role]).collect();
    project.write(Effect::Roles(all));
    Ok(answer)
}

/// Replaces a role, found by its id or by its name and tenant: what is left out is reset, save the name.
pub(super) fn update_role(project: &mut Project, rules: &Rules, fields: &Fields) -> Result<Answer, Refusal> {
    let tables = project.now();
    let place = place(tables, fields)?;
    let mut all = tables.roles.clone();
    let role = all.get_mut(place).ok_or_else(no_role)?;
    let name =
        if fields.text("newName")?.is_empty() { role.name.clone() } else { checked_name(fields, "newName")? };
    let Role { id, created_time, tenant_id, .. } = mem::take(role);
    *role = Role { id, created_time, tenant_id, ..given(name, fields)? };
    check(tables, rules, role)?;
    project.write(Effect::Roles(all));
    Ok(Answer::done())
}

/// Deletes a role, found by its id or by its name and tenant.
pub(super) fn delete_role(project: &mut Project, _: &Rules, fields: &Fields) -> Result<Answer, Refusal> {
    let tables = project.now();
    let place = place(tables, fields)?;
    let mut kept = tables.roles.clone();
    kept.remove(place);
    project.write(Effect::Roles(kept));
    Ok(Answer::done())
}

fn listed_roles(mut found: Vec<&Role>, rules: &Rules) -> Answer {
    rules.turn(&mut found);
    Answer::json(&json!({"roles": found}))
}

/// The keys of a role that a write replaces.
fn given(name: String, fields: &Fields) -> Result<Role, Refusal> {
    Ok(Role {
        name,
        description: fields.text("description")?,
        permission_names: fields.texts("permissionNames")?,
        default: fields.flag("default")?,
        private: fields.flag("private")?,
        ..Role::default()
    })
}

/// A role has permissions that exist, and a name that no other role of its tenant has.
fn check(tables: &Tables, rules: &Rules, role: &Role) -> Result<(), Refusal> {
    let unknown = |name: &&String| !tables.permissions.iter().any(|known| known.name == **name);
    if let Some(name) = role.permission_names.iter().find(unknown) {
        return Err(Refusal::against_rules(&format!("Permission '{name}' does not exist")));
    }
    let namesake =
        |other: &Role| other.name == role.name && other.tenant_id == role.tenant_id && other.id != role.id;
    if tables.roles.iter().any(namesake) {
        return Err(rules.taken("A role with this name exists"));
    }
    Ok(())
}

/// Where the role is that a request means.
fn place(tables: &Tables, fields: &Fields) -> Result<usize, Refusal> {
    let (id, tenant) = (fields.text("id")?, fields.text("tenantId")?);
    let name = if id.is_empty() { fields.required("name")? } else { String::new() };
    let meant = |role: &Role| match id.as_str() {
        "" => role.name == name && role.tenant_id == tenant,
        id => role.id == id,
    };
    tables.roles.iter().position(meant).ok_or_else(no_role)
}

fn no_role() -> Refusal {
    Refusal::against_rules("The role does not exist")
}

/// A name that must be there and not too long.
pub(super) fn checked_name(fields: &Fields, key: &str) -> Result<String, Refusal> {
    let name = fields.required(key)?;
    if name.chars().count() > LONGEST_NAME {
        return Err(Refusal::against_rules(&format!("The {key} field is too long")));
    }
    Ok(name)
}
