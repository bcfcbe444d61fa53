//! `compare` of two environments, and `plan -e all`.

use descope_mgmt::emulator::{Options, ProjectSpec};
use secrecy::ExposeSecret;
use serde_json::json;

use super::{id, key_of, several};
use crate::common::{Desk, Service};

/// One YAML, three environments, each with a project and a key of its own.
fn three_environments() -> Service {
    let keys = ["dev", "staging", "prod"].map(key_of);
    let mut all = vec![descope_mgmt::emulator::KeySpec::made_up()];
    all.extend(keys);
    let mut service = several(&["dev", "staging", "prod"], Options { keys: all, ..Options::default() });
    service.desk.set("DESCOPE_MANAGEMENT_KEY", "");
    let mut environments = String::new();
    for name in ["dev", "staging", "prod"] {
        service.desk.set(&format!("KEY_{name}"), key_of(name).key.expose_secret());
        let project = id(name);
        environments +=
            &format!("  {name}:\n    project_id: {project}\n    management_key: ${{KEY_{name}}}\n");
    }
    service.yaml(&format!(
        "environments:\n{environments}defaults: {{ tenant: {{ disabled: false }} }}\ntenants:\n  \
         - {{ id: \"${{environment}}-top\", name: Top }}\n  \
         - {{ id: \"${{environment}}-low\", name: Low, parent: \"${{environment}}-top\", attributes: {{ plan: gold }} }}\n"
    ));
    service
}

#[test]
fn three_environments_of_one_yaml_compare_as_equal_once_they_are_applied() {
    let service = three_environments();
    service.sh("apply -e dev --yes").exits(0).says("✓ 2 created");
    service.sh("compare --from dev --to staging").exits(2).says("only in dev");
    service.sh("apply -e staging --yes").exits(0);
    service.sh("apply -e prod --yes").exits(4);
    service.desk.run(&["apply", "-e", "prod", "--yes", "--confirm-project", "PCC prod"]).exits(0);
    for (from, to) in [("dev", "staging"), ("staging", "prod")] {
        service.sh(&format!("compare --from {from} --to {to}")).exits(0).says("No differences.");
    }
}

#[test]
fn a_difference_is_told_by_address_and_attribute_whatever_the_tenant_is_called() {
    let service = three_environments();
    service.sh("apply -e dev --yes").exits(0);
    service.sh("apply -e staging --yes").exits(0);
    service.sh("tenant update dev-low -e dev --attribute plan=free --yes").exits(0);
    let text = service.sh("compare --from dev --to staging").exits(2);
    assert!(
        text.out.contains("tenant.dev-low") && text.out.contains("in staging tenant.staging-low"),
        "{}",
        text.out
    );
    let told = service.sh("compare --from dev --to staging -o json").exits(2).json();
    assert_eq!(told["summary"]["differ"], 1);
    let unlike = &told["differences"][0];
    assert_eq!(
        (&unlike["address"], &unlike["counterpart"]),
        (&json!("tenant.dev-low"), &json!("tenant.staging-low"))
    );
    assert_eq!(
        unlike["fields"],
        json!([{"path": ["attributes", "plan"], "label": null, "from": "free", "to": "gold"}])
    );
}

#[test]
fn a_key_of_one_project_with_the_id_of_another_is_stopped_before_anything_is_written() {
    let service = three_environments();
    let yaml = std::fs::read_to_string(service.desk.path("descope.yaml")).unwrap();
    service.desk.write("descope.yaml", &yaml.replace("${KEY_prod}", "${KEY_staging}"));
    let line = ["apply", "-e", "prod", "--yes", "--confirm-project", "PCC prod"];
    service.desk.run(&line).exits(5);
    assert!(service.calls().is_empty(), "{:?}", service.calls());
    assert!(service.desk.files_below(".descope-mgmt/backups").is_empty());
}

#[test]
fn every_environment_is_planned_in_one_report_that_one_failure_does_not_hide() {
    let mut service = three_environments();
    service.sh("apply -e dev --yes").exits(0);
    let all =
        service.sh("plan -e all").exits(0).says("No changes. 2 unchanged.").says("3 environments looked at");
    assert_eq!(all.out.matches("Plan: 2 to create.").count(), 2, "{}", all.out);
    service.sh("plan -e all --detailed-exitcode").exits(2);
    service.desk.set("KEY_staging", "Kwrong");
    let told = service.sh("plan -e all -o json").exits(1).json();
    let named: Vec<_> =
        told["environments"].as_array().unwrap().iter().map(|it| &it["environment"]).collect();
    assert_eq!(named, ["dev", "staging", "prod"]);
    assert_eq!(told["environments"][1]["error"]["code"], "unauthorized");
    assert_eq!(told["environments"][2]["summary"]["create"], 2);
}

#[test]
fn the_sandbox_compares_two_environments_in_one_file() {
    let desk = Desk::new();
    desk.write(
        "descope.yaml",
        "version: 1\nenvironments: { one: {}, two: {} }\ntenants:\n  - { id: \"${environment}-acme\", name: Acme }\n",
    );
    desk.sh("--sandbox -e one apply --yes").exits(0);
    desk.sh("--sandbox compare --from one --to two").exits(2).says("only in one").says("SANDBOX");
    desk.sh("--sandbox -e two apply --yes").exits(0);
    desk.sh("--sandbox compare --from one --to two").exits(0).says("No differences.");
}

#[test]
fn labels_and_names_of_projects_are_no_difference_and_their_tags_are() {
    let spec = |name: &str, tags: &[&str]| ProjectSpec {
        tags: tags.iter().map(|tag| (*tag).to_owned()).collect(),
        ..ProjectSpec::new(&id(name), name)
    };
    let options = Options { projects: vec![spec("one", &["a"]), spec("two", &["b"])], ..Options::default() };
    let mut service = Service::start_with(options);
    service.desk.set("DESCOPE_PROJECT_ID", "");
    service.yaml(&format!(
        "environments:\n  one: {{ project_id: {} }}\n  two: {{ project_id: {} }}\n",
        id("one"),
        id("two")
    ));
    let told = service.sh("compare --from one --to two -o json").exits(2).json();
    assert_eq!(told["differences"].as_array().unwrap().len(), 1, "{told}");
    assert_eq!(told["differences"][0]["address"], "project.settings");
}

#[test]
fn json_lines_of_all_environments_name_theirs_and_the_last_one_has_them_all() {
    let mut service = three_environments();
    service.sh("apply -e dev --yes").exits(0);
    service.desk.set("KEY_staging", "Kwrong");
    let ran = service.sh("plan -e all -o jsonl").exits(1);
    let lines: Vec<serde_json::Value> = ran.out.lines().map(|it| serde_json::from_str(it).unwrap()).collect();
    let of = |it: &serde_json::Value| (it["type"].clone(), it["environment"].clone());
    let told: Vec<_> = lines.iter().map(of).collect();
    let expected =
        [("plan", "dev"), ("summary", "dev"), ("error", "staging"), ("plan", "prod"), ("summary", "prod")];
    assert_eq!(told[..5], expected.map(|(kind, name)| (json!(kind), json!(name))), "{ran:?}");
    let last = lines.last().unwrap();
    let document = service.sh("plan -e all -o json").exits(1).json();
    assert_eq!((lines.len(), &last["environments"]), (6, &document["environments"]));
    assert_eq!(last["summary"], json!({"environments": 3, "failed": 1}));
    assert_eq!(last["environments"][0]["summary"]["unchanged"], 2);
}
