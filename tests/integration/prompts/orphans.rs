//! Live tenants that nobody configured: each deleted, adopted into the user's own file, or left, as somebody says.

use std::time::Duration;

use expectrl::{Expect, session::OsSession};
use serde_json::{Value, json};

use super::open;
use crate::common::{Service, code_of as code};

/// From the first choice to the one that adopts.
const ADOPT: &str = "\u{1b}[B\u{1b}[B\r";

const FILE: &str = "version: 1\n# Ours.\ntenants:\n  - id: acme   # the first\n    name: 'Acme'\n";

/// Types an answer until this is said: a key that comes while the terminal changes its mode may get lost.
#[track_caller]
fn answer(session: &mut OsSession, key: &str, said: &str) {
    session.set_expect_timeout(Some(Duration::from_secs(6)));
    let mut is_heard = || session.send(key).is_ok() && session.expect(said).is_ok();
    assert!((0..4).any(|_| is_heard()), "'{said}' was not said");
    session.set_expect_timeout(Some(Duration::from_secs(20)));
}

fn service() -> Service {
    let service = Service::start();
    service.desk.write("descope.yaml", FILE);
    service.seed(json!([{"id": "stray", "name": "Stray: ${X}", "selfProvisioningDomains": ["b.example"]}]));
    service
}

/// A run whose one orphan shall be adopted, at the question whether to write it.
fn asked_to_write(service: &Service, words: &[&str]) -> OsSession {
    let mut session = open(service, words);
    session.expect("is not in the configuration").unwrap();
    session.send(ADOPT).unwrap();
    session.expect("Write this to descope.yaml?").unwrap();
    session.expect("[y/N]").unwrap();
    session
}

fn file(service: &Service) -> String {
    std::fs::read_to_string(service.desk.path("descope.yaml")).unwrap()
}

/// What the audit says was chosen of an object, and in how many runs.
fn chosen(service: &Service, id: &str) -> (Vec<Value>, usize) {
    let lines = service.sh("audit list --limit 0 -o json").exits(0).json();
    let all = lines["items"].as_array().unwrap().clone();
    let mut own = all;
    own.retain(|it| it["action"] == "resolve" && it["address"] == format!("tenant.{id}"));
    let runs: std::collections::BTreeSet<String> = own.iter().map(|it| it["run_id"].to_string()).collect();
    (own.into_iter().map(|it| it["outcome"].clone()).collect(), runs.len())
}

#[test]
fn yes_writes_the_file_first_and_what_is_applied_then_knows_no_orphan() {
    let service = service();
    let mut session = open(&service, &["tenant", "sync"]);
    session.expect("tenant.stray \"Stray: ${X}\" is not in the configuration").unwrap();
    session.send(ADOPT).unwrap();
    session.expect("+  - id: stray").unwrap();
    session.expect("Write this to descope.yaml?").unwrap();
    session.expect("[y/N]").unwrap();
    assert_eq!(file(&service), FILE, "nothing is written before somebody said yes");
    session.send("y").unwrap();
    session.expect("Adopted 1 object into descope.yaml.").unwrap();
    let shown = session.expect("Create 1 tenant in project").unwrap();
    let shown = String::from_utf8_lossy(shown.before()).into_owned();
    assert!(shown.contains("1 to create") && !shown.to_lowercase().contains("orphan"), "{shown}");
    session.expect("[y/N]").unwrap();
    let adopted = format!("{FILE}  - id: stray\n    name: \"Stray: $${{X}}\"\n    domains: [b.example]\n");
    assert_eq!(file(&service), adopted);
    session.send("y").unwrap();
    assert_eq!(code(&mut session), 0);
    service.sh("plan --detailed-exitcode").exits(0).says("No changes");
    service.sh("drift").exits(0);
    assert_eq!(chosen(&service, "stray"), (vec![json!("adopted")], 1));
    service.sh("audit verify").exits(0);
    // It is in sync and known: what somebody changes of it now is told as theirs.
    let mut live = service.tenant("stray");
    live["name"] = json!("Other");
    service.seed(json!([live]));
    let drift = service.sh("drift -o json").exits(2).json();
    assert_eq!(drift["changes"][0]["cause"], "console");
}

#[test]
fn who_declines_the_apply_keeps_what_was_adopted_and_is_told_so() {
    for (key, expected) in [("n", 4), ("\u{4}", 4), ("\u{3}", 130)] {
        let service = service();
        let mut session = asked_to_write(&service, &["apply"]);
        session.send("y").unwrap();
        session.expect("Create 1 tenant in project").unwrap();
        session.expect("[y/N]").unwrap();
        if expected == 4 {
            answer(&mut session, key, "nothing was written to Descope, and what was adopted stays");
        } else {
            session.send(key).unwrap();
        }
        assert_eq!(code(&mut session), expected, "{key:?}");
        assert_eq!(service.tenants().len(), 1);
        assert!(file(&service).contains("id: stray"));
        assert_eq!(chosen(&service, "stray"), (vec![json!("adopted")], 1));
        let plan = service.sh("plan -o json").exits(0).json();
        assert_eq!((&plan["orphans"], plan["changes"].as_array().unwrap().len()), (&json!([]), 1));
    }
}

#[test]
fn no_and_end_of_input_leave_the_file_and_ctrl_c_ends_the_run() {
    for (key, expected) in [("n", 0), ("\u{4}", 0), ("\u{3}", 130)] {
        let service = service();
        let mut session = asked_to_write(&service, &["apply"]);
        if expected == 130 {
            session.send(key).unwrap();
        } else {
            answer(&mut session, key, "not adopted: they stay as they are");
            session.expect("Create 1 tenant in project").unwrap();
            session.expect("[y/N]").unwrap();
            session.send("y").unwrap();
        }
        assert_eq!(code(&mut session), expected, "{key:?}");
        assert_eq!(file(&service), FILE, "byte for byte as it was");
        let left = if expected == 0 { vec![json!("leave")] } else { vec![] };
        assert_eq!(chosen(&service, "stray").0, left);
        assert!(service.desk.files_below(".descope-mgmt/locks").is_empty());
    }
}

#[test]
fn where_nothing_else_is_to_be_done_the_run_ends_well() {
    let service = service();
    service.desk.write("descope.yaml", "version: 1\ntenants: []\n");
    let mut session = asked_to_write(&service, &["tenant", "sync"]);
    session.send("y").unwrap();
    session.expect("No changes").unwrap();
    assert_eq!(code(&mut session), 0);
    assert_eq!(chosen(&service, "stray"), (vec![json!("adopted")], 1));
    service.sh("drift").exits(0);
}

#[test]
fn what_yaml_can_not_say_or_may_not_hold_stays_out_of_the_file() {
    let service = Service::start();
    service.define(&["token"]);
    service.yaml("defaults: { tenant: { sensitive: [attributes.token] } }\ntenants: []\n");
    service.seed(json!([
        {"id": "bell", "name": "Bell\u{7}"},
        {"id": "stray", "name": "Stray", "customAttributes": {"token": "s3cr3t"}},
    ]));
    let mut session = open(&service, &["tenant", "sync"]);
    session.expect("tenant.bell \"Bell\\u{7}\" is not in the configuration").unwrap();
    session.send(ADOPT).unwrap();
    session.expect("tenant.stray \"Stray\" is not in the configuration").unwrap();
    session.send(ADOPT).unwrap();
    let told = session.expect("Write this to descope.yaml?").unwrap();
    let told = String::from_utf8_lossy(told.before()).split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(told.contains("tenant.bell is not adopted: the configuration can't say it"), "{told}");
    assert!(told.contains("attributes.token of tenant.stray is not adopted: it is sensitive"), "{told}");
    session.expect("[y/N]").unwrap();
    session.send("y").unwrap();
    session.expect("Adopted tenant.stray in part into descope.yaml.").unwrap();
    assert_eq!(code(&mut session), 0);
    assert!(file(&service).ends_with("tenants:\n  - id: stray\n    name: Stray\n"), "{}", file(&service));
    assert_eq!(chosen(&service, "bell").0, [json!("leave")]);
    assert_eq!(chosen(&service, "stray").0, [json!("adopted in part")]);
    for path in service.desk.files_below(".") {
        assert!(
            !String::from_utf8_lossy(&std::fs::read(&path).unwrap()).contains("s3cr3t"),
            "{}",
            path.display()
        );
    }
}
