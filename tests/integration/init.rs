//! The first minutes: a configuration from flags, from a terminal, from a live project, from an exported folder.

use serde_json::{Value, json};

use crate::common::{Desk, Service, root};

fn yaml(desk: &Desk, name: &str) -> String {
    std::fs::read_to_string(desk.path(name)).unwrap()
}

#[test]
fn a_configuration_from_flags_is_valid_and_can_be_planned_at_once() {
    let desk = Desk::new();
    let mut command = desk.command(&["config", "init", "-e", "dev,prod", "--tenant", "acme=Acme Corp"]);
    assert!(command.status().unwrap().success());
    desk.sh("config validate -e dev").exits(0).says("Valid");
    desk.sh("--sandbox plan -e dev").exits(0).says("+ tenant.dev-acme");
    desk.sh("--sandbox plan -e prod").exits(0).says("+ tenant.prod-acme");
    assert!(yaml(&desk, "descope.yaml").starts_with("# yaml-language-server: $schema=descope.schema.json\n"));
    let schema: Value = serde_json::from_str(&yaml(&desk, "descope.schema.json")).unwrap();
    assert_eq!(schema["$schema"], "https://json-schema.org/draft/2020-12/schema");
}

#[test]
fn nothing_is_overwritten_and_nothing_is_written_that_is_no_configuration() {
    let desk = Desk::new();
    desk.write("descope.yaml", "mine\n");
    desk.sh("config init -e dev").exits(1).says("nothing is overwritten");
    assert_eq!(yaml(&desk, "descope.yaml"), "mine\n");
    desk.sh("config init --out a.yaml").exits(64).says("nobody to ask");
    desk.sh("config init -e dev --out a.yaml --project-id nonsense")
        .exits(5)
        .says("is not the id of a project");
    desk.sh("config init -e d:v --out a.yaml").exits(5);
    desk.sh("config init -e dev --out a.yaml --dry-run").exits(0).says("version: 1");
    assert!(!desk.path("a.yaml").exists());
}

#[test]
fn a_live_project_becomes_a_configuration_with_nothing_left_to_do() {
    let service = Service::start();
    service.define(&["plan", "seats", "note"]);
    let tenants = (0..500).map(|n| {
        json!({"id": format!("t-{n:03}"), "name": format!("Tenant {n}"), "disabled": n % 9 == 0,
               "selfProvisioningDomains": if n % 2 == 0 { json!([format!("t{n}.example")]) } else { json!([]) },
               "parent": if n % 10 == 5 { format!("t-{:03}", n - 1) } else { String::new() },
               "customAttributes": if n % 3 == 0 { json!({"plan": "no", "seats": n, "note": "${x} 'y'"}) }
                                   else { json!({}) }})
    });
    service.seed(tenants.collect());
    let sample = |name: &str| -> Value {
        let path = root().join("tests/data").join(name);
        serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap()
    };
    for id in ["mfa-login", "sign-up-or-in"] {
        let flow = sample(&format!("snapshot-sample/exported/{id}.json"));
        service.post("/v2/mgmt/flow/import", &json!({"flowId": id, "flow": flow}));
    }
    let theme = sample("snapshot-sample/project/styles/styles.json");
    service.post("/v2/mgmt/theme/import", &json!({"theme": theme}));
    let live = service.post("/v1/mgmt/flow/list", &json!({}))["flows"].as_array().unwrap().len();
    assert!(live >= 2, "the sample flows are there");
    service.sh("config init --from-live --rate-limit 100000/60s").exits(0).says("Wrote descope.yaml and");
    service.sh("config validate").exits(0);
    service.sh("plan --detailed-exitcode").exits(0).says("No changes");
    let text = yaml(&service.desk, "descope.yaml");
    assert!(text.contains("  - id: t-001\n    name: Tenant 1\n  - id: t-002\n"), "defaults are left out");
    assert!(service.desk.path("flows/sign-up-or-in.json").is_file());
    assert!(service.desk.path("theme.json").is_file());
}

#[test]
fn an_environment_of_a_live_project_has_its_id_and_never_its_key() {
    let service = Service::start();
    service.seed(json!([{"id": "acme", "name": "Acme"}]));
    service.sh("config init --from-live -e staging --out conf/d.yaml --rate-limit 100000/60s").exits(0);
    let text = yaml(&service.desk, "conf/d.yaml");
    assert!(text.contains(&format!("    project_id: {}\n", service.project)), "{text}");
    assert!(text.contains("management_key: ${DESCOPE_STAGING_KEY}"));
    assert!(!text.contains(&service.key()));
}

#[test]
fn a_folder_that_descopes_own_command_line_exported_is_read_the_same_way() {
    let service = Service::start();
    let copied = service.desk.path("project-P2abc");
    let sample = root().join("tests/data/snapshot-sample/project");
    assert!(std::process::Command::new("cp").arg("-r").arg(sample).arg(copied).status().unwrap().success());
    service.sh("config init --from-folder project-P2abc").exits(0);
    let text = yaml(&service.desk, "descope.yaml");
    assert!(text.contains("file: project-P2abc/flows/mfa-login"), "{text}");
    assert!(!text.contains("tenants:"), "a snapshot knows no tenants: {text}");
    service.sh("config validate").exits(0);
    service.sh("config init --from-folder flows --out b.yaml").exits(64).says("neither flows nor a theme");
}

#[test]
fn the_schema_that_is_stored_is_the_one_that_is_printed() {
    let printed = Desk::new().sh("config schema").exits(0).out;
    let stored = std::fs::read_to_string(root().join("configs/descope.schema.json")).unwrap();
    assert_eq!(printed, stored, "store it: cargo run -- config schema --out configs/descope.schema.json");
}
