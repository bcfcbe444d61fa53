//! Commands on whole projects that are killed in the middle of their one call: the next run settles and tells it, once.

use std::{process::Stdio, thread, time::Duration};

use descope_mgmt::emulator::Options;
use serde_json::{Value, json};

use super::{listed, several, snapshots::two};
use crate::common::Service;

/// Starts a command whose call hangs, and kills it as soon as its intent is on the disk and the call is under way.
#[track_caller]
fn kill_in_the_call(service: &Service, path: &str, words: &[&str]) {
    service.fault(&[&format!("{path}=hang:1")]);
    let under_way = || service.calls().iter().any(|call| call == path);
    let before = service.calls().iter().filter(|call| *call == path).count();
    assert_eq!(before, 0, "the call was made before");
    let mut command = service.desk.command(words);
    let mut child = command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
    let tries = (0..600).find(|_| {
        thread::sleep(Duration::from_millis(50));
        under_way() || child.try_wait().unwrap().is_some()
    });
    assert!(tries.is_some() && under_way(), "{words:?} never came to {path}");
    child.kill().unwrap();
    child.wait().unwrap();
    service.no_faults();
    let journals = service.desk.files_below(".descope-mgmt/journal");
    let text = journals.iter().map(|file| std::fs::read_to_string(file).unwrap()).collect::<String>();
    assert_eq!(text.matches("\"event\":\"step\"").count(), 1, "the intent is in the journal: {text}");
}

/// How the audit says that the writes of the killed run ended.
fn settled(service: &Service, audit: &str) -> Vec<Value> {
    let files = service.desk.files_below(".descope-mgmt/audit");
    let file = files.iter().find(|file| file.ends_with(format!("{audit}.jsonl"))).unwrap();
    let text = std::fs::read_to_string(file).unwrap();
    let lines = text.lines().map(|line| serde_json::from_str::<Value>(line).unwrap());
    let others = lines.filter(|line| line["request_id"].is_string() && line["request_id"] != line["run_id"]);
    others
        .filter(|line| line["action"] != "run" && line["action"] != "take over")
        .map(|line| json!([line["action"], line["outcome"]]))
        .collect()
}

#[test]
fn an_import_that_was_killed_is_settled_by_the_next_run_and_told_once() {
    let service = two();
    service.sh("project export -e two --out snapshot").exits(0);
    service.desk.write("snapshot/lists.json", "{\"lists\": [{\"id\": \"L1\", \"name\": \"Blocked\"}]}\n");
    let path = "/v1/mgmt/project/snapshot/import";
    kill_in_the_call(&service, path, &["project", "import", "-e", "two", "snapshot", "--yes"]);
    service
        .sh("project import -e two snapshot --yes")
        .exits(0)
        .says("never ended; 1 write of unknown outcome settled");
    assert_eq!(settled(&service, &super::id("two")), [json!(["import", "failed"])]);
    let again = service.sh("project import -e two snapshot --yes").exits(0);
    assert!(!again.err.contains("never ended"), "{again:?}");
    assert!(service.desk.files_below(".descope-mgmt/journal").is_empty());
    service.sh("audit verify -e two").exits(0);
}

/// A company with one project.
fn with_company_key() -> Service {
    let service = several(&["one"], Options::default());
    service.yaml("environments:\n  dev: { project_id: \"${DESCOPE_DEV_PROJECT_ID}\" }\n");
    service
}

#[test]
fn a_create_that_was_killed_is_settled_by_the_next_one() {
    let service = with_company_key();
    let line = ["project", "create", "PCC dev", "--yes"];
    kill_in_the_call(&service, "/v1/mgmt/infra", &line);
    let next = service
        .desk
        .run(&line)
        .exits(0)
        .says("never ended; whether the project that it was making comes to be");
    assert_eq!(next.err.matches("never ended").count(), 1);
    assert_eq!(settled(&service, "company"), [json!(["create", "unknown"])]);
    assert_eq!(listed(&service).len(), 2);
    assert!(service.desk.files_below(".descope-mgmt/journal").is_empty());
    let third = service.desk.run(&line).exits(1);
    assert!(!third.err.contains("never ended"), "{third:?}");
}

#[test]
fn a_create_that_took_effect_although_its_run_was_killed_is_found() {
    let service = with_company_key();
    let line = ["project", "create", "PCC dev", "--yes"];
    kill_in_the_call(&service, "/v1/mgmt/infra", &line);
    // The call took effect after all.
    let mut other = crate::common::Desk::new();
    other.variables.clone_from(&service.desk.variables);
    other.write("descope.yaml", "version: 1\n");
    other.run(&line).exits(0);
    let next = service.desk.run(&line).exits(1).says("the project that it was making is there: 'PCC dev', P");
    assert!(next.err.contains("is there already"), "{next:?}");
    assert_eq!(settled(&service, "company"), [json!(["create", "succeeded"])]);
    assert!(!service.desk.run(&line).exits(1).err.contains("never ended"));
}

#[test]
fn a_delete_that_was_killed_is_settled_by_the_next_run() {
    let service = two();
    let line = ["project", "delete", "-e", "two", "--confirm-project", "PCC two", "--yes"];
    kill_in_the_call(&service, "/v1/mgmt/project/delete", &line);
    service.desk.run(&line).exits(0).says("never ended; 1 write of unknown outcome settled");
    assert_eq!(settled(&service, &super::id("two")), [json!(["delete", "failed"])]);
    assert!(service.desk.files_below(".descope-mgmt/journal").is_empty());
}
