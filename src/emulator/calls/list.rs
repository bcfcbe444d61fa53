//! Reads of tenants.

use serde::Serialize;
use serde_json::{Value, json};

use super::{Order, Rules};
use crate::emulator::{
    answer::{Answer, Refusal},
    fields::Fields,
    store::{Project, Stored, Tables},
};

/// A search without filters gives a set number only; which one is not published.
const UNFILTERED: usize = 1_000;

/// Arrays of a tenant whose order means nothing.
const SETS: [&str; 6] = [
    "selfProvisioningDomains",
    "domains",
    "enforceSSOExclusions",
    "federatedAppIds",
    "successors",
    "defaultRoles",
];

#[derive(Debug, Serialize)]
struct Listing<T> {
    tenants: Vec<T>,
}

/// One tenant, as a flat object.
pub(super) fn one_tenant(project: &mut Project, rules: &Rules, fields: &Fields) -> Result<Answer, Refusal> {
    let id = fields.required("id")?;
    let tables = project.seen();
    let stored = tables.tenant(&id).ok_or_else(|| Refusal::no_tenant(&id))?;
    Ok(match rules.order() {
        Some(order) => Answer::json(&turned(tables, stored, order)),
        None => Answer::json(&tables.shown(stored)),
    })
}

/// Every tenant, in one answer.
pub(super) fn all_tenants(project: &mut Project, rules: &Rules) -> Answer {
    let tables = project.seen();
    if let Some(order) = rules.order() {
        return turned_listing(tables, tables.tenants().map(AsRef::as_ref).collect(), order);
    }
    let body = tables.listing(|tables| {
        let tenants = tables.tenants().map(|stored| tables.shown(stored)).collect();
        Answer::json(&Listing { tenants }).body
    });
    Answer::bytes(body)
}

/// The tenants that pass every filter that is given.
pub(super) fn search_tenants(
    project: &mut Project,
    rules: &Rules,
    fields: &Fields,
) -> Result<Answer, Refusal> {
    let filter = Filter::of(fields)?;
    let most = if filter == Filter::default() { UNFILTERED } else { usize::MAX };
    let tables = project.seen();
    let found: Vec<&Stored> =
        tables.tenants().map(AsRef::as_ref).filter(|stored| filter.passes(stored)).take(most).collect();
    if let Some(order) = rules.order() {
        return Ok(turned_listing(tables, found, order));
    }
    Ok(Answer::json(&Listing { tenants: found.into_iter().map(|stored| tables.shown(stored)).collect() }))
}

#[derive(Debug, Default, PartialEq)]
struct Filter {
    ids: Vec<String>,
    names: Vec<String>,
    domains: Vec<String>,
    sso_domains: Vec<String>,
    attributes: serde_json::Map<String, Value>,
    auth_type: String,
    parent: String,
    top_level: bool,
}

impl Filter {
    fn of(fields: &Fields) -> Result<Self, Refusal> {
        Ok(Self {
            ids: fields.texts("tenantIds")?,
            names: fields.texts("tenantNames")?,
            domains: fields.texts("tenantSelfProvisioningDomains")?,
            sso_domains: fields.texts("tenantSSODomains")?,
            attributes: fields.map("customAttributes")?,
            auth_type: fields.text("authType")?,
            parent: fields.text("parentTenantId")?,
            top_level: fields.flag("topLevelOnly")?,
        })
    }

    fn passes(&self, stored: &Stored) -> bool {
        let Self { ids, names, domains, sso_domains, attributes, auth_type, parent, top_level } = self;
        let tenant = &stored.tenant;
        let among = |wanted: &[String], have: &[String]| {
            wanted.is_empty() || have.iter().any(|value| wanted.contains(value))
        };
        (ids.is_empty() || ids.contains(&tenant.id))
            && (names.is_empty() || names.contains(&tenant.name))
            && among(domains, &tenant.self_provisioning_domains)
            && among(sso_domains, &tenant.domains)
            && attributes.iter().all(|(key, value)| tenant.custom_attributes.get(key) == Some(value))
            && (auth_type.is_empty() || *auth_type == tenant.auth_type)
            && (parent.is_empty() || *parent == tenant.parent)
            && (!top_level || tenant.parent.is_empty())
    }
}

fn turned_listing(tables: &Tables, mut tenants: Vec<&Stored>, order: Order) -> Answer {
    order.apply(&mut tenants);
    let tenants: Vec<Value> = tenants.into_iter().map(|stored| turned(tables, stored, order)).collect();
    Answer::json(&Listing { tenants })
}

fn turned(tables: &Tables, stored: &Stored, order: Order) -> Value {
    let mut shown = json!(tables.shown(stored));
    for key in SETS {
        if let Some(Value::Array(items)) = shown.get_mut(key) {
            order.apply(items);
        }
    }
    shown
}
