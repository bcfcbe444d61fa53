use std::{fs, os::unix::fs::PermissionsExt, path::Path};

use chrono::DateTime;
use tempfile::TempDir;

use super::{backup::tests::backup, *};

/// A state folder that is gone after the test, and whose clock stands still.
pub(super) fn state() -> (TempDir, State) {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path().join("team/state");
    let state = State::open(Options { root, ..Options::default() }).unwrap();
    (folder, state.with_clock(Clock::Fixed(DateTime::UNIX_EPOCH)))
}

pub(super) fn file_of(state: &State, name: &str) -> PathBuf {
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
    state.journal("P1", "01R", None).unwrap();
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
fn what_runs_in_tasks_may_move_between_threads() {
    fn moves<T: Send>(_: &T) {}
    fn shared<T: Send + Sync>() {}
    let (_folder, state) = state();
    let holder = || Holder {
        run_id: "01R".into(),
        actor: Actor::detect(),
        process: Process::detect(),
        command: "c".into(),
    };
    moves(&state.lock("P1", holder(), std::time::Duration::ZERO, &|_| {}));
    shared::<(State, Lock, Audit, Journal, Baseline, Backup, Error)>();
}

#[test]
fn room_is_reserved_for_every_write_up_to_a_bound() {
    assert_eq!(
        [0, 1, 100, 100_000, usize::MAX].map(room_for),
        [12_288, 15_360, 319_488, 16_777_216, 16_777_216]
    );
    let (folder, state) = state();
    // A file where a folder should be: nothing can be reserved below it.
    fs::write(folder.path().join("team"), "").unwrap();
    assert!(state.reserve("P1", 1).is_err());
}
