//! Disks that are full or closed, editors that save meanwhile, links, folders of files, and a kill at any moment: the
//! user's file is as it was or as it was shown, never anything else.

use std::{
    fs,
    os::unix::fs::{PermissionsExt, symlink},
    process::{Command, Output, Stdio},
    thread,
    time::{Duration, Instant},
};

use expectrl::{Expect, session::OsSession};
use serde_json::json;

use super::{changed, file};
use crate::common::{Service, code_of, skipped};

const FILE: &str = "version: 1\n# Ours.\ntenants:\n  - { id: acme, name: Acme }   # first\n";

fn service(text: &str) -> Service {
    let service = Service::start();
    service.desk.write("descope.yaml", text);
    service.seed(json!([{"id": "acme", "name": "Acme"}, {"id": "stray", "name": "Stray"}]));
    service
}

/// The binary run behind a shell line in a mount namespace of its own; none where that can't be had.
fn behind(service: &Service, line: &str, arguments: &[&str]) -> Option<Output> {
    let run = service.desk.command(arguments);
    let mut command = Command::new("unshare");
    command.args([
        "--mount",
        "sh",
        "-c",
        &format!("{line} || exit 77; \"$@\"; code=$?; cp conf/*.yaml seen.yaml 2>/dev/null; exit $code"),
        "sh",
    ]);
    command.arg(run.get_program()).args(run.get_args());
    command.current_dir(service.desk.folder.path()).env_clear().stdin(Stdio::null());
    command.envs(run.get_envs().filter_map(|(name, value)| Some((name, value?))));
    let output = command.output().ok()?;
    (output.status.code() != Some(77) && !output.stderr.starts_with(b"unshare:")).then_some(output)
}

#[test]
fn a_full_disk_or_a_closed_one_leaves_the_file_as_it_was() {
    let mount = |size: &str| {
        format!(
            "mount -t tmpfs -o size={size} none conf && cp kept.yaml conf/descope.yaml && dd if=/dev/zero of=conf/fill bs=4k 2>/dev/null; true"
        )
    };
    let closed = "cp kept.yaml conf/descope.yaml && mount --bind conf conf && mount -o remount,bind,ro conf"
        .to_owned();
    for (line, said) in [(mount("16k"), "No space left"), (closed, "Read-only file system")] {
        let service = service(FILE);
        service.desk.write("kept.yaml", FILE);
        fs::create_dir(service.desk.path("conf")).unwrap();
        let Some(output) =
            behind(&service, &line, &["-c", "conf/descope.yaml", "tenant", "import", "*", "--yes"])
        else {
            return skipped("the full disk: no mount namespace can be had here");
        };
        let err = String::from_utf8_lossy(&output.stderr).into_owned();
        assert_eq!(output.status.code(), Some(1), "{err}");
        assert_eq!(fs::read_to_string(service.desk.path("seen.yaml")).unwrap(), FILE);
        assert!(err.contains("conf/descope.yaml' can't be written") && err.contains(said), "{err}");
    }
}

#[test]
fn of_several_files_none_is_written_where_one_can_not_be() {
    let service = service("version: 1\ninclude: [a/*.yaml, b/*.yaml]\n");
    service.desk.write("a/a.yaml", "tenants:\n  - { id: acme, name: Old }\n");
    service.desk.write("b/b.yaml", "tenants:\n  - { id: stray, name: Old too }\n");
    let line = "mount --bind b b && mount -o remount,bind,ro b";
    let Some(output) = behind(&service, line, &["drift", "--adopt", "*", "--yes"]) else {
        return skipped("the closed folder: no mount namespace can be had here");
    };
    assert_eq!(output.status.code(), Some(1));
    let read = |name: &str| fs::read_to_string(service.desk.path(name)).unwrap();
    assert!(read("a/a.yaml").contains("name: Old }"), "{}", read("a/a.yaml"));
    assert!(read("b/b.yaml").contains("name: Old too }"));
    let audit = service.sh("audit list --limit 0 -o json").exits(0).json();
    let outcomes: Vec<_> =
        audit["items"].as_array().unwrap().iter().map(|it| it["outcome"].clone()).collect();
    assert!(!outcomes.contains(&json!("adopted")) && outcomes.contains(&json!("failed")), "{audit}");
}

#[test]
fn a_file_that_may_not_be_written_is_left_and_said_so() {
    let service = service(FILE);
    fs::set_permissions(service.desk.path("descope.yaml"), fs::Permissions::from_mode(0o444)).unwrap();
    let before = file(&service);
    let ran = service.sh("tenant import * --yes").exits(1);
    assert!(
        ran.err.contains("'descope.yaml' can't be written") && ran.err.contains("read-only"),
        "{}",
        ran.err
    );
    assert_eq!(file(&service), before);
}

#[test]
fn an_editor_that_saves_between_the_diff_and_the_yes_is_not_written_over() {
    let service = service(FILE);
    let mut command = service.desk.command(&["tenant", "import", "*"]);
    command.env("TERM", "xterm-256color");
    let mut session = OsSession::spawn(command).unwrap();
    session.set_expect_timeout(Some(Duration::from_secs(20)));
    session.expect("Write this to descope.yaml?").unwrap();
    session.expect("[y/N]").unwrap();
    let saved = format!("{FILE}  - {{ id: mine, name: Mine }}\n");
    service.desk.write("descope.yaml", &saved);
    session.send("y").unwrap();
    session.expect("changed since it was read; nothing was written").unwrap();
    assert_eq!(code_of(&mut session), 6);
    assert_eq!(file(&service), saved);
    service.sh("tenant import * --yes").exits(0);
    assert_eq!(changed(&saved, &file(&service)), ["+  - { id: stray, name: Stray }"]);
}

#[test]
fn a_link_stays_a_link_and_a_folder_of_files_is_edited_where_the_tenant_is() {
    let service = Service::start();
    service.desk.write("real/tenants.yaml", FILE);
    service.desk.write("conf/10-others.yaml", "tenants:\r\n- {id: globex, name: Globex}\r\n");
    service.desk.write("conf/notes.txt", "no YAML: [");
    symlink("../real/tenants.yaml", service.desk.path("conf/20-tenants.yaml")).unwrap();
    service.seed(json!([
        {"id": "acme", "name": "Acme 2"}, {"id": "globex", "name": "Globex 2"}, {"id": "stray", "name": "Stray"},
    ]));
    service
        .sh("-c conf drift --adopt * --yes")
        .exits(0)
        .says("Adopted 3 objects into conf/10-others.yaml, conf/20-tenants.yaml.");
    assert!(fs::symlink_metadata(service.desk.path("conf/20-tenants.yaml")).unwrap().is_symlink());
    let read = |name: &str| fs::read_to_string(service.desk.path(name)).unwrap();
    assert_eq!(
        changed(FILE, &read("real/tenants.yaml")),
        ["-  - { id: acme, name: Acme }   # first", "+  - { id: acme, name: Acme 2 }   # first"]
    );
    assert_eq!(
        read("conf/10-others.yaml"),
        "tenants:\r\n- {id: globex, name: Globex 2}\r\n- { id: stray, name: Stray }\r\n"
    );
    service.sh("-c conf plan --detailed-exitcode").exits(0);
}

#[test]
fn a_kill_at_any_moment_leaves_the_file_whole_old_or_new_and_the_next_run_ends_the_work() {
    let before = format!("version: 1\n{}", crate::common::many(60).replace("Tenant", "Old"));
    let service = Service::start();
    let mut now: Vec<serde_json::Value> = Vec::new();
    for n in 0..60 {
        now.push(json!({"id": format!("tenant-{n:05}"), "name": format!("Tenant {n}"), "selfProvisioningDomains": [format!("t{n}.example")]}));
    }
    service.seed(json!(now));
    let arguments = ["drift", "--adopt", "*", "--yes", "-q"];
    service.desk.write("descope.yaml", &before);
    let begun = Instant::now();
    service.desk.run(&arguments).exits(0);
    let (after, takes) = (file(&service), begun.elapsed());
    let mut seen = [0; 2];
    for part in 0..8_u32 {
        service.desk.write("descope.yaml", &before);
        let mut command = service.desk.command(&arguments);
        let mut child =
            command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
        // The writes come last: that is where most of the kills shall fall.
        thread::sleep(takes * (60 + part * 6) / 100);
        child.kill().unwrap();
        child.wait().unwrap();
        let found = file(&service);
        assert!(found == before || found == after, "half of it:\n{found}");
        seen[usize::from(found == after)] += 1;
        service.desk.run(&arguments).exits(0);
        assert_eq!(file(&service), after);
        service.sh("audit verify").exits(0);
    }
    assert_eq!(seen.iter().sum::<i32>(), 8);
    service.sh("plan --detailed-exitcode").exits(0);
}
