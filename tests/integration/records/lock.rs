use std::{fs, time::Duration};

use descope_mgmt::state::Process;
use expectrl::{Expect as _, session::OsSession};
use serde_json::json;

use super::{PROJECT, Records};
use crate::common::code_of;

/// A process of this host that has ended.
fn ended() -> Process {
    let mut child = std::process::Command::new("true").spawn().unwrap();
    child.wait().unwrap();
    Process { pid: child.id(), pid_started: Some(1), ..Process::detect() }
}

/// A process of another host.
fn elsewhere() -> Process {
    Process { boot_id: Some("another".to_owned()), pid_namespace: None, pid: 7, pid_started: None }
}

/// How the audit calls the lock of the project.
const LOCK: &str = "lock.P2records";

fn is_locked(records: &Records) -> bool {
    records.file("locks/P2records.json").exists()
}

#[test]
fn a_lock_is_shown_with_its_holder_and_whether_it_is_alive() {
    for (process, alive, said) in [
        (Process::detect(), json!(true), "alive on this host"),
        (ended(), json!(false), "dead: its process has ended"),
        (elsewhere(), json!(null), "can't be told from here"),
    ] {
        let records = Records::new();
        records.hold("01KAA", process.clone());
        records.sh("lock show").exits(0).says("ada").says("build-7").says("tenant sync").says(said);
        let document = records.sh("lock show -o json").exits(0).json();
        assert_eq!((&document["locked"], &document["project_id"]), (&json!(true), &json!(PROJECT)));
        let lock = &document["lock"];
        assert_eq!((&lock["run_id"], &lock["pid"]), (&json!("01KAA"), &json!(process.pid)));
        assert_eq!(lock["alive"], alive);
    }
}

#[test]
fn the_lock_of_a_living_run_is_broken_only_by_force() {
    let records = Records::new();
    records.hold("01KAA", Process::detect());
    records.sh("lock break --yes").exits(6).says("alive on this host: ada on build-7").says("--force");
    assert!(is_locked(&records));
    records.sh("lock break --force").exits(4).says("--yes");
    assert!(is_locked(&records));
    records.sh("lock break --force --yes").exits(0).says("Broke the lock").says("run 01KAA");
    assert!(!is_locked(&records));
}

#[test]
fn the_lock_of_a_dead_run_or_one_out_of_sight_is_broken_with_yes() {
    for process in [ended(), elsewhere()] {
        let records = Records::new();
        records.hold("01KAA", process);
        records.sh("lock break").exits(4).says("held by ada on build-7").says("run 01KAA");
        records.sh("lock break --dry-run").exits(0).says("Would break the lock");
        assert!(is_locked(&records));
        let document = records.sh("lock break --yes -o json").exits(0).json();
        assert_eq!((&document["broken"], &document["lock"]["run_id"]), (&json!(true), &json!("01KAA")));
        assert!(!is_locked(&records));
        records.sh("lock break --yes").exits(0).says("Nobody holds the lock");
        let acts = [("run", "", "started"), ("break", LOCK, "intended"), ("break", LOCK, "succeeded")];
        let ended = [("run", "", "succeeded")];
        let lines = acts.into_iter().chain(ended).map(|(act, on, how)| [act, on, how].map(str::to_owned));
        assert_eq!(records.audited(), lines.collect::<Vec<_>>());
        records.sh("audit list -o json --address lock.*").exits(0).says("\"request_id\": \"01KAA\"");
        records.sh("audit verify").exits(0);
    }
}

#[test]
fn a_lock_that_cannot_be_read_is_an_error_to_look_at_and_can_be_broken() {
    let records = Records::new();
    fs::create_dir_all(records.file("locks")).unwrap();
    fs::write(records.file("locks/P2records.json"), "").unwrap();
    records.sh("lock show").exits(1).says("is not a readable lock");
    records.sh("lock break --yes").exits(0).says("held by nobody readable");
    assert!(!is_locked(&records));
}

#[test]
fn the_question_names_the_holder_and_no_means_no() {
    let records = Records::new();
    records.hold("01KAA", elsewhere());
    for (answer, code, locked) in [("n", 4, true), ("y", 0, false)] {
        let mut command = records.desk.command(&["-e", "staging", "--state-dir", "records", "lock", "break"]);
        command.env("TERM", "xterm-256color");
        let mut session = OsSession::spawn(command).unwrap();
        session.set_expect_timeout(Some(Duration::from_secs(20)));
        session.expect("Break the lock of project P2records, held by ada on build-7").unwrap();
        session.expect("[y/N]").unwrap();
        session.send(answer).unwrap();
        assert_eq!(code_of(&mut session), code, "{answer}");
        assert_eq!(is_locked(&records), locked);
    }
}

#[test]
fn a_lock_is_not_broken_where_that_could_not_be_audited() {
    let records = Records::new();
    records.hold("01KAA", elsewhere());
    fs::create_dir_all(records.file("audit/P2records.jsonl")).unwrap();
    records.sh("lock break --yes").exits(1).says("P2records.jsonl");
    assert!(is_locked(&records));
}

#[test]
fn the_lock_of_an_environment_that_nobody_protected_is_broken_without_naming_it() {
    let records = Records::new();
    let sh = |line: &str| records.desk.sh(&format!("--state-dir records {line}"));
    records.desk.write("descope.yaml", "environments:\n  dev: { project_id: P2records }\n");
    records.hold("01KAA", ended());
    sh("lock break --yes").exits(0).says("Broke the lock");
    records.desk.write("descope.yaml", "environments:\n  prod: { project_id: P2records, protected: true }\n");
    records.hold("01KAB", ended());
    let mut desk = records.desk;
    desk.set("DESCOPE_MGMT_ENVIRONMENT", "prod");
    desk.sh("--state-dir records lock break --yes").exits(4).says("protected");
    desk.sh("--state-dir records lock break --yes -e prod").exits(0).says("Broke the lock");
}
