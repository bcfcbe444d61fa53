//! Proxies from the environment. A process can't change its own, so the tests run themselves again with another.

use std::process::Command;

use super::*;

/// Runs the test `name` of this file with `proxy` in the environment.
fn again(name: &str, proxy: &str) {
    let mut child = Command::new(std::env::current_exe().unwrap());
    for variable in [
        "HTTP_PROXY",
        "HTTPS_PROXY",
        "ALL_PROXY",
        "NO_PROXY",
        "http_proxy",
        "https_proxy",
        "all_proxy",
        "no_proxy",
    ] {
        child.env_remove(variable);
    }
    child.env("http_proxy", proxy).env("HTTPS_PROXY", proxy);
    let run = child
        .args(["--exact", "--ignored", "--nocapture", &format!("wire::proxy::{name}")])
        .output()
        .unwrap();
    let printed = String::from_utf8_lossy(&run.stdout);
    assert!(printed.contains("1 passed"), "{printed}{}", String::from_utf8_lossy(&run.stderr));
}

#[test]
fn a_proxy_named_in_the_environment_is_used_unless_told_otherwise() {
    let proxy = raw(|stream| {
        drop(stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\nconnection: close\r\n\r\n{}"));
    });
    again("child_with_and_without_the_proxy", &format!("http://{proxy}"));
}

#[test]
fn a_proxy_that_refuses_is_told_from_a_service_that_does() {
    let proxy = raw(|stream| {
        let _ = stream.write_all(
            b"HTTP/1.1 407 Proxy Authentication Required\r\ncontent-length: 0\r\nconnection: close\r\n\r\n",
        );
    });
    again("child_with_a_proxy_that_refuses", &format!("http://user:proxysecret@{proxy}"));
}

#[tokio::test]
#[ignore = "run by the tests above, with a proxy in the environment"]
async fn child_with_and_without_the_proxy() {
    let through = client(Options { proxy: true, ..options(&format!("http://{}", unknown_host())) });
    through.send(&read()).await.unwrap();
    let around = client(options(&format!("http://{}", unknown_host())));
    assert_eq!(fails(&around, &read()).await.code(), "unknown_host");
}

#[tokio::test]
#[ignore = "run by the tests above, with a proxy in the environment"]
async fn child_with_a_proxy_that_refuses() {
    for scheme in ["http", "https"] {
        let url = format!("{scheme}://{}", unknown_host());
        let error = fails(&client(Options { proxy: true, ..options(&url) }), &write()).await;
        assert_told(&error, "proxy", &[&unknown_host(), "HTTPS_PROXY"]);
        assert!(!format!("{error:?}").contains("proxysecret"));
        assert!(!error.is_uncertain());
    }
}
