//! Answers that are no success, and successes that are no answer.

use super::*;

#[tokio::test]
async fn a_rejected_key_is_not_tried_again_and_never_shown() {
    let body = json!({ "errorCode": "E011003", "errorDescription": format!("bad token P2project:{KEY}") });
    let server = serve(ResponseTemplate::new(401).set_body_json(body)).await;
    let error = fails(&client(options(&server.uri())), &read()).await;
    assert_told(&error, "unauthorized", &["Management key rejected", "***", "expired", "managementkeys"]);
    assert_eq!((error.status(), error.api_code()), (Some(401), Some("E011003")));
    assert!(!error.is_uncertain());
    assert_eq!(received(&server).await, 1);
}

#[tokio::test]
async fn a_missing_permission_names_the_path() {
    let server = serve(ResponseTemplate::new(403).set_body_json(json!({ "errorMessage": "no" }))).await;
    let error = fails(&client(options(&server.uri())), &write()).await;
    assert_told(&error, "forbidden", &["not permitted", THING, "IP addresses", "license"]);
}

#[tokio::test]
async fn an_object_that_is_not_there_is_told_by_its_code() {
    let body = json!({ "errorCode": "E112202", "errorDescription": "Not found" });
    let server = serve(ResponseTemplate::new(400).set_body_json(body)).await;
    let error = fails(&client(options(&server.uri())), &read()).await;
    assert!(error.is_not_found());
    let server = serve(ResponseTemplate::new(404).set_body_string("<html>gone</html>")).await;
    assert!(!fails(&client(options(&server.uri())), &read()).await.is_not_found(), "a gateway's word");
}

#[tokio::test]
async fn a_web_page_is_not_taken_for_an_answer() {
    let page = "<!DOCTYPE html><html><title>Sign in to AcmeNet</title></html>";
    let server = serve(ResponseTemplate::new(200).set_body_string(page)).await;
    let error = fails(&client(options(&server.uri())), &write()).await;
    assert_told(&error, "html_answer", &["Sign in to AcmeNet", "proxy"]);
    assert!(error.is_uncertain());
    assert_eq!(received(&server).await, 1);
}

#[tokio::test]
async fn a_page_that_repeats_the_request_does_not_spread_the_key() {
    let page = format!("<html><pre>{}Authorization: Bearer P2project:{KEY}</pre>", "x".repeat(130));
    for status in [200, 400, 403] {
        let server = serve(ResponseTemplate::new(status).set_body_string(&page)).await;
        let error = fails(&client(options(&server.uri())), &write()).await;
        let shown = format!("{error:?}");
        assert!(!shown.contains("K2very"), "not even its beginning: {shown}");
    }
}

#[tokio::test]
async fn an_answer_cut_short_is_fetched_again() {
    let cut = ResponseTemplate::new(200).set_body_string("{\"things\": [{\"id\": \"a\"}, ");
    let server = serve_first(cut.clone(), 1).await;
    assert_eq!(client(options(&server.uri())).send(&read()).await.unwrap().attempts, 2);
    let server = serve(cut).await;
    let error = fails(&client(options(&server.uri())), &write()).await;
    assert_told(&error, "truncated_answer", &["ends in the middle", "\"id\""]);
    assert!(error.is_uncertain());
    assert_eq!(received(&server).await, 1);
}

#[tokio::test]
async fn a_redirect_is_named_and_not_followed() {
    let elsewhere = serve(ResponseTemplate::new(200)).await;
    let location = format!("{}/login?token=abc", elsewhere.uri());
    let server = serve(ResponseTemplate::new(302).insert_header("location", &*location)).await;
    let error = fails(&client(options(&server.uri())), &read()).await;
    assert_told(&error, "redirected", &[&elsewhere.uri(), "/login", "302", "base URL"]);
    assert!(!error.to_string().contains("abc"));
    assert_eq!((received(&server).await, received(&elsewhere).await), (1, 0));
}

#[tokio::test]
async fn a_failing_service_is_asked_again_by_reads_and_left_to_the_caller_by_writes() {
    let server = serve_first(ResponseTemplate::new(503).set_body_string("<html>busy</html>"), 3).await;
    let answer = client(options(&server.uri())).send(&read()).await.unwrap();
    assert_eq!(answer.attempts, 4);
    let server = serve_first(ResponseTemplate::new(520), 1).await;
    let error = fails(&client(options(&server.uri())), &write()).await;
    assert_told(&error, "server_error", &["(520)", "try again later"]);
    assert!(error.is_uncertain());
    assert_eq!(received(&server).await, 1);
}

#[tokio::test]
async fn a_packed_answer_is_unpacked() {
    let packed = [
        31, 139, 8, 0, 0, 0, 0, 0, 2, 3, 171, 86, 42, 72, 76, 206, 78, 77, 81, 178, 42, 41, 42, 77, 173, 5,
        0, 137, 224, 181, 220, 15, 0, 0, 0,
    ];
    let server = MockServer::start().await;
    let answer = ResponseTemplate::new(200).insert_header("content-encoding", "gzip").set_body_bytes(packed);
    Mock::given(method("GET")).respond_with(answer).mount(&server).await;
    let answer = client(options(&server.uri())).send(&read()).await.unwrap();
    assert_eq!(answer.raw().unwrap().get(), r#"{"packed":true}"#);
}
