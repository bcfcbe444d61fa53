use std::{
    env,
    io::{Write, stderr},
    path::Path,
    process::Command,
};

use descope_mgmt::emulator::Options;
use secrecy::ExposeSecret;

use super::Wire;

/// A Python that has Descope's SDK: `DESCOPE_MGMT_TEST_PYTHON`, or `python3`; otherwise how to get one.
fn python() -> Result<Command, &'static str> {
    let python = env::var("DESCOPE_MGMT_TEST_PYTHON").unwrap_or_else(|_| "python3".to_owned());
    let imported = Command::new(&python).args(["-c", "import descope"]).output();
    let found = imported.is_ok_and(|output| output.status.success()).then(|| Command::new(python));
    found.ok_or("Python SDK: `pip install descope`, and name its python in DESCOPE_MGMT_TEST_PYTHON")
}

/// Node, if `DESCOPE_MGMT_TEST_NODE_MODULES` names a folder with Descope's SDK; otherwise how to get one.
fn node() -> Result<Command, &'static str> {
    let modules = env::var("DESCOPE_MGMT_TEST_NODE_MODULES").unwrap_or_default();
    let found = Path::new(&modules).join("@descope/node-sdk").is_dir().then(|| Command::new("node"));
    found.ok_or(
        "Node SDK: `npm install @descope/node-sdk`, and name its folder in DESCOPE_MGMT_TEST_NODE_MODULES",
    )
}

/// Runs a script of `tests/sdk` against an emulator of its own; it says `ok` at its end.
async fn run(command: Result<Command, &str>, script: &str, requests: u64) {
    let mut command = match command {
        Ok(command) => command,
        // Not `eprintln!`: the test harness would keep that to itself.
        Err(how) => return stderr().write_all(format!("\nSKIPPED the official {how}\n").as_bytes()).unwrap(),
    };
    let wire = Wire::start(Options::default()).await;
    let output = command
        .arg(format!("{}/tests/sdk/{script}", env!("CARGO_MANIFEST_DIR")))
        .env("DESCOPE_PROJECT_ID", wire.emulator.project_id())
        .env("DESCOPE_MANAGEMENT_KEY", wire.emulator.management_key().expose_secret())
        .env("DESCOPE_BASE_URI", wire.emulator.url())
        .env("DESCOPE_BASE_URL", wire.emulator.url())
        .env("NO_PROXY", "127.0.0.1")
        .output()
        .unwrap();
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success() && output.stdout.starts_with(b"ok"), "{script}: {errors}");
    assert!(wire.stats().await["requests"].as_u64().unwrap() > requests);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_official_python_sdk_handles_tenants() {
    run(python(), "tenants.py", 20).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_official_python_sdk_handles_flows_projects_snapshots_and_the_audit() {
    run(python(), "configuration.py", 25).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_official_node_sdk_handles_them_all() {
    run(node(), "configuration.mjs", 25).await;
}
