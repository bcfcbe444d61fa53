//! A refused write → who holds the domain or the name that it asked for.

use serde_json::{Value, json};

use super::wire::{CREATE_PATH, UPDATE_PATH, key};
use crate::{
    api::Request,
    resource::{Assign, Edit, Step},
};

const SEARCH_PATH: &str = "/v1/mgmt/tenant/search";

/// Searches for other tenants with the domains, and with the name, that a step asked for (Tenants, read).
pub(in crate::resource) fn rivals(step: &Step) -> Vec<Request> {
    if step.path != CREATE_PATH && step.path != UPDATE_PATH {
        return Vec::new();
    }
    let domains =
        asked(step, key::DOMAINS).filter(|domains| domains.as_array().is_some_and(|it| !it.is_empty()));
    let name = asked(step, key::NAME).filter(|name| name.is_string());
    let by_domain = domains
        .map(|domains| Request::search(SEARCH_PATH, json!({"tenantSelfProvisioningDomains": domains})));
    let by_name = name.map(|name| Request::search(SEARCH_PATH, json!({"tenantNames": [name]})));
    by_domain.into_iter().chain(by_name).collect()
}

/// Names the other tenant in a search answer, and what it holds.
pub(in crate::resource) fn explain(step: &Step, answer: &Value) -> Option<String> {
    let others = answer.get("tenants")?.as_array()?.iter();
    others.filter(|other| other.get("id").and_then(Value::as_str) != Some(&step.id)).find_map(|other| {
        let text = |key: &str| other.get(key).and_then(Value::as_str).unwrap_or_default();
        let theirs = other.get(key::DOMAINS).and_then(Value::as_array);
        let lower = |value: &Value| value.as_str().map(str::to_lowercase);
        let domain =
            asked(step, key::DOMAINS).and_then(Value::as_array).into_iter().flatten().find(|asked| {
                theirs.is_some_and(|theirs| theirs.iter().any(|their| lower(their) == lower(asked)))
            });
        let holder = format!("is held by tenant.{} \"{}\"", text("id"), text("name"));
        match domain.and_then(Value::as_str) {
            Some(domain) => Some(format!("domain '{domain}' {holder}")),
            None if asked(step, key::NAME).and_then(Value::as_str) == Some(text("name")) => {
                Some(format!("name '{}' {holder}", text("name")))
            }
            None => None,
        }
    })
}

fn asked<'a>(step: &'a Step, wire: &str) -> Option<&'a Value> {
    match &step.edit {
        Edit::Create(keys) => keys.get(wire),
        Edit::Update(edits) => {
            edits.iter().find(|(key, _)| *key == wire).and_then(|(_, assign)| match assign {
                Assign::Set(value) => Some(value),
                Assign::As(object) => object.get(wire),
                Assign::Merge { .. } => None,
            })
        }
        Edit::Delete(_) => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::resource::tenant::{Tenant, create};

    #[test]
    fn the_holder_of_a_domain_is_named_and_the_tenant_itself_is_no_rival() {
        let tenant = Tenant {
            id: "acme".into(),
            name: Some("Acme".into()),
            domains: Some(["acme.com"].into_iter().collect()),
            ..Tenant::default()
        };
        let step = &create(&tenant)[0];
        assert_eq!(rivals(step).len(), 2);
        let own = json!({"id": "acme", "name": "Acme", "selfProvisioningDomains": ["acme.com"]});
        let other = json!({"id": "old", "name": "Old", "selfProvisioningDomains": ["ACME.com"]});
        assert_eq!(explain(step, &json!({"tenants": [own]})), None);
        let found = explain(step, &json!({"tenants": [own, other]}));
        assert_eq!(found.as_deref(), Some("domain 'acme.com' is held by tenant.old \"Old\""));
    }
}
