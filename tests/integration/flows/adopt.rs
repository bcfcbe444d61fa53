//! What was changed in the console comes into the files that the configuration names.

use serde_json::json;

use super::{deployed, put, reworded, sample};

#[test]
fn a_flow_and_the_theme_are_adopted_into_their_files_and_nothing_is_left_to_do() {
    let service = deployed();
    let theme = std::fs::read_to_string(super::samples().join("project/styles/styles.json")).unwrap();
    service.desk.write("theme.json", &theme);
    service.yaml(&format!("{}theme: {{ file: theme.json }}\n", super::BOTH));
    service.sh("apply --yes").exits(0);
    let other = std::fs::read_to_string(service.desk.path("flows/sign-up-or-in.json")).unwrap();
    service.post("/v2/mgmt/flow/import", &json!({"flowId": "mfa-login", "flow": reworded("SMS")}));
    let mut look: serde_json::Value = serde_json::from_str(&theme).unwrap();
    look["styles"]["light"]["globals"]["colors"] = json!({"primary": "#123456"});
    service.post("/v2/mgmt/theme/import", &json!({"theme": look}));
    service.sh("drift").exits(2).says("flow.mfa-login").says("theme.default");
    let yaml = std::fs::read_to_string(service.desk.path("descope.yaml")).unwrap();
    service.sh("drift --adopt * --yes").exits(0).says("Adopted 2 objects");
    service.sh("plan --detailed-exitcode").exits(0).says("No changes");
    service.sh("drift").exits(0);
    let file = |name: &str| std::fs::read_to_string(service.desk.path(name)).unwrap();
    assert_eq!(file("flows/sign-up-or-in.json"), other, "the other flow is untouched");
    assert_eq!(file("descope.yaml"), yaml, "so is the YAML");
    assert!(file("theme.json").contains("#123456"));
    // What is in sync is in the baseline: a later edit of the file is no conflict.
    put(&service.desk, "mfa-login", &sample("mfa-login"));
    let plan = service.sh("plan -o json").exits(0).json();
    assert_eq!(plan["changes"][0]["cause"], "config", "{plan}");
}

#[test]
fn a_flow_that_a_template_makes_is_left_and_says_why() {
    let service = crate::common::Service::start();
    service.yaml("flows: [{ id: login, template: login }]\n");
    service.sh("apply --yes").exits(0);
    let mut live = service.post("/v2/mgmt/flow/export", &json!({"flowId": "login"}));
    live["flow"]["metadata"]["name"] = json!("Renamed in the console");
    service.post("/v2/mgmt/flow/import", &json!({"flowId": "login", "flow": live["flow"]}));
    service.sh("drift").exits(2);
    service.sh("drift --adopt flow.login --yes").exits(1).says("a template makes it");
}
