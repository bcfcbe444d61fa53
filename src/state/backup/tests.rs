use std::fs;

use serde_json::{Value, json};

use super::{
    super::{
        Options, digest,
        tests::{file_of, state},
    },
    *,
};

fn raw(text: &str) -> Box<RawValue> {
    RawValue::from_string(text.to_owned()).unwrap()
}

pub(in super::super) fn backup(id: &str) -> Backup {
    Backup {
        id: id.into(),
        created_at: DateTime::UNIX_EPOCH,
        tool_version: "0.1.0".into(),
        user: "ada".into(),
        host: "build-7".into(),
        environment: Some("staging".into()),
        project_id: "P1".into(),
        reason: None,
        command: "apply".into(),
        git: Some(Git { commit: "abc".into(), branch: None, dirty: true }),
        resources: vec![
            BackedUp {
                address: "tenant.acme".into(),
                body: Some(raw(r#"{ "id":"acme", "n":12345678901234567890123, "f":1.0, "new": [ ] }"#)),
            },
            BackedUp { address: "tenant.globex".into(), body: None },
        ],
    }
}

#[test]
fn a_backup_reads_back_with_its_bodies_byte_for_byte() {
    let (_folder, state) = state();
    state.write_backup(&backup("01A")).unwrap();
    let found = state.read_backup("P1", "01A").unwrap();
    let body = found.resources[0].body.as_ref().unwrap().get();
    assert_eq!(body, r#"{ "id":"acme", "n":12345678901234567890123, "f":1.0, "new": [ ] }"#);
    assert!(found.resources[1].body.is_none());
    assert_eq!(found.git, backup("01A").git);
}

#[test]
fn a_backup_has_the_keys_that_scripts_know() {
    let (_folder, state) = state();
    state.write_backup(&backup("01A")).unwrap();
    let text = fs::read_to_string(file_of(&state, "backups/P1/01A.json")).unwrap();
    let value: Value = serde_json::from_str(&text).unwrap();
    let keys: Vec<_> = value.as_object().unwrap().keys().map(String::as_str).collect();
    assert_eq!(
        keys,
        [
            "format_version",
            "id",
            "created_at",
            "tool_version",
            "user",
            "host",
            "environment",
            "project_id",
            "reason",
            "command",
            "git",
            "resources",
            "sha256",
        ]
    );
    assert_eq!(value["format_version"], "1.0");
    assert_eq!(value["git"], json!({ "commit": "abc", "branch": null, "dirty": true }));
    assert_eq!(value["resources"][1], json!({ "address": "tenant.globex", "body": null }));
    assert_eq!(value["created_at"], "1970-01-01T00:00:00Z");
}

#[test]
fn a_changed_backup_is_refused_whatever_was_changed() {
    let (_folder, state) = state();
    state.write_backup(&backup("01A")).unwrap();
    let path = file_of(&state, "backups/P1/01A.json");
    let text = fs::read_to_string(&path).unwrap();
    for (from, to) in
        [("acme", "acne"), ("staging", "prod"), ("\"f\":1.0", "\"f\":1"), ("sha256\": \"", "sha256\": \"0")]
    {
        assert!(text.contains(from), "{from}");
        fs::write(&path, text.replace(from, to)).unwrap();
        let error = state.read_backup("P1", "01A").unwrap_err();
        assert_eq!(error.code(), "backup_checksum_mismatch", "{from}");
    }
    fs::write(&path, text.replace("\"sha256\"", "\"sha\"")).unwrap();
    assert_eq!(state.read_backup("P1", "01A").unwrap_err().code(), "backup_checksum_mismatch");
    fs::write(&path, &text[..text.len() / 2]).unwrap();
    assert_eq!(state.read_backup("P1", "01A").unwrap_err().code(), "state_file_malformed");
    // Spaces and the order of keys are no change.
    let mut value: Value = serde_json::from_str(&text).unwrap();
    fs::write(&path, text.replace(": [\n", ":\n\n[")).unwrap();
    assert!(state.read_backup("P1", "01A").is_ok());
    value.sort_all_objects();
    assert_ne!(value.as_object().unwrap().keys().next().unwrap(), "format_version");
}

#[test]
fn a_backup_in_the_place_of_another_is_refused() {
    let (_folder, state) = state();
    state.write_backup(&backup("01A")).unwrap();
    state.write_backup(&Backup { project_id: "P2".into(), ..backup("01B") }).unwrap();
    let whole = |name: &str| file_of(&state, &format!("backups/{name}.json"));
    // Another id in the same project; the same id in another project.
    fs::copy(whole("P1/01A"), whole("P1/01C")).unwrap();
    fs::copy(whole("P1/01A"), whole("P2/01A")).unwrap();
    assert_eq!(state.read_backup("P1", "01C").unwrap_err().code(), "backup_misplaced");
    assert_eq!(state.read_backup("P2", "01A").unwrap_err().code(), "backup_misplaced");
    assert!(state.read_backup("P2", "01B").is_ok());
}

#[test]
fn a_backup_of_the_next_minor_version_is_read_and_of_the_next_major_refused() {
    let (_folder, state) = state();
    let write = |version: &str| {
        let mut value = json!({
            "format_version": version, "id": "01A", "created_at": "1970-01-01T00:00:00Z", "tool_version": "9.0.0",
            "user": "ada", "host": "h", "environment": null, "project_id": "P1", "reason": null, "command": "c",
            "git": null, "labels": ["new"],
            "resources": [{ "address": "tenant.a", "body": { "id": "a" }, "etag": 1 }],
        });
        value["sha256"] = digest(&value.to_string()).unwrap().into();
        let path = file_of(&state, "backups/P1/01A.json");
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, value.to_string()).unwrap();
    };
    write("1.7");
    assert_eq!(state.read_backup("P1", "01A").unwrap().resources.len(), 1);
    write("2.0");
    let error = state.read_backup("P1", "01A").unwrap_err();
    assert_eq!(error.code(), "state_format_unsupported");
    assert!(error.to_string().contains("2.0"));
}

#[test]
fn a_backup_is_never_overwritten_and_the_list_is_in_order() {
    let (_folder, state) = state();
    for id in ["01B", "01A", "01C"] {
        state.write_backup(&backup(id)).unwrap();
    }
    assert_eq!(state.write_backup(&backup("01B")).unwrap_err().code(), "state_io");
    fs::write(file_of(&state, "backups/P1/notes.txt"), "").unwrap();
    assert_eq!(state.list_backups("P1").unwrap(), ["01A", "01B", "01C"]);
    let summary = state.summarize_backup("P1", "01B").unwrap();
    assert_eq!(summary.addresses, ["tenant.acme", "tenant.globex"]);
    assert_eq!(state.read_backup("P1", "01D").unwrap_err().code(), "backup_not_found");
}

#[test]
fn backups_may_lie_elsewhere() {
    let folder = tempfile::tempdir().unwrap();
    let backup_dir = Some(folder.path().join("kept"));
    let root = folder.path().join("state");
    let state = State::open(Options { root, backup_dir, group: None }).unwrap();
    state.write_backup(&backup("01A")).unwrap();
    assert!(folder.path().join("kept/P1/01A.json").is_file());
}
