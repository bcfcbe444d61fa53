//! Plans of many tenants: time at two latencies, memory, and the same by a loop with the Python SDK.

use std::{path::Path, time::Duration};

use crate::{
    figure::{Bar, Table, best},
    made::{made, thousands},
    memory::{mib, peak},
    python::Python,
    server::{Server, run as to_its_end},
};

/// How many tenants there are.
pub(crate) const COUNTS: [usize; 4] = [1_000, 10_000, 50_000, 100_000];

/// What was measured at one number of tenants.
pub(crate) struct Point {
    /// The number of tenants.
    pub(crate) count: usize,
    /// The tool's plan.
    pub(crate) tool: Cost,
    /// The loop's comparison.
    pub(crate) python: Option<Cost>,
}

/// What a run costs.
#[derive(Clone, Copy)]
pub(crate) struct Cost {
    /// Its time.
    pub(crate) time: Duration,
    /// Its memory at most, in bytes.
    pub(crate) peak: Option<u64>,
}

/// The plan at every size, and what it costs per tenant.
pub(crate) fn run(table: &mut Table, python: Option<&Python>) -> Vec<Point> {
    let points: Vec<Point> = COUNTS.iter().map(|count| plan(table, *count, python)).collect();
    let [.., half, whole] = points.as_slice() else { return points };
    let what = format!("{} tenants against {}", thousands(whole.count), thousands(half.count));
    table.row(&what, whole.tool.time, (half.tool.time, "the plan of half as many"), Bar::Ratio(2.1));
    memory(table, "memory of a plan", points.iter().map(|point| (point.count, point.tool.peak)));
    let loops = points.iter().map(|point| (point.count, point.python.and_then(|cost| cost.peak)));
    memory(table, "memory of the Python loop", loops);
    points
}

/// A plan in which one tenant in a hundred changes, against the bare list read as JSON.
fn plan(table: &mut Table, count: usize, python: Option<&Python>) -> Point {
    let made = made(count, 100);
    let folder = tempfile::tempdir().expect("a folder");
    std::fs::write(folder.path().join("descope.yaml"), &made.yaml).expect("a file");
    let at = |latency: u64, table: &mut Table| {
        let server = Server::with_latency(Duration::from_millis(latency));
        server.seed(&made.tenants);
        let floor = (best(3, || server.list()), "the bare list");
        let time = best(3, || to_its_end(&mut server.tool(folder.path(), &["plan"])));
        let bar = if count == 50_000 { Bar::Time(Duration::from_millis(1500)) } else { Bar::None };
        table.row(&format!("plan, {} tenants, {latency} ms", thousands(count)), time, floor, bar);
        let python =
            python.map(|python| beside(table, python, &server, folder.path(), count, latency, floor));
        (server, time, python)
    };
    at(50, table);
    let (server, time, python) = at(0, table);
    let peak = peak(&mut server.tool(folder.path(), &["plan"]));
    Point { count, tool: Cost { time, peak }, python }
}

/// The comparison by the loop, against the same floor.
fn beside(
    table: &mut Table,
    python: &Python,
    server: &Server,
    folder: &Path,
    count: usize,
    latency: u64,
    floor: (Duration, &str),
) -> Cost {
    let time = to_its_end(&mut python.compares(server, folder));
    table.row(&format!("  Python loop, {} tenants, {latency} ms", thousands(count)), time, floor, Bar::None);
    Cost { time, peak: if latency == 0 { peak(&mut python.compares(server, folder)) } else { None } }
}

/// What every tenant adds, from the smallest and the largest, and how far those in between are off that line.
fn memory(table: &mut Table, what: &str, points: impl Iterator<Item = (usize, Option<u64>)>) {
    let points: Vec<(usize, u64)> = points.filter_map(|(count, peak)| Some((count, peak?))).collect();
    let ([first, .., last], true) = (points.as_slice(), points.len() > 2) else { return };
    let (base, most) = (first.1 as f64, last.1 as f64);
    let each = (most - base) / (last.0 - first.0) as f64;
    let line = |count: usize| base + each * (count - first.0) as f64;
    let off =
        points.iter().map(|(count, peak)| (*peak as f64 / line(*count) - 1.0).abs()).fold(0.0, f64::max);
    let peaks: Vec<String> = points.iter().map(|(_, peak)| mib(*peak)).collect();
    table.note(&format!(
        "{what}: {}; {:.2} KiB a tenant, {:.0} % off a line at most",
        peaks.join(", "),
        each / 1024.0,
        off * 100.0
    ));
}
