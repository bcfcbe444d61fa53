//! What differs → the writes that make it so. Pure: counted before, sent later.

use std::borrow::Cow;

use serde_json::{Value, json};

use super::{
    Names, Tenant,
    wire::{self, key},
    words::settings_side_by_side,
};
use crate::{
    api::Lane,
    resource::{Assign, Edit, FieldChange, Object, Path, Step},
};

/// What the step that writes a tenant's settings is called.
pub const SETTINGS_LABEL: &str = "settings";

/// The steps that make a tenant: the tenant itself, its settings, its default roles (Tenants, create).
pub fn create(tenant: &Tenant) -> Vec<Step> {
    let mut keys = Object::new();
    let mut put = |key: &str, value: Option<Value>| {
        if let Some(value) = value {
            keys.insert(key.to_owned(), value);
        }
    };
    put(key::NAME, tenant.name.as_ref().map(|name| json!(name)));
    put(key::DOMAINS, tenant.domains.as_ref().map(Names::to_json));
    put(key::ATTRIBUTES, tenant.attributes.as_ref().map(|bag| Value::Object(bag.to_json())));
    put(key::ENFORCE_SSO, tenant.enforce_sso.map(Value::Bool));
    put(key::EXCLUSIONS, tenant.enforce_sso_exclusions.as_ref().map(Names::to_json));
    put(key::DISABLED, tenant.disabled.map(Value::Bool));
    put(key::ROLE_INHERITANCE, tenant.role_inheritance.as_ref().map(|text| json!(text)));
    put(key::PARENT, tenant.parent.as_ref().map(|parent| json!(parent)));
    let exactly = tenant.exactly.as_deref();
    keys.extend(exactly.into_iter().flat_map(|exactly| exactly.tenant.clone()));
    let create =
        Step { label: "create", path: wire::CREATE_PATH, ..of_tenant(&tenant.id, Edit::Create(keys)) };
    let kept = exactly.and_then(|exactly| exactly.settings.as_ref());
    let kept = kept.map(|was| super::restore::differing_settings(was, &Object::new())).unwrap_or_default();
    let kept = kept.into_iter().map(|(key, value)| (Cow::Owned(key), Assign::Set(value)));
    // What is managed comes last: it counts.
    let edits: Vec<_> = kept.chain(settings_edits(tenant, |_| true)).collect();
    let settings = (!edits.is_empty()).then(|| settings_step(&tenant.id, edits));
    let roles = tenant
        .default_roles
        .as_ref()
        .filter(|roles| !roles.is_empty())
        .map(|roles| default_roles(tenant, roles));
    [Some(create), settings, roles].into_iter().flatten().collect()
}

/// The step that takes a tenant away; `cascade` also takes the users and keys that only it has (Tenants, delete).
pub fn delete(id: &str, cascade: bool) -> Vec<Step> {
    let keys = Object::from_iter([("cascade".to_owned(), Value::Bool(cascade))]);
    vec![Step { label: "delete", path: wire::DELETE_PATH, ..of_tenant(id, Edit::Delete(keys)) }]
}

/// The steps that put a new tenant in the place of the old one.
pub fn replace(tenant: &Tenant, cascade: bool) -> Vec<Step> {
    let mut steps = delete(&tenant.id, cascade);
    steps.extend(create(tenant));
    steps
}

/// The step that gives up `domains`, and the name for another one, before a tenant takes what somebody else still has.
pub fn release(id: &str, domains: Option<&Names>, name: Option<&str>) -> Step {
    let domains = domains.map(|domains| (key::DOMAINS.into(), Assign::Set(domains.to_json())));
    let name = name.map(|name| (key::NAME.into(), Assign::Set(json!(name))));
    Step { label: "release", ..of_tenant(id, Edit::Update(domains.into_iter().chain(name).collect())) }
}

/// The steps that settle `fields`: the tenant first, settings from a fresh read after it (Tenants, settings).
///
/// `settings_keys` are settings that a restore puts back by their wire keys.
pub(super) fn update(
    tenant: &Tenant,
    fields: &[FieldChange],
    settings_keys: Vec<(String, Value)>,
) -> Vec<Step> {
    let mut edits = Vec::new();
    let mut merge = (Object::new(), Vec::new());
    let mut rest = Vec::new();
    for field in fields {
        match field.path.words() {
            [word] if word == "default_roles" => {
                rest.push(tenant.default_roles.as_ref().map(|roles| default_roles(tenant, roles)));
            }
            [word, _] if word == "settings" => {}
            [word, name] if word == "attributes" => match &field.after {
                Some(value) => {
                    merge.0.insert(name.clone(), value.clone());
                }
                None => merge.1.push(name.clone()),
            },
            [word] => {
                let wire = wire::TENANT.words.iter().find(|(_, yaml)| yaml == word).map(|(wire, _)| *wire);
                let key = wire.or_else(|| same_word(word)).map(Cow::Borrowed);
                let kept = tenant.exactly.as_ref().filter(|exactly| exactly.tenant.contains_key(word));
                let key = key.or_else(|| kept.map(|_| Cow::Owned(word.clone())));
                edits.extend(key.map(|key| (key, Assign::Set(field.after.clone().unwrap_or_default()))));
            }
            _ => {}
        }
    }
    let (set, remove) = merge;
    if !set.is_empty() || !remove.is_empty() {
        edits.push((key::ATTRIBUTES.into(), Assign::Merge { set, remove }));
    }
    let tenant_step =
        (!edits.is_empty()).then(|| Step { label: "update", ..of_tenant(&tenant.id, Edit::Update(edits)) });
    let of_settings = |field: &FieldChange| field.path.words().first().is_some_and(|word| word == "settings");
    let settings_step = if !settings_keys.is_empty() {
        let edits = settings_keys.into_iter().map(|(key, value)| (Cow::Owned(key), Assign::Set(value)));
        Some(settings_step(&tenant.id, edits.collect()))
    } else if fields.iter().any(of_settings) {
        Some(settings_step(&tenant.id, settings_edits(tenant, |path| !tenant.ignores(path))))
    } else {
        None
    };
    [tenant_step, settings_step].into_iter().chain(rest).flatten().collect()
}

/// Wire keys that are spelled like their YAML words.
fn same_word(word: &str) -> Option<&'static str> {
    [key::NAME, key::DISABLED].into_iter().find(|key| *key == word)
}

fn of_tenant(id: &str, edit: Edit) -> Step {
    Step {
        label: "update",
        look: wire::look(id),
        path: wire::UPDATE_PATH,
        id: id.to_owned(),
        key: Some("id"),
        lane: Lane::Object(format!("{}.{id}", super::KIND)),
        edit,
        shape: &wire::TENANT,
    }
}

fn default_roles(tenant: &Tenant, roles: &Names) -> Step {
    Step {
        label: "default roles",
        path: wire::ROLES_PATH,
        shape: &wire::DEFAULT_ROLES,
        ..of_tenant(&tenant.id, Edit::Update(vec![(key::DEFAULT_ROLES.into(), Assign::Set(roles.to_json()))]))
    }
}

/// The settings whose paths are `wanted`, laid over those of a fresh read.
fn settings_edits(tenant: &Tenant, wanted: impl Fn(&Path) -> bool) -> Vec<(Cow<'static, str>, Assign)> {
    let Some(managed) = &tenant.settings else { return Vec::new() };
    let mut edits = vec![("enabled".into(), Assign::Set(json!(true)))];
    for (word, duration, _) in settings_side_by_side(managed, None) {
        if !wanted(&Path::new(["settings", word])) {
            continue;
        }
        let (count, unit) = wire::write_duration(duration);
        let (key, unit_key) = match word {
            "session_token_expiration" => ("sessionTokenExpiration", "sessionTokenExpirationUnit"),
            "refresh_token_expiration" => ("refreshTokenExpiration", "refreshTokenExpirationUnit"),
            "stepup_token_expiration" => ("stepupTokenExpiration", "stepupTokenExpirationUnit"),
            _ => {
                edits.push(("enableInactivity".into(), Assign::Set(json!(!duration.is_zero()))));
                if duration.is_zero() {
                    continue;
                }
                ("inactivityTime", "inactivityTimeUnit")
            }
        };
        edits.push((key.into(), Assign::Set(count)));
        edits.push((unit_key.into(), Assign::Set(unit)));
    }
    edits
}

fn settings_step(id: &str, edits: Vec<(Cow<'static, str>, Assign)>) -> Step {
    Step {
        label: SETTINGS_LABEL,
        look: wire::look_settings(id),
        path: wire::SETTINGS_PATH,
        key: Some("tenantId"),
        shape: &wire::SETTINGS,
        ..of_tenant(id, Edit::Update(edits))
    }
}
