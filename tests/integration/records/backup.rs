use std::fs;

use chrono::{TimeDelta, Utc};
use serde_json::{Value, json};
use ulid::Ulid;

use super::Records;

const BODY: &str = r#"{"id":"acme","n":12345678901234567890123,"customAttributes":{"plan":"gold"}}"#;

/// The id of a backup made so many days ago.
fn id(days: i64) -> String {
    let at = Utc::now() - TimeDelta::days(days);
    Ulid::from_parts(at.timestamp_millis().unsigned_abs(), 7).to_string()
}

fn ids(records: &Records) -> Vec<String> {
    let list = records.sh("backup list -o json").exits(0).json();
    list["items"].as_array().unwrap().iter().map(|item| item["id"].as_str().unwrap().to_owned()).collect()
}

#[test]
fn backups_are_listed_the_newest_last_even_where_one_cannot_be_read() {
    let records = Records::new();
    records.backup("01KAB", BODY);
    records.backup("01KAA", BODY);
    fs::write(records.file("backups/P2records/01KAC.json"), "{").unwrap();
    assert_eq!(ids(&records), ["01KAA", "01KAB", "01KAC"]);
    let items = records.sh("backup list -o json").json()["items"].clone();
    assert_eq!(
        items[0],
        json!({
            "id": "01KAA", "created_at": "1970-01-01T00:00:00Z", "user": "ada", "environment": "staging",
            "reason": "before the move", "command": "tenant sync", "addresses": ["tenant.acme", "tenant.new"],
        })
    );
    assert_eq!(items[2]["error"]["code"], "state_file_malformed");
    records.sh("backup list").exits(0).says("01KAC  unreadable").says("warning:");
}

#[test]
fn a_backup_is_shown_by_prefix_or_as_the_latest_with_its_bodies_where_they_are_wanted() {
    let records = Records::new();
    records.sh("backup show latest").exits(1).says("There is no backup of project 'P2records' yet");
    records.backup("01KAA", BODY);
    records.backup("01KAB", BODY);
    let ran = records.sh("backup show latest").exits(0).says("01KAB").says("not there: about to be created");
    assert!(!ran.out.contains("gold"), "{}", ran.out);
    records.sh("backup show 01kaa --full").exits(0).says("01KAA").says("\"plan\": \"gold\"");
    let ran = records.sh("backup show 01KAB -o json").exits(0);
    assert!(ran.out.contains(BODY), "{}", ran.out);
    assert_eq!(ran.json()["resources"][1], json!({"address": "tenant.new", "body": null}));
    records.sh("backup show 01KA").exits(1).says("01KAA, 01KAB");
    records.sh("backup show 01KB").exits(1).says("`backup list` shows those there are");
    records.sh("backup show ../../etc/passwd").exits(1).says("There is no backup");
}

#[test]
fn what_is_sensitive_is_in_the_backup_but_in_no_output() {
    let records = Records::new();
    records.backup("01KAA", r#"{"id":"acme","customAttributes":{"token":"s3cret","plan":"gold"}}"#);
    assert!(fs::read_to_string(records.file("backups/P2records/01KAA.json")).unwrap().contains("s3cret"));
    for line in ["backup show latest --full", "backup show latest -o json"] {
        let ran = records.sh(line).exits(0).says("(sensitive)").says("gold");
        assert!(!ran.out.contains("s3cret"), "{}", ran.out);
    }
}

#[test]
fn a_backup_that_was_changed_cut_or_moved_is_found_out() {
    let records = Records::new();
    for id in ["01KAA", "01KAB", "01KAC", "01KAD"] {
        records.backup(id, BODY);
    }
    records.sh("backup verify").exits(0).says("✓ 4 backups, whole and unchanged");
    let path = |id: &str| records.file(&format!("backups/P2records/{id}.json"));
    let text = fs::read_to_string(path("01KAB")).unwrap();
    fs::write(path("01KAB"), text.replace("gold", "lead")).unwrap();
    fs::write(path("01KAC"), &text[..text.len() / 2]).unwrap();
    fs::rename(path("01KAD"), path("01KAE")).unwrap();
    let document = records.sh("backup verify -o json").exits(1).json();
    assert_eq!((&document["valid"], &document["backups"]), (&json!(false), &json!(4)));
    let problems = document["problems"].as_array().unwrap();
    let found: Vec<_> = problems.iter().map(|it| (it["id"].as_str(), it["code"].as_str())).collect();
    assert_eq!(
        found,
        [
            (Some("01KAB"), Some("backup_checksum_mismatch")),
            (Some("01KAC"), Some("state_file_malformed")),
            (Some("01KAE"), Some("backup_misplaced")),
        ]
    );
    records.sh("backup verify").exits(1).says("✗ 3 of 4 backups must not be used").says("✗ 01KAB:");
    records.sh("backup verify 01KAA").exits(0).says("✓ 1 backup,");
    records.sh("backup verify latest").exits(1).says("01KAE");
    records.sh("backup show 01KAB").exits(1).says("checksum does not match");
}

#[test]
fn pruning_asks_first_and_removes_only_what_neither_rule_holds() {
    let records = Records::new();
    // Kept: the last 2, and those of 30 days.
    let all: Vec<String> = [300, 200, 100, 20, 10].map(id).to_vec();
    for id in &all {
        records.backup(id, BODY);
    }
    records.backup("by-hand", BODY);
    let (old, left) = all.split_at(3);
    let left: Vec<_> = left.iter().cloned().chain(["by-hand".to_owned()]).collect();

    records
        .sh("backup prune --dry-run")
        .exits(0)
        .says("Would remove 3 backups; 3 backups would stay")
        .says(&old[0]);
    records.sh("backup prune --dry-run --detailed-exitcode").exits(2);
    records
        .sh("backup prune")
        .exits(4)
        .says("nobody to ask: Remove 3 backups of project P2records")
        .says("--yes");
    let refused = records.sh("backup prune -o json").exits(4).json();
    assert_eq!(refused["error"]["code"], "confirmation_needed");
    assert_eq!(ids(&records).len(), 6);

    let document = records.sh("backup prune --yes -o json").exits(0).json();
    assert_eq!(
        document,
        json!({
            "format_version": "1.0", "project_id": "P2records", "dry_run": false, "removed": old, "kept": 3,
        })
    );
    assert_eq!(ids(&records), left);
    records.sh("backup prune --yes").exits(0).says("Nothing to remove: 3 backups");
    // What was only asked, or had nothing to do, is not in the audit; what went is, each by itself.
    let told = |id: &String, outcome: &str| ["prune".into(), format!("backup.{id}"), outcome.to_owned()];
    let run = |outcome: &str| ["run".into(), String::new(), outcome.to_owned()];
    let acts = old.iter().flat_map(|id| ["intended", "succeeded"].map(|outcome| told(id, outcome)));
    let lines: Vec<_> = [run("started")].into_iter().chain(acts).chain([run("succeeded")]).collect();
    assert_eq!(records.audited(), lines);
}

#[test]
fn backups_of_a_protected_environment_go_only_where_it_was_named() {
    let records = Records::new();
    let folder = records.file("backups/P2prod");
    fs::create_dir_all(&folder).unwrap();
    // Made once: an id holds the time of its making.
    let ids = [300, 200, 100].map(id);
    for id in &ids {
        fs::write(folder.join(format!("{id}.json")), "{}").unwrap();
    }
    let desk = &records.desk;
    let chosen_by_branch = "version: 1\nenvironments:\n  prod: { project_id: P2prod, protected: true, branches: [main] }\n\
                            settings: { retention: { keep_last: 1, keep_days: 1 } }\n";
    desk.write("descope.yaml", chosen_by_branch);
    desk.write(".git/HEAD", "ref: refs/heads/main\n");
    let ran = desk.sh("--state-dir records backup prune --yes");
    assert!(ran.code != 0 && ran.err.contains("-e prod"), "{ran:?}");
    let variable = desk
        .command(&["--state-dir", "records", "backup", "prune", "--yes"])
        .env("DESCOPE_MGMT_ENVIRONMENT", "prod")
        .output()
        .unwrap();
    assert_eq!(variable.status.code(), Some(4), "{variable:?}");
    assert_eq!(fs::read_dir(&folder).unwrap().count(), 3);
    desk.sh("-e prod --state-dir records backup prune --yes").exits(0).says("Removed 2 backups");
    let left: Vec<Value> = desk.sh("-e prod --state-dir records backup list -o json").json()["items"]
        .as_array()
        .unwrap()
        .clone();
    assert_eq!(left.len(), 1);
    assert_eq!(left[0]["id"], ids[2]);
}
