//! How long it waits, and how often it asks again.

use super::*;

#[tokio::test]
async fn a_rate_limit_answer_without_a_word_is_waited_out_even_by_a_write() {
    let server = serve_first(ResponseTemplate::new(429).set_body_string("slow down"), 2).await;
    let client = client(options(&server.uri()));
    let answer = client.send(&write()).await.unwrap();
    assert_eq!((answer.attempts, client.requests_sent()), (3, 3));
    assert_eq!(client.rate().requests, 250, "two incidents, halved twice");
}

#[tokio::test]
async fn a_rate_limit_told_by_its_code_alone_is_one_too() {
    let body = json!({ "errorCode": "E130429" });
    let server = serve_first(ResponseTemplate::new(400).set_body_json(body), 1).await;
    assert_eq!(client(options(&server.uri())).send(&write()).await.unwrap().attempts, 2);
}

#[tokio::test]
async fn retry_after_pauses_every_clone_and_is_told() {
    let refusal = ResponseTemplate::new(429).insert_header("retry-after", "30");
    let server = serve(refusal.set_body_json(json!({ "errorCode": "E130429" }))).await;
    let (tell, mut told) = tokio::sync::mpsc::unbounded_channel();
    let observer = Arc::new(move |notice| drop(tell.send(notice)));
    let client = client(Options { observer, ..options(&server.uri()) });
    let [one, two] =
        [client.clone(), client.clone()].map(|clone| tokio::spawn(async move { clone.send(&write()).await }));
    assert_eq!(
        told.recv().await,
        Some(Notice::Slowed { rate: RateLimit { requests: 500, window: Duration::from_secs(1) } })
    );
    let Some(Notice::Waiting { resumes_in, why: Why::RateLimited }) = told.recv().await else {
        panic!("no wait")
    };
    assert!((29..=30).contains(&resumes_in.as_secs()), "{resumes_in:?}");
    let another = tokio::time::timeout(Duration::from_millis(30), client.send(&read())).await;
    assert!(another.is_err(), "a third request waits as well");
    assert!(received(&server).await <= 2);
    one.abort();
    two.abort();
}

#[tokio::test]
async fn a_pause_longer_than_the_patience_fails_at_once() {
    let server = serve(ResponseTemplate::new(429).insert_header("retry-after", "3600")).await;
    let started = Instant::now();
    let error = fails(&client(options(&server.uri())), &write()).await;
    assert!(started.elapsed() < Duration::from_secs(5));
    assert_told(&error, "out_of_patience", &["limits the rate", "15m", "--max-wait"]);
    assert!(!error.is_uncertain());
}

#[tokio::test]
async fn a_read_is_repeated_five_times_at_most() {
    let server = serve(ResponseTemplate::new(500)).await;
    let error = fails(&client(options(&server.uri())), &Request::search(THING, json!({}))).await;
    assert_eq!((error.status(), received(&server).await), (Some(500), 6));
}

#[tokio::test]
async fn the_patience_ends_the_repetitions() {
    let server = serve(ResponseTemplate::new(500)).await;
    let options = Options { max_wait: Duration::from_millis(100), ..options(&server.uri()) };
    let client = Client::with_schedule(options, Schedule { first: Duration::from_secs(60) }).unwrap();
    assert_eq!(fails(&client, &read()).await.status(), Some(500));
    assert_eq!(received(&server).await, 1);
}

#[test]
fn the_pool_is_as_big_as_the_limit_allows_or_as_told() {
    let url = "http://127.0.0.1:1";
    assert_eq!(client(options(url)).pool_size(), 64);
    assert_eq!(client(Options { parallelism: Some(7), ..options(url) }).pool_size(), 7);
    assert_eq!(client(Options { parallelism: Some(0), ..options(url) }).pool_size(), 1);
    assert_eq!(client(Options { parallelism: Some(999), ..options(url) }).pool_size(), 64);
}
