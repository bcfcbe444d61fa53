use std::{
    collections::BTreeSet,
    fs,
    path::Path,
    time::{SystemTime, UNIX_EPOCH},
};

use descope_mgmt::emulator::{KeySpec, Options, ProjectSpec};
use secrecy::ExposeSecret;
use serde_json::{Value, json};

use super::{Wire, read};

const PROJECT: &str = "P2abcdefghijklmnopqrstuvwxyz";
const KEY: &str = "K2abcdefghijklmnopqrstuvwxyzEXAMPLE";

/// Parts of an answer whose keys are not the service's.
const FREE_FORM: [&str; 6] = ["customAttributes", "files", "data", "tasks", "dsl", "htmlTemplate"];

/// Calls of the SDKs that are recorded, with the recorded answer and the part of it that is compared. Without
/// a recorded answer any will do.
const ANSWERS: [(&str, &str, &str, &str); 43] = [
    ("GET", "license", "license-get", ""),
    ("POST", "projects/list", "projects-list", ""),
    ("GET", "tenant", "tenant-load", ""),
    ("GET", "tenant/all", "tenant-load-all", ""),
    ("POST", "tenant/search", "tenant-search", ""),
    ("POST", "tenant/create", "tenant-create", ""),
    ("POST", "tenant/update", "empty-success", ""),
    ("PATCH", "tenant/patch", "empty-success", ""),
    ("POST", "tenant/delete", "empty-success", ""),
    ("POST", "tenant/updateDefaultRoles", "empty-success", ""),
    ("GET", "tenant/settings", "tenant-settings-get", ""),
    ("POST", "tenant/settings", "empty-success", ""),
    ("GET", "role/all", "role-all", ""),
    ("POST", "role/search", "role-all", ""),
    ("POST", "role/create", "role-all", "/roles/0"),
    ("POST", "role/update", "empty-success", ""),
    ("POST", "role/delete", "empty-success", ""),
    ("GET", "permission/all", "permission-all", ""),
    ("POST", "permission/create", "empty-success", ""),
    ("POST", "permission/update", "empty-success", ""),
    ("POST", "permission/delete", "empty-success", ""),
    ("POST", "flow/list", "flow-list", ""),
    ("POST", "/v2/mgmt/flow/export", "flow-export-v2", ""),
    ("POST", "/v2/mgmt/flow/import", "empty-success", ""),
    ("POST", "flow/export", "flow-export-v1-legacy", ""),
    ("POST", "flow/import", "flow-export-v1-legacy", ""),
    ("POST", "flow/delete", "empty-success", ""),
    ("POST", "/v2/mgmt/theme/export", "theme-export-v2", ""),
    ("POST", "/v2/mgmt/theme/import", "empty-success", ""),
    ("POST", "theme/export", "", ""),
    ("POST", "theme/import", "", ""),
    ("POST", "audit/search", "audit-search", ""),
    ("POST", "project/update/name", "empty-success", ""),
    ("POST", "project/update/tags", "empty-success", ""),
    ("POST", "project/clone", "project-clone", ""),
    ("POST", "project/delete", "empty-success", ""),
    ("POST", "project/snapshot/export", "snapshot-export", ""),
    ("POST", "project/snapshot/validate", "snapshot-validate-ok", ""),
    ("POST", "project/snapshot/import", "empty-success", ""),
    ("POST", "infra", "infra-project-create", ""),
    ("GET", "infra", "infra-project-create", ""),
    ("PUT", "infra", "infra-project-create", ""),
    ("DELETE", "infra", "empty-success", ""),
];

fn json_file(path: &Path) -> Value {
    serde_json::from_str(&fs::read_to_string(path).unwrap()).unwrap()
}

fn recorded() -> std::path::PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/recorded")
}

fn response(name: &str) -> Value {
    json_file(&recorded().join("responses").join(format!("{name}.json")))
}

/// A project in which the recorded calls make sense.
async fn project_for(path: &str) -> Wire {
    let project = ProjectSpec {
        environment: "production".to_owned(),
        tags: vec!["prod".to_owned()],
        ..ProjectSpec::new(PROJECT, "Acme")
    };
    let options = Options {
        projects: vec![project, ProjectSpec::new("P2second", "Second")],
        keys: vec![KeySpec::from(KEY)],
        ..Options::default()
    };
    let wire = Wire::start(options).await;
    let mut tenants = vec![json!({"id": "acme-parent", "name": "Acme Parent"})];
    if path == "audit/search" {
        assert_eq!(wire.create("acme").await.unwrap().status(), 200);
    } else if path != "tenant/create" {
        tenants.push(json!({
            "id": "acme", "name": "Acme Corp", "selfProvisioningDomains": ["acme.example"], "authType": "saml",
            "customAttributes": {"tier": "gold"}, "domains": ["acme.example"], "parent": "acme-parent",
        }));
    }
    if path != "tenant/delete" {
        tenants.push(json!({"id": "acme-emea", "name": "Acme EMEA", "parent": "acme"}));
    }
    assert_eq!(wire.post("/__emulator/tenants", &json!(tenants)).await.0, 200);
    if path != "permission/create" {
        assert_eq!(wire.post("/v1/mgmt/permission/create", &json!({"name": "docs.write"})).await.0, 200);
    }
    if path.starts_with("role/") && path != "role/create" {
        for tenant in ["", "acme"] {
            let role = json!({"name": "Editor", "permissionNames": ["docs.write"], "tenantId": tenant});
            assert_eq!(wire.post("/v1/mgmt/role/create", &role).await.0, 200);
        }
    }
    for id in ["sign-up-or-in", "old-flow"] {
        let flow = response("flow-export-v2")["body"]["flow"].clone();
        let body = json!({"flow": {"flowId": id, "metadata": flow["metadata"], "contents": flow["contents"],
            "screens": flow["screens"]}});
        assert_eq!(wire.post("/v2/mgmt/flow/import", &body).await.0, 200);
    }
    wire
}

/// Sends a recorded request as it was, headers and all.
async fn replay(wire: &Wire, request: &Value) -> (u16, Value) {
    let method = request["method"].as_str().unwrap().parse().unwrap();
    let url = format!("{}{}", wire.emulator.url(), request["path"].as_str().unwrap());
    let query =
        request["query"].as_object().unwrap().iter().map(|(key, value)| (key, value.as_str().unwrap()));
    let url = url::Url::parse_with_params(&url, query).unwrap();
    let mut sent = wire.client.request(method, url);
    for (name, value) in request["headers"].as_object().unwrap() {
        sent = sent.header(name, value.as_str().unwrap());
    }
    if !request["body"].is_null() {
        sent = sent.body(request["body"].to_string());
    }
    read(sent.send().await.unwrap()).await
}

/// Where the keys or JSON types of the two differ. What is in free-form maps and empty lists doesn't count.
fn differences(place: &str, expected: &Value, found: &Value, into: &mut Vec<String>) {
    match (expected, found) {
        (Value::Object(_), Value::Object(_)) if FREE_FORM.iter().any(|free| place.ends_with(free)) => {}
        (Value::Object(expected), Value::Object(found)) => {
            let keys: BTreeSet<_> = expected.keys().chain(found.keys()).collect();
            for key in keys {
                let place = format!("{place}.{key}");
                match (expected.get(key), found.get(key)) {
                    (Some(expected), Some(found)) => differences(&place, expected, found, into),
                    (expected, _) => into.push(format!("{place}: recorded {}", expected.is_some())),
                }
            }
        }
        (Value::Array(expected), Value::Array(found)) => {
            if let (Some(expected), Some(found)) = (expected.first(), found.first()) {
                differences(&format!("{place}[]"), expected, found, into);
            }
        }
        (Value::String(_), Value::String(_))
        | (Value::Number(_), Value::Number(_))
        | (Value::Bool(_), Value::Bool(_))
        | (Value::Null, Value::Null) => {}
        _ => into.push(format!("{place}: recorded {expected}, found {found}")),
    }
}

#[tokio::test]
async fn every_recorded_request_gets_an_answer_of_the_recorded_shape() {
    let mut replayed = BTreeSet::new();
    for entry in fs::read_dir(recorded().join("requests")).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        let mut request = json_file(&path)["request"].take();
        bring_up_to_date(&mut request["body"]);
        let (method, call) = (request["method"].as_str().unwrap(), request["path"].as_str().unwrap());
        let call = call.strip_prefix("/v1/mgmt/").unwrap_or(call);
        let (_, _, answer, part) = ANSWERS
            .into_iter()
            .find(|(m, c, ..)| (*m, *c) == (method, call))
            .unwrap_or_else(|| panic!("{name} is not emulated"));
        let wire = project_for(call).await;
        let (status, found) = replay(&wire, &request).await;
        assert_eq!(status, 200, "{name}: {found}");
        let mut wrong = Vec::new();
        if !answer.is_empty() {
            let expected = response(answer)["body"].take();
            differences("", expected.pointer(part).unwrap(), &found, &mut wrong);
        }
        assert!(wrong.is_empty(), "{name}: {wrong:#?}");
        if let Some(list) = found.as_object().and_then(|fields| fields.values().next()?.as_array()) {
            assert!(!list.is_empty(), "{name}: an empty list proves nothing");
        }
        replayed.insert((method.to_owned(), call.to_owned()));
    }
    let all: BTreeSet<_> = ANSWERS.iter().map(|(m, c, ..)| ((*m).to_owned(), (*c).to_owned())).collect();
    assert_eq!(replayed, all);
}

/// The window of a recorded search of the audit is long past: it becomes the hours around now.
fn bring_up_to_date(body: &mut Value) {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_millis();
    for (key, hours) in [("from", -1), ("to", 1)] {
        if body[key].as_i64().is_some_and(|millis| millis > 0) {
            body[key] = json!(i64::try_from(now).unwrap() + hours * 3_600_000);
        }
    }
}

#[tokio::test]
async fn what_no_sdk_was_recorded_asking_has_the_published_shape() {
    let wire = project_for("").await;
    let (_, process) = wire.post("/v1/mgmt/project/clone/async", &json!({"name": "Copy"})).await;
    let path = format!("/v1/mgmt/project/clone/async/{}", process["processId"].as_str().unwrap());
    for (name, (status, found)) in [
        ("project-clone-async", (200, process)),
        ("project-clone-async-status", wire.get(&path).await),
        ("flow-template-list", wire.post("/v1/mgmt/flow/template/list", &json!({})).await),
    ] {
        let mut wrong = Vec::new();
        differences("", &response(name)["body"], &found, &mut wrong);
        assert!(status == 200 && wrong.is_empty(), "{name}: {wrong:#?}");
    }
}

#[test]
fn another_shape_is_noticed() {
    let recorded = json!({"a": 1, "b": [{"c": ""}], "customAttributes": {"x": 1}});
    for (found, count) in [
        (json!({"a": 2, "b": [{"c": "z"}], "customAttributes": {}}), 0),
        (json!({"a": "2", "b": [{"c": 1}], "customAttributes": {}}), 2),
        (json!({"b": [], "customAttributes": [], "d": 1}), 3),
    ] {
        let mut wrong = Vec::new();
        differences("", &recorded, &found, &mut wrong);
        assert_eq!(wrong.len(), count, "{wrong:?}");
    }
}

#[tokio::test]
async fn errors_have_the_recorded_shape_status_and_code() {
    let wire = project_for("").await;
    let get = async |bearer: &str, path: &str| {
        let url = format!("{}/v1/mgmt/{path}", wire.emulator.url());
        read(wire.client.get(url).bearer_auth(bearer).send().await.unwrap()).await
    };
    let bearer = wire.bearer();
    for (name, (status, found)) in [
        ("error-tenant-not-found", get(&bearer, "tenant?id=nobody").await),
        ("error-project-not-found", get(&format!("P2other:{KEY}"), "tenant/all").await),
        ("error-400-validation", wire.post("/v1/mgmt/tenant/create", &json!({})).await),
    ] {
        assert_error(name, status, &found);
    }
}

#[tokio::test]
async fn errors_about_projects_have_the_recorded_shape_status_and_code() {
    let free = Wire::start(Options { tier: 1, ..Options::default() }).await;
    let young = Wire::start(Options { unsettled_calls: 2, ..Options::default() }).await;
    let post = async |wire: &Wire, bearer: &str, path: &str, body: Value| {
        let url = format!("{}/v1/mgmt/{path}", wire.emulator.url());
        read(wire.client.post(url).bearer_auth(bearer).json(&body).send().await.unwrap()).await
    };
    let key = young.emulator.management_key().expose_secret();
    let model = |version: u8| json!({"entity": "project", "data": {"version": version, "name": "New"}});
    let (_, made) = post(&young, key, "infra", model(1)).await;
    let new = format!("{}:{key}", made["id"].as_str().unwrap());
    for (name, (status, found)) in [
        ("error-license-required", post(&free, &free.bearer(), "project/snapshot/export", json!({})).await),
        ("error-last-project", post(&free, &free.bearer(), "project/delete", json!({})).await),
        ("error-infra-validation", post(&young, key, "infra", model(2)).await),
        ("error-transient-new-project", post(&young, &new, "flow/list", json!({})).await),
    ] {
        assert_error(name, status, &found);
    }
    assert_eq!(post(&young, &new, "flow/list", json!({})).await.1["errorCode"], json!("E111604"));
    assert_eq!(post(&young, &new, "flow/list", json!({})).await.0, 200);
}

fn assert_error(name: &str, status: u16, found: &Value) {
    let expected = response(name);
    let mut wrong = Vec::new();
    differences("", &expected["body"], found, &mut wrong);
    assert!(wrong.is_empty(), "{name}: {wrong:#?}");
    assert_eq!(
        (json!(status), &found["errorCode"]),
        (expected["status"].clone(), &expected["body"]["errorCode"]),
        "{name}"
    );
}
