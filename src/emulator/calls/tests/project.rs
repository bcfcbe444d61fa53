use serde_json::{Value, json};

use super::{Api, CREATE, Options};

#[test]
fn roles_are_made_found_and_deleted() {
    let mut api = Api::new();
    api.seed(&json!({"id": "a", "name": "A"}));
    api.post("permission/create", &json!({"name": "docs.write"})).unwrap();
    assert_eq!(api.post("permission/create", &json!({"name": "docs.write"})).unwrap_err().status, 400);
    let editor = json!({"name": "Editor", "permissionNames": ["docs.write"], "tenantId": null});
    let role = api.post("role/create", &editor).unwrap();
    assert_eq!((&role["name"], &role["tenantId"]), (&json!("Editor"), &json!("")));
    for wrong in [
        editor,
        json!({"name": ""}),
        json!({"name": "n".repeat(101)}),
        json!({"name": "X", "tenantId": "nobody"}),
        json!({"name": "X", "permissionNames": ["docs.read"]}),
    ] {
        assert!(api.post("role/create", &wrong).is_err(), "{wrong}");
    }
    api.post("role/create", &json!({"name": "Editor", "tenantId": "a"})).unwrap();
    let mut count =
        |filter: Value| api.post("role/search", &filter).unwrap()["roles"].as_array().unwrap().len();
    assert_eq!((count(json!({})), count(json!({"roleNameLike": "EDIT"}))), (3, 2));
    assert_eq!(count(json!({"tenantIds": ["a"]})), 1);
    assert_eq!(count(json!({"tenantIds": ["a"], "includeProjectRoles": true})), 3);
    assert_eq!(count(json!({"roleNames": ["Editor"], "permissionNames": ["docs.write"]})), 1);
    api.post("role/delete", &json!({"name": "Editor"})).unwrap();
    assert_eq!(api.post("role/delete", &json!({"name": "Editor"})).unwrap_err().status, 400);
    assert_eq!(api.post("role/delete", &json!({})).unwrap_err().message, "The name field is required");
    let id = api.get("role/all").unwrap()["roles"][1]["id"].clone();
    api.post("role/delete", &json!({"id": id})).unwrap();
    assert_eq!(api.get("role/all").unwrap()["roles"].as_array().unwrap().len(), 1);
}

#[test]
fn a_role_update_replaces_all_but_the_name_and_where_the_role_belongs() {
    let mut api = Api::new();
    api.seed(&json!({"id": "a", "name": "A"}));
    api.post("permission/create", &json!({"name": "docs.write"})).unwrap();
    let own = json!({"name": "Editor", "tenantId": "a", "description": "Edits", "default": true,
        "private": true, "permissionNames": ["docs.write"]});
    let made = api.post("role/create", &own).unwrap();
    api.post("role/create", &json!({"name": "Editor"})).unwrap();
    let update = "role/update";
    api.post(update, &json!({"name": "Editor", "tenantId": "a"})).unwrap();
    let expected = json!({"id": made["id"], "createdTime": made["createdTime"], "name": "Editor", "tenantId": "a",
        "description": "", "permissionNames": [], "default": false, "private": false});
    let found = |api: &mut Api, filter: Value| api.post("role/search", &filter).unwrap()["roles"].clone();
    assert_eq!(found(&mut api, json!({"roleIds": [made["id"]]})), json!([expected]));
    let renamed = json!({"id": made["id"], "newName": "Writer", "description": "Writes a lot"});
    assert_eq!(api.post(update, &renamed), Ok(json!({})));
    assert_eq!(found(&mut api, json!({"text": "A LOT"}))[0]["name"], json!("Writer"));
    for wrong in [
        json!({"name": "Editor", "newName": "Tenant Admin"}),
        json!({"name": "Editor", "permissionNames": ["docs.read"]}),
        json!({"name": "Editor", "newName": "n".repeat(101)}),
        json!({"name": "Editor", "tenantId": "a"}),
        json!({"newName": "X"}),
    ] {
        assert_eq!(api.post(update, &wrong).unwrap_err().status, 400, "{wrong}");
    }
    assert_eq!(found(&mut api, json!({"roleNames": ["Editor"]})).as_array().unwrap().len(), 1);
}

#[test]
fn a_permission_is_renamed_in_its_roles_and_taken_from_them() {
    let mut api = Api::new();
    api.post("permission/create", &json!({"name": "docs.write"})).unwrap();
    api.post("permission/create", &json!({"name": "docs.read"})).unwrap();
    api.post("role/create", &json!({"name": "Editor", "permissionNames": ["docs.write", "docs.read"]}))
        .unwrap();
    let update = json!({"name": "docs.write", "newName": "docs.edit", "description": "Edits"});
    assert_eq!(api.post("permission/update", &update), Ok(json!({})));
    let editor = |api: &mut Api| api.get("role/all").unwrap()["roles"][1]["permissionNames"].take();
    assert_eq!(editor(&mut api), json!(["docs.edit", "docs.read"]));
    let all = api.get("permission/all").unwrap()["permissions"].take();
    assert_eq!((&all[3]["name"], &all[3]["description"]), (&json!("docs.edit"), &json!("Edits")));
    // The description is replaced, the name stays where no new one is given.
    api.post("permission/update", &json!({"id": all[3]["id"]})).unwrap();
    assert_eq!(api.get("permission/all").unwrap()["permissions"][3]["description"], json!(""));
    api.post("permission/delete", &json!({"name": "docs.read"})).unwrap();
    assert_eq!(editor(&mut api), json!(["docs.edit"]));
    for wrong in [
        json!({}),
        json!({"name": "docs.read"}),
        json!({"name": "User Admin", "newName": "X"}),
        json!({"name": "docs.edit", "newName": "User Admin"}),
        json!({"name": "docs.edit", "newName": "n".repeat(101)}),
    ] {
        assert_eq!(api.post("permission/update", &wrong).unwrap_err().status, 400, "{wrong}");
    }
    assert_eq!(api.post("permission/delete", &json!({"name": "User Admin"})).unwrap_err().status, 400);
}

#[test]
fn the_company_lists_projects_but_reads_none() {
    let mut api = Api::new();
    let list = |api: &mut Api, bearer| api.call(bearer, "POST", "projects/list", &Value::Null).unwrap();
    let projects = list(&mut api, "Bearer K");
    assert_eq!(projects, list(&mut api, "Bearer P1:K"));
    let one = json!({"id": "P1", "name": "One", "tag": "", "environment": "", "tags": []});
    assert_eq!(projects["projects"][0], one);
    let refusal = api.call("Bearer K", "GET", "tenant/all", &Value::Null).unwrap_err();
    assert_eq!((refusal.status, refusal.code), (401, "E011008"));
}

#[test]
fn an_unknown_project_is_e011008_in_every_call() {
    let mut api = Api::new();
    for (method, path) in [("POST", "projects/list"), ("GET", "license"), ("GET", "tenant/all")] {
        let refusal = api.call("Bearer P3:K", method, path, &Value::Null).unwrap_err();
        assert_eq!(refusal.code, "E011008", "{path}");
    }
}

#[test]
fn projects_are_apart_from_each_other() {
    let mut api = Api::new();
    let body = json!({"id": "a", "name": "A", "selfProvisioningDomains": ["a.example"]});
    api.post(CREATE, &body).unwrap();
    api.call("Bearer P2:K", "POST", CREATE, &body).unwrap();
    api.post("tenant/delete", &json!({"id": "a"})).unwrap();
    assert!(api.call("Bearer P2:K", "GET", "tenant?id=a", &Value::Null).is_ok());
}

#[test]
fn the_license_tier_is_told() {
    let mut api = Api::with(&Options { tier: 2, ..Options::default() });
    assert_eq!(api.get("license"), Ok(json!({"rateLimitTier": "tier2"})));
}

#[test]
fn what_is_not_emulated_is_404() {
    let mut api = Api::new();
    for (method, path) in [("POST", "user/create"), ("GET", "tenant/create"), ("PUT", "tenant/update")] {
        let refusal = api.call("Bearer P1:K", method, path, &Value::Null).unwrap_err();
        assert_eq!(refusal.status, 404, "{method} {path}");
    }
}
