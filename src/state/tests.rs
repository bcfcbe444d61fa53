use std::{fs, os::unix::fs::PermissionsExt, path::Path};

use chrono::DateTime;
use serde_json::{Value, json, value::RawValue};
use tempfile::TempDir;

use super::*;

/// A state folder that is gone after the test, and whose clock stands still.
pub(super) fn state() -> (TempDir, State) {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path().join("team/state");
    let state = State::open(Options { root, ..Options::default() }).unwrap();
    (folder, state.with_clock(Clock::Fixed(DateTime::UNIX_EPOCH)))
}

fn raw(text: &str) -> Box<RawValue> {
    RawValue::from_string(text.to_owned()).unwrap()
}

fn backup(id: &str) -> Backup {
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

fn file_of(state: &State, name: &str) -> PathBuf {
    state.root().join(name)
}

/// Every file and folder below `path`, with its mode.
fn modes(path: &Path) -> Vec<(PathBuf, bool, u32)> {
    let mut found = Vec::new();
    for entry in fs::read_dir(path).unwrap() {
        let path = entry.unwrap().path();
        let meta = fs::metadata(&path).unwrap();
        found.push((path.clone(), meta.is_dir(), meta.permissions().mode() & 0o7777));
        if meta.is_dir() {
            found.extend(modes(&path));
        }
    }
    found
}

async fn write_one_of_each(state: &State) {
    state.prepare("P1").unwrap();
    state.write_backup(&backup("01A")).unwrap();
    state.write_baseline(&Baseline::empty("P1")).unwrap();
    let context = AuditContext {
        run_id: "01R".into(),
        user: "ada".into(),
        host: "build-7".into(),
        git: None,
        environment: None,
        project_id: "P1".into(),
    };
    state.audit(context).unwrap().append(AuditEvent::run_started()).await.unwrap();
    state.journal("P1", "01R").unwrap();
    let holder = Holder {
        run_id: "01R".into(),
        actor: Actor::detect(),
        process: Process::detect(),
        command: "apply".into(),
    };
    let lock = state.lock("P1", holder, std::time::Duration::ZERO, &|_| {}).await.unwrap();
    lock.check().unwrap();
    std::mem::forget(lock);
}

#[tokio::test]
async fn files_and_folders_are_private_and_lie_where_they_belong() {
    let (_folder, state) = state();
    write_one_of_each(&state).await;
    let found = modes(state.root());
    for (path, is_folder, mode) in &found {
        assert_eq!(*mode, if *is_folder { 0o700 } else { 0o600 }, "{}", path.display());
    }
    let mut files: Vec<_> = found
        .iter()
        .filter(|(_, is_folder, _)| !is_folder)
        .map(|(path, ..)| path.strip_prefix(state.root()).unwrap().to_str().unwrap())
        .collect();
    files.sort_unstable();
    assert_eq!(
        files,
        [
            "audit/P1.head",
            "audit/P1.jsonl",
            "backups/P1/01A.json",
            "baseline/P1.json",
            "journal/P1/01R.jsonl",
            "locks/P1.json",
        ]
    );
}

#[tokio::test]
async fn a_group_shares_files_and_folders() {
    let group = nix::unistd::Group::from_gid(nix::unistd::getegid()).unwrap();
    let Some(group) = group else { return };
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path().join("state");
    let state = State::open(Options { root, group: Some(group.name), ..Options::default() }).unwrap();
    write_one_of_each(&state).await;
    assert_eq!(fs::metadata(state.root()).unwrap().permissions().mode() & 0o7777, 0o2770);
    for (path, is_folder, mode) in modes(state.root()) {
        assert_eq!(mode, if is_folder { 0o2770 } else { 0o660 }, "{}", path.display());
    }
}

#[test]
fn a_group_nobody_knows_is_an_error() {
    let options = Options { group: Some("no such group".into()), ..Options::default() };
    let error = State::open(options).unwrap_err();
    assert_eq!(error.code(), "state_group_unknown");
    assert!(error.hint().unwrap().contains("state_group"));
}

#[test]
fn opening_and_reading_make_nothing() {
    let (folder, state) = state();
    assert!(state.baseline("P1").unwrap().is_empty());
    assert!(state.list_backups("P1").unwrap().is_empty());
    assert!(state.unfinished_journals("P1").unwrap().is_empty());
    assert!(state.verify_audit("P1", None).unwrap().is_intact());
    assert_eq!(state.audit_entries("P1").unwrap().count(), 0);
    assert_eq!(state.lock_record("P1").unwrap(), None);
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0);
}

#[test]
fn a_project_id_that_is_a_path_is_refused_everywhere() {
    let (_folder, state) = state();
    for id in ["", ".", "..", "../P1", "a/b", "/etc", "a\0b", ".hidden", "ü", &"x".repeat(200)] {
        assert_eq!(state.prepare(id).unwrap_err().code(), "state_name_unfit", "{id}");
        assert_eq!(state.slots_file(id).unwrap_err().code(), "state_name_unfit");
        assert_eq!(state.read_backup("P1", id).unwrap_err().code(), "state_name_unfit");
        assert_eq!(state.read_journal("P1", id).unwrap_err().code(), "state_name_unfit");
        assert_eq!(state.baseline(id).unwrap_err().code(), "state_name_unfit");
    }
}

#[test]
fn a_folder_that_cannot_be_made_is_told_before_anything_is_written() {
    let (_folder, state) = state();
    fs::create_dir_all(state.root()).unwrap();
    fs::write(file_of(&state, "locks"), "a file").unwrap();
    let error = state.prepare("P1").unwrap_err();
    assert_eq!(error.code(), "state_io");
    assert!(error.to_string().contains("locks"), "{error}");
}

#[test]
fn a_probe_leaves_nothing_behind() {
    let (_folder, state) = state();
    state.prepare("P1").unwrap();
    state.prepare("P1").unwrap();
    assert!(modes(state.root()).iter().all(|(_, is_folder, _)| *is_folder));
    assert_eq!(state.slots_file("P1").unwrap(), file_of(&state, "rate/P1"));
}

#[test]
fn errors_of_the_disk_say_what_to_do() {
    for (kind, says) in [
        (std::io::ErrorKind::StorageFull, "free some space"),
        (std::io::ErrorKind::PermissionDenied, "state_group"),
        (std::io::ErrorKind::ReadOnlyFilesystem, "read-only"),
    ] {
        let error = Error::io("write", Path::new("/x/y"), kind.into());
        assert_eq!(error.to_string(), "Cannot write '/x/y'");
        assert!(error.hint().unwrap().contains(says));
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

#[test]
fn a_baseline_reads_back_and_a_failed_write_keeps_the_former() {
    let (_folder, state) = state();
    let mut baseline = state.baseline("P1").unwrap();
    baseline.updated_at = Some(DateTime::UNIX_EPOCH);
    baseline.run_id = Some("01R".into());
    baseline.set("tenant.b", &json!({ "name": "B", "big": 18_446_744_073_709_551_615_u64 })).unwrap();
    baseline.set("tenant.a", &json!({ "name": "A" })).unwrap();
    baseline.set("tenant.gone", &json!({})).unwrap();
    assert!(baseline.forget("tenant.gone") && !baseline.forget("tenant.gone"));
    state.write_baseline(&baseline).unwrap();
    let found = state.baseline("P1").unwrap();
    assert_eq!(found.addresses().collect::<Vec<_>>(), ["tenant.a", "tenant.b"]);
    assert_eq!(found.raw("tenant.b").unwrap().get(), r#"{"name":"B","big":18446744073709551615}"#);
    assert_eq!(found.attributes::<Value>("tenant.a").unwrap(), Some(json!({ "name": "A" })));
    assert_eq!(found.attributes::<Value>("tenant.c").unwrap(), None);
    assert_eq!(found.run_id.as_deref(), Some("01R"));
}

#[test]
fn a_damaged_or_foreign_baseline_is_an_error_not_an_empty_one() {
    let (_folder, state) = state();
    state.write_baseline(&Baseline::empty("P1")).unwrap();
    let path = file_of(&state, "baseline/P1.json");
    for (text, code) in [
        ("", "state_file_malformed"),
        ("{}", "state_file_malformed"),
        ("{\"format_version\":\"1.0\"}", "state_file_malformed"),
        ("{\"format_version\":\"2.0\"}", "state_format_unsupported"),
    ] {
        fs::write(&path, text).unwrap();
        let error = state.baseline("P1").unwrap_err();
        assert_eq!(error.code(), code, "{text}");
        assert!(error.hint().is_some());
    }
}
