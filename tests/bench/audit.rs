//! The looks at an audit trail, against the bare parser on the same lines.

use std::{
    path::Path,
    process::{Command, Stdio},
    time::Duration,
};

use descope_mgmt::state::{AuditContext, AuditEvent, Options, State};
use futures_util::future::join_all;
use serde_json::Value;

use crate::{
    figure::{Bar, Table, best, timed},
    made::thousands,
    server::BINARY,
};

const LINES: usize = 100_000;

/// Verify, list the last ones, list all of them.
pub(crate) fn run(table: &mut Table) {
    let folder = tempfile::tempdir().expect("a folder");
    write(folder.path());
    let trail = std::fs::read_to_string(folder.path().join("state/audit/P2bench.jsonl")).expect("a file");
    let read = || assert!(trail.lines().all(|line| serde_json::from_str::<Value>(line).is_ok()));
    let floor = best(3, || timed(read));
    let look = |line: &str| {
        let mut command = Command::new(BINARY);
        command.args(line.split(' ')).args(["--state-dir", "state"]).current_dir(folder.path()).env_clear();
        command.env("DESCOPE_PROJECT_ID", "P2bench").stdout(Stdio::null());
        timed(|| assert!(command.status().expect("the binary runs").success()))
    };
    for line in ["audit verify", "audit list", "audit list --limit 0"] {
        let what = format!("{line}, {} lines", thousands(LINES));
        let floor = (floor, "the lines read as JSON");
        table.row(&what, best(3, || look(line)), floor, Bar::Time(Duration::from_secs(1)));
    }
}

fn write(folder: &Path) {
    let state = State::open(Options { root: folder.join("state"), ..Options::default() });
    let state = state.expect("a state folder");
    let context = AuditContext {
        run_id: "01KAV2GQ1N7WR2M0X2T9Q4Z8E5".to_owned(),
        user: "ada".to_owned(),
        host: "build-7".to_owned(),
        git: None,
        environment: Some("staging".to_owned()),
        project_id: "P2bench".to_owned(),
    };
    let digest = Some("ab".repeat(32));
    let event = |n: usize| {
        let address = format!("tenant.tenant-{:06}", n / 2);
        AuditEvent::concluded("update", &address, if n.is_multiple_of(2) { "intended" } else { "succeeded" })
            .with_digests(digest.clone(), digest.clone())
    };
    let runtime = tokio::runtime::Builder::new_current_thread().build().expect("a runtime");
    runtime.block_on(async {
        let audit = state.audit(context).expect("a trail");
        let written = join_all((0..LINES).map(|n| audit.append(event(n)))).await;
        assert!(written.iter().all(Result::is_ok));
    });
}
