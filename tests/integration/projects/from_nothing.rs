//! Use case 1: from nothing to a project with its tenants and flows, by one command.

use descope_mgmt::emulator::Options;

use super::{listed, several};
use crate::common::{Desk, Service, many};

fn yaml() -> String {
    let flows = ["one", "two", "three"].map(|name| {
        format!("  - {{ id: {name}, template: mfa-login, variables: {{ primary: sms, fallback: totp }} }}\n")
    });
    format!(
        "environments:\n  dev:\n    project_id: ${{DESCOPE_DEV_PROJECT_ID}}\n    project: {{ name: PCC dev, tags: [portco] }}\n\
         {}flows:\n{}",
        many(25),
        flows.concat()
    )
}

fn nothing(options: Options) -> Service {
    let service = several(&["other"], options);
    service.yaml(&yaml());
    service
}

#[test]
fn one_command_makes_the_project_its_tenants_and_its_flows() {
    let mut service = nothing(Options { unsettled_calls: 2, ..Options::default() });
    service.sh("apply --yes").exits(5).says("DESCOPE_DEV_PROJECT_ID");
    let dry = service.sh("apply --create-project --dry-run").exits(0).says("+ project.settings");
    assert!(dry.out.contains("Plan: 29 to create."), "{}", dry.out);
    assert_eq!(listed(&service).len(), 1);
    service.sh("apply --create-project").exits(4);
    let before = service.requests().len();
    let done = service.sh("apply --create-project --yes").exits(0).says("✓ 28 created");
    let cost = service.requests().len() - before;
    assert!((30..=60).contains(&cost), "{cost} requests");
    let id = listed(&service)[0]["id"].as_str().unwrap().to_owned();
    assert!(done.out.contains(&format!("export DESCOPE_DEV_PROJECT_ID={id}")), "{}", done.out);
    // Without the line, a second run stops at the name instead of making another one.
    service.sh("apply --create-project --yes").exits(1).says(&id);
    service.desk.set("DESCOPE_DEV_PROJECT_ID", &id);
    service.sh("apply --create-project --yes").exits(0).says("No changes. 29 unchanged.");
    assert_eq!(listed(&service).len(), 2);
}

#[test]
fn a_sync_makes_the_project_and_the_tenants_alone() {
    let service = nothing(Options::default());
    service.sh("tenant sync --create-project --dry-run").exits(0).says("Plan: 26 to create.");
    let told = service.sh("tenant sync --create-project --yes -o json").exits(0).json();
    assert_eq!(told["result"]["summary"]["created"], 25);
    let warned = told["plan"]["warnings"].as_array().unwrap().iter();
    assert_eq!(warned.filter(|warning| warning["code"] == "project_made").count(), 1);
}

#[test]
fn the_sandbox_has_the_same_and_its_project_has_the_id_of_the_environment() {
    let desk = Desk::new();
    desk.write("descope.yaml", &format!("version: 1\n{}", yaml()));
    desk.sh("--sandbox apply --create-project --yes").exits(0).says("✓ 28 created");
    desk.sh("--sandbox plan --detailed-exitcode").exits(0).says("No changes. 29 unchanged.");
    desk.sh("--sandbox apply --create-project --yes").exits(0).says("No changes.");
}

#[test]
fn a_project_without_a_name_is_not_made() {
    let service = several(&["other"], Options::default());
    service.yaml("environments:\n  dev: { project_id: \"${DESCOPE_DEV_PROJECT_ID}\" }\ntenants: []\n");
    service.sh("apply --create-project --yes").exits(5).says("project.name");
    assert_eq!(listed(&service).len(), 1);
}
