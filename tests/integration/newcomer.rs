//! A newcomer's path, typed in a real terminal: init, validate, plan, apply, drift, adopt, roll back, in the sandbox.

use std::time::Duration;

use expectrl::{Expect, session::OsSession};

use crate::common::{Desk, code_of};

/// Types a command line and the answers to its questions; returns its exit code.
fn type_in(desk: &Desk, line: &str, answers: &[(&str, &str)]) -> i32 {
    let mut command = desk.command(&line.split_whitespace().collect::<Vec<_>>());
    command.env("TERM", "xterm-256color");
    let mut session = OsSession::spawn(command).unwrap();
    session.set_expect_timeout(Some(Duration::from_secs(30)));
    for (question, answer) in answers {
        session.expect(*question).unwrap_or_else(|error| panic!("{line}: {question}: {error}"));
        session.send(*answer).unwrap();
    }
    code_of(&mut session)
}

#[test]
fn from_nothing_to_a_tenant_that_was_changed_adopted_and_rolled_back() {
    let desk = Desk::new();
    let questions = [
        ("Environments", "\u{15}dev\r"),
        ("Project id of dev", "\r"),
        ("Id of a first tenant", "acme\r"),
        ("Its name", "\u{15}Acme Corp\r"),
    ];
    assert_eq!(type_in(&desk, "config init", &questions), 0);
    let first = std::fs::read_to_string(desk.path("descope.yaml")).unwrap();
    assert!(first.contains("  dev:\n    project_id: ${DESCOPE_DEV_PROJECT_ID}\n"), "{first}");
    assert!(first.ends_with("tenants:\n  - id: acme\n    name: Acme Corp\n"), "{first}");
    assert_eq!(type_in(&desk, "config validate", &[]), 0);
    desk.sh("--sandbox plan").exits(0).says("+ tenant.acme");
    assert_eq!(type_in(&desk, "--sandbox apply", &[("[y/N]", "y")]), 0);
    desk.sh("--sandbox plan --detailed-exitcode").exits(0);
    // Somebody changes it elsewhere.
    desk.sh("--sandbox tenant update acme --name Acme-Inc --yes").exits(0);
    desk.sh("--sandbox drift").exits(2).says("Acme-Inc");
    assert_eq!(type_in(&desk, "--sandbox drift --adopt tenant.acme", &[("[y/N]", "n")]), 4);
    assert_eq!(std::fs::read_to_string(desk.path("descope.yaml")).unwrap(), first);
    assert_eq!(type_in(&desk, "--sandbox drift --adopt tenant.acme", &[("[y/N]", "y")]), 0);
    let adopted = std::fs::read_to_string(desk.path("descope.yaml")).unwrap();
    assert_eq!(adopted, first.replace("name: Acme Corp", "name: Acme-Inc"));
    desk.sh("--sandbox plan --detailed-exitcode").exits(0);
    assert_eq!(type_in(&desk, "--sandbox backup restore latest", &[("[y/N]", "y")]), 0);
    desk.sh("--sandbox tenant show acme").exits(0).says("Acme Corp");
    desk.sh("--sandbox audit verify").exits(0);
}
