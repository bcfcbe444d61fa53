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
        let fine = code == 0 || (code == 2 && (tells || rest == "drift"));
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
