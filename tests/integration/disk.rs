//! A state folder that can't be written: the run ends before its first write, and nothing has changed.

use std::{
    fs,
    os::unix::{fs::PermissionsExt, process::CommandExt},
    path::Path,
    process::{Command, Output, Stdio},
};

use serde_json::{Value, json};

use crate::common::{Service, skipped};

fn is_root() -> bool {
    nix::unistd::geteuid().is_root()
}

fn service() -> Service {
    let service = Service::start();
    service.seed(json!([{"id": "acme", "name": "Old"}, {"id": "stray", "name": "Stray"}]));
    service.yaml("tenants:\n  - { id: acme, name: New }\n  - { id: made, name: Made }\n");
    service
}

const APPLY: [&str; 6] = ["apply", "--yes", "--prune", "-q", "--state-dir", "state"];

/// The run ended with 1, said why, and no request wrote anything.
#[track_caller]
fn nothing_happened(service: &Service, output: &Output, said: &str) {
    let err = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(1), "{err}");
    assert!(err.contains(said), "'{said}' is not in:\n{err}");
    let names: Vec<Value> = service.tenants().into_iter().map(|tenant| tenant["name"].clone()).collect();
    assert_eq!(names, ["Old", "Stray"]);
}

/// Runs an apply in a mount namespace of its own, after `mount` was done there; none where that can't be had.
fn apply_with(service: &Service, mount: &str) -> Option<Output> {
    let apply = service.desk.command(&APPLY);
    let script = format!("{mount} || exit 77; exec \"$@\"");
    let mut command = Command::new("unshare");
    command.args(["--mount", "sh", "-c", &script, "sh"]).arg(apply.get_program()).args(apply.get_args());
    command.current_dir(service.desk.folder.path()).env_clear().stdin(Stdio::null());
    command.envs(apply.get_envs().filter_map(|(name, value)| Some((name, value?))));
    let output = command.output().ok()?;
    (output.status.code() != Some(77) && !output.stderr.starts_with(b"unshare:")).then_some(output)
}

#[test]
fn a_full_disk_stops_the_run_before_its_first_write() {
    // From "nothing fits" over "the folders do", "the lock does", "the backup does" to "everything does".
    let mut codes = Vec::new();
    for kib in (4..=64).step_by(4) {
        let service = service();
        fs::create_dir(service.desk.path("state")).unwrap();
        let Some(output) = apply_with(&service, &format!("mount -t tmpfs -o size={kib}k none state")) else {
            return skipped("the full disk: no mount namespace can be had here");
        };
        codes.push(output.status.code());
        if output.status.success() {
            assert_eq!(service.tenants().len(), 2, "{kib} KiB");
        } else {
            nothing_happened(&service, &output, "free some space");
        }
    }
    assert_eq!((codes.first(), codes.last()), (Some(&Some(1)), Some(&Some(0))), "{codes:?}");
    assert!(codes.is_sorted_by_key(|code| *code != Some(1)), "{codes:?}");
}

#[test]
fn a_folder_mounted_read_only_stops_the_run_before_its_first_write() {
    let service = service();
    fs::create_dir(service.desk.path("state")).unwrap();
    let mount = "mount --bind state state && mount -o remount,bind,ro state";
    let Some(output) = apply_with(&service, mount) else {
        return skipped("the read-only mount: no mount namespace can be had here");
    };
    nothing_happened(&service, &output, "mounted read-only");
}

#[test]
fn a_folder_without_permission_stops_the_run_before_its_first_write() {
    for part in ["", "audit", "backups", "journal", "locks", "baseline"] {
        let service = service();
        let desk = &service.desk;
        let root = desk.path("state");
        for folder in ["", "audit", "backups", "journal", "locks", "baseline", "rate"] {
            fs::create_dir_all(root.join(folder)).unwrap();
        }
        let mut command = desk.command(&APPLY);
        if is_root() {
            // Root may do anything, so somebody else runs it, who owns all of it but one part.
            command.uid(NOBODY).gid(NOBODY);
            hand_over(desk.folder.path());
        }
        let closed = if part.is_empty() { root.clone() } else { root.join(part) };
        fs::set_permissions(&closed, fs::Permissions::from_mode(0o500)).unwrap();
        if part.is_empty() {
            for folder in ["audit", "backups", "journal", "locks", "baseline", "rate"] {
                fs::remove_dir(root.join(folder)).unwrap_or_default();
            }
        }
        let Ok(output) = command.stdin(Stdio::null()).output() else {
            return skipped("missing permission: another user can't run the binary where it lies");
        };
        fs::set_permissions(&closed, fs::Permissions::from_mode(0o700)).unwrap();
        nothing_happened(&service, &output, "Check who may write");
    }
}

/// A user who owns nothing else.
const NOBODY: u32 = 65_534;

fn hand_over(path: &Path) {
    std::os::unix::fs::chown(path, Some(NOBODY), Some(NOBODY)).unwrap();
    if path.is_dir() {
        for entry in fs::read_dir(path).unwrap() {
            hand_over(&entry.unwrap().path());
        }
    }
}
