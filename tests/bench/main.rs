//! What the tool costs, each figure beside its floor, measured in the same run: what no program of its kind could do
//! without. So a ratio means something on any machine.
//!
//! `cargo bench` runs it all, `cargo bench -- stages plans` these groups, `-- --plots DIR` also draws.
#![expect(clippy::indexing_slicing, reason = "a bench may stop at once")]
#![expect(clippy::cast_precision_loss, reason = "no count here is near 2^52")]

mod applies;
mod audit;
mod figure;
mod flow;
mod limited;
mod made;
mod memory;
mod plans;
mod plot;
mod python;
mod server;
mod stages;
mod start;

use std::path::PathBuf;

use figure::Table;

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    // `cargo test --benches` asks every bench whether it works; measuring would tell nothing there.
    if !arguments.iter().any(|argument| argument == "--bench") {
        return;
    }
    let _ = rustls::crypto::ring::default_provider().install_default();
    let plots = arguments.iter().position(|argument| argument == "--plots");
    let plots = plots.map(|at| PathBuf::from(arguments.get(at + 1).expect("--plots DIR")));
    let groups: Vec<&str> = arguments
        .iter()
        .map(String::as_str)
        .filter(|argument| {
            !argument.starts_with("--") && Some(*argument) != plots.as_ref().and_then(|dir| dir.to_str())
        })
        .collect();
    let wanted = |group: &str| groups.is_empty() || groups.contains(&group);
    let python = python::Python::of_process();
    let mut table = Table::new();
    if wanted("start") {
        start::run(&mut table);
    }
    if wanted("stages") {
        stages::run(&mut table);
    }
    if wanted("plans") || plots.is_some() {
        let points = plans::run(&mut table, python.as_ref());
        if let Some(folder) = &plots {
            plot::write(folder, &points);
        }
    }
    if wanted("flow") {
        flow::run(&mut table);
    }
    if wanted("applies") {
        applies::run(&mut table, python.as_ref());
    }
    if wanted("limited") {
        limited::run(&mut table);
    }
    if wanted("audit") {
        audit::run(&mut table);
    }
    if python.is_none() {
        table.note("No loop with Descope's Python SDK beside it: DESCOPE_MGMT_TEST_PYTHON names no interpreter that has it.");
    }
}
