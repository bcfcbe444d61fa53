//! Applies under a limit: no request too many, and no later than the best that any limiter could do.

use std::time::Duration;

use crate::{
    figure::{Bar, Table},
    made::{Made, made},
    server::{BINARY, Server, run as to_its_end},
};

const LIMIT: u32 = 200;
/// Long enough for what comes before the batch to count for little, as it does in a real window of 60 s.
const WINDOW: Duration = Duration::from_secs(10);

/// Creates and updates, both some hundred requests.
pub(crate) fn run(table: &mut Table) {
    for (what, count, filled) in [("creates", 500, false), ("updates", 250, true)] {
        let limit = format!("{LIMIT}/{}s", WINDOW.as_secs());
        let server = Server::start(&["--rate-limit", &limit]);
        let Made { tenants, yaml } = made(count, 1);
        if filled {
            server.seed(&tenants);
        }
        let folder = tempfile::tempdir().expect("a folder");
        std::fs::write(folder.path().join("descope.yaml"), yaml).expect("a file");
        let mut command = server.command(BINARY, folder.path());
        let measured = to_its_end(command.args(["apply", "--yes", "-q", "--rate-limit", &limit]));
        let stats = server.stats();
        assert_eq!(stats["limit_violations"], 0, "{stats}");
        let requests = stats["requests"].as_u64().expect("a count");
        let optimum = optimum(u32::try_from(requests).expect("a count"));
        let what = format!("apply, {count} {what}, {requests} requests at {limit}");
        table.row(&what, measured, (optimum, "the best of any limiter, no 429"), Bar::Ratio(1.05));
    }
}

/// A window's worth goes at once, and as much again each time the window has gone by; the answers take no time.
fn optimum(requests: u32) -> Duration {
    WINDOW * (requests.saturating_sub(1) / LIMIT)
}
