//! Applies without a limit: creates and updates, against count x latency / pool, and beside a loop with the Python SDK.

use std::{path::Path, time::Duration};

use serde_json::{Value, json};

use crate::{
    figure::{Bar, Table, best},
    made::{Made, made, thousands},
    python::Python,
    server::{POOL, Server, run as to_its_end},
};

const COUNT: usize = 1_000;

/// Round trips beside the batch: handshake, projects, plan, re-reading, proof.
const AROUND: u32 = 5;

/// At two latencies.
pub(crate) fn run(table: &mut Table, python: Option<&Python>) {
    for latency in [0, 50].map(Duration::from_millis) {
        for creates in [true, false] {
            apply(table, latency, creates, python);
        }
    }
}

fn apply(table: &mut Table, latency: Duration, creates: bool, python: Option<&Python>) {
    let Made { tenants, yaml } = made(COUNT, 1);
    // A new one for each try: what was applied before is remembered.
    let folder = || {
        let folder = tempfile::tempdir().expect("a folder");
        std::fs::write(folder.path().join("descope.yaml"), &yaml).expect("a file");
        folder
    };
    let filled = || {
        let server = Server::with_latency(latency);
        if !creates {
            server.seed(&tenants);
        }
        server
    };
    let what = if creates { "creates" } else { "updates" };
    let what = format!("{} {what} at {} ms", thousands(COUNT), latency.as_millis());
    let floor = floor(latency, creates, &filled(), &tenants);
    let whole = best(3, || {
        let (server, folder) = (filled(), folder());
        to_its_end(&mut server.tool(folder.path(), &["apply", "--yes"]))
    });
    let bar = if creates && !latency.is_zero() { Bar::Ratio(1.15) } else { Bar::None };
    table.row(&format!("apply, {what}"), whole.saturating_sub(latency * AROUND), floor, bar);
    if let Some(python) = python {
        let server = filled();
        let whole = by_loop(python, &server, folder().path());
        table.row(&format!("  Python loop, {what}"), whole.saturating_sub(latency), floor, Bar::None);
    }
}

fn by_loop(python: &Python, server: &Server, folder: &Path) -> Duration {
    let taken = to_its_end(&mut python.applies(server, folder));
    let writes = server.stats()["writes"].as_u64().unwrap_or_default();
    assert!(writes >= COUNT as u64, "the loop wrote {writes} tenants");
    taken
}

/// Every write is a request, an update a read before it, too. Without a latency: the bare requests over the same pool.
fn floor(latency: Duration, creates: bool, server: &Server, tenants: &[Value]) -> (Duration, &'static str) {
    let requests = if creates { COUNT } else { 2 * COUNT };
    if !latency.is_zero() {
        let name = if creates { "count x latency / 64" } else { "2 x count x latency / 64" };
        return (
            latency * u32::try_from(requests).expect("a count") / u32::try_from(POOL).expect("a pool"),
            name,
        );
    }
    let path = if creates { "/v1/mgmt/tenant/create" } else { "/v1/mgmt/tenant/update" };
    let bodies: Vec<Value> = tenants
        .iter()
        .map(|tenant| json!({"id": tenant["id"], "name": tenant["name"], "selfProvisioningDomains": tenant["selfProvisioningDomains"]}))
        .collect();
    (server.flood(path, &bodies), "the bare writes, 64 at a time")
}
