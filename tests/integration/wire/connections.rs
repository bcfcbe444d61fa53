//! No connection, none that is secure, none that lasts.

use super::*;

#[tokio::test]
async fn an_unknown_host_is_named() {
    let error = fails(&client(options(&format!("http://{}", unknown_host()))), &write()).await;
    assert_told(&error, "unknown_host", &[&unknown_host(), "DESCOPE_BASE_URL", "DNS"]);
    assert!(!error.is_uncertain());
}

#[tokio::test]
async fn a_connection_that_never_comes_about_is_no_uncertain_write() {
    let address = raw(|_| std::thread::sleep(Duration::from_secs(30)));
    let options = Options { timeout: Duration::from_millis(100), ..options(&format!("https://{address}")) };
    let client = client(options);
    let error = fails(&client, &write()).await;
    assert_told(&error, "unreachable", &[&address, "firewall"]);
    assert!(!error.is_uncertain());
    assert_eq!(client.requests_sent(), 0);
}

#[tokio::test]
async fn a_refused_connection_is_tried_again_even_for_a_write_but_not_long_at_first() {
    let free = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let retries = Arc::new(Mutex::new(0));
    let count = Arc::clone(&retries);
    let observer = Arc::new(move |notice| {
        if matches!(notice, Notice::Retrying { .. }) {
            *count.lock().unwrap() += 1;
        }
    });
    let client = client(Options { observer, ..options(&format!("http://{free}")) });
    let error = fails(&client, &write()).await;
    assert_told(&error, "connection_refused", &[&free.to_string(), "nothing listens", "HTTPS_PROXY"]);
    assert!(!error.is_uncertain());
    assert_eq!((*retries.lock().unwrap(), client.requests_sent()), (2, 0));
}

#[tokio::test]
async fn a_server_without_tls_is_told_from_one_with_a_bad_certificate() {
    let address = raw(|stream| drop(stream.write_all(b"HTTP/1.1 400 Bad Request\r\n\r\n")));
    let error = fails(&client(options(&format!("https://{address}"))), &read()).await;
    assert_told(&error, "tls", &[&address, "doesn't speak TLS", "http://"]);
}

#[tokio::test]
async fn a_body_that_ends_before_its_length_is_a_dropped_connection() {
    let address =
        raw(|stream| drop(stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 99\r\n\r\n{\"a\"")));
    let error = fails(&client(options(&format!("http://{address}"))), &write()).await;
    assert_told(&error, "connection_dropped", &["before the answer was complete"]);
    assert!(error.is_uncertain());
}

#[tokio::test]
async fn silence_ends_at_the_time_out_and_says_what_to_raise() {
    let server = serve(ResponseTemplate::new(200).set_delay(Duration::from_secs(30))).await;
    let client = client(Options { timeout: Duration::from_millis(50), ..options(&server.uri()) });
    let started = Instant::now();
    let error = fails(&client, &write()).await;
    assert!(started.elapsed() < Duration::from_secs(5));
    assert_told(&error, "timeout", &["no answer within 50ms", "'--timeout' (now 50ms)"]);
    assert!(error.is_uncertain());
    let patient = client.with_timeout(Duration::from_millis(60));
    assert!(fails(&patient, &write()).await.to_string().contains("60ms"));
    assert_eq!(received(&server).await, 2);
}

#[tokio::test]
async fn a_dropped_connection_is_uncertain_for_a_write_and_repeated_for_a_read() {
    let drops = Arc::new(Mutex::new(0));
    let count = Arc::clone(&drops);
    let address = raw(move |stream| {
        let mut drops = count.lock().unwrap();
        *drops += 1;
        if *drops > 2 {
            let _ = stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\nconnection: close\r\n\r\n{}");
        }
    });
    let client = client(options(&format!("http://{address}")));
    let error = fails(&client, &write()).await;
    assert_told(&error, "connection_dropped", &["dropped", "proxy"]);
    assert!(error.is_uncertain());
    assert_eq!(*drops.lock().unwrap(), 1, "a write isn't sent twice");
    assert_eq!(client.send(&read()).await.unwrap().attempts, 2);
}
