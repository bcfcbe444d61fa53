use std::{fs, path::PathBuf, sync::Arc};

use serde_json::{Value, json};

use super::*;

const NONE: Duration = Duration::ZERO;

struct Folder(tempfile::TempDir);

impl Folder {
    fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    fn file(&self) -> PathBuf {
        self.0.path().join("deep").join("state.json")
    }

    fn journal(&self) -> PathBuf {
        self.0.path().join("deep").join("state.json.journal")
    }

    fn open(&self) -> Result<Store, Error> {
        Store::open(Some(&self.file()), &[ProjectSpec::new("P1", "One")], NONE)
    }
}

fn tenant(id: &str, body: &Value) -> Effect {
    let mut raw = body.as_object().unwrap().clone();
    raw.insert("id".to_owned(), id.into());
    Effect::Tenant(Arc::new(Stored::seed(raw).unwrap()))
}

fn write(store: &mut Store, effect: Effect) {
    store.project("P1").unwrap().write(effect);
    store.keep().unwrap();
}

fn ids(store: &mut Store) -> Vec<String> {
    store.project("P1").unwrap().now().tenants().map(|stored| stored.tenant.id.clone()).collect()
}

#[test]
fn everything_survives_a_restart() {
    let folder = Folder::new();
    let mut store = folder.open().unwrap();
    let body = json!({"name": "A", "parent": "x", "newKey": {"deep": [1]}, "users": 2, "settings": {"enabled": true}});
    let effect = tenant("a", &body);
    write(&mut store, effect.clone());
    write(&mut store, Effect::Attributes(["plan".to_owned()].into()));
    store.close().unwrap();
    assert_eq!(fs::read(folder.journal()).unwrap(), b"");

    let mut store = folder.open().unwrap();
    let project = store.project("P1").unwrap();
    let stored = Arc::clone(project.now().tenant("a").unwrap());
    assert_eq!(Effect::Tenant(stored), effect);
    assert!(project.now().attributes.contains("plan"));
    assert_eq!(project.now().roles[0].name, "Tenant Admin");
    assert_eq!(project.now().children("x").count(), 1);
}

#[test]
fn a_killed_process_loses_nothing_that_was_kept() {
    let folder = Folder::new();
    let mut store = folder.open().unwrap();
    write(&mut store, tenant("a", &json!({"name": "A"})));
    write(&mut store, tenant("b", &json!({"name": "B"})));
    write(&mut store, Effect::NoTenant("a".to_owned()));
    // A kill closes nothing but the file, and so the lock.
    drop(store);
    assert_eq!(ids(&mut folder.open().unwrap()), ["b"]);
}

#[test]
fn half_a_line_at_the_end_of_the_journal_was_never_answered_for() {
    let folder = Folder::new();
    let mut store = folder.open().unwrap();
    write(&mut store, tenant("a", &json!({"name": "A"})));
    drop(store);
    let mut journal = fs::read(folder.journal()).unwrap();
    let torn = journal.len() - 9;
    journal.extend_from_within(..torn);
    fs::write(folder.journal(), &journal).unwrap();

    let mut store = folder.open().unwrap();
    write(&mut store, tenant("b", &json!({"name": "B"})));
    drop(store);
    assert_eq!(ids(&mut folder.open().unwrap()), ["a", "b"]);
}

#[test]
fn a_journal_replayed_over_a_file_that_has_it_changes_nothing() {
    let folder = Folder::new();
    let mut store = folder.open().unwrap();
    for effect in [
        tenant("a", &json!({"name": "A"})),
        tenant("b", &json!({"name": "B"})),
        Effect::NoTenant("a".to_owned()),
        tenant("b", &json!({"name": "A"})),
    ] {
        write(&mut store, effect);
    }
    let journal = fs::read(folder.journal()).unwrap();
    store.close().unwrap();
    fs::write(folder.journal(), journal).unwrap();
    let mut store = folder.open().unwrap();
    assert_eq!(ids(&mut store), ["b"]);
    assert_eq!(store.project("P1").unwrap().now().named("A"), Some("b"));
}

#[test]
fn the_file_is_locked_until_it_is_closed() {
    let folder = Folder::new();
    let mut store = folder.open().unwrap();
    let error = folder.open().unwrap_err();
    assert_eq!(error.code(), "emulator_state_locked");
    assert!(error.to_string().contains("state.json'"), "{error}");
    assert!(error.hint().unwrap().contains("--sandbox"));
    store.close().unwrap();
    assert!(folder.open().is_ok());
}

#[test]
fn a_project_of_the_file_keeps_what_it_holds_and_a_new_one_is_added() {
    let folder = Folder::new();
    let mut store = folder.open().unwrap();
    write(&mut store, tenant("a", &json!({"name": "A"})));
    store.close().unwrap();
    let specs = [ProjectSpec::new("P1", "Renamed"), ProjectSpec::new("P2", "Two")];
    let mut store = Store::open(Some(&folder.file()), &specs, NONE).unwrap();
    let names: Vec<_> = store.projects().map(|project| project.now().spec.name.clone()).collect();
    assert_eq!(names, ["One", "Two"]);
    drop(store);
    assert_eq!(ids(&mut folder.open().unwrap()), ["a"]);
}

#[test]
fn a_damaged_file_or_journal_is_named_with_its_line() {
    let folder = Folder::new();
    folder.open().unwrap().close().unwrap();
    fs::write(folder.journal(), "{\"project\":\"P1\",\"effect\":{\"no_tenant\":\"a\"}}\nnonsense\n").unwrap();
    let error = folder.open().unwrap_err();
    assert!(matches!(&error, Error::Damaged { line: 2, path, .. } if *path == folder.journal()), "{error:?}");

    fs::write(folder.file(), "{\n\"format_version\": 1").unwrap();
    let error = folder.open().unwrap_err();
    assert!(matches!(&error, Error::Damaged { line: 2, path, .. } if *path == folder.file()), "{error:?}");
    assert!(error.hint().unwrap().contains("state.json"));
}

#[test]
fn a_file_of_another_major_version_is_left_alone() {
    let folder = Folder::new();
    folder.open().unwrap().close().unwrap();
    let text = r#"{"format_version":"2.0","projects":[]}"#;
    fs::write(folder.file(), text).unwrap();
    assert_eq!(folder.open().unwrap_err().code(), "emulator_state_version");
    assert_eq!(fs::read_to_string(folder.file()).unwrap(), text);
}

#[test]
fn an_empty_file_is_an_empty_state() {
    let folder = Folder::new();
    fs::create_dir_all(folder.file().parent().unwrap()).unwrap();
    fs::write(folder.file(), "").unwrap();
    assert!(folder.open().is_ok());
}

#[test]
fn a_file_in_an_impossible_place_is_an_error_that_names_it() {
    let folder = Folder::new();
    let blocked = folder.0.path().join("file");
    fs::write(&blocked, "").unwrap();
    let error = Store::open(Some(&blocked.join("state.json")), &[], NONE).unwrap_err();
    assert_eq!(error.code(), "emulator_state_unwritable");
}

#[cfg(unix)]
#[test]
fn the_file_and_its_journal_are_for_their_owner_only() {
    use std::os::unix::fs::PermissionsExt;
    let folder = Folder::new();
    folder.open().unwrap().close().unwrap();
    for path in [folder.file(), folder.journal()] {
        assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600, "{path:?}");
    }
}

#[test]
fn a_start_and_a_stop_without_a_write_leave_the_file_as_it_was() {
    let folder = Folder::new();
    folder.open().unwrap().close().unwrap();
    let before = fs::metadata(folder.file()).unwrap().modified().unwrap();
    folder.open().unwrap().close().unwrap();
    assert_eq!(fs::metadata(folder.file()).unwrap().modified().unwrap(), before);
}

fn everything() -> Vec<Effect> {
    let flow = json!({"flow": {"flowId": "login", "metadata": {"name": "Login"}, "newKey": 1},
        "versions": [{"version": 1, "changelog": "first", "skipRender": false, "modifiedTime": 7}]});
    let flow: StoredFlow = serde_json::from_value(flow).unwrap();
    let theme = StoredTheme { version: 3, ..StoredTheme::default() };
    let record = Record { number: 5, action: "Done".to_owned(), ..Record::default() };
    vec![
        Effect::Flow(Arc::new(flow)),
        Effect::Theme(Arc::new(theme)),
        Effect::Files(Arc::new(Files::from([("project.json".to_owned(), json!({"a": 1}))]))),
        Effect::Audit(Arc::new(record)),
        Effect::Spec(ProjectSpec { tags: vec!["x".to_owned()], ..ProjectSpec::new("P1", "Renamed") }),
    ]
}

fn assert_everything(store: &mut Store) {
    let tables = store.project("P1").unwrap().now();
    let flow = tables.flows.get("login").unwrap();
    assert_eq!((flow.flow.text("name"), flow.flow.extra.get("newKey")), ("Login", Some(&json!(1))));
    assert_eq!((flow.versions[0].changelog.as_str(), tables.theme.version), ("first", 3));
    assert_eq!(tables.files.get("project.json"), Some(&json!({"a": 1})));
    assert_eq!((tables.records().count(), tables.next_record()), (1, 6));
    assert_eq!((tables.spec.name.as_str(), tables.spec.tags.len()), ("Renamed", 1));
}

#[test]
fn flows_themes_files_records_and_names_survive_a_kill_and_a_stop() {
    let folder = Folder::new();
    let mut store = folder.open().unwrap();
    for effect in everything() {
        write(&mut store, effect);
    }
    drop(store);
    let mut store = folder.open().unwrap();
    assert_everything(&mut store);
    store.close().unwrap();
    assert_everything(&mut folder.open().unwrap());
}

#[test]
fn a_project_made_survives_a_kill_and_one_deleted_stays_away() {
    let folder = Folder::new();
    let mut store = folder.open().unwrap();
    store.make(fresh_contents(ProjectSpec::new("P2", "Two")));
    assert_eq!(store.keep().unwrap(), 1);
    store.project("P2").unwrap().write(tenant("a", &json!({"name": "A"})));
    store.keep().unwrap();
    drop(store);
    let mut store = folder.open().unwrap();
    assert_eq!(store.project("P2").unwrap().now().tenants().count(), 1);
    let project = store.project("P2").unwrap();
    project.deleted = Some(tokio::time::Instant::now());
    project.write(Effect::Gone);
    store.keep().unwrap();
    drop(store);
    let mut store = folder.open().unwrap();
    assert!(store.project("P2").is_none());
    store.close().unwrap();
    assert!(folder.open().unwrap().project("P2").is_none());
}

#[test]
fn a_file_without_the_newer_parts_has_their_defaults() {
    let folder = Folder::new();
    folder.open().unwrap().close().unwrap();
    let text = r#"{"format_version":"1.0","projects":[{"id":"P1","name":"One","environment":"","tags":[]}]}"#;
    fs::write(folder.file(), text).unwrap();
    let mut store = folder.open().unwrap();
    let tables = store.project("P1").unwrap().now();
    assert_eq!(tables.files.as_ref(), &fresh_files());
    assert!(tables.flows.is_empty() && tables.theme.theme.contains_key("styles"));
}

#[test]
fn the_audit_forgets_the_oldest_when_it_is_full() {
    let mut tables = fresh_contents(ProjectSpec::new("P1", "One"));
    for number in 1..=20_001 {
        tables.apply(&Effect::Audit(Arc::new(Record { number, ..Record::default() })));
    }
    assert_eq!(tables.records().next().unwrap().number, 2);
}
