use std::time::{Duration, Instant};

use descope_mgmt::emulator::Options;
use reqwest::{Method, Response};
use serde_json::{Value, json};

use super::Wire;

async fn with(fault: &str) -> Wire {
    let fault = format!("/v1/mgmt/tenant/create={fault}");
    Wire::start(Options { faults: vec![fault.parse().unwrap()], ..Options::default() }).await
}

fn header<'a>(response: &'a Response, name: &str) -> &'a str {
    response.headers().get(name).map_or("", |value| value.to_str().unwrap())
}

#[tokio::test]
async fn a_429_says_when_to_come_back_and_does_nothing() {
    let wire = with("429:1").await;
    let response = wire.create("a").await.unwrap();
    assert_eq!((response.status().as_u16(), header(&response, "retry-after")), (429, "1"));
    let body: Value = response.json().await.unwrap();
    assert_eq!(body["errorCode"], json!("E130429"));
    assert!(!wire.exists("a").await);
    assert_eq!(wire.create("a").await.unwrap().status(), 200);
}

#[tokio::test]
async fn a_500_is_json_and_a_503_is_not() {
    let response = with("500").await.create("a").await.unwrap();
    assert_eq!((response.status().as_u16(), header(&response, "content-type")), (500, "application/json"));
    assert!(response.json::<Value>().await.unwrap()["errorCode"].is_string());
    let response = with("503").await.create("a").await.unwrap();
    assert_eq!(response.status(), 503);
    assert!(response.json::<Value>().await.is_err());
}

#[tokio::test]
async fn html_comes_with_200_and_does_nothing() {
    let wire = with("html").await;
    let response = wire.create("a").await.unwrap();
    assert_eq!((response.status().as_u16(), header(&response, "content-type")), (200, "text/html"));
    assert!(response.text().await.unwrap().starts_with("<!DOCTYPE html>"));
    assert!(!wire.exists("a").await);
}

#[tokio::test]
async fn a_hanging_request_is_never_answered_and_does_not_hold_up_the_stop() {
    let wire = with("hang").await;
    let url = format!("{}/v1/mgmt/tenant/create", wire.emulator.url());
    let request = wire.client.post(url).bearer_auth(wire.bearer()).json(&json!({"id": "a", "name": "a"}));
    let brief = request.try_clone().unwrap().timeout(Duration::from_millis(50));
    assert!(brief.send().await.unwrap_err().is_timeout());
    assert!(!wire.exists("a").await);
    let waiting: Vec<_> = (0..5).map(|_| tokio::spawn(request.try_clone().unwrap().send())).collect();
    while wire.stats().await["in_flight"] != json!(5) {
        tokio::task::yield_now().await;
    }
    assert!(wire.stats().await["most_in_flight"].as_u64().unwrap() >= 5);
    let started = Instant::now();
    wire.emulator.stop().await.unwrap();
    assert!(started.elapsed() < Duration::from_secs(2), "{:?}", started.elapsed());
    for request in waiting {
        assert!(request.await.unwrap().is_err());
    }
}

#[tokio::test]
async fn a_connection_dropped_before_has_done_nothing() {
    let wire = with("drop-before:1").await;
    assert!(wire.create("a").await.is_err());
    assert!(!wire.exists("a").await);
    assert_eq!(wire.create("a").await.unwrap().status(), 200);
}

#[tokio::test]
async fn a_connection_dropped_after_has_done_it() {
    let wire = with("drop-after:1").await;
    assert!(wire.create("a").await.is_err());
    assert!(wire.exists("a").await);
}

#[tokio::test]
async fn a_truncated_answer_announces_more_than_it_brings() {
    let wire = with("truncate:1").await;
    let mut response = wire.create("a").await.unwrap();
    assert_eq!(response.content_length(), Some(10));
    assert_eq!(response.chunk().await.unwrap().unwrap(), r#"{"id""#);
    assert!(response.chunk().await.is_err());
    assert!(wire.exists("a").await);
}

#[tokio::test]
async fn a_long_truncated_answer_breaks_off_too() {
    let fault = "/v1/mgmt/tenant/all=truncate".parse().unwrap();
    let wire = Wire::start(Options { faults: vec![fault], ..Options::default() }).await;
    let tenants: Vec<Value> =
        (0..2_000).map(|n| json!({"id": format!("t{n}"), "name": n.to_string()})).collect();
    assert_eq!(wire.post("/__emulator/tenants", &json!(tenants)).await.0, 200);
    let response = wire.send(Method::GET, "/v1/mgmt/tenant/all", None).await.unwrap();
    assert!(response.content_length().unwrap() > 500_000);
    assert!(response.bytes().await.is_err());
}

#[tokio::test]
async fn faults_are_armed_and_disarmed_while_it_runs() {
    let wire = Wire::start(Options::default()).await;
    let path = "/__emulator/faults";
    assert_eq!(wire.post(path, &json!({"faults": ["/v1/mgmt/tenant/*=503"]})).await.0, 200);
    assert_eq!(wire.create("a").await.unwrap().status(), 503);
    assert_eq!(wire.stats().await["faults"], json!(1));
    wire.send(Method::DELETE, path, None).await.unwrap();
    assert_eq!(wire.create("a").await.unwrap().status(), 200);
    assert_eq!(wire.post(path, &json!(["/v1/mgmt/tenant/*=500"])).await.0, 200);
    let instead = json!({"faults": ["/v1/mgmt/tenant/create=429:1"], "clear": true});
    assert_eq!(wire.post(path, &instead).await.0, 200);
    assert_eq!(wire.create("b").await.unwrap().status(), 429);
    assert_eq!(wire.create("b").await.unwrap().status(), 200);
    wire.post(path, &json!(["*=500"])).await;
    assert_eq!(wire.post(path, &json!({"clear": true})).await.0, 200);
    assert!(wire.exists("b").await);
    let (status, body) = wire.post(path, &json!(["nonsense"])).await;
    assert!(status == 400 && body["errorMessage"].as_str().unwrap().contains("nonsense"), "{body}");
}
