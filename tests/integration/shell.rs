//! At home in a shell: examples that run, manual pages, completions, and a guess at what was meant.

use std::process::Command;

use crate::common::{Desk, skipped};

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

/// A desk whose configuration has names to offer, and the binary's folder for a shell's PATH.
fn with_names() -> Desk {
    let path = std::path::Path::new(env!("CARGO_BIN_EXE_descope-mgmt")).parent().unwrap();
    let path = format!("{}:{}", path.display(), std::env::var("PATH").unwrap());
    let desk = Desk::new().with("PATH", &path).with("DESCOPE_MANAGEMENT_KEY_FILE", "no-such-file");
    desk.write(
        "descope.yaml",
        "version: 1\nenvironments: { dev: { project_id: \"${NOWHERE}\" }, staging: {}, stage-two: {} }\n\
         settings: { allow_shared_tenant_ids: true }\n\
         tenants: [{ id: acme, name: Acme }, { id: globex, name: Globex }]\nflows: [{ id: my-login, template: login@1 }]\n",
    );
    for shell in ["bash", "zsh", "fish"] {
        desk.write(&format!("completion.{shell}"), &desk.sh(&format!("completion {shell}")).exits(0).out);
    }
    desk
}

/// What a shell offers at the end of a command line, sorted; `None` where the shell is not there.
fn offered(desk: &Desk, shell: &str, line: &str) -> Option<Vec<String>> {
    let script = match shell {
        "bash" => format!(
            "source ./completion.bash; COMP_WORDS=({line}); [[ '{line}' == *' ' ]] && COMP_WORDS+=('')
             COMP_CWORD=$((${{#COMP_WORDS[@]}}-1)); COMP_LINE='{line}'; COMP_POINT=${{#COMP_LINE}}
             $(complete -p descope-mgmt | sed 's/.*-F \\([^ ]*\\).*/\\1/') descope-mgmt \"${{COMP_WORDS[COMP_CWORD]}}\" \"${{COMP_WORDS[COMP_CWORD-1]}}\"
             printf '%s\\n' \"${{COMPREPLY[@]}}\""
        ),
        "fish" => format!("source completion.fish; complete -C '{line}'"),
        // zsh completes in its line editor only: an inner one on a terminal of its own is typed to.
        _ => format!(
            "zmodload zsh/zpty; zpty inner zsh -f -i
             send() {{ zpty -w inner \"$1\" }}
             send 'PS1=; unsetopt zle_bracketed_paste 2>/dev/null; autoload -Uz compinit; compinit -u -D; source ./completion.zsh'
             send 'compadd() {{ [[ $1 == -- ]] && print -rl -- OFFER-${{^@[2,-1]}} ; builtin compadd \"$@\" }}; zstyle \":completion:*\" list-prompt \"\"'
             send 'print RE\"\"ADY'; seen=
             for turn in {{1..100}}; do
                 while zpty -r -t inner out; do seen+=$out; done
                 [[ $seen == *READY* ]] && break; sleep 0.1
             done
             zpty -n -w inner '{line}'$'\\t'; all=; heard=0
             for turn in {{1..100}}; do
                 sleep 0.1; while zpty -r -t inner out; do all+=$out$'\\n'; done
                 [[ $all == *OFFER-[a-z]* ]] && (( ++heard > 5 )) && break
             done
             print -r -- \"$all\"; zpty -d inner"
        ),
    };
    let mut command = Command::new(shell);
    command.args(if shell == "zsh" { vec!["-f"] } else { vec![] });
    command.args(["-c", &script]).current_dir(desk.folder.path()).env_clear().env("HOME", desk.folder.path());
    command.env("TERM", "dumb").stdin(std::process::Stdio::null());
    let output = match command.envs(desk.variables.iter().cloned()).output() {
        Ok(output) => output,
        Err(error) => {
            skipped(&format!("completion in {shell}: {error}"));
            return None;
        }
    };
    let text = String::from_utf8_lossy(&output.stdout).replace('\r', "\n");
    let mut names: Vec<String> = if shell == "zsh" {
        // What is typed and what is offered may stand on one line.
        let end = |name: &str| name.find(|sign: char| !sign.is_alphanumeric() && !"-_.".contains(sign));
        let names =
            text.split("OFFER-").skip(1).map(|name| name[..end(name).unwrap_or(name.len())].to_owned());
        names.filter(|name| !name.is_empty()).collect()
    } else {
        let names = text.lines().map(str::trim).filter(|line| !line.is_empty());
        names.map(|line| line.split('\t').next().unwrap_or_default().to_owned()).collect()
    };
    names.sort();
    names.dedup();
    Some(names)
}

#[test]
fn shells_offer_the_names_that_the_configuration_has() {
    let desk = with_names();
    for (line, names) in [
        ("descope-mgmt tenant list -e st", &["stage-two", "staging"][..]),
        ("descope-mgmt plan -e ", &["all", "dev", "stage-two", "staging"]),
        ("descope-mgmt -e dev tenant show ", &["acme", "globex"]),
        ("descope-mgmt plan -e dev --target ", &["flow.my-login", "tenant.acme", "tenant.globex"]),
        ("descope-mgmt flow deploy -e dev my", &["my-login"]),
        ("descope-mgmt flow templates -e dev ", &["login", "mfa-login", "sign-up"]),
    ] {
        for shell in ["bash", "fish", "zsh"] {
            if let Some(found) = offered(&desk, shell, line) {
                assert_eq!(found, names, "{shell}: {line}");
            }
        }
    }
    // Where the configuration has nothing to say, it is what it was.
    for shell in ["bash", "fish"] {
        if let Some(found) = offered(&desk, shell, "descope-mgmt tenant sy") {
            assert_eq!(found, ["sync"], "{shell}");
        }
    }
}

#[test]
fn a_shell_that_asks_gets_names_or_silence_soon_and_without_a_request() {
    let mut desk = with_names();
    // Nothing answers there, and a key that can't be read is nobody's concern.
    desk.set("DESCOPE_BASE_URL", "http://127.0.0.1:9");
    desk.set("DESCOPE_MGMT_OUTPUT", "nonsense");
    let ask = |desk: &Desk, words: &[&str]| desk.run(&[&["complete", "--"], words].concat()).exits(0);
    assert_eq!(ask(&desk, &["plan", "-e", "d"]).out, "dev\n");
    for broken in [
        "version: 1\ntenants: [{ id: ",
        "\u{0}",
        "tenants: 5\nenvironments: 7\n",
        "version: 1\ntenants: [{ id: \"${UNSET}\" }]\n",
    ] {
        desk.write("descope.yaml", broken);
        for words in [&["plan", "-e", ""][..], &["plan", "--target", ""], &["tenant", "show", ""]] {
            // The quickest of several: others work on this machine, too.
            let took = (0..5).map(|_| {
                let start = std::time::Instant::now();
                let ran = ask(&desk, words);
                assert_eq!((ran.out.as_str(), ran.err.as_str()), ("", ""), "{broken:?} {words:?}");
                start.elapsed()
            });
            let limit = if cfg!(debug_assertions) { 200 } else { 20 };
            assert!(took.min().unwrap().as_millis() < limit, "{words:?}");
        }
    }
    assert!(desk.files_below(".descope-mgmt").is_empty(), "asking writes nothing");
    for words in [&["plan", "-c", "no-such.yaml", "-e", ""][..], &[""], &["-", "\u{1b}"], &["--=", "=", ""]] {
        assert_eq!(ask(&desk, words).err, "");
    }
}
