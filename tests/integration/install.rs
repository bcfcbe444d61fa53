//! The README's way to upgrade on a shared folder: no moment without the tool, and what runs keeps running.

use std::{
    io::{BufRead, BufReader},
    path::Path,
    process::{Command, Stdio},
};

use crate::common::{Desk, root};

/// The block of the README that puts a version in place.
fn block() -> String {
    let readme = std::fs::read_to_string(root().join("README.md")).unwrap();
    let blocks = readme.split("```sh\n").skip(1).filter_map(|rest| rest.split("```").next());
    blocks.into_iter().find(|block| block.contains("mv -T")).unwrap().to_owned()
}

fn put_in_place(folder: &Path, version: &str) {
    let mut shell = Command::new("sh");
    shell.args(["-euc", &block()]).current_dir(folder);
    let done = shell.env("TOOLS", folder.join("tools")).env("VERSION", version).status().unwrap();
    assert!(done.success());
}

#[test]
fn an_upgrade_in_place_leaves_a_running_process_alone() {
    let desk = Desk::new();
    let folder = desk.folder.path();
    std::fs::copy(env!("CARGO_BIN_EXE_descope-mgmt"), folder.join("descope-mgmt")).unwrap();
    put_in_place(folder, "1.0.0");
    let tool = folder.join("tools/descope-mgmt");
    let mut running = Command::new(&tool).arg("emulator").stdout(Stdio::piped()).spawn().unwrap();
    let mut lines = BufReader::new(running.stdout.take().unwrap()).lines();
    let first: serde_json::Value = serde_json::from_str(&lines.next().unwrap().unwrap()).unwrap();

    // The next version is another program, so that it can be told which one is there.
    std::fs::write(folder.join("descope-mgmt"), "#!/bin/sh\necho the next version\n").unwrap();
    put_in_place(folder, "1.1.0");
    let output = Command::new(&tool).arg("version").output().unwrap();
    assert_eq!(String::from_utf8_lossy(&output.stdout), "the next version\n");
    let url = first["url"].as_str().unwrap().trim_start_matches("http://");
    assert!(std::net::TcpStream::connect(url).is_ok() && running.try_wait().unwrap().is_none());
    running.kill().unwrap();
    running.wait().unwrap();

    // Back again: the old version is still there, and so is nothing half-done.
    std::fs::copy(folder.join("tools/descope-mgmt-1.0.0"), folder.join("descope-mgmt")).unwrap();
    put_in_place(folder, "1.0.0");
    let output = Command::new(&tool).arg("version").output().unwrap();
    assert!(String::from_utf8_lossy(&output.stdout).starts_with("descope-mgmt "));
    let mut names: Vec<_> =
        std::fs::read_dir(folder.join("tools")).unwrap().map(|it| it.unwrap().file_name()).collect();
    names.sort();
    assert_eq!(names, ["descope-mgmt", "descope-mgmt-1.0.0", "descope-mgmt-1.1.0"]);
}
