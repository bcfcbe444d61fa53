use serde_json::json;

use super::{Api, CREATE, Effect, Options, UPDATE, UndefinedAttributes, message};

#[test]
fn without_an_id_the_service_makes_one() {
    let mut api = Api::new();
    let first = api.post(CREATE, &json!({"id": null, "name": "A"})).unwrap();
    let second = api.post(CREATE, &json!({"id": "", "name": "B"})).unwrap();
    assert_ne!(first, second);
    assert_eq!(first["id"].as_str().unwrap().len(), 28);
}

#[test]
fn ids_names_and_domains_are_unique() {
    let mut api = Api::with(&Options { conflict_status: 409, ..Options::default() });
    api.post(CREATE, &json!({"id": "a", "name": "A", "selfProvisioningDomains": ["a.example"]})).unwrap();
    for body in [
        json!({"id": "a", "name": "B"}),
        json!({"id": "b", "name": "A"}),
        json!({"id": "b", "name": "B", "selfProvisioningDomains": ["A.example"]}),
    ] {
        let refusal = api.post(CREATE, &body).unwrap_err();
        assert_eq!((refusal.status, refusal.code), (409, "E011003"), "{body}");
    }
    api.post(CREATE, &json!({"id": "b", "name": "B"})).unwrap();
    let update = json!({"id": "b", "name": "B", "selfProvisioningDomains": ["a.example"]});
    assert_eq!(api.post(UPDATE, &update).unwrap_err().status, 409);
    assert_eq!(Api::new().rules.conflict_status, 400);
}

#[test]
fn a_domain_or_name_that_was_given_up_is_free() {
    let mut api = Api::new();
    api.post(CREATE, &json!({"id": "a", "name": "A", "selfProvisioningDomains": ["a.example"]})).unwrap();
    api.post(CREATE, &json!({"id": "b", "name": "B"})).unwrap();
    api.post(UPDATE, &json!({"id": "a", "name": "A2"})).unwrap();
    api.post(UPDATE, &json!({"id": "b", "name": "A", "selfProvisioningDomains": ["a.example"]})).unwrap();
    assert_eq!(api.tenant("b")["selfProvisioningDomains"], json!(["a.example"]));
}

#[test]
fn a_wrong_create_is_refused_and_makes_nothing() {
    let mut api = Api::new();
    let (status, code, text) = message(api.post(CREATE, &json!({"id": "a"})));
    assert_eq!((status, code, text.as_str()), (400, "E011003", "The name field is required"));
    for body in [
        json!({"id": "a b", "name": "A"}),
        json!({"id": "a", "name": "A", "parent": "nobody"}),
        json!({"id": "a", "name": "n".repeat(255)}),
        json!({"id": "a", "name": 1}),
        json!({"id": "a", "name": "A", "roleInheritance": "all"}),
        json!({"id": "a", "name": "A", "customAttributes": {"x": {}}}),
        json!({"id": "a", "name": "A", "selfProvisioningDomains": "a.example"}),
    ] {
        assert_eq!(api.post(CREATE, &body).unwrap_err().status, 400, "{body}");
    }
    assert_eq!(api.get("tenant/all"), Ok(json!({"tenants": []})));
}

#[test]
fn unknown_keys_are_dropped_without_a_word() {
    let mut api = Api::new();
    api.post(CREATE, &json!({"id": "a", "name": "A", "domain": ["a.example"], "enforceSso": true})).unwrap();
    let tenant = api.tenant("a");
    assert!(tenant.get("domain").is_none() && tenant["enforceSSO"] == json!(false));
}

#[test]
fn an_update_resets_what_is_left_out() {
    let mut api = Api::new();
    api.seed(&json!({
        "id": "a", "name": "A", "selfProvisioningDomains": ["a.example"], "customAttributes": {"plan": "gold"},
        "authType": "saml", "domains": ["sso.example"], "createdTime": 7, "disabled": true, "enforceSSO": true,
        "enforceSSOExclusions": ["U1"], "federatedAppIds": ["app"], "defaultRoles": ["Tenant Admin"],
        "roleInheritance": "none", "idJagEnabled": true, "tomorrow": {"deep": 1}, "kept": 3,
    }));
    api.post(UPDATE, &json!({"id": "a", "name": "B", "kept": 3, "parent": "x", "domains": ["y"]})).unwrap();
    let expected = json!({
        "id": "a", "name": "B", "selfProvisioningDomains": [], "customAttributes": {}, "authType": "none",
        "domains": ["sso.example"], "createdTime": 7, "disabled": false, "enforceSSO": false,
        "enforceSSOExclusions": [], "federatedAppIds": [], "parent": "", "successors": [],
        "defaultRoles": ["Tenant Admin"], "roleInheritance": "", "idJagEnabled": false, "tomorrow": {}, "kept": 3,
    });
    assert_eq!(api.tenant("a"), expected);
}

#[test]
fn what_was_read_and_is_sent_back_survives() {
    let mut api = Api::new();
    api.seed(&json!({
        "id": "a", "name": "A", "customAttributes": {"plan": "gold", "seats": 3}, "authType": "oidc",
        "domains": ["sso.example"], "federatedAppIds": ["app"], "idJagSettings": {"x": 1}, "tomorrow": ["z"],
    }));
    let before = api.tenant("a");
    api.post(UPDATE, &before).unwrap();
    assert_eq!(api.tenant("a"), before);
}

#[test]
fn an_update_or_delete_of_a_missing_tenant_is_e112202() {
    let mut api = Api::new();
    for result in [
        api.post(UPDATE, &json!({"id": "a", "name": "A"})),
        api.post("tenant/delete", &json!({"id": "a"})),
        api.post("tenant/settings", &json!({"tenantId": "a"})),
        api.post("tenant/updateDefaultRoles", &json!({"id": "a"})),
        api.get("tenant?id=a"),
        api.get("tenant/settings?id=a"),
    ] {
        let refusal = result.unwrap_err();
        assert_eq!((refusal.status, refusal.code), (404, "E112202"));
    }
    assert_eq!(message(api.get("tenant")).2, "The id field is required");
}

#[test]
fn a_patch_changes_what_is_given_and_merges_maps() {
    let mut api = Api::new();
    api.seed(&json!({
        "id": "a", "name": "A", "customAttributes": {"plan": "gold", "seats": 3}, "disabled": true,
        "authType": "saml", "enforceSSO": true,
    }));
    let body = json!({"id": "a", "customAttributes": {"plan": "silver"}, "disabled": false, "name": null});
    api.call("Bearer P1:K", "PATCH", "tenant/patch", &body).unwrap();
    let tenant = api.tenant("a");
    assert_eq!(tenant["customAttributes"], json!({"plan": "silver", "seats": 3}));
    assert_eq!((&tenant["disabled"], &tenant["name"]), (&json!(false), &json!("A")));
    assert_eq!((&tenant["enforceSSO"], &tenant["authType"]), (&json!(true), &json!("saml")));
}

#[test]
fn a_tenant_with_users_goes_only_with_cascade() {
    let mut api = Api::new();
    api.seed(&json!({"id": "a", "name": "A", "users": 1}));
    api.post("role/create", &json!({"name": "Own", "tenantId": "a"})).unwrap();
    assert_eq!(api.post("tenant/delete", &json!({"id": "a"})).unwrap_err().status, 400);
    api.post("tenant/delete", &json!({"id": "a", "cascade": true})).unwrap();
    assert!(api.get("tenant?id=a").is_err());
    assert_eq!(api.get("role/all").unwrap()["roles"].as_array().unwrap().len(), 1);
}

#[test]
fn undefined_attributes_are_accepted_dropped_or_refused() {
    let body = json!({"id": "a", "name": "A", "customAttributes": {"plan": "gold", "seats": 3}});
    let api = |undefined_attributes| {
        let mut api = Api::with(&Options { undefined_attributes, ..Options::default() });
        let defined = Effect::Attributes(["plan".to_owned()].into());
        api.store.project("P1").unwrap().write(defined);
        api
    };
    let mut accepting = api(UndefinedAttributes::Accept);
    accepting.post(CREATE, &body).unwrap();
    assert_eq!(accepting.tenant("a")["customAttributes"], body["customAttributes"]);
    let mut dropping = api(UndefinedAttributes::Drop);
    dropping.post(CREATE, &body).unwrap();
    assert_eq!(dropping.tenant("a")["customAttributes"], json!({"plan": "gold"}));
    let refusal = api(UndefinedAttributes::Refuse).post(CREATE, &body).unwrap_err();
    assert!(refusal.status == 400 && refusal.message.contains("'seats'"), "{refusal:?}");
}
