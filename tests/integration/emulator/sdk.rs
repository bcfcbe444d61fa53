use std::{
    env,
    io::{Write, stderr},
    process::Command,
};

use descope_mgmt::emulator::Options;
use secrecy::ExposeSecret;

use super::Wire;

/// A Python that has Descope's SDK: `DESCOPE_MGMT_TEST_PYTHON`, or `python3`.
fn python() -> Option<String> {
    let python = env::var("DESCOPE_MGMT_TEST_PYTHON").unwrap_or_else(|_| "python3".to_owned());
    let imported = Command::new(&python).args(["-c", "import descope"]).output();
    imported.is_ok_and(|output| output.status.success()).then_some(python)
}

#[tokio::test(flavor = "multi_thread")]
async fn the_official_python_sdk_works_against_it() {
    let Some(python) = python() else {
        // Not `eprintln!`: the test harness would keep that to itself.
        let skipped = "SKIPPED the official Python SDK: `pip install descope`, and name its python in \
                       DESCOPE_MGMT_TEST_PYTHON";
        return writeln!(stderr(), "\n{skipped}").unwrap();
    };
    let wire = Wire::start(Options::default()).await;
    let output = Command::new(python)
        .arg(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/sdk/tenants.py"))
        .env("DESCOPE_PROJECT_ID", wire.emulator.project_id())
        .env("DESCOPE_MANAGEMENT_KEY", wire.emulator.management_key().expose_secret())
        .env("DESCOPE_BASE_URI", wire.emulator.url())
        .env("NO_PROXY", "127.0.0.1")
        .output()
        .unwrap();
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success() && output.stdout.starts_with(b"ok"), "{errors}");
    assert!(wire.stats().await["requests"].as_u64().unwrap() > 20);
}
