//! Roles and permissions.

use serde_json::json;
use ulid::Ulid;

use super::Rules;
use crate::emulator::{
    answer::{Answer, Refusal},
    fields::Fields,
    store::{Effect, Permission, Project, Role, epoch_seconds},
};

const LONGEST_NAME: usize = 100;

/// Every role.
pub(super) fn all_roles(project: &mut Project) -> Answer {
    Answer::json(&json!({"roles": project.seen().roles}))
}

/// The roles that pass every filter that is given.
pub(super) fn search_roles(project: &mut Project, _: &Rules, fields: &Fields) -> Result<Answer, Refusal> {
    let tenants = fields.texts("tenantIds")?;
    let names = fields.texts("roleNames")?;
    let like = fields.text("roleNameLike")?.to_lowercase();
    let permissions = fields.texts("permissionNames")?;
    let with_project = fields.flag("includeProjectRoles")?;
    let passes = |role: &&Role| {
        let at_home = tenants.is_empty()
            || tenants.contains(&role.tenant_id)
            || (with_project && role.tenant_id.is_empty());
        at_home
            && (names.is_empty() || names.contains(&role.name))
            && role.name.to_lowercase().contains(&like)
            && (permissions.is_empty() || role.permission_names.iter().any(|p| permissions.contains(p)))
    };
    let found: Vec<&Role> = project.seen().roles.iter().filter(passes).collect();
    Ok(Answer::json(&json!({"roles": found})))
}

/// Makes a role of the project, or of one tenant, and answers with it.
pub(super) fn create_role(project: &mut Project, rules: &Rules, fields: &Fields) -> Result<Answer, Refusal> {
    let role = Role {
        id: format!("ROL2{}", Ulid::generate()),
        name: checked_name(fields)?,
        description: fields.text("description")?,
        permission_names: fields.texts("permissionNames")?,
        created_time: epoch_seconds(),
        tenant_id: fields.text("tenantId")?,
        default: fields.flag("default")?,
        private: fields.flag("private")?,
    };
    let tables = project.now();
    if !role.tenant_id.is_empty() && tables.tenant(&role.tenant_id).is_none() {
        return Err(Refusal::no_tenant(&role.tenant_id));
    }
    let unknown = |name: &&String| !tables.permissions.iter().any(|known| known.name == **name);
    if let Some(name) = role.permission_names.iter().find(unknown) {
        return Err(Refusal::against_rules(&format!("Permission '{name}' does not exist")));
    }
    if tables.roles.iter().any(|other| other.name == role.name && other.tenant_id == role.tenant_id) {
        return Err(rules.taken("A role with this name exists"));
    }
    let answer = Answer::json(&role);
    let all = tables.roles.iter().cloned().chain([role]).collect();
    project.write(Effect::Roles(all));
    Ok(answer)
}

/// Deletes a role by its id, or by its name and tenant.
pub(super) fn delete_role(project: &mut Project, _: &Rules, fields: &Fields) -> Result<Answer, Refusal> {
    let (id, tenant) = (fields.text("id")?, fields.text("tenantId")?);
    let name = if id.is_empty() { fields.required("name")? } else { String::new() };
    let meant = |role: &Role| match id.as_str() {
        "" => role.name == name && role.tenant_id == tenant,
        id => role.id == id,
    };
    let roles = &project.now().roles;
    let kept: Vec<Role> = roles.iter().filter(|role| !meant(role)).cloned().collect();
    if kept.len() == roles.len() {
        return Err(Refusal::against_rules("The role does not exist"));
    }
    project.write(Effect::Roles(kept));
    Ok(Answer::done())
}

/// Every permission.
pub(super) fn all_permissions(project: &mut Project) -> Answer {
    Answer::json(&json!({"permissions": project.seen().permissions}))
}

/// Makes a permission.
pub(super) fn create_permission(
    project: &mut Project,
    rules: &Rules,
    fields: &Fields,
) -> Result<Answer, Refusal> {
    let permission = Permission {
        id: format!("PER2{}", Ulid::generate()),
        name: checked_name(fields)?,
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

fn checked_name(fields: &Fields) -> Result<String, Refusal> {
    let name = fields.required("name")?;
    if name.chars().count() > LONGEST_NAME {
        return Err(Refusal::against_rules("The name field is too long"));
    }
    Ok(name)
}
