//! The project's own name and tags, as `environments.<e>.project` has them.

use descope_mgmt::emulator::Options;
use serde_json::json;

use super::{id, listed, several};

const YAML: &str = "environments:\n  dev:\n    project_id: PROJECT\n    \
                    project_name: PCC one\n    project: { name: PCC renamed, tags: [portco, eu] }\n\
                    tenants:\n  - { id: acme, name: Acme }\n";

#[test]
fn name_and_tags_are_planned_applied_and_put_back_like_everything_else() {
    let service = several(&["one"], Options::default());
    service.yaml(&YAML.replace("PROJECT", &id("one")));
    let plan =
        service.sh("plan").exits(0).says("~ project.settings").says("name: \"PCC one\" -> \"PCC renamed\"");
    assert!(plan.out.contains("tags"), "{}", plan.out);
    service.sh("tenant sync --dry-run").exits(0).says("Plan: 1 to create.");
    service.sh("apply --yes").exits(0).says("✓ 1 created");
    let project = &listed(&service)[0];
    assert_eq!((&project["name"], &project["tags"]), (&json!("PCC renamed"), &json!(["eu", "portco"])));
    // The name that the configuration gives is as good as the one it expected before.
    service.sh("plan --detailed-exitcode").exits(0).says("No changes. 2 unchanged.");
    let paths = service.calls();
    assert_eq!(paths.iter().filter(|path| path.contains("/project/update/")).count(), 2, "{paths:?}");
    service.sh("backup restore latest --yes").exits(0).says("\"PCC renamed\" -> \"PCC one\"");
    assert_eq!(listed(&service)[0]["name"], "PCC one");
}

#[test]
fn a_rename_in_the_console_is_drift_that_yes_alone_does_not_apply_over() {
    let service = several(&["one"], Options::default());
    let yaml = YAML.replace("PROJECT", &id("one")).replace("    project_name: PCC one\n", "");
    service.yaml(&yaml);
    service.sh("apply --yes").exits(0);
    service.post("/v1/mgmt/project/update/name", &json!({"name": "By hand"}));
    let drift = service.sh("drift -o json").exits(2).json();
    let change = &drift["changes"][0];
    assert_eq!((&change["address"], &change["cause"]), (&json!("project.settings"), &json!("console")));
    assert_eq!(change["fields"], json!([{"path": ["name"], "before": "By hand", "after": "PCC renamed"}]));
    service.sh("apply --yes").exits(3).says("withheld");
    assert_eq!(listed(&service)[0]["name"], "By hand");
    service.sh("apply --yes --conflict config").exits(0);
    assert_eq!(listed(&service)[0]["name"], "PCC renamed");
}

#[test]
fn a_write_whose_answer_is_lost_is_found_to_be_done() {
    let service = several(&["one"], Options::default());
    service.yaml(&YAML.replace("PROJECT", &id("one")));
    service.fault(&["/v1/mgmt/project/update/name=drop-after:1"]);
    service.sh("apply --yes").exits(0);
    assert_eq!(listed(&service)[0]["name"], "PCC renamed");
}
