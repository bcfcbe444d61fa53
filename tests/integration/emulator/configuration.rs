use descope_mgmt::emulator::{Emulator, KeySpec, Options, ProjectSpec, Seed};
use secrecy::ExposeSecret;
use serde_json::{Value, json};

use super::{Wire, read};

const LIST: &str = "/v1/mgmt/flow/list";
const IMPORT: &str = "/v2/mgmt/flow/import";
const SNAPSHOT: &str = "/v1/mgmt/project/snapshot/export";

fn files() -> Value {
    json!({
        "connectors/connectors.json": {"connectors": ["mail"]},
        "connectors/mail.json": {"id": "CI1", "name": "Mail", "type": "email"},
        "attributes.json": {"tenant": [{"name": "plan", "type": "string"}]},
        "flows/flows.json": {"flows": ["login"]},
        "flows/login/metadata.json": {"name": "Login", "references": {"connectors": {"Mail": "CI9"}}},
        "flows/login/contents.json": {"startTask": "CI9"},
    })
}

fn seed(project: &str) -> Seed {
    Seed { project: project.to_owned(), files: files().as_object().unwrap().clone() }
}

fn flow() -> Value {
    json!({"flow": {"flowId": "login", "metadata": {"name": "Mine"}, "contents": {"startTask": "0"}},
        "changelog": "run 01J"})
}

#[tokio::test]
async fn a_project_is_seeded_when_it_is_made_and_then_left_alone() {
    let folder = tempfile::tempdir().unwrap();
    let options = Options {
        state: Some(folder.path().join("state.json")),
        projects: vec![ProjectSpec::new("P2one", "One"), ProjectSpec::new("P2two", "Two")],
        seeds: vec![seed("")],
        ..Options::default()
    };
    let wire = Wire::start(options.clone()).await;
    let (_, exported) = wire.post("/v2/mgmt/flow/export", &json!({"flowId": "login"})).await;
    assert_eq!(exported["flow"]["contents"]["startTask"], json!("CI1"));
    let (_, found) = wire.post(SNAPSHOT, &json!({})).await;
    assert_eq!(found["files"]["connectors/mail.json"], files()["connectors/mail.json"]);
    assert_eq!(wire.post(IMPORT, &flow()).await, (200, json!({})));
    wire.emulator.stop().await.unwrap();

    let wire = Wire::start(Options { seeds: vec![seed(""), seed("P2two")], ..options }).await;
    let (_, listed) = wire.post(LIST, &json!({})).await;
    assert_eq!(listed["flows"][0]["name"], json!("Mine"));
    let two = format!("P2two:{}", wire.emulator.management_key().expose_secret());
    let url = format!("{}{LIST}", wire.emulator.url());
    let (_, listed) = read(wire.client.post(url).bearer_auth(two).send().await.unwrap()).await;
    assert_eq!(listed["total"], json!(0));
}

#[tokio::test]
async fn a_seed_that_is_wrong_is_an_error_that_says_so() {
    let files = json!({"roles.json": []}).as_object().unwrap().clone();
    let seeds = vec![Seed { project: String::new(), files }];
    let error = Emulator::start(Options { seeds, ..Options::default() }).await.unwrap_err();
    assert_eq!(error.code(), "emulator_seed_failed");
    assert!(error.to_string().contains("roles.json") && error.hint().is_some(), "{error}");
}

#[tokio::test]
async fn every_import_is_listed_with_its_changelog() {
    let wire = Wire::start(Options { seeds: vec![seed("")], ..Options::default() }).await;
    wire.post(IMPORT, &flow()).await;
    let (_, found) = wire.get("/__emulator/flows").await;
    let changelogs: Vec<_> =
        found["flows"]["login"].as_array().unwrap().iter().map(|version| &version["changelog"]).collect();
    assert_eq!(changelogs, ["", "run 01J"]);
    let own = format!("/__emulator/flows?project={}", wire.emulator.project_id());
    assert_eq!(wire.get(&own).await.1, found);
    assert_eq!(wire.get("/__emulator/flows?project=P2no").await.1["errorCode"], json!("E011008"));
}

#[tokio::test]
async fn a_snapshot_is_planted_while_it_runs() {
    let wire = Wire::start(Options::default()).await;
    let path = "/__emulator/snapshot";
    assert_eq!(wire.post(path, &json!({"files": files()})).await.0, 200);
    assert_eq!(wire.post(LIST, &json!({})).await.1["total"], json!(1));
    for wrong in [json!({}), json!({"files": 1}), json!({"files": {"a.exe": ""}})] {
        assert_eq!(wire.post(path, &wrong).await.0, 400, "{wrong}");
    }
    assert_eq!(wire.post("/v1/mgmt/audit/search", &json!({})).await.1["audits"], json!([]));
}

#[tokio::test]
async fn an_edit_with_a_second_key_is_another_actors() {
    let console = KeySpec::from("K2console");
    let keys = vec![KeySpec::made_up(), console.clone()];
    let wire = Wire::start(Options { keys, ..Options::default() }).await;
    wire.post(IMPORT, &flow()).await;
    let url = format!("{}{IMPORT}", wire.emulator.url());
    let bearer = format!("{}:K2console", wire.emulator.project_id());
    let request = wire.client.post(url).bearer_auth(bearer).header("x-external-rid", "01JRUN");
    request.json(&flow()).send().await.unwrap();
    let filter = json!({"actions": ["FlowModified"], "oldestFirst": true});
    let (_, found) = wire.post("/v1/mgmt/audit/search", &filter).await;
    assert_eq!(found["audits"][0]["actorId"], json!(KeySpec::made_up().id()));
    assert_eq!(found["audits"][1]["actorId"], json!(console.id()));
    assert_eq!(found["audits"][1]["data"], json!({"flowId": "login", "x-external-rid": "01JRUN"}));
}

#[tokio::test]
async fn faults_and_the_rate_limit_hit_the_newer_calls_too() {
    let faults =
        vec![format!("{IMPORT}=drop-after:1").parse().unwrap(), "/v1/mgmt/flow/*=503:1".parse().unwrap()];
    let limit = Some("4/60s".parse().unwrap());
    let wire = Wire::start(Options { faults, rate_limit: limit, ..Options::default() }).await;
    assert!(wire.send(reqwest::Method::POST, IMPORT, Some(&flow())).await.is_err());
    assert_eq!(wire.post(LIST, &json!({})).await.0, 503);
    assert_eq!(wire.post(LIST, &json!({})).await.1["total"], json!(1));
    assert_eq!(wire.post(SNAPSHOT, &json!({})).await.0, 200);
    assert_eq!(wire.post(SNAPSHOT, &json!({})).await.0, 429);
}

#[tokio::test]
async fn projects_made_and_deleted_stay_so_over_a_restart() {
    let folder = tempfile::tempdir().unwrap();
    let options = Options { state: Some(folder.path().join("state.json")), ..Options::default() };
    let wire = Wire::start(options.clone()).await;
    wire.post(IMPORT, &flow()).await;
    let (_, made) = wire.post("/v1/mgmt/project/clone", &json!({"name": "Copy"})).await;
    let (_, gone) = wire.post("/v1/mgmt/project/clone", &json!({"name": "Gone"})).await;
    let key = wire.emulator.management_key().expose_secret().to_owned();
    let post = async |wire: &Wire, project: &Value, path: &str| {
        let url = format!("{}{path}", wire.emulator.url());
        let bearer = format!("{}:{key}", project["projectId"].as_str().unwrap());
        read(wire.client.post(url).bearer_auth(bearer).send().await.unwrap()).await
    };
    assert_eq!(post(&wire, &gone, "/v1/mgmt/project/delete").await, (200, json!({})));
    drop(wire);
    let wire = Wire::start(options).await;
    assert_eq!(post(&wire, &made, LIST).await.1["total"], json!(1));
    let (_, listed) = wire.post("/v1/mgmt/projects/list", &json!({})).await;
    assert_eq!(listed["projects"].as_array().unwrap().len(), 2);
}
