use std::time::Duration;

use serde_json::{Value, json};

use super::{Api, CREATE, Options};

fn listed(api: &mut Api) -> Vec<String> {
    let found = api.call("Bearer K", "POST", "projects/list", &Value::Null).unwrap();
    let projects = found["projects"].as_array().unwrap();
    projects.iter().map(|project| project["name"].as_str().unwrap().to_owned()).collect()
}

fn bearer(id: &Value) -> String {
    format!("Bearer {}:K", id.as_str().unwrap())
}

#[test]
fn a_project_is_renamed_and_tagged() {
    let mut api = Api::new();
    api.post("project/update/name", &json!({"name": "Uno"})).unwrap();
    api.post("project/update/tags", &json!({"tags": ["a", "b"]})).unwrap();
    api.post("project/update/tags", &json!({"tags": ["c"]})).unwrap();
    let found = api.post("projects/list", &json!({})).unwrap();
    let one = json!({"id": "P1", "name": "Uno", "tag": "", "environment": "", "tags": ["c"]});
    assert_eq!(found["projects"][0], one);
    for (path, wrong) in [
        ("project/update/name", json!({})),
        ("project/update/tags", json!({"tags": [""]})),
        ("project/update/tags", json!({"tags": ["t".repeat(51)]})),
    ] {
        assert_eq!(api.post(path, &wrong).unwrap_err().status, 400, "{path} {wrong}");
    }
}

#[test]
fn a_clone_has_the_configuration_without_the_tenants() {
    let mut api = Api::new();
    api.post(CREATE, &json!({"id": "a", "name": "A"})).unwrap();
    api.post("permission/create", &json!({"name": "docs.write"})).unwrap();
    let role =
        api.post("role/create", &json!({"name": "Editor", "permissionNames": ["docs.write"]})).unwrap();
    api.post("role/create", &json!({"name": "Own", "tenantId": "a"})).unwrap();
    let flow = json!({"flowId": "login", "metadata": {"name": "Login"}, "contents": {"startTask": role["id"]},
        "references": {"roles": {"Editor": role["id"]}}});
    api.post("/v2/mgmt/flow/import", &json!({"flow": flow})).unwrap();
    let made = api
        .post("project/clone", &json!({"name": "Copy", "environment": "production", "tags": ["x"]}))
        .unwrap();
    assert_eq!(
        (&made["projectName"], &made["environment"], &made["tags"]),
        (&json!("Copy"), &json!("production"), &json!(["x"]))
    );
    assert_eq!(made["projectId"].as_str().unwrap().len(), 28);
    let copy = bearer(&made["projectId"]);
    let roles = api.call(&copy, "GET", "role/all", &Value::Null).unwrap();
    let names: Vec<_> = roles["roles"].as_array().unwrap().iter().map(|role| &role["name"]).collect();
    assert_eq!(names, ["Tenant Admin", "Editor"]);
    assert_ne!(roles["roles"][1]["id"], role["id"]);
    let copied = api.call(&copy, "POST", "/v2/mgmt/flow/export", &json!({"flowId": "login"})).unwrap();
    assert_eq!(copied["flow"]["contents"]["startTask"], roles["roles"][1]["id"]);
    assert_eq!(api.call(&copy, "GET", "tenant/all", &Value::Null), Ok(json!({"tenants": []})));
    assert_eq!(listed(&mut api).len(), 3);
    // A second one of the same name is another project.
    let again = api.post("project/clone", &json!({"name": "Copy"})).unwrap();
    assert_ne!(again["projectId"], made["projectId"]);
    for wrong in
        [json!({}), json!({"name": "X", "environment": "staging"}), json!({"name": "X", "tags": [""]})]
    {
        assert_eq!(api.post("project/clone", &wrong).unwrap_err().status, 400, "{wrong}");
    }
}

#[test]
fn a_clone_in_the_background_is_asked_for_until_it_is_done() {
    let mut api = Api::with(&Options { clone_polls: 2, ..Options::default() });
    let process = api.post("project/clone/async", &json!({"name": "Copy"})).unwrap();
    let path = format!("project/clone/async/{}", process["processId"].as_str().unwrap());
    for _ in 0..2 {
        assert_eq!(api.get(&path), Ok(json!({"projectId": "", "projectName": "", "error": ""})));
    }
    let done = api.get(&path).unwrap();
    assert_eq!(done["projectName"], json!("Copy"));
    assert!(api.call(&bearer(&done["projectId"]), "GET", "role/all", &Value::Null).is_ok());
    assert_eq!(api.get("project/clone/async/nothing").unwrap_err().status, 404);
}

#[tokio::test(start_paused = true)]
async fn a_deleted_project_is_listed_for_a_while_and_answers_no_more() {
    let mut api = Api::with(&Options { deletion_lag: Duration::from_secs(5), ..Options::default() });
    api.post("project/delete", &Value::Null).unwrap();
    assert_eq!(api.get("tenant/all").unwrap_err().code, "E011008");
    assert_eq!(listed(&mut api), ["One", "Two"]);
    let last = api.call("Bearer P2:K", "POST", "project/delete", &json!({})).unwrap_err();
    assert_eq!((last.status, last.code), (400, "E073008"));
    tokio::time::advance(Duration::from_secs(5)).await;
    assert_eq!(listed(&mut api), ["Two"]);
    assert_eq!(api.post("projects/list", &json!({})).unwrap_err().code, "E011008");
}

#[test]
fn the_company_makes_reads_and_deletes_projects() {
    let mut api = Api::new();
    let body = json!({"entity": "project", "data": {"version": 1, "name": "Three", "environment": "production", "tags": ["x"]}});
    let made = api.call("Bearer K", "POST", "infra", &body).unwrap();
    let (own, id) = (bearer(&made["id"]), made["id"].as_str().unwrap());
    assert_eq!(listed(&mut api), ["One", "Two", "Three"]);
    let path = format!("infra?entity=project&id={id}");
    assert_eq!(api.call(&own, "GET", &path, &Value::Null), Ok(made.clone()));
    let update = json!({"entity": "project", "id": id, "data": {"version": 1, "name": "Trois"}});
    let updated = api.call(&own, "PUT", "infra", &update).unwrap();
    assert_eq!((&updated["data"]["name"], &updated["data"]["tags"]), (&json!("Trois"), &json!([])));
    let other = "infra?entity=project&id=P1";
    assert_eq!(api.call(&own, "GET", other, &Value::Null).unwrap_err().code, "E011008");
    assert_eq!(api.call(&own, "DELETE", other, &Value::Null).unwrap_err().code, "E011008");
    api.call(&own, "DELETE", &path, &Value::Null).unwrap();
    assert_eq!(listed(&mut api), ["One", "Two"]);
    for (data, code) in [
        (json!({"version": 2, "name": "X"}), "E113007"),
        (json!({"version": 1, "name": "X", "settings": {"a": 1}}), "E113007"),
        (json!({"version": 1}), "E011003"),
    ] {
        let refusal =
            api.call("Bearer K", "POST", "infra", &json!({"entity": "project", "data": data})).unwrap_err();
        assert_eq!((refusal.status, refusal.code), (400, code), "{data}");
    }
    assert_eq!(api.post("infra", &body).unwrap_err().status, 400);
    assert_eq!(api.call("Bearer K", "POST", "infra", &json!({"entity": "tenant"})).unwrap_err().status, 400);
}

#[test]
fn a_key_of_some_projects_makes_and_deletes_none() {
    let mut api = Api::new();
    let infra = json!({"entity": "project", "data": {"version": 1, "name": "X"}});
    for (bearer, path, body) in [
        ("Bearer P1:Kone", "project/clone", json!({"name": "X"})),
        ("Bearer P1:Kone", "project/clone/async", json!({"name": "X"})),
        ("Bearer P1:Kone", "project/delete", json!({})),
        ("Bearer Kone", "infra", infra),
    ] {
        assert_eq!(api.call(bearer, "POST", path, &body).unwrap_err().status, 403, "{path}");
    }
    let seen = api.call("Bearer Kone", "POST", "projects/list", &json!({})).unwrap();
    assert_eq!(seen["projects"].as_array().unwrap().len(), 1);
}

#[test]
fn the_free_tier_has_no_snapshots_and_makes_no_projects() {
    let mut api = Api::with(&Options { tier: 1, ..Options::default() });
    for path in [
        "project/clone",
        "project/clone/async",
        "project/snapshot/export",
        "project/snapshot/validate",
        "project/snapshot/import",
    ] {
        let refusal = api.post(path, &json!({"name": "X", "files": {"project.json": {}}})).unwrap_err();
        assert_eq!((refusal.status, refusal.code), (403, "E111703"), "{path}");
    }
    let infra = json!({"entity": "project", "data": {"version": 1, "name": "X"}});
    assert_eq!(api.call("Bearer K", "POST", "infra", &infra).unwrap_err().code, "E111703");
    assert!(api.post("flow/list", &json!({})).is_ok());
}

#[test]
fn a_project_just_made_refuses_some_calls_first() {
    let mut api = Api::with(&Options { unsettled_calls: 3, ..Options::default() });
    let made = api.post("project/clone", &json!({"name": "Copy"})).unwrap();
    let copy = bearer(&made["projectId"]);
    for code in ["E111604", "E111009", "E111604"] {
        assert_eq!(api.call(&copy, "GET", "tenant/all", &Value::Null).unwrap_err().code, code);
    }
    assert!(api.call(&copy, "GET", "tenant/all", &Value::Null).is_ok());
    assert!(api.get("tenant/all").is_ok());
}
