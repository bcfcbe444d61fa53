//! `plan --against`: the configuration against a backup, without a request and without a key.

use serde_json::json;

use crate::common::{Ran, Service};

/// Runs a command without anything that leads to Descope.
fn offline(service: &Service, line: &str) -> Ran {
    let mut command = service.desk.command(&line.split_whitespace().collect::<Vec<_>>());
    command.env_remove("DESCOPE_MANAGEMENT_KEY").env("DESCOPE_BASE_URL", "http://127.0.0.1:9");
    let output = command.stdin(std::process::Stdio::null()).output().unwrap();
    let [out, err] = [output.stdout, output.stderr].map(|bytes| String::from_utf8(bytes).unwrap());
    Ran { code: output.status.code().unwrap(), out, err }
}

#[test]
fn a_whole_backup_stands_in_for_what_is_live() {
    let service = Service::start();
    service.seed(json!([{"id": "acme", "name": "Acme"}, {"id": "stray", "name": "Stray"}]));
    let made = service.sh("backup create -o json").exits(0).json();
    service.yaml(
        "tenants:\n  - { id: acme, name: New, settings: { session_token_expiration: 20m } }\n  - { id: made, name: Made }\n",
    );
    let before = service.calls().len();
    offline(&service, "plan --against latest")
        .exits(0)
        .says(&format!("backup {} of", made["id"].as_str().unwrap()))
        .says(", offline")
        .says("name: \"Acme\" -> \"New\"")
        .says("session_token_expiration")
        .says("Plan: 1 to create, 1 to update. 1 orphan.");
    let plan = offline(&service, "plan --against latest --prune --detailed-exitcode -o json").exits(2).json();
    assert_eq!(plan["summary"]["delete"], json!(1));
    assert!(plan["against"].as_str().unwrap().starts_with(made["id"].as_str().unwrap()));
    assert_eq!(service.calls().len(), before);
    offline(&service, "plan --against 01NOBODY").exits(1).says("There is no backup '01NOBODY'");
    offline(&service, "plan --against latest --out plan.json").exits(64);
}

#[test]
fn of_the_backup_of_a_run_only_what_it_holds_is_compared() {
    let service = Service::start();
    service.seed(json!([{"id": "acme", "name": "Acme"}, {"id": "other", "name": "Other"}]));
    service.yaml("tenants:\n  - { id: acme, name: New, settings: { session_token_expiration: 20m } }\n  - { id: made, name: Made }\n");
    service.sh("tenant sync --yes --target tenant.acme").exits(0);
    // Before the run the tenant had another name; the configuration against that is what the run did.
    offline(&service, "plan --against latest")
        .exits(0)
        .says("the backup holds only the 1 object of its run")
        .says("name: \"Acme\" -> \"New\"")
        .says("Plan: 1 to update.");
    offline(&service, "plan --against latest --target tenant.made")
        .exits(64)
        .says("holds nothing of what is meant");
    service.sh("backup create --target tenant.other").exits(0);
    offline(&service, "plan --against latest").exits(0).says("? tenant.other");
    service.yaml("tenants:\n  - { id: acme, name: Acme }\n  - { id: other, name: Else }\n");
    service.sh("tenant sync --yes").exits(0);
    service.yaml("tenants:\n  - { id: other, name: Third, settings: { session_token_expiration: 20m } }\n");
    let plan = offline(&service, "plan --against latest").exits(0).says("the settings of 1 tenant:");
    assert!(!plan.out.contains("session_token"), "{}", plan.out);
}
