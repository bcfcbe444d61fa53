//! The pure stages in this process: load, diff, text, JSON; each against the bare parser on the same bytes.

use std::path::Path;

use descope_mgmt::{
    config::{self, Inputs},
    plan::{self, Plan, Scope},
    render::{Header, plan_as_json, plan_as_text},
    resource::{Desired, Live, Observed},
    state::Baseline,
    units::RateLimit,
};
use granit_parser::Parser;
use serde_json::{Value, value::RawValue};

use crate::{
    figure::{Bar, Table, best, timed},
    made::{Made, made, thousands},
    plans::COUNTS,
};

const TRIES: usize = 5;

/// Every stage at every size.
pub(crate) fn run(table: &mut Table) {
    for count in COUNTS {
        let folder = tempfile::tempdir().expect("a folder");
        let edited = made(count, 100);
        let desired = load(table, count, folder.path(), &edited);
        diff(table, count, &desired, &live(&edited.tenants));
        // What is shown is what changes: here, everything does.
        let Made { tenants, yaml } = made(count, 1);
        let desired = read(folder.path(), &yaml);
        render(table, count, &compute(&desired, &live(&tenants)));
    }
}

/// YAML → `Desired`, against the parser's events.
fn load(table: &mut Table, count: usize, folder: &Path, made: &Made) -> Desired {
    let desired = read(folder, &made.yaml);
    let measured = best(TRIES, || timed(|| from_disk(folder)));
    let events = || assert!(Parser::new_from_str(&made.yaml).all(|event| event.is_ok()));
    let floor = best(TRIES, || timed(events));
    let what = format!("load, {} tenants", thousands(count));
    table.row(&what, measured, (floor, "the parser's events"), Bar::None);
    desired
}

/// (`Desired`, `Live`) → `Plan`, against the list of live tenants read as JSON.
fn diff(table: &mut Table, count: usize, desired: &Desired, live: &Live) {
    let list = live.tenants.iter().map(|tenant| tenant.raw.get()).collect::<Vec<_>>().join("\n");
    let measured = best(TRIES, || timed(|| compute(desired, live)));
    let what = format!("diff, {} tenants, 1 % changed", thousands(count));
    table.row(&what, measured, (parsed(&list), "the live list read as JSON"), Bar::None);
}

/// `Plan` → text and JSON, against that JSON read.
fn render(table: &mut Table, count: usize, plan: &Plan) {
    let header = Header::default();
    let json =
        || serde_json::to_string_pretty(&plan_as_json(plan, &header, RateLimit::DEFAULT)).expect("JSON");
    let floor = (parsed(&json()), "its JSON read");
    let text = best(TRIES, || timed(|| plan_as_text(plan, &header, RateLimit::DEFAULT)));
    table.row(&format!("text, {} changes", thousands(count)), text, floor, Bar::None);
    table.row(&format!("JSON, {} changes", thousands(count)), best(TRIES, || timed(json)), floor, Bar::None);
}

fn parsed(text: &str) -> std::time::Duration {
    let read = || {
        serde_json::Deserializer::from_str(text).into_iter::<Value>().map(Result::unwrap).collect::<Vec<_>>()
    };
    best(TRIES, || timed(read))
}

fn read(folder: &Path, yaml: &str) -> Desired {
    std::fs::write(folder.join("descope.yaml"), yaml).expect("a file");
    from_disk(folder)
}

fn from_disk(folder: &Path) -> Desired {
    let files = vec![folder.join("descope.yaml")];
    let inputs = Inputs { files, directory: folder.to_owned(), offline: true, ..Inputs::default() };
    config::load(&inputs).expect("a configuration").desired
}

fn compute(desired: &Desired, live: &Live) -> Plan {
    let (baseline, scope) = (Baseline::empty("P2bench"), Scope::default());
    plan::compute(plan::Inputs { desired, live, baseline: &baseline, scope: &scope }).expect("a plan")
}

fn live(tenants: &[Value]) -> Live {
    let observed = |tenant: &Value| {
        let raw = RawValue::from_string(tenant.to_string()).expect("JSON");
        Observed { object: serde_json::from_str(raw.get()).expect("a tenant"), raw }
    };
    Live { tenants: tenants.iter().map(observed).collect(), ..Live::default() }
}
