//! Drift: seen, told apart by who made it, and settled only by choice.

use serde_json::{Value, json};

use crate::common::Service;

const FIVE: &str = "tenants:
  - { id: one, name: One, domains: [one.example] }
  - { id: two, name: Two, domains: [two.example] }
  - { id: gone, name: Gone }
  - { id: same, name: Same }
";

/// Five tenants in sync; then two domains change in the console, one tenant goes, and a stranger comes.
fn drifted() -> Service {
    let service = Service::start();
    service.yaml(FIVE);
    service.sh("tenant sync --yes").exits(0);
    let edit = |id: &str, domains: &[&str]| {
        let mut tenant = service.tenant(id);
        tenant["selfProvisioningDomains"] = json!(domains);
        service.post("/v1/mgmt/tenant/update", &tenant);
    };
    edit("one", &["one.example", "extra.example"]);
    edit("two", &[]);
    service.post("/v1/mgmt/tenant/delete", &json!({"id": "gone"}));
    service.seed(json!([{"id": "stranger", "name": "Stranger"}]));
    service
}

#[test]
fn drift_is_reported_with_its_cause_and_nothing_is_written() {
    let service = drifted();
    let writes = service.stats()["writes"].clone();
    service
        .sh("drift")
        .exits(2)
        .says("domains: [\"one.example\"] -> [\"extra.example\", \"one.example\"]")
        .says("(changed outside this tool, just now, actor ")
        .says("missing")
        .says("Drift: 1 missing, 2 differing, 1 orphaned. 1 as configured.");
    let plan = service.sh("drift -o json").exits(2).json();
    let causes: Vec<_> = plan["changes"].as_array().unwrap().iter().map(|it| it["cause"].clone()).collect();
    assert_eq!(causes, [json!("console"), json!("console"), json!("console")]);
    assert!(plan["changes"].as_array().unwrap().iter().all(|it| it["changed_by"].is_string()), "{plan}");
    assert_eq!(service.stats()["writes"], writes);
    // That it was seen is in the audit; where that can't be written, it is only said.
    let seen = service.sh("audit list --limit 0 --outcome console -o json").exits(0).json();
    assert_eq!(seen["items"].as_array().unwrap().len(), 6);
    service.sh("audit list --limit 0 --outcome orphan").exits(0).says("tenant.stranger");
    service
        .desk
        .write(&format!("blocked/audit/{}.jsonl/x", service.project), "a folder where a file should be");
    service.sh("drift --state-dir blocked").exits(2).says("the drift is not in the audit");
}

#[test]
fn under_yes_alone_what_only_the_console_changed_is_withheld_and_apply_goes_over_it() {
    let service = drifted();
    service.sh("tenant sync --yes").exits(3).says("changed only outside this tool");
    assert_eq!(service.tenant("two")["selfProvisioningDomains"], json!([]));
    service.sh("tenant sync --yes --apply").exits(0).says("✓ 1 created, ⚠ 2 updated");
    assert_eq!(service.tenant("two")["selfProvisioningDomains"], json!(["two.example"]));
    service.sh("audit list").exits(0).says("drift").says("resolve");
    service.sh("drift").exits(2).says("1 orphaned");
}

#[test]
fn a_change_of_the_configuration_alone_needs_no_word() {
    let service = drifted();
    service.yaml(&FIVE.replace("name: Same", "name: Renamed"));
    let plan = service.sh("plan -o json --target tenant.same").exits(0).json();
    assert_eq!(plan["changes"][0]["cause"], "config");
    service.sh("tenant sync --yes --target tenant.same").exits(0).says("⚠ 1 updated");
}

#[test]
fn a_conflict_is_shown_side_by_side_and_not_applied_until_chosen() {
    let service = drifted();
    service.yaml(&FIVE.replace("[one.example]", "[mine.example]"));
    let only = "tenant sync --yes --target tenant.one";
    service.sh("plan --target tenant.one").exits(0).says("last applied:  [\"one.example\"]").says("conflict");
    let error = service.sh(&format!("{only} -o json")).exits(6).json();
    assert_eq!(error["error"]["code"], "unresolved_conflict");
    service.sh(&format!("{only} --conflict abort")).exits(6);
    service.sh(&format!("{only} --conflict live")).exits(0).says("No changes.");
    assert_eq!(chosen(&service), ["live"]);
    let domains = |service: &Service| -> Value { service.tenant("one")["selfProvisioningDomains"].clone() };
    assert_eq!(domains(&service).as_array().unwrap().len(), 2);
    service.sh(&format!("{only} --conflict config")).exits(0).says("⚠ 1 updated");
    assert_eq!(domains(&service), json!(["mine.example"]));
    assert_eq!(chosen(&service), ["live", "config"]);
    service.sh("plan --target tenant.one").exits(0).says("No changes.");
}

/// What was chosen about `tenant.one`, as the audit has it.
fn chosen(service: &Service) -> Vec<Value> {
    let list = service.sh("audit list --limit 0 --address tenant.one -o json").exits(0).json();
    let lines = list["items"].as_array().unwrap().iter();
    lines.filter(|line| line["action"] == "resolve").map(|line| line["outcome"].clone()).collect()
}

#[test]
fn what_was_in_sync_from_the_start_has_a_known_cause_when_it_changes_later() {
    let service = Service::start();
    service.seed(json!([
        {"id": "one", "name": "One", "customAttributes": {"seats": 5, "theirs": 1}}, {"id": "two", "name": "Two"},
    ]));
    let yaml = "tenants:\n  - { id: one, name: One, attributes: { seats: 5 } }\n  - { id: two, name: Two }\n";
    service.yaml(yaml);
    // A look alone notes nothing.
    for look in ["plan", "drift", "tenant sync --yes --dry-run"] {
        service.sh(look).exits(0);
        assert!(service.desk.files_below(".descope-mgmt/baseline").is_empty(), "{look}");
    }
    let lines = |service: &Service| service.sh("audit list --limit 0 -o json").json()["items"].clone();
    service.sh("tenant sync --yes").exits(0).says("No changes.");
    assert_eq!(lines(&service), json!([]));
    assert!(service.desk.files_below(".descope-mgmt/locks").is_empty());
    let file = || service.desk.files_below(".descope-mgmt/baseline").pop().unwrap();
    let first = std::fs::read_to_string(file()).unwrap();
    service.sh("tenant sync --yes").exits(0);
    assert_eq!(std::fs::read_to_string(file()).unwrap(), first, "nothing is new");
    // And beside changes it is noted, too.
    service.yaml(&format!("{yaml}  - {{ id: made, name: Made }}\n"));
    service.sh("tenant sync --yes").exits(0);
    let mut edited = service.tenant("one");
    edited["customAttributes"]["seats"] = json!(6);
    service.post("/v1/mgmt/tenant/update", &edited);
    let plan = service.sh("drift -o json").exits(2).json();
    assert_eq!(
        (&plan["changes"][0]["address"], &plan["changes"][0]["cause"]),
        (&json!("tenant.one"), &json!("console"))
    );
}

#[test]
fn who_made_a_change_is_asked_once_where_there_is_one_and_is_never_guessed() {
    let service = Service::start();
    let asked = || service.calls().iter().filter(|path| path.ends_with("/audit/search")).count();
    service.yaml("tenants:\n  - { id: one, name: One }\n  - { id: two, name: Two }\n");
    service.sh("tenant sync --yes").exits(0);
    service.sh("drift").exits(0);
    service.yaml("tenants:\n  - { id: one, name: Mine }\n  - { id: two, name: Two }\n");
    service.sh("plan").exits(0).says("tenant.one");
    assert_eq!(asked(), 0);
    // What is put into the emulator by the back door is in no audit; our own writes are not taken for it.
    service.seed(json!([{"id": "two", "name": "Console"}]));
    let plan = service.sh("drift -o json").exits(2).json();
    assert_eq!(asked(), 1);
    assert!(plan["changes"].as_array().unwrap().iter().all(|it| it.get("changed_by").is_none()), "{plan}");
    service.sh("drift").exits(2).says("(changed outside this tool; Descope's audit does not know who)");
    service.fault(&["/v1/mgmt/audit/search=html"]);
    service
        .sh("drift")
        .exits(2)
        .says("Descope's audit could not be asked")
        .says("(changed outside this tool)");
}

#[test]
fn drift_shows_both_sides_where_nobody_knows_who_made_it() {
    let service = Service::start();
    service.seed(json!([{"id": "one", "name": "Live"}]));
    service.yaml("tenants:\n  - { id: one, name: Mine }\n");
    let drift = service.sh("drift").exits(2).says("configuration: \"Mine\"").says("live:          \"Live\"");
    assert!(drift.out.contains("last applied:  not known"), "{}", drift.out);
    assert!(!service.sh("plan").exits(0).out.contains("last applied"));
}
