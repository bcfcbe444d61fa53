//! The README is true: every command in it runs, every file it names is there.

use crate::common::{Desk, root};

fn readme() -> String {
    std::fs::read_to_string(root().join("README.md")).unwrap()
}

/// The lines of every fenced block that is marked `sh`.
fn commands() -> Vec<String> {
    let mut inside = false;
    let mut found = Vec::new();
    for line in readme().lines() {
        if line.starts_with("```") {
            inside = line == "```sh";
        } else if inside && !line.trim().is_empty() && !line.starts_with('#') {
            found.push(line.to_owned());
        }
    }
    found
}

#[test]
fn every_command_of_the_binary_that_the_readme_shows_runs() {
    let desk = Desk::new();
    let copied = desk.path("examples");
    std::process::Command::new("cp").arg("-r").arg(root().join("examples")).arg(&copied).status().unwrap();
    let mut ran = 0;
    for line in commands() {
        let Some(rest) = line.strip_prefix("cargo run -- ").or_else(|| line.strip_prefix("descope-mgmt "))
        else {
            continue;
        };
        // What needs an account, or serves until interrupted, is tested where there is one.
        let rest = rest.split(" #").next().unwrap().trim();
        if rest.starts_with("emulator") {
            continue;
        }
        let sandboxed = if rest.contains("--sandbox") {
            rest.to_owned()
        } else if rest.starts_with("apply plan.json") {
            // It brings its configuration along.
            format!("--sandbox {rest}")
        } else {
            format!("--sandbox -c examples/portfolio {rest}")
        };
        let mut shell = std::process::Command::new("sh");
        let binary = std::path::Path::new(env!("CARGO_BIN_EXE_descope-mgmt")).parent().unwrap();
        shell
            .arg("-c")
            .arg(format!("PATH={}:$PATH; export PATH; descope-mgmt {sandboxed}", binary.display()));
        let output = shell
            .current_dir(desk.folder.path())
            .env("HOME", desk.folder.path())
            .stdin(std::process::Stdio::null())
            .output()
            .unwrap();
        let code = output.status.code().unwrap();
        let tells = ["--detailed-exitcode", " compare "].iter().any(|word| rest.contains(word));
        let may_differ = (tells || rest == "drift") && !line.contains("# exit 0");
        let fine = code == 0 || (code == 2 && may_differ);
        assert!(
            fine,
            "{line}\nexit {code}\n{}{}",
            String::from_utf8_lossy(&output.stdout),
            String::from_utf8_lossy(&output.stderr)
        );
        ran += 1;
    }
    assert!(ran >= 10, "only {ran} commands found");
}

/// All the text of the sources, strings that are broken over lines joined.
fn sources() -> String {
    let mut open = vec![root().join("src")];
    let mut text = String::new();
    while let Some(path) = open.pop() {
        if path.is_dir() {
            open.extend(std::fs::read_dir(path).unwrap().map(|entry| entry.unwrap().path()));
        } else if path.extension().is_some_and(|it| it == "rs") {
            let pieces: Vec<String> = std::fs::read_to_string(path)
                .unwrap()
                .split("\\\n")
                .enumerate()
                .map(|(at, piece)| if at == 0 { piece.to_owned() } else { piece.trim_start().to_owned() })
                .collect();
            text += &pieces.concat();
        }
    }
    text
}

#[test]
fn every_message_of_the_troubleshooting_table_is_one_that_the_tool_has() {
    let (readme, sources) = (readme(), sources());
    let table = readme.split("## Troubleshooting\n").nth(1).unwrap();
    let rows = table.lines().filter(|line| line.starts_with("| `"));
    let mut seen = 0;
    for row in rows {
        assert_eq!(row.matches(" | ").count(), 2, "a row has a message, a cause and a remedy: {row}");
        let message = row.split('`').nth(1).unwrap();
        for part in message.split('…').map(str::trim_end).filter(|part| part.len() > 3) {
            assert!(sources.contains(part), "'{part}' of '{message}' is in no source");
        }
        seen += 1;
    }
    assert!(seen >= 15, "only {seen} rows");
}

#[test]
fn every_file_that_the_readme_links_to_is_there() {
    for part in readme().split("](").skip(1) {
        let target = part.split(')').next().unwrap();
        if !target.starts_with("http") && !target.starts_with('#') {
            assert!(root().join(target).exists(), "{target}");
        }
    }
}

#[test]
fn the_plan_that_the_readme_shows_is_what_the_tool_prints() {
    let desk = Desk::new();
    let ran = desk.sh(&format!("--sandbox -c {} plan", root().join("examples/portfolio").display())).exits(0);
    let text = readme();
    let shown = text
        .split("```text\n")
        .find(|block| block.starts_with("descope-mgmt · SANDBOX"))
        .unwrap()
        .split("```")
        .next()
        .unwrap();
    // The first line names the folder the example lies in.
    for line in shown.lines().skip(1).filter(|line| *line != "  …") {
        assert!(ran.out.contains(line), "'{line}' is not in:\n{}", ran.out);
    }
}

/// The blocks and rows of one section.
fn section(title: &str) -> String {
    let readme = readme();
    let rest = readme.split(&format!("\n## {title}\n")).nth(1).unwrap();
    rest.split("\n## ").next().unwrap().to_owned()
}

#[test]
fn the_sample_of_doctor_is_what_it_prints() {
    let desk = Desk::new();
    std::process::Command::new("cp")
        .arg("-r")
        .arg(root().join("examples"))
        .arg(desk.path("examples"))
        .status()
        .unwrap();
    let ran = desk.sh("--sandbox -c examples/portfolio doctor").exits(0);
    let section = section("Doctor");
    let shown = section.split("```text\n").nth(1).unwrap().split("```").next().unwrap();
    assert_eq!(shown.lines().count(), ran.out.lines().count(), "{}", ran.out);
    for (shown, told) in shown.lines().zip(ran.out.lines()) {
        let mut rest = told;
        for part in shown.split('…') {
            let at = rest.find(part).unwrap_or_else(|| panic!("'{shown}' is not '{told}'"));
            rest = &rest[at + part.len()..];
        }
        assert!(rest.is_empty() || shown.ends_with('…'), "'{shown}' is not '{told}'");
    }
}

#[test]
fn every_check_of_doctor_is_in_its_table() {
    let section = section("Doctor");
    let rows: Vec<&str> = section.lines().filter(|line| line.starts_with("| `")).collect();
    let told: Vec<&str> =
        rows.iter().flat_map(|row| row.split(" | ").next().unwrap().split('`').skip(1).step_by(2)).collect();
    let mut found = std::collections::BTreeSet::new();
    let mut look = |desk: &Desk, line: &str| {
        let document = desk.sh(&format!("{line} -o json")).json();
        let names =
            document["checks"].as_array().unwrap().iter().map(|it| it["name"].as_str().unwrap().to_owned());
        found.extend(names.collect::<Vec<_>>());
    };
    let service = crate::common::Service::start();
    service.yaml("settings: { backup_dir: backups }\ntenants: [{ id: acme, name: Acme }]\n");
    look(&service.desk, "doctor");
    look(&Desk::new(), "doctor");
    let broken = Desk::new();
    broken.write("descope.yaml", "nope: 1\n");
    look(&broken, "doctor");
    assert!(found.len() >= 14, "{found:?}");
    for name in found {
        assert!(told.contains(&name.as_str()), "'{name}' is not in the table of the README");
    }
}
