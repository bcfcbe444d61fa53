//! Questions on a real pseudo-terminal: yes, no, Ctrl-C, end of input, a wrong name.

mod orphans;

use std::time::Duration;

use descope_mgmt::emulator::{Options, ProjectSpec};
use expectrl::{Eof, Expect, session::OsSession};
use serde_json::{Value, json};

use crate::common::{Service, code_of as code, many};

fn open(service: &Service, arguments: &[&str]) -> OsSession {
    let mut command = service.desk.command(arguments);
    command.env("TERM", "xterm-256color");
    let mut session = OsSession::spawn(command).unwrap();
    session.set_expect_timeout(Some(Duration::from_secs(20)));
    session
}

#[test]
fn yes_applies_and_the_question_says_what_and_how_many() {
    let service = Service::start();
    service.yaml(&many(3));
    let mut session = open(&service, &["tenant", "sync"]);
    session.expect("Create 3 tenants in project").unwrap();
    session.expect("[y/N]").unwrap();
    session.send("y").unwrap();
    session.expect("3 created").unwrap();
    assert_eq!(code(&mut session), 0);
    assert_eq!(service.tenants().len(), 3);
}

#[test]
fn no_ctrl_c_and_end_of_input_write_nothing() {
    let service = Service::start();
    service.yaml(&many(3));
    for (answer, expected) in [("n", 4), ("\u{3}", 130), ("\u{1b}", 4)] {
        let mut session = open(&service, &["tenant", "sync"]);
        session.expect("Create 3 tenants").unwrap();
        session.expect("[y/N]").unwrap();
        session.send(answer).unwrap();
        let code = code(&mut session);
        assert_eq!(code, expected, "{answer:?}");
    }
    assert_eq!(service.tenants(), Vec::<Value>::new());
}

#[test]
fn a_protected_environment_wants_its_name_typed() {
    let service = Service::start();
    service.yaml("environments:\n  prod: {}\ntenants:\n  - { id: acme, name: Acme }\n");
    let projects = service.post("/v1/mgmt/projects/list", &json!({}));
    let name = projects["projects"][0]["name"].as_str().unwrap();
    let mut session = open(&service, &["tenant", "sync", "-e", "prod"]);
    session.expect("This environment is protected").unwrap();
    session.send_line("something else").unwrap();
    assert_eq!(code(&mut session), 4);
    let mut session = open(&service, &["tenant", "sync", "-e", "prod"]);
    session.expect("This environment is protected").unwrap();
    session.send_line(name).unwrap();
    session.expect("Create 1 tenant in prod").unwrap();
    session.expect("[y/N]").unwrap();
    session.send("y").unwrap();
    assert_eq!(code(&mut session), 0);
    assert_eq!(service.tenants().len(), 1);
}

#[test]
fn after_a_failure_a_person_is_asked_how_to_go_on() {
    for (keys, made) in [("\r", 3), ("\u{1b}[B\r", 3), ("\u{1b}[B\u{1b}[B\r", 1)] {
        let service = Service::start();
        service.yaml(&many(4).replace("t1.example", "taken.example"));
        // Number 1 fails at the service, not in the plan: its domain is taken after the plan was made.
        let mut session = open(&service, &["tenant", "sync", "--parallelism", "1"]);
        session.expect("Create 4 tenants").unwrap();
        session.expect("[y/N]").unwrap();
        service.seed(json!([{"id": "thief", "name": "Thief", "selfProvisioningDomains": ["taken.example"]}]));
        session.send("y").unwrap();
        session.expect("failed").unwrap();
        session.expect("continue with what does not depend on it").unwrap();
        session.send(keys).unwrap();
        let code = code(&mut session);
        assert_eq!(code, 3);
        assert_eq!(service.tenants().len(), made + 1, "{keys:?}");
    }
}

#[test]
fn a_conflict_is_shown_side_by_side_and_settled_by_a_person() {
    for (keys, exit, name) in
        [("\r", 6, "Console"), ("\u{1b}[A\r", 0, "Console"), ("\u{1b}[A\u{1b}[A\r", 0, "Mine")]
    {
        let service = Service::start();
        service.yaml("tenants:\n  - { id: acme, name: Acme }\n");
        service.sh("tenant sync --yes").exits(0);
        let mut edited = service.tenant("acme");
        edited["name"] = json!("Console");
        service.post("/v1/mgmt/tenant/update", &edited);
        service.yaml("tenants:\n  - { id: acme, name: Mine }\n");
        let mut session = open(&service, &["tenant", "sync"]);
        session.expect("was changed on both sides").unwrap();
        session.send(keys).unwrap();
        if name == "Mine" {
            session.expect("Update 1 tenant").unwrap();
            session.expect("[y/N]").unwrap();
            session.send("y").unwrap();
        }
        assert_eq!(code(&mut session), exit, "{keys:?}");
        assert_eq!(service.tenant("acme")["name"], name);
    }
}

#[test]
fn what_moved_or_went_while_somebody_thought_about_the_answer_stops_the_run() {
    let unmanaged = json!([{"id": "acme", "name": "Acme", "neverHeardOf": true}]);
    for (edit, said) in [(None, "it is gone"), (Some(unmanaged), "field 'neverHeardOf'")] {
        let service = Service::start();
        service.seed(json!([{"id": "acme", "name": "Acme"}]));
        service.yaml("tenants:\n  - { id: acme, name: New }\n  - { id: made, name: Made }\n");
        let mut session = open(&service, &["tenant", "sync"]);
        session.expect("Create 1 tenant, update 1 tenant").unwrap();
        session.expect("[y/N]").unwrap();
        match edit {
            None => drop(service.post("/v1/mgmt/tenant/delete", &json!({"id": "acme"}))),
            Some(tenants) => service.seed(tenants),
        }
        let writes = service.stats()["writes"].clone();
        session.send("y").unwrap();
        session.expect(format!("tenant.acme ({said})")).unwrap();
        assert_eq!(code(&mut session), 6);
        assert_eq!(service.stats()["writes"], writes);
        assert!(service.desk.files_below(".descope-mgmt/locks").is_empty());
    }
}

#[test]
fn each_orphan_is_deleted_adopted_or_left_as_somebody_says() {
    let service = Service::start();
    service.seed(json!([
        {"id": "first", "name": "First"}, {"id": "second", "name": "Second: ${X}", "selfProvisioningDomains": ["b.example"]},
        {"id": "third", "name": "Third"}, {"id": "fourth", "name": "Fourth"},
    ]));
    service.yaml("tenants: []\n");
    let mut session = open(&service, &["tenant", "sync"]);
    let down = "\u{1b}[B";
    session.expect("tenant.first \"First\" is not in the configuration").unwrap();
    session.send(format!("{down}\r")).unwrap();
    session.expect("tenant.fourth \"").unwrap();
    session.send("\r").unwrap();
    session.expect("tenant.second \"").unwrap();
    session.send(format!("{down}{down}\r")).unwrap();
    session.expect("tenant.third \"").unwrap();
    session.send("\r").unwrap();
    session.expect("domains: [b.example]").unwrap();
    session.expect("Write this to descope.yaml?").unwrap();
    session.expect("[y/N]").unwrap();
    session.send("y").unwrap();
    session.expect("Adopted 1 object").unwrap();
    session.expect("Plan: 1 to delete.").unwrap();
    session.expect("Delete 1 tenant permanently").unwrap();
    session.expect("[y/N]").unwrap();
    session.send("y").unwrap();
    assert_eq!(code(&mut session), 0);
    let left: Vec<Value> = service.tenants().into_iter().map(|tenant| tenant["id"].clone()).collect();
    assert_eq!(left, ["fourth", "second", "third"]);
    let lines = service.sh("audit list --limit 0 -o json").exits(0).json();
    let chosen = |id: &str| {
        let all = lines["items"].as_array().unwrap().iter();
        let mut own = all.filter(|it| it["action"] == "resolve" && it["address"] == format!("tenant.{id}"));
        own.next().map(|it| it["outcome"].clone())
    };
    let all = ["first", "second", "third", "fourth"].map(chosen);
    assert_eq!(all, ["delete", "adopted", "leave", "leave"].map(|word| Some(json!(word))));
    service.sh("backup restore latest --yes").exits(0).says("1 created");

    let mut session = open(&service, &["tenant", "sync"]);
    // The plan names it as well, and what is typed before the question is there is thrown away.
    session.expect("tenant.first \"First\" is not in the configuration").unwrap();
    // Upwards from the first choice is the last one: leave this and all others.
    session.send("\u{1b}[A\r").unwrap();
    assert_eq!(code(&mut session), 0);
    assert_eq!(service.tenants().len(), 4);
}

#[test]
fn end_of_input_at_a_question_is_a_no() {
    let service = Service::start();
    service.yaml(&many(3));
    let mut session = open(&service, &["tenant", "sync"]);
    session.expect("Create 3 tenants").unwrap();
    session.send("\u{4}").unwrap();
    assert_eq!(code(&mut session), 4);
    // A terminal that goes away answers nothing.
    let mut session = open(&service, &["tenant", "sync"]);
    session.expect("Create 3 tenants").unwrap();
    drop(session);
    assert_eq!(service.tenants(), Vec::<Value>::new());
}

#[test]
fn no_name_the_wrong_one_or_a_broken_off_one_write_nothing() {
    let service = Service::start();
    service.yaml("environments:\n  prod: {}\ntenants:\n  - { id: acme, name: Acme }\n");
    for (typed, expected) in [("\r", 4), ("acme\r", 4), ("\u{4}", 4), ("Some\u{3}", 130)] {
        let mut session = open(&service, &["tenant", "sync", "-e", "prod"]);
        session.expect("This environment is protected").unwrap();
        session.send(typed).unwrap();
        assert_eq!(code(&mut session), expected, "{typed:?}");
    }
    assert_eq!(service.tenants(), Vec::<Value>::new());
}

#[test]
fn what_is_deleted_for_good_is_asked_with_its_number() {
    let service = Service::start();
    service.seed(json!([{"id": "a-tenant", "name": "A"}, {"id": "b-tenant", "name": "B"}]));
    service.yaml("tenants: []\n");
    for (answer, expected, left) in [("n", 4, 2), ("\r", 4, 2), ("y", 0, 0)] {
        let mut session = open(&service, &["tenant", "sync", "--prune"]);
        session.expect("Delete 2 tenants permanently in project").unwrap();
        session.send(answer).unwrap();
        assert_eq!(code(&mut session), expected, "{answer:?}");
        assert_eq!(service.tenants().len(), left);
    }
}

#[test]
fn a_project_is_deleted_only_by_its_name_typed() {
    let projects = vec![ProjectSpec::new("P2keep", "Keep"), ProjectSpec::new("P2try", "PCC Try")];
    let mut service = Service::start_with(Options { projects, ..Options::default() });
    service.desk.set("DESCOPE_PROJECT_ID", "P2try");
    for (typed, expected) in [("PCC", 4), ("PCC Try", 0)] {
        let mut session = open(&service, &["project", "delete", "--yes"]);
        session.expect("Type the project's name").unwrap();
        session.send_line(typed).unwrap();
        assert_eq!(code(&mut session), expected, "{typed}");
    }
    let left = service.post("/v1/mgmt/projects/list", &json!({}));
    assert_eq!(left["projects"].as_array().unwrap().len(), 1);
}

#[test]
fn a_warning_is_broken_between_words_on_a_terminal() {
    let service = Service::start();
    service.define(&["token"]);
    service.yaml("defaults: { tenant: { sensitive: [attributes.token] } }\ntenants: []\n");
    service.seed(json!([{"id": "stray", "name": "Stray", "customAttributes": {"token": "s3cr3t"}}]));
    let mut session = open(&service, &["tenant", "import", "stray", "--dry-run"]);
    let told = session.expect(Eof).unwrap();
    let told = String::from_utf8_lossy(told.as_bytes()).into_owned();
    let plain = console::strip_ansi_codes(&told);
    let whole = plain.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(whole.contains("attributes.token of tenant.stray is not adopted: it is sensitive"), "{plain}");
    let longest = plain.lines().map(|line| line.trim_end().chars().count()).max();
    assert!(longest.unwrap() <= 80, "{plain}");
}
