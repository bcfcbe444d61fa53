use serde_json::json;

use super::{Api, CREATE, Options};

#[test]
fn a_created_tenant_is_read_flat_with_empty_values() {
    let mut api = Api::new();
    assert_eq!(api.post(CREATE, &json!({"id": "a", "name": "A"})), Ok(json!({"id": "a"})));
    let mut tenant = api.tenant("a");
    assert!(tenant["createdTime"].as_i64().unwrap() > 1_700_000_000);
    tenant["createdTime"] = json!(0);
    let expected = json!({
        "id": "a", "name": "A", "selfProvisioningDomains": [], "customAttributes": {}, "authType": "none",
        "domains": [], "createdTime": 0, "disabled": false, "enforceSSO": false, "enforceSSOExclusions": [],
        "federatedAppIds": [], "parent": "", "successors": [], "defaultRoles": [], "roleInheritance": "",
    });
    assert_eq!(tenant, expected);
}

#[test]
fn children_are_shown_and_keep_their_parent_from_being_deleted() {
    let mut api = Api::new();
    for (id, parent) in [("a", ""), ("b", "a"), ("c", "b"), ("d", "c"), ("e", "d")] {
        api.post(CREATE, &json!({"id": id, "name": id, "parent": parent})).unwrap();
    }
    assert_eq!(api.tenant("a")["successors"], json!(["b"]));
    let refusal = api.post("tenant/delete", &json!({"id": "a", "cascade": true})).unwrap_err();
    assert_eq!(refusal.status, 400);
    for id in ["e", "d", "c", "b", "a"] {
        assert_eq!(api.post("tenant/delete", &json!({"id": id})), Ok(json!({})));
    }
}

#[test]
fn a_search_takes_only_what_passes_every_filter() {
    let mut api = Api::new();
    api.seed(&json!({"id": "a", "name": "A", "selfProvisioningDomains": ["a.example"],
        "customAttributes": {"plan": "gold"}, "authType": "saml", "domains": ["sso.example"]}));
    api.seed(&json!({"id": "b", "name": "B", "parent": "a", "customAttributes": {"plan": "gold"}}));
    for (filter, found) in [
        (json!({}), vec!["a", "b"]),
        (json!({"tenantIds": null, "customAttributes": null, "authType": ""}), vec!["a", "b"]),
        (json!({"tenantIds": ["b", "c"]}), vec!["b"]),
        (json!({"tenantNames": ["A"], "customAttributes": {"plan": "gold"}}), vec!["a"]),
        (json!({"customAttributes": {"plan": "gold"}}), vec!["a", "b"]),
        (json!({"tenantSelfProvisioningDomains": ["a.example"]}), vec!["a"]),
        (json!({"tenantSSODomains": ["sso.example"]}), vec!["a"]),
        (json!({"authType": "none"}), vec!["b"]),
        (json!({"parentTenantId": "a"}), vec!["b"]),
        (json!({"topLevelOnly": true}), vec!["a"]),
        (json!({"tenantIds": ["a"], "parentTenantId": "a"}), vec![]),
    ] {
        assert_eq!(api.found(&filter), found, "{filter}");
    }
}

#[test]
fn a_search_without_filters_is_capped_and_the_full_list_is_not() {
    let mut api = Api::new();
    let raws = (0..1_001).map(|n| json!({"id": format!("t{n}"), "name": format!("{n}")}));
    let raws = raws.map(|raw| raw.as_object().unwrap().clone()).collect();
    api.store.project("P1").unwrap().seed(raws).unwrap();
    assert_eq!(api.found(&json!({})).len(), 1_000);
    assert_eq!(api.get("tenant/all").unwrap()["tenants"].as_array().unwrap().len(), 1_001);
}

#[test]
fn shuffled_lists_come_in_another_order_on_each_read() {
    let mut api = Api::with(&Options { shuffle: true, ..Options::default() });
    api.seed(&json!({"id": "a", "name": "A", "selfProvisioningDomains": ["a.example", "b.example"]}));
    api.seed(&json!({"id": "b", "name": "B"}));
    assert_ne!(api.get("tenant/all"), api.get("tenant/all"));
    assert_ne!(api.found(&json!({})), api.found(&json!({})));
    let (first, second) = (api.tenant("a"), api.tenant("a"));
    assert_ne!(first["selfProvisioningDomains"], second["selfProvisioningDomains"]);
    assert_eq!(first["id"], second["id"]);
    api.post("role/create", &json!({"name": "Editor"})).unwrap();
    for path in ["role/all", "permission/all", "tenant/settings?id=a"] {
        assert_ne!(api.get(path), api.get(path), "{path}");
    }
    let mut projects = || api.call("Bearer K", "POST", "projects/list", &json!({}));
    assert_ne!(projects(), projects());
}
