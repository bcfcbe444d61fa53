//! Writes of tenants.

use std::sync::Arc;

use serde_json::{Map, Value};
use ulid::Ulid;

use super::Rules;
use crate::emulator::{
    answer::{Answer, Refusal},
    fields::{Fields, zero},
    options::UndefinedAttributes,
    store::{Effect, Project, Stored, Tables, Tenant, epoch_seconds},
};

const LONGEST_ID: usize = 128;
const LONGEST_NAME: usize = 254;

/// The keys that an update replaces.
const OWN: [&str; 9] = [
    "name",
    "selfProvisioningDomains",
    "customAttributes",
    "enforceSSO",
    "enforceSSOExclusions",
    "federatedAppIds",
    "disabled",
    "roleInheritance",
    "authType",
];

/// Makes a tenant. Not idempotent: an id that exists is refused.
pub(super) fn create_tenant(
    project: &mut Project,
    rules: &Rules,
    fields: &Fields,
) -> Result<Answer, Refusal> {
    let mut tenant = Tenant {
        id: id_to_create(project.now(), rules, fields)?,
        parent: fields.text("parent")?,
        created_time: epoch_seconds(),
        ..Tenant::default()
    };
    if !tenant.parent.is_empty() && project.now().tenant(&tenant.parent).is_none() {
        return Err(Refusal::against_rules(&format!("Parent tenant '{}' does not exist", tenant.parent)));
    }
    replace_own(&mut tenant, fields)?;
    let id = tenant.id.clone();
    store(project, rules, Stored { tenant, ..Stored::default() })?;
    Ok(Answer::json(&serde_json::json!({"id": id})))
}

/// Replaces all of a tenant's own keys: what is left out is reset.
pub(super) fn update_tenant(
    project: &mut Project,
    rules: &Rules,
    fields: &Fields,
) -> Result<Answer, Refusal> {
    let mut stored = stored(project.now(), &fields.required("id")?)?;
    replace_own(&mut stored.tenant, fields)?;
    store(project, rules, stored)
}

/// Changes the keys that are given; maps are merged.
pub(super) fn patch_tenant(project: &mut Project, rules: &Rules, fields: &Fields) -> Result<Answer, Refusal> {
    let mut stored = stored(project.now(), &fields.required("id")?)?;
    let before = stored.tenant.custom_attributes.clone();
    for key in OWN.iter().filter(|key| **key != "authType" && fields.has(key)) {
        set(&mut stored.tenant, key, fields)?;
    }
    let given = std::mem::replace(&mut stored.tenant.custom_attributes, before);
    stored.tenant.custom_attributes.extend(given);
    store(project, rules, stored)
}

/// Deletes a tenant without children; one with users of its own only with `cascade`.
pub(super) fn delete_tenant(project: &mut Project, _: &Rules, fields: &Fields) -> Result<Answer, Refusal> {
    let id = fields.required("id")?;
    let users = stored(project.now(), &id)?.users;
    if project.now().children(&id).next().is_some() {
        return Err(Refusal::against_rules("The tenant has sub-tenants"));
    }
    if users > 0 && !fields.flag("cascade")? {
        return Err(Refusal::against_rules("The tenant has users or access keys that belong to it only"));
    }
    let roles = &project.now().roles;
    if roles.iter().any(|role| role.tenant_id == id) {
        let kept = roles.iter().filter(|role| role.tenant_id != id).cloned().collect();
        project.write(Effect::Roles(kept));
    }
    project.write(Effect::NoTenant(id));
    Ok(Answer::done())
}

/// Replaces the roles that new users of a tenant get.
pub(super) fn replace_default_roles(
    project: &mut Project,
    _: &Rules,
    fields: &Fields,
) -> Result<Answer, Refusal> {
    let mut stored = stored(project.now(), &fields.required("id")?)?;
    let names = fields.texts("defaultRoles")?;
    for name in &names {
        let fits = |tenant: &str| tenant.is_empty() || tenant == stored.tenant.id;
        if !project.now().roles.iter().any(|role| role.name == *name && fits(&role.tenant_id)) {
            return Err(Refusal::against_rules(&format!("Role '{name}' does not exist")));
        }
    }
    stored.tenant.default_roles = names;
    project.write(Effect::Tenant(Arc::new(stored)));
    Ok(Answer::done())
}

/// The tenant as it is now, to be changed.
pub(super) fn stored(tables: &Tables, id: &str) -> Result<Stored, Refusal> {
    tables.tenant(id).map(|stored| stored.as_ref().clone()).ok_or_else(|| Refusal::no_tenant(id))
}

/// Stores a changed tenant if its name, domains and attributes may be so.
pub(super) fn store(project: &mut Project, rules: &Rules, mut stored: Stored) -> Result<Answer, Refusal> {
    let tables = project.now();
    check_unique(tables, rules, &stored.tenant)?;
    if let Some(defined) = settle_attributes(tables, rules, &mut stored.tenant.custom_attributes)? {
        project.write(defined);
    }
    project.write(Effect::Tenant(Arc::new(stored)));
    Ok(Answer::done())
}

fn id_to_create(tables: &Tables, rules: &Rules, fields: &Fields) -> Result<String, Refusal> {
    let id = fields.text("id")?;
    if id.is_empty() {
        return Ok(format!("T2{}", Ulid::generate()));
    }
    let allowed = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == '-';
    if id.len() > LONGEST_ID || !id.chars().all(allowed) {
        return Err(Refusal::against_rules("The id field holds characters that are not allowed"));
    }
    match tables.tenant(&id) {
        Some(_) => Err(rules.taken("A tenant with this id exists")),
        None => Ok(id),
    }
}

fn replace_own(tenant: &mut Tenant, fields: &Fields) -> Result<(), Refusal> {
    for key in OWN {
        set(tenant, key, fields)?;
    }
    // A key that this service has without us knowing it is replaced like the others.
    for (key, value) in &mut tenant.extra {
        *value = fields.value(key).cloned().unwrap_or_else(|| zero(value));
    }
    for key in fields.keys().filter(|key| key.starts_with("idJag")) {
        if let Some(value) = fields.value(key) {
            tenant.extra.insert(key.to_owned(), value.clone());
        }
    }
    Ok(())
}

fn set(tenant: &mut Tenant, key: &str, fields: &Fields) -> Result<(), Refusal> {
    match key {
        "name" => tenant.name = checked_name(fields)?,
        "selfProvisioningDomains" => tenant.self_provisioning_domains = fields.texts(key)?,
        "customAttributes" => tenant.custom_attributes = checked_attributes(fields)?,
        "enforceSSO" => tenant.enforce_sso = fields.flag(key)?,
        "enforceSSOExclusions" => tenant.enforce_sso_exclusions = fields.texts(key)?,
        "federatedAppIds" => tenant.federated_app_ids = fields.texts(key)?,
        "disabled" => tenant.disabled = fields.flag(key)?,
        "roleInheritance" => tenant.role_inheritance = one_of(fields, key, &["", "none", "userOnly"])?,
        "authType" => tenant.auth_type = auth_type(fields)?,
        _ => {}
    }
    Ok(())
}

/// The SSO type; none where it is left out.
pub(super) fn auth_type(fields: &Fields) -> Result<String, Refusal> {
    let given = one_of(fields, "authType", &["", "none", "saml", "oidc"])?;
    Ok(if given.is_empty() { "none".to_owned() } else { given })
}

/// A text that must be one of these.
pub(super) fn one_of(fields: &Fields, key: &str, allowed: &[&str]) -> Result<String, Refusal> {
    let given = fields.text(key)?;
    if allowed.contains(&given.as_str()) {
        return Ok(given);
    }
    Err(Refusal::invalid(&format!("The {key} field has an unknown value")))
}

fn checked_name(fields: &Fields) -> Result<String, Refusal> {
    let name = fields.required("name")?;
    if name.chars().count() > LONGEST_NAME {
        return Err(Refusal::against_rules("The name field is too long"));
    }
    Ok(name)
}

fn checked_attributes(fields: &Fields) -> Result<Map<String, Value>, Refusal> {
    let attributes = fields.map("customAttributes")?;
    match attributes.iter().find(|(_, value)| value.is_object()) {
        Some((key, _)) => Err(Refusal::invalid(&format!("Custom attribute '{key}' can't be an object"))),
        None => Ok(attributes),
    }
}

fn check_unique(tables: &Tables, rules: &Rules, tenant: &Tenant) -> Result<(), Refusal> {
    let other = |owner: Option<&str>| owner.is_some_and(|owner| owner != tenant.id);
    if other(tables.named(&tenant.name)) {
        return Err(rules.taken("A tenant with this name exists"));
    }
    match tenant.self_provisioning_domains.iter().find(|domain| other(tables.claimed(domain))) {
        Some(domain) => Err(rules.taken(&format!("Domain '{domain}' belongs to another tenant"))),
        None => Ok(()),
    }
}

/// Drops, refuses or defines attributes that are not defined; says what is defined from now on.
fn settle_attributes(
    tables: &Tables,
    rules: &Rules,
    attributes: &mut Map<String, Value>,
) -> Result<Option<Effect>, Refusal> {
    let defined = &tables.attributes;
    let Some(undefined) = attributes.keys().find(|key| !defined.contains(*key)) else { return Ok(None) };
    match rules.undefined_attributes {
        UndefinedAttributes::Refuse => {
            Err(Refusal::against_rules(&format!("Custom attribute '{undefined}' is not defined")))
        }
        UndefinedAttributes::Drop => {
            attributes.retain(|key, _| defined.contains(key));
            Ok(None)
        }
        UndefinedAttributes::Accept => {
            Ok(Some(Effect::Attributes(defined.iter().chain(attributes.keys()).cloned().collect())))
        }
    }
}
