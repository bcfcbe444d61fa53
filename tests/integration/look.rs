//! How a plan looks: at 40, 80 and 200 columns, on a dumb terminal, piped, with colours forbidden and forced.

use std::{process::Command, time::Duration};

use expectrl::{Eof, Expect, session::OsSession};
use insta::assert_snapshot;

use crate::common::Desk;

const TENANTS: &str = "
tenants:
  - { id: portco, name: PortCo }
  - id: acme
    name: Acme Corp
    domains: [acme.example, acme.test]
    attributes: { motto: everything that we make is made to be thrown at a running bird }
flows: [{ id: login, template: login }]
";

/// A desk whose sandbox differs from the configuration in a tenant of each sort and in a flow.
pub(crate) fn desk() -> Desk {
    let desk = Desk::new();
    desk.write("descope.yaml", &format!("version: 1\n{TENANTS}"));
    desk.sh("--sandbox apply --yes").exits(0);
    desk.sh("--sandbox flow export login --out flow.json").exits(0);
    let flow = std::fs::read_to_string(desk.path("flow.json")).unwrap();
    desk.write("flow.json", &flow.replace("Send again", "Send it once more"));
    let changed = TENANTS
        .replace("template: login", "file: flow.json")
        .replace("{ id: portco, name: PortCo }", "{ id: globex, name: Globex, domains: [globex.example] }")
        .replace("[acme.example, acme.test]", "[acme.example, acme-west.example]")
        .replace("thrown at a running bird", "thrown at a bird that runs");
    desk.write("descope.yaml", &format!("version: 1\n{changed}"));
    desk
}

/// What a terminal of this size shows of a run.
fn on_terminal(desk: &Desk, (columns, rows): (u16, u16), variables: &[(&str, &str)], line: &str) -> String {
    let mut shell = Command::new("sh");
    let binary = env!("CARGO_BIN_EXE_descope-mgmt");
    shell.arg("-c").arg(format!("read start; stty cols {columns} rows {rows}; exec '{binary}' {line}"));
    shell.current_dir(desk.folder.path()).env_clear().env("HOME", desk.folder.path());
    shell.env("PATH", std::env::var_os("PATH").unwrap()).env("TERM", "xterm-256color");
    shell.envs(variables.iter().copied());
    let mut session = OsSession::spawn(shell).unwrap();
    session.set_expect_timeout(Some(Duration::from_secs(30)));
    // Whoever opens a terminal may still be setting its size.
    session.send_line("").unwrap();
    let found = session.expect(Eof).unwrap();
    String::from_utf8_lossy(found.as_bytes()).replace("\r\n", "\n")
}

/// Escape sequences as signs that can be read.
fn visible(text: &str) -> String {
    text.replace('\u{1b}', "␛")
}

#[test]
fn a_plan_of_tenants_and_flows_fits_every_width() {
    let desk = desk();
    for columns in [40, 80, 200] {
        let text = on_terminal(&desk, (columns, 500), &[("NO_COLOR", "1")], "--sandbox plan");
        let too_long = text.lines().find(|line| line.chars().count() > usize::from(columns));
        assert_eq!(too_long, None, "{columns}");
        assert_snapshot!(format!("a_plan_at_{columns}_columns"), text);
    }
}

#[test]
fn colours_come_where_they_are_wanted_and_nowhere_else() {
    let desk = desk();
    let coloured = on_terminal(&desk, (80, 500), &[], "--sandbox plan");
    assert_snapshot!("a_plan_in_colour", visible(&coloured));
    let plain = console::strip_ansi_codes(&coloured).into_owned();
    for variables in [[("NO_COLOR", "1")], [("TERM", "dumb")]] {
        assert_eq!(on_terminal(&desk, (80, 500), &variables, "--sandbox plan"), plain, "{variables:?}");
    }
    let piped = desk.sh("--sandbox plan").exits(0);
    assert_eq!((piped.out.as_str(), piped.err.as_str()), (plain.as_str(), ""));
    let forced = desk.with("CLICOLOR_FORCE", "1");
    assert_eq!(forced.sh("--sandbox plan").exits(0).out, coloured);
}

#[test]
fn a_plan_longer_than_the_screen_goes_to_the_pager() {
    let desk = desk();
    let pager = ("PAGER", "sed s/^/paged:/");
    let shown = |size, variables: &[(&str, &str)], line| on_terminal(&desk, size, variables, line);
    let text = shown((80, 10), &[pager], "--sandbox plan");
    assert!(text.lines().all(|line| line.starts_with("paged:")), "{text}");
    assert!(shown((80, 10), &[pager], "--sandbox drift").contains("paged:"));
    let own = shown((80, 10), &[pager, ("DESCOPE_MGMT_PAGER", "sed s/^/mine:/")], "--sandbox plan");
    assert!(own.contains("mine:") && !own.contains("paged:"), "{own}");
    for (size, variable, line) in [
        ((80, 500), ("A", "b"), "--sandbox plan"),
        ((80, 10), ("DESCOPE_MGMT_PAGER", "cat"), "--sandbox plan"),
        ((80, 10), ("PAGER", ""), "--sandbox plan"),
        ((80, 10), ("PAGER", "no-such-pager-anywhere"), "--sandbox plan"),
        ((80, 10), ("CI", "true"), "--sandbox plan"),
        ((80, 10), ("TERM", "dumb"), "--sandbox plan"),
        ((80, 10), ("A", "b"), "--sandbox plan --no-input"),
        ((80, 10), ("A", "b"), "--sandbox plan -o json"),
        ((80, 10), ("A", "b"), "--sandbox plan | cat"),
        ((80, 10), ("A", "b"), "--sandbox apply --yes"),
    ] {
        let text = shown(size, &[pager, variable], line);
        assert!(!text.contains("paged:") && text.contains("globex"), "{variable:?} {line}\n{text}");
    }
}

#[test]
fn where_nothing_can_move_nothing_moves() {
    for variables in [&[("TERM", "dumb")][..], &[]] {
        let desk = desk();
        let text = if variables.is_empty() {
            let ran = desk.sh("--sandbox apply --yes").exits(0);
            ran.out + &ran.err
        } else {
            on_terminal(&desk, (80, 24), variables, "--sandbox apply --yes")
        };
        assert!(text.contains("1 created, ⚠ 2 updated"), "{text}");
        assert!(!text.contains('\r') && !text.contains('\u{1b}'), "{}", visible(&text));
    }
}
