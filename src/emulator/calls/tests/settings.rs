use serde_json::json;

use super::Api;

#[test]
fn settings_are_replaced_and_take_the_sso_domains_along() {
    let mut api = Api::new();
    let settings = json!({"enabled": true, "JITDisabled": true, "tomorrow": 5});
    api.seed(&json!({
        "id": "a", "name": "A", "authType": "saml", "domains": ["sso.example"],
        "selfProvisioningDomains": ["a.example"], "settings": settings,
    }));
    let body = json!({"tenantId": "a", "enabled": true, "sessionTokenExpiration": "10", "enforceSSO": true,
        "sessionTokenExpirationUnit": "minutes", "ssoSetupSuiteSettings": {"disabledFeatures": {"scim": true}}});
    api.post("tenant/settings", &body).unwrap();
    let expected = json!({
        "domains": [], "selfProvisioningDomains": [], "authType": "none", "enabled": true,
        "refreshTokenExpiration": 0, "refreshTokenExpirationUnit": "", "sessionTokenExpiration": 10,
        "sessionTokenExpirationUnit": "minutes", "stepupTokenExpiration": 0, "stepupTokenExpirationUnit": "",
        "enableInactivity": false, "inactivityTime": 0, "inactivityTimeUnit": "", "JITDisabled": false,
        "ssoSetupSuiteSettings": {"enabled": false, "styleId": "", "disabledFeatures": {"saml": false,
            "oidc": false, "scim": true, "ssoDomains": false, "groupMapping": false}},
        "tomorrow": 0,
    });
    assert_eq!(api.get("tenant/settings?id=a"), Ok(expected));
    let tenant = api.tenant("a");
    assert_eq!((&tenant["domains"], &tenant["authType"]), (&json!([]), &json!("none")));
    assert_eq!(tenant["enforceSSO"], json!(false));
}

#[test]
fn settings_sent_back_as_read_stay_the_same() {
    let mut api = Api::new();
    api.seed(&json!({"id": "a", "name": "A", "authType": "saml", "domains": ["sso.example"]}));
    let before = api.get("tenant/settings?id=a").unwrap();
    let mut body = before.clone();
    body["tenantId"] = json!("a");
    api.post("tenant/settings", &body).unwrap();
    assert_eq!(api.get("tenant/settings?id=a"), Ok(before));
}

#[test]
fn settings_keep_to_the_documented_limits() {
    let mut api = Api::new();
    api.seed(&json!({"id": "a", "name": "A"}));
    let settings = |session: i64, refresh: i64, inactivity: i64| {
        json!({"tenantId": "a", "enabled": true, "sessionTokenExpiration": session,
            "sessionTokenExpirationUnit": "minutes", "refreshTokenExpiration": refresh,
            "refreshTokenExpirationUnit": "minutes", "enableInactivity": true, "inactivityTime": inactivity,
            "inactivityTimeUnit": "minutes"})
    };
    api.post("tenant/settings", &settings(3, 3, 10)).unwrap();
    for wrong in [settings(2, 60, 10), settings(61, 60, 10), settings(10, 60, 9), settings(-1, 60, 10)] {
        assert_eq!(api.post("tenant/settings", &wrong).unwrap_err().status, 400, "{wrong}");
    }
    let unit = json!({"tenantId": "a", "sessionTokenExpirationUnit": "fortnights"});
    assert_eq!(api.post("tenant/settings", &unit).unwrap_err().code, "E011004");
}

#[test]
fn default_roles_must_exist() {
    let mut api = Api::new();
    api.seed(&json!({"id": "a", "name": "A"}));
    let path = "tenant/updateDefaultRoles";
    api.post(path, &json!({"id": "a", "defaultRoles": ["Tenant Admin"]})).unwrap();
    assert_eq!(api.tenant("a")["defaultRoles"], json!(["Tenant Admin"]));
    assert_eq!(api.post(path, &json!({"id": "a", "defaultRoles": ["Nobody"]})).unwrap_err().status, 400);
    api.post(path, &json!({"id": "a"})).unwrap();
    assert_eq!(api.tenant("a")["defaultRoles"], json!([]));
}
