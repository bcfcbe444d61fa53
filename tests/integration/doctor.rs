//! `doctor`: each thing that a run leans on passes, warns or fails, with what to do about it.

use descope_mgmt::state::{Options, State};
use serde_json::Value;

use crate::common::{Desk, Service};

/// How the check of this name went, and what is to be done.
fn check(document: &Value, name: &str) -> (String, String) {
    let checks = document["checks"].as_array().unwrap();
    let found =
        checks.iter().find(|check| check["name"] == name).unwrap_or_else(|| panic!("{name}: {document}"));
    (found["status"].as_str().unwrap().to_owned(), found.to_string())
}

#[test]
fn all_is_well_where_all_is_set_up() {
    let service = Service::start();
    service.yaml("tenants: [{ id: acme, name: Acme }]\n");
    let ran = service.sh("doctor -o json").exits(0);
    let document = ran.json();
    for name in
        ["configuration", "project", "key", "state folder", "descope", "permissions", "clock", "rate limit"]
    {
        assert_eq!(check(&document, name).0, "pass", "{name}: {document}");
    }
    assert!(check(&document, "descope").1.contains("reached at http://127.0.0.1"));
    assert!(!ran.out.contains(&service.key()));
    service.sh("doctor").exits(0).says("0 failed");
    service.desk.sh("--sandbox doctor").exits(0);
}

#[test]
fn without_configuration_and_network_it_says_what_is_missing_and_what_to_do() {
    let ran = Desk::new().sh("doctor -o json").exits(1);
    let document = ran.json();
    assert_eq!(document["healthy"], false);
    assert_eq!(check(&document, "configuration").0, "warn");
    for name in ["project", "key"] {
        let (status, all) = check(&document, name);
        assert!(status == "fail" && all.contains("DESCOPE_"), "{all}");
    }
    assert!(check(&document, "clock").1.contains("not checked"));
}

#[test]
fn a_wrong_key_and_a_wrong_project_are_told_apart_and_neither_is_printed() {
    let mut service = Service::start();
    let wrong = "Kwrongwrongwrongwrongwrongwrong";
    service.desk.set("DESCOPE_MANAGEMENT_KEY", wrong);
    let ran = service.sh("doctor -o json --max-wait 1s").exits(1);
    let (status, all) = check(&ran.json(), "descope");
    assert!(status == "fail" && all.contains("Management Keys"), "{all}");
    assert!(!ran.out.contains(wrong) && !ran.err.contains(wrong));
    let mut service = Service::start();
    service.desk.set("DESCOPE_PROJECT_ID", "P2otherotherotherotherother");
    let ran = service.sh("doctor -o json --max-wait 1s").exits(1);
    assert_eq!(check(&ran.json(), "descope").0, "fail");
}

#[test]
fn a_broken_configuration_a_folder_that_is_closed_and_a_proxy_are_reported_without_their_secrets() {
    let mut service = Service::start();
    service.yaml("tenant: []\n");
    let ran = service.sh("doctor -o json").exits(1);
    let (status, all) = check(&ran.json(), "configuration");
    assert!(status == "fail" && all.contains("config validate"), "{all}");
    service.yaml("tenants: []\n");
    service.desk.write("file", "not a folder");
    let ran = service.sh("doctor -o json --state-dir file/state").exits(1);
    assert_eq!(check(&ran.json(), "state folder").0, "fail");
    service.desk.set("HTTPS_PROXY", "http://me:geheim@proxy.example:8080");
    service.desk.set("NO_PROXY", "127.0.0.1");
    let ran = service.sh("doctor -o json").exits(0);
    let (status, all) = check(&ran.json(), "proxy");
    assert!(status == "pass" && all.contains("proxy.example:8080") && !all.contains("geheim"), "{all}");
}

#[test]
fn a_baseline_that_stops_every_plan_fails_and_an_edited_trail_or_an_unfinished_run_warns() {
    let service = Service::start();
    service.yaml("tenants: [{ id: acme, name: Acme }]\n");
    let checked = |code: i32, name: &str| check(&service.sh("doctor -o json").exits(code).json(), name);
    assert!(checked(0, "baseline").1.contains("nothing was applied yet"));
    assert!(checked(0, "audit").1.contains("there is none yet"));
    service.sh("apply --yes").exits(0);
    assert!(checked(0, "baseline").1.contains("1 object as it was last applied"));
    assert_eq!(checked(0, "audit").0, "pass");
    let records = service.desk.path(".descope-mgmt");
    let trail = records.join(format!("audit/{}.jsonl", service.project));
    let text = std::fs::read_to_string(&trail).unwrap();
    std::fs::write(&trail, text.replacen("tester", "nobody", 1)).unwrap();
    let (status, all) = checked(0, "audit");
    assert!(status == "warn" && all.contains("audit verify"), "{all}");
    let state = State::open(Options { root: records.clone(), ..Options::default() }).unwrap();
    for run in ["01KAA", "01KAB"] {
        drop(state.journal(&service.project, run, None).unwrap());
    }
    let (status, all) = checked(0, "journal");
    assert!(status == "warn" && all.contains("01KAA and 1 more") && all.contains("apply --resume"), "{all}");
    std::fs::write(records.join(format!("baseline/{}.json", service.project)), "{").unwrap();
    let (status, all) = checked(1, "baseline");
    assert!(
        status == "fail" && all.contains("not a readable baseline") && all.contains("Move it away"),
        "{all}"
    );
    service.sh("plan").exits(1).says("not a readable baseline");
}
