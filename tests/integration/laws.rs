//! Laws of the whole: for whatever is live and whatever is configured, an apply leaves nothing to plan, and its rollback
//! command gives back what was there.

use proptest::{option, prelude::*};
use serde_json::{Value, json};

use crate::common::Service;

/// Each tenant and its parent; a parent stands before its children.
const FAMILY: [(&str, &str); 5] =
    [("top-a", ""), ("mid-a", "top-a"), ("low-a", "mid-a"), ("top-b", ""), ("mid-b", "top-b")];

/// What one side may say of a tenant; `None` where it does not say it.
#[derive(Clone, Debug)]
struct Said {
    present: bool,
    domains: Option<Vec<u8>>,
    attributes: Option<Vec<(char, u8)>>,
    disabled: Option<bool>,
    roles: Option<bool>,
    inactivity: Option<u8>,
}

fn said() -> impl Strategy<Value = Said> {
    let domains = option::of(prop::collection::vec(0..6_u8, 0..3));
    let attributes = option::of(prop::collection::vec((prop::char::range('k', 'm'), 0..4_u8), 0..3));
    let rest = (option::of(any::<bool>()), option::of(any::<bool>()), option::of(1..5_u8));
    (any::<bool>(), domains, attributes, rest).prop_map(
        |(present, domains, attributes, (disabled, roles, inactivity))| Said {
            present,
            domains,
            attributes,
            disabled,
            roles,
            inactivity,
        },
    )
}

/// A whole family; who has no parent there is not there, and a domain has one owner.
fn family() -> impl Strategy<Value = Vec<(&'static str, &'static str, Said)>> {
    prop::collection::vec(said(), FAMILY.len()).prop_map(|all| {
        let mut there: Vec<(&str, &str, Said)> = Vec::new();
        let mut owned = std::collections::BTreeSet::new();
        for ((id, parent), mut said) in FAMILY.into_iter().zip(all) {
            let has_parent = parent.is_empty() || there.iter().any(|(other, ..)| *other == parent);
            if let Some(domains) = &mut said.domains {
                domains.retain(|domain| owned.insert(*domain));
                // A set: the order in which it comes back means nothing.
                domains.sort_unstable();
            }
            if said.present && has_parent {
                there.push((id, parent, said));
            }
        }
        there
    })
}

fn domain(number: u8) -> String {
    format!("d{number}.example")
}

fn live(family: &[(&str, &str, Said)]) -> Value {
    let tenant = |(id, parent, said): &(&str, &str, Said)| {
        let attributes: serde_json::Map<_, _> =
            said.attributes.iter().flatten().map(|(name, value)| (name.to_string(), json!(value))).collect();
        json!({
            "id": id, "name": format!("Name of {id}"), "parent": parent, "authType": "none", "domains": [],
            "selfProvisioningDomains": said.domains.iter().flatten().map(|it| domain(*it)).collect::<Vec<_>>(),
            "customAttributes": attributes, "disabled": said.disabled.unwrap_or_default(),
            "defaultRoles": if said.roles == Some(true) { json!(["Tenant Admin"]) } else { json!([]) },
        })
    };
    family.iter().map(tenant).collect()
}

fn yaml(family: &[(&str, &str, Said)]) -> String {
    let tenant = |(id, parent, said): &(&str, &str, Said)| {
        let mut text = format!("  - id: {id}\n    name: New name of {id}\n");
        if !parent.is_empty() {
            text += &format!("    parent: {parent}\n");
        }
        if let Some(domains) = &said.domains {
            let all: Vec<_> = domains.iter().map(|it| domain(*it)).collect();
            text += &format!("    domains: [{}]\n", all.join(", "));
        }
        if let Some(attributes) = &said.attributes {
            let unique: std::collections::BTreeMap<_, _> = attributes.iter().copied().collect();
            let all: Vec<_> = unique.iter().map(|(name, value)| format!("{name}: {value}")).collect();
            text += &format!("    attributes: {{ {} }}\n", all.join(", "));
        }
        if let Some(disabled) = said.disabled {
            text += &format!("    disabled: {disabled}\n");
        }
        if let Some(roles) = said.roles {
            text += &format!("    default_roles: {}\n", if roles { "[Tenant Admin]" } else { "[]" });
        }
        if let (Some(hours), true) = (said.inactivity, parent.is_empty()) {
            text += &format!("    settings: {{ inactivity: {hours}h }}\n");
        }
        text
    };
    if family.is_empty() {
        return "tenants: []\n".to_owned();
    }
    format!("tenants:\n{}", family.iter().map(tenant).collect::<String>())
}

/// Every tenant and its settings, but for the time of its creation, which no restore can give back.
fn all_of(service: &Service) -> Vec<(Value, Value)> {
    let settings = |tenant: &Value| {
        service.get(&format!("/v1/mgmt/tenant/settings?id={}", tenant["id"].as_str().unwrap()))
    };
    let mut tenants = service.tenants();
    for tenant in &mut tenants {
        tenant.as_object_mut().unwrap().remove("createdTime");
    }
    tenants.into_iter().map(|tenant| (tenant.clone(), settings(&tenant))).collect()
}

/// The changes of a plan, or those alone that are withheld.
fn addresses(plan: &Value, withheld: bool) -> Vec<&Value> {
    let changes = plan["changes"].as_array().into_iter().flatten();
    changes.filter(|it| !withheld || it["withheld"].is_string()).map(|it| &it["address"]).collect()
}

fn writes_of(service: &Service) -> usize {
    let writes = ["create", "update", "delete", "settings"];
    let is_write = |entry: &Value| {
        entry["method"] != "GET" && writes.iter().any(|end| entry["path"].as_str().unwrap().ends_with(end))
    };
    service.requests().into_iter().filter(is_write).count()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn an_apply_leaves_nothing_to_plan_and_its_rollback_gives_back_what_was(now in family(), wanted in family()) {
        let service = Service::start();
        service.seed(live(&now));
        let before = all_of(&service);
        service.yaml(&yaml(&wanted));

        let applied = service.sh("tenant sync --yes --prune -o json").json();
        let summary = &applied["result"]["summary"];
        prop_assert!(["failed", "skipped", "unknown"].iter().all(|it| summary[it] == 0), "{applied}");
        let writes = writes_of(&service);
        let again = service.sh("tenant sync --yes --prune -o json").json();
        // Withheld is who wants a domain that a tenant holds whose domains nobody manages.
        prop_assert_eq!(addresses(&again["plan"], true), addresses(&again["plan"], false));
        prop_assert_eq!(addresses(&again["plan"], true), addresses(&applied["plan"], true));
        prop_assert_eq!(writes_of(&service), writes);

        if let Some(command) = applied["result"]["rollback_command"].as_str() {
            let command = command.strip_prefix("descope-mgmt ").unwrap();
            service.sh(&format!("{command} --yes --prune")).exits(0);
        }
        prop_assert_eq!(all_of(&service), before);
        service.sh("audit verify").exits(0);
    }
}
