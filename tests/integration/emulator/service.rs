use std::time::{Duration, Instant};

use descope_mgmt::emulator::{Emulator, KeySpec, Options, ProjectSpec};
use futures_util::future::join_all;
use serde_json::{Value, json};

use super::{Wire, read};

const ALL: &str = "/v1/mgmt/tenant/all";

fn ids(listing: &Value) -> Vec<&str> {
    listing["tenants"].as_array().unwrap().iter().map(|tenant| tenant["id"].as_str().unwrap()).collect()
}

#[tokio::test]
async fn the_limit_is_kept_and_its_violations_are_counted() {
    let limit = "3/60s".parse().unwrap();
    let wire = Wire::start(Options { rate_limit: Some(limit), ..Options::default() }).await;
    for _ in 0..3 {
        assert_eq!(wire.get(ALL).await.0, 200);
    }
    let mut without_json = 0;
    for _ in 0..5 {
        let response = wire.send(reqwest::Method::GET, ALL, None).await.unwrap();
        let wait: u64 = response.headers()["retry-after"].to_str().unwrap().parse().unwrap();
        assert!((1..=60).contains(&wait), "{wait}");
        let (status, body) = read(response).await;
        assert_eq!(status, 429);
        without_json += u32::from(body.is_null());
    }
    assert_eq!(without_json, 1);
    let stats = wire.stats().await;
    assert_eq!((&stats["limit_violations"], &stats["requests"]), (&json!(5), &json!(8)));
    assert_eq!(stats["by_path"][ALL], json!(8));
}

#[tokio::test]
async fn latency_is_added_and_requests_run_side_by_side() {
    let latency = Duration::from_millis(50);
    let wire = Wire::start(Options { latency, ..Options::default() }).await;
    let started = Instant::now();
    let answers = join_all((0..200).map(|n| {
        let wire = &wire;
        async move { wire.create(&format!("t{n}")).await.unwrap().status() }
    }));
    assert!(answers.await.iter().all(|status| *status == 200));
    assert!((latency..latency * 150).contains(&started.elapsed()));
    let stats = wire.stats().await;
    assert_eq!(["in_flight", "writes"].map(|key| stats[key].as_u64().unwrap()), [0, 200]);
}

#[tokio::test]
async fn a_request_is_done_even_if_the_client_has_hung_up() {
    let latency = Duration::from_millis(50);
    let wire = Wire::start(Options { latency, ..Options::default() }).await;
    let url = format!("{}/v1/mgmt/tenant/create", wire.emulator.url());
    let request = wire.client.post(url).bearer_auth(wire.bearer()).json(&json!({"id": "a", "name": "A"}));
    let sent = tokio::spawn(request.send());
    while wire.stats().await["requests"] != json!(1) {
        tokio::task::yield_now().await;
    }
    sent.abort();
    let started = Instant::now();
    while !wire.exists("a").await {
        assert!(started.elapsed() < Duration::from_secs(10));
    }
}

#[tokio::test]
async fn reads_lag_behind_writes() {
    let read_lag = Duration::from_millis(80);
    let wire = Wire::start(Options { read_lag, ..Options::default() }).await;
    let started = Instant::now();
    wire.create("a").await.unwrap();
    let seen = wire.exists("a").await;
    assert!(!seen || started.elapsed() >= read_lag);
    while !wire.exists("a").await {
        assert!(started.elapsed() < Duration::from_secs(10));
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    assert!(started.elapsed() >= read_lag);
}

#[tokio::test]
async fn the_log_tells_what_was_sent_but_not_the_key() {
    let wire = Wire::start(Options::default()).await;
    wire.get("/v1/mgmt/tenant?id=a%20b").await;
    wire.create("a").await.unwrap();
    let (_, log) = wire.get("/__emulator/log").await;
    assert_eq!((&log[0]["query"], &log[0]["body"]), (&json!({"id": "a b"}), &Value::Null));
    let (_, last) = wire.get("/__emulator/log?last=1").await;
    assert_eq!(last.as_array().unwrap().len(), 1);
    assert_eq!((&last[0]["method"], &last[0]["body"]), (&json!("POST"), &json!({"id": "a", "name": "a"})));
    assert_eq!(last[0]["project"], json!(wire.emulator.project_id()));
    assert_eq!(last[0]["headers"]["content-type"], json!("application/json"));
    assert!(last[0]["at_ms"].is_u64());
    assert!(!log.to_string().contains("K2Emulator"));
}

#[tokio::test]
async fn keys_are_checked_and_reach_only_their_projects() {
    let one = KeySpec { projects: Some(vec!["P2one".to_owned()]), ..KeySpec::from("K2one") };
    let projects = vec![ProjectSpec::new("P2one", "One"), ProjectSpec::new("P2two", "Two")];
    let wire = Wire::start(Options { projects, keys: vec![one, "K2all".into()], ..Options::default() }).await;
    let status = async |bearer: &str| {
        let url = format!("{}{ALL}", wire.emulator.url());
        read(wire.client.get(url).bearer_auth(bearer).send().await.unwrap()).await
    };
    assert_eq!(status("P2one:K2one").await.0, 200);
    assert_eq!(status("P2two:K2all").await.0, 200);
    assert_eq!(status("P2one:K2nobody").await.0, 401);
    assert_eq!(status("P2two:K2one").await.1["errorCode"], json!("E011008"));
    assert_eq!(status("K2all").await.1["errorCode"], json!("E011008"));
    let (_, listed) = wire.post("/v1/mgmt/projects/list", &json!({})).await;
    assert_eq!(listed["projects"].as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn seeds_and_attributes_go_to_the_project_that_is_named_else_to_the_first() {
    let projects = vec![ProjectSpec::new("P2one", "One"), ProjectSpec::new("P2two", "Two")];
    let wire = Wire::start(Options { projects, ..Options::default() }).await;
    let tenant = json!({
        "id": "a", "name": "A", "tomorrow": 1, "authType": "saml", "domains": ["sso.example"],
        "__users": 1, "__settings": {"enabled": true},
    });
    let named = json!({"project_id": "P2two", "tenants": [tenant]});
    assert_eq!(wire.post("/__emulator/tenants", &named).await, (200, json!({"stored": 1})));
    assert_eq!(wire.get(ALL).await.1, json!({"tenants": []}));
    assert_eq!(wire.post("/__emulator/tenants", &json!([tenant])).await.0, 200);
    let (_, stored) = wire.get("/v1/mgmt/tenant?id=a").await;
    assert_eq!((&stored["tomorrow"], &stored["authType"]), (&json!(1), &json!("saml")));
    assert!(stored.get("__users").is_none() && stored.get("__settings").is_none());
    assert_eq!(wire.get("/v1/mgmt/tenant/settings?id=a").await.1["enabled"], json!(true));
    assert_eq!(wire.post("/v1/mgmt/tenant/delete", &json!({"id": "a"})).await.0, 400);
    for body in
        [json!(["plan"]), json!({"names": ["plan"]}), json!({"names": ["plan"], "project_id": "P2two"})]
    {
        assert_eq!(wire.post("/__emulator/attributes", &body).await.0, 200, "{body}");
    }
    assert_eq!(wire.stats().await["requests"], json!(4));
}

#[tokio::test]
async fn a_private_call_that_makes_no_sense_is_refused() {
    let wire = Wire::start(Options::default()).await;
    for (path, body) in [
        ("tenants", json!([{"id": 1}])),
        ("tenants", json!("nonsense")),
        ("tenants", json!({"tenant": []})),
        ("tenants", json!({"tenants": [], "project_id": 1})),
        ("attributes", json!([1])),
        ("attributes", json!({})),
        ("faults", json!({"clear": "yes"})),
        ("faults", json!({"faults": "/a=429"})),
    ] {
        assert_eq!(wire.post(&format!("/__emulator/{path}"), &body).await.0, 400, "{path} {body}");
    }
    let nowhere = json!({"project_id": "P2no", "tenants": []});
    assert_eq!(wire.post("/__emulator/tenants", &nowhere).await.1["errorCode"], json!("E011008"));
    assert_eq!(wire.get("/__emulator/nonsense").await.0, 404);
    assert_eq!(wire.get("/__emulator/log?last=x").await.0, 400);
    assert_eq!(wire.stats().await["requests"], json!(0));
}

#[tokio::test]
async fn the_state_survives_a_stop_and_a_drop() {
    let folder = tempfile::tempdir().unwrap();
    let options = Options { state: Some(folder.path().join("state.json")), ..Options::default() };
    let wire = Wire::start(options.clone()).await;
    wire.create("a").await.unwrap();
    let locked = Emulator::start(options.clone()).await.unwrap_err();
    assert_eq!(locked.code(), "emulator_state_locked");
    wire.emulator.stop().await.unwrap();

    let wire = Wire::start(options.clone()).await;
    wire.create("b").await.unwrap();
    drop(wire);

    let wire = Wire::start(options).await;
    assert_eq!(ids(&wire.get(ALL).await.1), ["a", "b"]);
}

#[tokio::test]
async fn a_taken_port_is_an_error_that_names_it() {
    let wire = Wire::start(Options::default()).await;
    let port: u16 = wire.emulator.url().rsplit(':').next().unwrap().parse().unwrap();
    let error = Emulator::start(Options { port, ..Options::default() }).await.unwrap_err();
    assert_eq!(error.code(), "emulator_listen_failed");
    assert!(error.to_string().contains(&port.to_string()));
}

#[tokio::test]
async fn a_body_that_is_no_json_object_is_400() {
    let wire = Wire::start(Options::default()).await;
    let url = format!("{}/v1/mgmt/tenant/create", wire.emulator.url());
    for body in ["{", "[]", "\"x\"", "\u{0}"] {
        let request = wire.client.post(&url).bearer_auth(wire.bearer()).body(body);
        let (status, answer) = read(request.send().await.unwrap()).await;
        assert_eq!((status, &answer["errorCode"]), (400, &json!("E011001")), "{body:?}");
    }
}
