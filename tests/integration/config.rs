//! `config validate`, `config show` and `emulator`, as a user runs them.

use std::{
    io::{BufRead, BufReader},
    process::Stdio,
};

use serde_json::{Value, json};

use crate::common::{Desk, root};

#[test]
fn every_problem_is_told_in_one_run_with_its_place_and_a_hint() {
    let desk = Desk::new();
    desk.write(
        "descope.yaml",
        "version: 1\ntenants:\n  - id: acme\n    nmae: Acme\n    domains: [not a domain]\n",
    );
    desk.sh("config validate")
        .exits(5)
        .says("--> descope.yaml:4:5")
        .says("did you mean 'name'?")
        .says("'not a domain' is not a domain")
        .says("Invalid: 2 error(s)");
    let document = desk.sh("config validate -o json").exits(5).json();
    assert_eq!(document["valid"], false);
    let first = &document["diagnostics"][0];
    assert_eq!(
        (&first["file"], &first["line"], &first["column"]),
        (&json!("descope.yaml"), &json!(4), &json!(5))
    );
}

#[test]
fn what_keeps_a_configuration_from_being_read_is_a_diagnostic_too() {
    let desk = Desk::new();
    let codes = |line: &str| {
        let document = desk.sh(line).exits(5).json();
        assert_eq!(document["valid"], false, "{document}");
        document["diagnostics"].as_array().unwrap().iter().map(|it| it["code"].clone()).collect::<Vec<_>>()
    };
    assert_eq!(codes("config validate -o json"), ["no_configuration"]);
    desk.write(
        "descope.yaml",
        "version: 1\nenvironments:\n  prod: { limts: {} }\ntenants:\n  - { id: acme, nme: A }\n",
    );
    let found = codes("config validate -o json");
    assert!(
        found.contains(&json!("protected_environment")) && found.contains(&json!("unknown_key")),
        "{found:?}"
    );
    desk.sh("config validate").exits(5).says("-e prod");
}

#[test]
fn the_starter_and_every_example_are_valid() {
    let desk = Desk::new();
    desk.sh(&format!("config validate -c {}", root().join("examples/portfolio").display()))
        .exits(0)
        .says("Valid: ");
    desk.sh(&format!("config validate -c {} -e dev", root().join("configs/descope.yaml").display())).exits(0);
}

#[test]
fn settings_are_shown_with_where_they_come_from() {
    let desk = Desk::new().with("DESCOPE_MGMT_MAX_WAIT", "1m").with("DESCOPE_MGMT_YES", "1");
    desk.write("descope.yaml", "version: 1\nsettings: { rate_limit: 100/60s }\ntenants: []\n");
    let items = desk.sh("config show --origin -o json --parallelism 3").exits(0).json();
    let of = |name: &str| -> Value {
        let found =
            items["items"].as_array().unwrap().iter().find(|it| it["name"].as_str().unwrap().ends_with(name));
        found.unwrap_or_else(|| panic!("{name} is not in {items}")).clone()
    };
    assert_eq!(
        (&of("rate_limit")["value"], &of("rate_limit")["from"]),
        (&json!("100/60s"), &json!("descope.yaml:2:25"))
    );
    assert_eq!(of("max_wait")["from"], "variable DESCOPE_MGMT_MAX_WAIT");
    assert!(of("concurrency")["from"].as_str().unwrap().contains("--parallelism"));
    assert_eq!(of("concurrency")["value"], 3);
    assert_eq!(of("state_group")["value"], Value::Null);
    assert_eq!(of("allow_shared_tenant_ids")["value"], false);
    assert!(of("retention")["value"]["keep_days"].is_u64());
    assert_eq!((&of("output")["value"], &of("output")["from"]), (&json!("json"), &json!("flag --output")));
    assert_eq!(
        (&of("yes")["value"], &of("yes")["from"]),
        (&json!(true), &json!("variable DESCOPE_MGMT_YES"))
    );
    assert_eq!((&of("no_input")["value"], &of("no_input")["from"]), (&json!(false), &json!("default")));
    assert!(of("backup_dir")["value"].as_str().unwrap().ends_with(".descope-mgmt/backups"));
    let sandboxed = desk.sh("config show --sandbox").exits(0);
    assert!(sandboxed.out.contains(".descope-mgmt/state"), "{}", sandboxed.out);
    desk.with("DESCOPE_MGMT_YESS", "1").sh("config show").exits(0).says("DESCOPE_MGMT_YES");
}

#[test]
fn the_emulator_serves_until_it_is_interrupted() {
    let desk = Desk::new();
    let arguments = [
        "emulator",
        "--project",
        "P2made0up=Made up",
        "--key",
        "K2made0up",
        "--tier",
        "2",
        "--undefined-attributes",
        "drop",
    ];
    let mut child = desk.command(&arguments).stdin(Stdio::null()).stdout(Stdio::piped()).spawn().unwrap();
    let mut line = String::new();
    BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
    let first: Value = serde_json::from_str(&line).unwrap();
    assert_eq!((&first["project_id"], &first["management_key"]), (&json!("P2made0up"), &json!("K2made0up")));
    let client = Desk::new()
        .with("DESCOPE_BASE_URL", first["url"].as_str().unwrap())
        .with("DESCOPE_PROJECT_ID", "P2made0up")
        .with("DESCOPE_MANAGEMENT_KEY", "K2made0up");
    client.sh("tenant create acme --name Acme --yes").exits(0).says("project P2made0up \"Made up\"");
    client.sh("tenant list").exits(0).says("acme");
    let pid = nix::unistd::Pid::from_raw(i32::try_from(child.id()).unwrap());
    nix::sys::signal::kill(pid, nix::sys::signal::Signal::SIGTERM).unwrap();
    assert_eq!(child.wait().unwrap().code(), Some(0));
    for wrong in [
        "emulator --project foo",
        "emulator --conflict-status 418",
        "emulator --fault /x=418",
        "emulator --rate-limit x",
        "plan --rate-limit x",
        "plan --parallelism 99",
        "plan --timeout 0s",
        "plan --max-wait abc",
        "plan --lock-timeout 5",
    ] {
        desk.sh(wrong).exits(64);
    }
}
