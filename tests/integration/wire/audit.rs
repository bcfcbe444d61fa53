//! Descope's audit, searched for who changed what.

use std::collections::BTreeSet;

use descope_mgmt::live::last_changes;

use super::*;

fn record(at: u64, actor: &str, tenants: &[&str], run: &str) -> serde_json::Value {
    json!({
        "ID": "A2x", "action": "WhateverItIsCalled", "occurred": at.to_string(), "actorId": actor, "tenants": tenants,
        "data": {"deep": [{"x-external-rid": run}]}, "newKey": null,
    })
}

async fn answers(audits: serde_json::Value) -> MockServer {
    serve(ResponseTemplate::new(200).set_body_json(json!({"audits": audits, "total": 3}))).await
}

#[tokio::test]
async fn the_newest_record_of_a_tenant_that_is_not_ours_tells_who_and_when() {
    let mut numeric = record(1_000, "U2ada", &["acme"], "");
    numeric["occurred"] = json!(2_000);
    let server = answers(json!([
        record(9_000, "K2ours", &["acme"], "01OURS"), record(1_500, "U2bob", &["acme", "other"], ""), numeric,
        record(3_000, "U2eve", &["stranger"], ""), {"occurred": "4000", "tenants": null},
    ]))
    .await;
    let client = client(options(&server.uri()));
    let wanted = BTreeSet::from(["acme", "other", "nobody"]);
    let found = last_changes(&client, &wanted, |_, it| it.is_of(|text| text == "01OURS")).await.unwrap();
    let who = |id: &str| found.get(id).map(|it| (it.occurred.timestamp_millis(), it.actor.as_str()));
    assert_eq!((who("acme"), who("other")), (Some((2_000, "U2ada")), Some((1_500, "U2bob"))));
    assert_eq!(found.len(), 2);
    let [request] = &server.received_requests().await.unwrap()[..] else { panic!("one request") };
    let body: serde_json::Value = request.body_json().unwrap();
    assert_eq!((request.method.as_str(), request.url.path()), ("POST", "/v1/mgmt/audit/search"));
    assert_eq!(body, json!({"tenants": ["acme", "nobody", "other"], "size": 1000, "page": 0}));
}

#[tokio::test]
async fn further_pages_are_read_only_while_somebody_is_not_found_and_never_without_end() {
    let full: Vec<_> = (0..1_000).map(|n| record(n, "U2eve", &["stranger"], "")).collect();
    let server = answers(json!(full)).await;
    let client = client(options(&server.uri()));
    assert!(last_changes(&client, &BTreeSet::from(["acme"]), |_, _| false).await.unwrap().is_empty());
    assert_eq!(received(&server).await, 5);
    assert_eq!(last_changes(&client, &BTreeSet::from(["stranger"]), |_, _| false).await.unwrap().len(), 1);
    assert_eq!(received(&server).await, 6);
}

#[tokio::test]
async fn of_very_many_tenants_none_is_named() {
    let server = answers(json!([record(5, "U2ada", &["t7"], "")])).await;
    let ids: Vec<String> = (0..1_000).map(|n| format!("t{n}")).collect();
    let wanted: BTreeSet<&str> = ids.iter().map(String::as_str).collect();
    let found = last_changes(&client(options(&server.uri())), &wanted, |_, _| false).await.unwrap();
    assert_eq!(found["t7"].actor, "U2ada");
    let body: serde_json::Value = server.received_requests().await.unwrap()[0].body_json().unwrap();
    assert!(body.get("tenants").is_none());
}

#[tokio::test]
async fn a_refusal_and_an_answer_in_another_shape_are_errors() {
    for answer in [
        ResponseTemplate::new(403),
        ResponseTemplate::new(404),
        ResponseTemplate::new(200).set_body_json(json!({"audits": [{"occurred": "yesterday"}]})),
    ] {
        let server = serve(answer).await;
        let client = client(options(&server.uri()));
        assert!(last_changes(&client, &BTreeSet::from(["acme"]), |_, _| false).await.is_err());
    }
}
