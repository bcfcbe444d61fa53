//! At home in a shell: examples that run, manual pages, completions, and a guess at what was meant.

use std::process::Command;

use crate::common::Desk;

/// Every command, from its help, with the words before it.
fn commands(desk: &Desk) -> Vec<Vec<String>> {
    let mut open = vec![Vec::new()];
    let mut found = Vec::new();
    while let Some(words) = open.pop() {
        let help = help(desk, &words);
        let list = help.split("\nCommands:\n").nth(1).unwrap_or_default();
        let names = list.lines().take_while(|line| !line.is_empty());
        let names = names.filter(|line| line.starts_with("  ") && !line.starts_with("   "));
        for name in names.filter_map(|line| line.split_whitespace().next()).filter(|name| *name != "help") {
            open.push([words.clone(), vec![name.to_owned()]].concat());
        }
        found.push(words);
    }
    found
}

fn help(desk: &Desk, words: &[String]) -> String {
    let mut words = words.to_vec();
    words.push("--help".to_owned());
    desk.run(&words).exits(0).out
}

fn examples(desk: &Desk, words: &[String]) -> Vec<String> {
    let help = help(desk, words);
    let part = help.split("\nExamples:\n").nth(1).unwrap_or_default();
    part.lines().take_while(|line| !line.is_empty()).map(|line| line.trim().to_owned()).collect()
}

/// A desk with whatever the examples name, in a folder that is copied for each of them.
fn furnished() -> Desk {
    let desk = Desk::new().with("DESCOPE_MGMT_SANDBOX", "true").with("DESCOPE_MGMT_YES", "true");
    let desk = desk.with("DESCOPE_MGMT_ENVIRONMENT", "dev").with("DESCOPE_MGMT_QUIET", "true");
    desk.write("secrets.json", "{}");
    let yaml = include_str!("../data/examples.yaml");
    // There is something to go back to: an older version of a flow.
    desk.write("descope.yaml", &yaml.replace("template: mfa-login }", "template: mfa-login@1 }"));
    for folder in [".zfunc", ".local/share/bash-completion/completions", "flows"] {
        std::fs::create_dir_all(desk.path(folder)).unwrap();
    }
    let apply = [
        "apply -e dev --allow-breaking-changes",
        "apply -e prod --confirm-project PCC --allow-breaking-changes",
    ];
    for line in apply {
        desk.sh(line).exits(0);
    }
    desk.write("descope.yaml", yaml);
    for line in apply {
        desk.sh(line).exits(0);
    }
    for line in ["backup create", "plan --out plan.json", "project export -e staging --out snapshot"] {
        desk.sh(line).exits(0);
    }
    let head = desk.sh("audit verify -o json").exits(0).json()["head"].as_str().unwrap().to_owned();
    desk.with("AUDIT_HEAD", &head)
}

/// A desk like another one.
fn copy(desk: &Desk) -> Desk {
    let mut copied = Desk::new();
    copied.variables.clone_from(&desk.variables);
    let (from, to) = (desk.folder.path(), copied.folder.path());
    Command::new("cp").arg("-r").arg(from.join(".")).arg(to).status().unwrap();
    copied
}

/// The ids that there are on a desk: of a run, and of the project.
struct Ids {
    run: String,
    project: String,
}

impl Ids {
    fn of(desk: &Desk) -> Self {
        let text = |value: &serde_json::Value| value.as_str().unwrap().to_owned();
        Self {
            run: text(&desk.sh("audit list -o json").exits(0).json()["items"][0]["run_id"]),
            project: text(&desk.sh("plan -o json").exits(0).json()["project_id"]),
        }
    }

    /// An example with them in place of the ids that it makes up.
    fn put_into(&self, line: &str) -> String {
        let id = if line.contains("audit show") { &self.run } else { "latest" };
        let words = line.split(' ').map(|word| match word {
            "P2abc" => &self.project,
            "project-P2abc" => "snapshot",
            _ if word.starts_with("01KAV2GQ") => id,
            _ => word,
        });
        words.collect::<Vec<_>>().join(" ")
    }
}

/// Whether an example shows a guard at work: without a terminal, who writes to prod must name the project.
fn meets_a_guard(line: &str) -> bool {
    line.contains("-e prod") && !line.contains("--confirm-project")
}

/// Runs an example as a shell would, and tells how it ended.
fn run(desk: &Desk, line: &str) -> (i32, String) {
    let binary = std::path::Path::new(env!("CARGO_BIN_EXE_descope-mgmt")).parent().unwrap();
    let path = format!("{}:{}", binary.display(), std::env::var("PATH").unwrap());
    let mut shell = Command::new("sh");
    shell.args(["-c", line]).current_dir(desk.folder.path()).env_clear().env("PATH", path);
    shell.env("HOME", desk.folder.path()).stdin(std::process::Stdio::null());
    let output = shell.envs(desk.variables.iter().cloned()).output().unwrap();
    let text = [output.stdout, output.stderr].map(|it| String::from_utf8_lossy(&it).into_owned()).concat();
    (output.status.code().unwrap_or(-1), text)
}

#[test]
fn every_command_has_examples_and_each_of_them_runs() {
    let (seen, furnished, mut ran, mut wrong) = (Desk::new(), furnished(), 0, Vec::new());
    let ids = Ids::of(&furnished);
    for words in commands(&seen) {
        let lines = examples(&seen, &words);
        assert!(!lines.is_empty(), "no example in the help of '{}'", words.join(" "));
        for line in lines {
            assert!(line.contains("descope-mgmt"), "{line}");
            // What serves until it is interrupted, or needs a killed run, is tested where there is one.
            if line.contains("descope-mgmt emulator") || line.contains("--resume") {
                continue;
            }
            let mut desk = copy(&furnished);
            if line.contains("config init") {
                // It makes the first configuration, and overwrites none.
                std::fs::remove_file(desk.path("descope.yaml")).unwrap();
                desk.variables.retain(|(name, _)| name != "DESCOPE_MGMT_ENVIRONMENT");
            }
            let (code, text) = run(&desk, &ids.put_into(&line));
            // 2: there are changes.
            let asks_in_vain = code == 64 && line.ends_with("config init");
            let fine = [0, 2].contains(&code) || code == 4 && meets_a_guard(&line) || asks_in_vain;
            if !fine {
                wrong.push(format!("{line}\nexit {code}\n{text}"));
            }
            ran += 1;
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(ran > 60, "only {ran} examples");
}

#[test]
fn there_is_a_manual_page_for_every_command() {
    let desk = Desk::new();
    desk.sh("man --out pages").exits(0);
    for words in commands(&desk) {
        let name = [vec!["descope-mgmt".to_owned()], words].concat().join("-");
        let page = std::fs::read_to_string(desk.path(&format!("pages/{name}.1"))).unwrap();
        assert!(page.contains(".SH NAME") && page.contains("Examples:"), "{name}");
    }
    assert!(desk.sh("man").exits(0).out.contains(".TH descope-mgmt 1"));
    desk.write("file", "");
    desk.sh("man --out file/below").exits(1).says("can't be written");
}

#[test]
fn completions_of_every_shell_know_the_commands() {
    let desk = Desk::new();
    for shell in ["bash", "zsh", "fish", "powershell", "elvish"] {
        let script = desk.sh(&format!("completion {shell}")).exits(0).out;
        assert!(script.contains("sync") && script.contains("confirm-project"), "{shell}");
    }
    // bash is on every machine that runs these tests: it must at least read its script.
    desk.write("completion.bash", &desk.sh("completion bash").out);
    let words = "source ./completion.bash; COMP_WORDS=(descope-mgmt tenant sy); COMP_CWORD=2
                 $(complete -p descope-mgmt | sed 's/.*-F \\([^ ]*\\).*/\\1/') descope-mgmt sy tenant
                 echo ${COMPREPLY[@]}";
    let output = Command::new("bash").args(["-c", words]).current_dir(desk.folder.path()).output().unwrap();
    assert_eq!(String::from_utf8_lossy(&output.stdout).trim(), "sync");
}

#[test]
fn a_mistyped_command_is_answered_with_the_one_that_was_meant() {
    let desk = Desk::new();
    for (line, meant) in [
        ("list-tenants", "Did you mean 'tenant list'?"),
        ("tenants list", "Did you mean 'tenant list'?"),
        ("-e prod tenants list --full", "Did you mean 'tenant list'?"),
        ("sync", "Did you mean 'tenant sync'?"),
        ("tenant lst", "Did you mean 'tenant list'?"),
        ("verify", "Did you mean 'backup verify' or 'audit verify'?"),
    ] {
        let ran = desk.sh(line).exits(64).says(meant);
        assert_eq!(ran.out, "");
    }
    assert!(!desk.sh("frobnicate").exits(64).err.contains("mean"));
    let found = desk.sh("list-tenants -o json").exits(64).json();
    assert_eq!(found["error"]["hint"], "did you mean 'tenant list'?");
}

#[test]
fn a_bad_variable_is_blamed_on_the_variable_and_an_empty_one_is_none() {
    for (name, value) in [("YES", "maybe"), ("COLOR", "blue"), ("ON_ERROR", "panic"), ("LOG_LEVEL", "lots")] {
        let desk = Desk::new().with(&format!("DESCOPE_MGMT_{name}"), value);
        desk.sh("version")
            .exits(64)
            .says(&format!("invalid value '{value}' for 'variable DESCOPE_MGMT_{name}'"));
        let empty = Desk::new().with(&format!("DESCOPE_MGMT_{name}"), "");
        empty.sh("version").exits(0);
    }
    let desk = Desk::new().with("DESCOPE_MGMT_YES", "1").with("DESCOPE_MGMT_OUTPUT", "json");
    desk.sh("version --color blue").exits(64).says("invalid value 'blue' for '--color <WHEN>'");
}
