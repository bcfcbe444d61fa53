//! An apply that is killed, again and again, against an emulator that lives on in a process of its own.
//!
//! `tests/scripts/kill.sh` runs the same 200 times on the release binary.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    io::{BufRead, BufReader},
    process::{Child, Command, Stdio},
    thread,
    time::Duration,
};

use serde_json::Value;

use crate::common::Desk;

/// Says how many kills there shall be, all in all.
const KILLS: &str = "DESCOPE_MGMT_TEST_KILLS";

/// Lines that an apply of all changes leaves in the audit: two for each, two for the run, and some to spare.
const LINES: u128 = 130;

/// The emulator in a process of its own, ended when this goes.
struct Server(Child);

impl Server {
    /// A server, and a desk that knows it.
    fn start() -> (Self, Desk) {
        let mut command = Command::new(env!("CARGO_BIN_EXE_descope-mgmt"));
        command.args(["emulator", "--latency", "3ms"]).stdin(Stdio::null()).stdout(Stdio::piped());
        let mut child = command.spawn().unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
        let first: Value = serde_json::from_str(&line).unwrap();
        let text = |key: &str| first[key].as_str().unwrap();
        let desk = Desk::new()
            .with("DESCOPE_MGMT_RATE_LIMIT", "1000000/1s")
            .with("DESCOPE_BASE_URL", text("url"))
            .with("DESCOPE_PROJECT_ID", text("project_id"))
            .with("DESCOPE_MANAGEMENT_KEY", text("management_key"));
        (Self(child), desk)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// Whichever of two states comes after the other: 20 tenants come, 20 go, 20 have another name and domain.
fn wanted(round: usize) -> BTreeMap<String, String> {
    let (side, here) = if round.is_multiple_of(2) { ("A", "even") } else { ("B", "odd") };
    let both = (0..20).map(|n| (format!("both-{n:02}"), format!("Both {n} {side}")));
    both.chain((0..20).map(|n| (format!("{here}-{n:02}"), format!("Some {n} {side}")))).collect()
}

fn yaml(tenants: &BTreeMap<String, String>) -> String {
    let one = |(id, name): (&String, &String)| {
        let domain = name.to_lowercase().replace(' ', "-");
        format!("  - {{ id: {id}, name: {name}, domains: [{domain}.example] }}\n")
    };
    format!("version: 1\ntenants:\n{}", tenants.iter().map(one).collect::<String>())
}

fn audit(desk: &Desk) -> String {
    let files = desk.files_below(".descope-mgmt/audit");
    let file = files.iter().find(|file| file.extension().is_some_and(|it| it == "jsonl"));
    file.map(|file| fs::read_to_string(file).unwrap()).unwrap_or_default()
}

/// Kills an apply when so many more lines are in the audit; one that ended before is as good.
fn kill_after(desk: &Desk, lines: usize) {
    let until = audit(desk).lines().count() + lines;
    let mut command = desk.command(&["apply", "--yes", "--prune", "-q"]);
    let mut child = command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
    // Before the first line the moment is any: then the very start is as likely as the reading.
    thread::sleep(Duration::from_millis(chance(40)));
    while lines > 0 && audit(desk).lines().count() < until && child.try_wait().unwrap().is_none() {
        thread::yield_now();
    }
    child.kill().unwrap();
    child.wait().unwrap();
}

fn chance(below: u128) -> u64 {
    u64::try_from(ulid::Ulid::generate().random() % below).unwrap()
}

#[test]
fn however_often_an_apply_is_killed_the_next_one_converges_and_nothing_is_lost() {
    let kills: usize = std::env::var(KILLS).map_or(24, |count| count.parse().unwrap());
    let parts = 3;
    thread::scope(|scope| {
        for _ in 0..parts {
            scope.spawn(|| kill_and_converge(kills.div_ceil(parts)));
        }
    });
}

fn kill_and_converge(kills: usize) {
    let (_server, desk) = Server::start();
    desk.write("descope.yaml", &yaml(&wanted(1)));
    desk.sh("apply --yes -q").exits(0);
    for round in 0..kills {
        let wanted = wanted(round);
        desk.write("descope.yaml", &yaml(&wanted));
        kill_after(&desk, usize::try_from(chance(LINES)).unwrap());
        desk.sh("apply --yes --prune -q").exits(0);
        let live = desk.sh("tenant list -o json").exits(0).json()["items"].as_array().unwrap().clone();
        let live: Vec<_> = live.iter().map(|it| (text(&it["id"]), text(&it["name"]))).collect();
        assert_eq!(live.len(), wanted.len(), "one of each: {live:?}");
        assert_eq!(live.into_iter().collect::<BTreeMap<_, _>>(), wanted);
        assert!(desk.files_below(".descope-mgmt/journal").is_empty(), "round {round}: a journal is left");
    }
    desk.sh("plan --prune --detailed-exitcode").exits(0);
    desk.sh("audit verify").exits(0);
    desk.sh("backup verify").exits(0);
    desk.sh("audit list --limit 0 --address lock.*").exits(0).says("take over");
    every_write_has_one_outcome_and_a_backup(&desk);
}

fn text(value: &Value) -> String {
    value.as_str().unwrap().to_owned()
}

fn every_write_has_one_outcome_and_a_backup(desk: &Desk) {
    let mut open: BTreeMap<(String, String, String), i32> = BTreeMap::new();
    let mut written: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for line in audit(desk).lines() {
        let line: Value = serde_json::from_str(line).unwrap();
        let Some(address) = line["address"].as_str().filter(|it| it.starts_with("tenant.")) else { continue };
        if matches!(line["action"].as_str(), Some("drift" | "resolve")) {
            continue;
        }
        // Who settles the write of a run that was killed names that run.
        let run = text(&line["request_id"]);
        let intended = line["outcome"] == "intended";
        let write = open.entry((run.clone(), address.to_owned(), text(&line["action"]))).or_default();
        *write += if intended { 1 } else { -1 };
        if intended {
            written.entry(run).or_default().insert(address.to_owned());
        }
    }
    let unbalanced: Vec<_> = open.iter().filter(|(_, count)| **count != 0).collect();
    assert!(unbalanced.is_empty(), "writes without one outcome each: {unbalanced:?}");
    let backups: Vec<Value> = desk
        .files_below(".descope-mgmt/backups")
        .iter()
        .map(|file| serde_json::from_slice(&fs::read(file).unwrap()).unwrap())
        .collect();
    for (run, addresses) in written {
        let backup = backups.iter().find(|it| it["reason"] == format!("before run {run}"));
        let resources = backup.unwrap_or_else(|| panic!("run {run} has no backup"))["resources"].clone();
        let held: BTreeSet<_> = resources.as_array().unwrap().iter().map(|it| text(&it["address"])).collect();
        assert!(addresses.is_subset(&held), "run {run}: not all that it wrote is in its backup");
    }
}
