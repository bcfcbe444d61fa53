//! A process that is killed, with an emulator in it that is being written to.

use std::{
    env,
    io::{BufRead, BufReader, Write, stdout},
    path::Path,
    process::{Child, Command, Stdio},
    sync::atomic::{AtomicUsize, Ordering::Relaxed},
};

use descope_mgmt::emulator::{Emulator, Options};
use futures_util::future::join_all;
use reqwest::Client;
use secrecy::ExposeSecret;
use serde_json::json;

use super::{Wire, client};

/// Says which state file the process that is to be killed serves.
const STATE: &str = "DESCOPE_MGMT_TEST_KILLED_STATE";

/// Writes that are acknowledged before the kill.
const WRITES: usize = 40;

fn options(state: &Path) -> Options {
    Options { state: Some(state.to_owned()), ..Options::default() }
}

/// Not a test of its own: what the other process runs until it is killed.
#[tokio::test]
async fn serves_where_it_is_told_to() {
    let Some(state) = env::var_os(STATE) else { return };
    let emulator = Emulator::start(options(Path::new(&state))).await.unwrap();
    // Not `println!`: the test harness would keep that to itself.
    writeln!(stdout(), "\nserving {}", emulator.url()).unwrap();
    std::future::pending::<()>().await;
}

/// This very test binary as another process, running nothing but the above; and its URL.
fn serve(state: &Path) -> (Child, String) {
    let mut child = Command::new(env::current_exe().unwrap())
        .args(["--exact", "emulator::kill::serves_where_it_is_told_to"])
        .env(STATE, state)
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let lines = BufReader::new(child.stdout.take().unwrap()).lines();
    let url = lines.map_while(Result::ok).find_map(|line| line.strip_prefix("serving ").map(str::to_owned));
    (child, url.unwrap())
}

/// Creates tenants until the service is gone; answers with those that were acknowledged.
async fn create_until_it_is_gone(
    client: &Client,
    url: &str,
    bearer: &str,
    writer: usize,
    count: &AtomicUsize,
) -> Vec<String> {
    let mut acknowledged = Vec::new();
    for number in 0.. {
        let id = format!("w{writer}-{number}");
        let request = client.post(format!("{url}/v1/mgmt/tenant/create")).bearer_auth(bearer);
        match request.json(&json!({"id": id, "name": id})).send().await {
            Ok(response) => assert_eq!(response.status(), 200),
            Err(_) => break,
        }
        acknowledged.push(id);
        count.fetch_add(1, Relaxed);
    }
    acknowledged
}

#[tokio::test(flavor = "multi_thread")]
async fn a_kill_loses_no_acknowledged_write() {
    let folder = tempfile::tempdir().unwrap();
    let state = folder.path().join("state.json");
    let mut acknowledged: Vec<String> = Vec::new();
    for round in 0..2 {
        let client = client();
        let (mut child, url) = serve(&state);
        let bearer = {
            let Options { projects, keys, .. } = Options::default();
            format!("{}:{}", projects[0].id, keys[0].key.expose_secret())
        };
        let count = AtomicUsize::new(0);
        let writers =
            (0..4).map(|writer| create_until_it_is_gone(&client, &url, &bearer, 10 * round + writer, &count));
        let kill = async {
            while count.load(Relaxed) < WRITES {
                tokio::task::yield_now().await;
            }
            child.kill().unwrap();
            child.wait().unwrap();
        };
        let (written, ()) = futures_util::join!(join_all(writers), kill);
        acknowledged.extend(written.into_iter().flatten());
    }
    let wire = Wire::start(options(&state)).await;
    let (_, all) = wire.get("/v1/mgmt/tenant/all").await;
    let kept: Vec<&str> =
        all["tenants"].as_array().unwrap().iter().map(|tenant| tenant["id"].as_str().unwrap()).collect();
    let lost: Vec<&String> = acknowledged.iter().filter(|id| !kept.contains(&id.as_str())).collect();
    assert!(lost.is_empty(), "{lost:?}");
    // Each writer has at most one write that was done but not answered for.
    assert!(kept.len() <= acknowledged.len() + 8, "{} {}", kept.len(), acknowledged.len());
}
