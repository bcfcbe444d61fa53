//! What must never happen by itself: production by accident, too much at once, the wrong project.

use descope_mgmt::emulator::{KeySpec, Options, ProjectSpec};
use serde_json::{Value, json};

use crate::common::{Service, many};

const TWO: &str = "
environments:
  dev: { project_id: \"${DEV}\" }
  prod: { project_id: \"${PROD}\" }
tenants:
  - { id: \"${environment}-acme\", name: Acme }
";

/// A service with a project for dev and one for prod.
fn two_projects() -> Service {
    let project = |id: &str, name: &str, environment: &str| ProjectSpec {
        id: id.to_owned(),
        name: name.to_owned(),
        environment: environment.to_owned(),
        tags: Vec::new(),
    };
    let mut service = Service::start_with(Options {
        projects: vec![
            project("P2devaaaaaaaaaaaaaaaaaaaaaaaa", "PCC Dev", ""),
            project("P2prodaaaaaaaaaaaaaaaaaaaaaaa", "PCC", "production"),
        ],
        ..Options::default()
    });
    service.desk.variables.retain(|(name, _)| name != "DESCOPE_PROJECT_ID");
    service.desk.set("DEV", "P2devaaaaaaaaaaaaaaaaaaaaaaaa");
    service.desk.set("PROD", "P2prodaaaaaaaaaaaaaaaaaaaaaaa");
    service.yaml(TWO);
    service
}

fn on_branch(service: &Service, branch: &str) {
    service.desk.write(".git/HEAD", &format!("ref: refs/heads/{branch}\n"));
}

#[test]
fn production_is_never_chosen_by_branch_and_the_message_says_what_to_type() {
    let service = two_projects();
    service.yaml(
        &TWO.replace(
            "prod: { project_id: \"${PROD}\" }",
            "prod: { project_id: \"${PROD}\", branches: [main] }",
        ),
    );
    on_branch(&service, "main");
    let ran = service.sh("tenant sync --yes");
    assert_ne!(ran.code, 0, "{ran:?}");
    ran.says("-e prod");
    assert!(service.calls().is_empty());
    on_branch(&service, "feature/dev");
    service.sh("plan").exits(0).says("environment from branch feature/dev").says("PCC Dev");
}

#[test]
fn production_wants_its_name_typed_even_with_yes() {
    let service = two_projects();
    service
        .sh("tenant sync -e prod --yes")
        .exits(4)
        .says("the environment is protected")
        .says("--confirm-project 'PCC'");
    service
        .desk
        .run(&["tenant", "sync", "-e", "prod", "--yes", "--confirm-project", "PCC Dev"])
        .exits(4)
        .says("is called \"PCC\"");
    assert!(service.desk.files_below(".descope-mgmt/locks").is_empty());
    service.sh("tenant sync -e prod --yes --confirm-project PCC").exits(0).says("✓ 1 created");
}

#[test]
fn production_by_variable_wants_the_name_on_the_command_line() {
    let mut service = two_projects();
    service.desk.set("DESCOPE_MGMT_ENVIRONMENT", "prod");
    service.sh("plan").exits(0).says("PCC");
    service.sh("tenant sync --yes").exits(4).says("type -e prod");
    service.sh("tenant sync --yes --confirm-project PCC").exits(0);
}

#[test]
fn what_descope_calls_production_is_protected_whatever_the_configuration_calls_it() {
    let service = two_projects();
    service.yaml(&TWO.replace("prod:", "live:"));
    service.sh("tenant sync -e live --yes").exits(4).says("protected");
    on_branch(&service, "live");
    service.sh("tenant sync --yes --confirm-project PCC").exits(4).says("-e live");
}

#[test]
fn a_key_of_another_project_is_stopped_before_any_write() {
    let key = KeySpec {
        key: format!("K2{}", "a".repeat(200)).into(),
        projects: Some(vec!["P2other00000000000000000000000".into()]),
    };
    let service = Service::start_with(Options {
        projects: vec![
            ProjectSpec::new("P2mine0000000000000000000000000", "Mine"),
            ProjectSpec::new("P2other00000000000000000000000", "Other"),
        ],
        keys: vec![key],
        ..Options::default()
    });
    service.yaml("tenants:\n  - { id: acme, name: Acme }\n");
    let ran = service.sh("tenant sync --yes");
    assert!(ran.code == 1 || ran.code == 5, "{ran:?}");
    assert!(service.requests().iter().all(|it| !it["path"].as_str().unwrap().contains("create")));
}

#[test]
fn a_project_of_another_name_than_expected_is_the_wrong_target() {
    let service = two_projects();
    service.yaml(&TWO.replace(
        "dev: { project_id: \"${DEV}\" }",
        "dev: { project_id: \"${DEV}\", project_name: PCC Staging }",
    ));
    service.sh("tenant sync -e dev --yes").exits(5).says("expects \"PCC Staging\"");
}

#[test]
fn a_plan_over_the_limits_wants_the_name_everywhere() {
    let service = two_projects();
    let limited = TWO.replace(
        "dev: { project_id: \"${DEV}\" }",
        "dev: { project_id: \"${DEV}\", limits: { max_delete: 2 } }",
    );
    let limited = format!("settings: {{ allow_shared_tenant_ids: true }}\n{limited}");
    service.yaml(&limited.replace(
        "  - {",
        "  - { id: a-1, name: A1 }\n  - { id: a-2, name: A2 }\n  - { id: a-3, name: A3 }\n  - {",
    ));
    service.sh("tenant sync -e dev --yes").exits(0);
    service.yaml(&limited);
    service
        .sh("tenant sync -e dev --yes --prune")
        .exits(4)
        .says("max_delete is 2 with 4 tenants live, this plan has 3");
    service
        .desk
        .run(&["tenant", "sync", "-e", "dev", "--yes", "--prune", "--confirm-project", "PCC Dev"])
        .exits(0)
        .says("3 deleted");
}

#[test]
fn without_a_terminal_and_without_yes_nothing_is_written() {
    let service = Service::start();
    service.yaml(&many(2));
    service.sh("tenant sync").exits(4).says("nobody to ask");
    let error = service.sh("tenant sync -o json").exits(4).json();
    assert_eq!(error["error"]["code"], "confirmation_needed");
    assert_eq!(service.tenants(), Vec::<Value>::new());
}

#[test]
fn protected_resources_are_withheld_and_alone_stop_the_run() {
    let service = Service::start();
    service.seed(json!([{"id": "main", "name": "Main"}]));
    service.yaml("protect: [tenant.main]\ntenants: []\n");
    service.sh("tenant sync --yes --prune").exits(4).says("withheld: protected by 'protect: tenant.main'");
    service.yaml("protect: [tenant.main]\ntenants:\n  - { id: acme, name: Acme }\n");
    service.sh("tenant sync --yes --prune").exits(3).says("✓ 1 created").says("⚠ 1 withheld");
    assert_eq!(service.tenants().len(), 2);
}

#[test]
fn a_parent_typo_with_yes_deletes_nothing() {
    let service = Service::start();
    service.seed(json!([{"id": "top", "name": "Top"}, {"id": "acme", "name": "Acme"}]));
    service.yaml("tenants:\n  - { id: top, name: Top }\n  - { id: acme, name: Acme, parent: top }\n");
    service.sh("tenant sync --yes").exits(4).says("needs --allow-replace tenant.acme");
    assert_eq!(service.tenants().len(), 2);
    service.sh("tenant sync --yes --allow-replace tenant.acme").exits(0).says("1 replaced");
    assert_eq!(service.tenant("acme")["parent"], "top");
}

#[test]
fn a_command_line_that_is_wrong_exits_64_in_text_and_json() {
    let service = Service::start();
    service.sh("tenant snyc").exits(64).says("sync");
    let error = service.sh("tenant snyc -o json").exits(64).json();
    assert_eq!(error["error"]["code"], "wrong_usage");
    service.sh("--version").exits(0).says("descope-mgmt ");
    service.sh("version -o json").exits(0);
    service.sh("completion bash").exits(0).says("descope-mgmt");
}

#[test]
fn a_protected_project_is_not_reached_through_another_environment() {
    let service = two_projects();
    service.yaml(&TWO.replace("dev: { project_id: \"${DEV}\" }", "dev: { project_id: \"${PROD}\" }"));
    service
        .sh("tenant sync -e dev --yes")
        .exits(5)
        .says("has the project of the protected environment 'prod'");
    assert!(service.calls().is_empty());
}

#[test]
fn on_error_stop_starts_nothing_more() {
    use descope_mgmt::emulator::UndefinedAttributes::Refuse;
    let service = Service::start_with(Options { undefined_attributes: Refuse, ..Options::default() });
    service.define(&["known"]);
    service.yaml("tenants:\n  - { id: aaa, name: A, attributes: { x: 1 } }\n  - { id: bbb, name: B }\n  - { id: ccc, name: C }\n");
    service
        .sh("tenant sync --yes --parallelism 1 --on-error stop")
        .exits(1)
        .says("the run was stopped before its turn");
    assert_eq!(service.tenants(), Vec::<Value>::new());
    service.sh("tenant sync --yes --parallelism 1").exits(3).says("✓ 2 created");
}
