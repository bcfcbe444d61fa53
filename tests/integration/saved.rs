//! Plans that are saved and applied later, and runs that are gone on with.

use std::{os::unix::fs::PermissionsExt, process::Stdio, time::Duration};

use descope_mgmt::emulator::{Options, UndefinedAttributes::Refuse};
use serde_json::{Value, json};

use crate::common::{Service, many};

const YAML: &str = "environments:
  staging: { project_id: \"${STAGING_ID}\" }
  test: { project_id: \"${STAGING_ID}\" }
tenants:
  - { id: acme, name: New, attributes: { plan: \"${PLAN}\", token: \"${TOKEN}\" }, sensitive: [attributes.token] }
  - { id: made, name: Made }
";

/// A tenant to update, one to make, one that is nobody's; and the plan, saved.
fn planned() -> Service {
    let mut service = Service::start();
    service.seed(json!([{"id": "acme", "name": "Old", "theirs": 1}, {"id": "stray", "name": "Stray"}]));
    let project = service.project.clone();
    for (name, value) in [("STAGING_ID", project.as_str()), ("PLAN", "gold"), ("TOKEN", "t0ps3cret")] {
        service.desk.set(name, value);
    }
    service.yaml(YAML);
    service
        .sh("plan -e staging --prune --out plan.json")
        .exits(0)
        .says("Plan: 1 to create, 1 to update, 1 to delete.");
    service
}

/// Applies the saved plan, which must end like this, say this, and write nothing.
#[track_caller]
fn refused(service: &Service, line: &str, code: i32, said: &str) {
    let before = service.stats()["writes"].clone();
    service.sh(line).exits(code).says(said);
    assert_eq!(service.stats()["writes"], before);
    assert!(service.desk.files_below(".descope-mgmt/locks").is_empty());
}

#[test]
fn a_saved_plan_is_applied_as_it_was_shown_whatever_became_of_the_files() {
    let service = planned();
    let writes = service.stats()["writes"].clone();
    let text = std::fs::read_to_string(service.desk.path("plan.json")).unwrap();
    assert!(text.contains("${TOKEN}") && !text.contains("t0ps3cret") && !text.contains("gold"), "{text}");
    assert!(!text.contains(&service.key()));
    let mode = std::fs::metadata(service.desk.path("plan.json")).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
    std::fs::remove_file(service.desk.path("descope.yaml")).unwrap();
    service
        .sh("apply plan.json")
        .exits(4)
        .says("Plan: 1 to create, 1 to update, 1 to delete.")
        .says("nobody to ask");
    service.sh("apply plan.json --dry-run").exits(0);
    assert_eq!(service.stats()["writes"], writes);
    service.sh("apply plan.json --yes").exits(0).says("✓ 1 created, ⚠ 1 updated, ⚠ 1 deleted");
    let names: Vec<Value> = service.tenants().into_iter().map(|tenant| tenant["name"].clone()).collect();
    assert_eq!(names, ["New", "Made"]);
    assert_eq!(service.tenant("acme")["customAttributes"], json!({"plan": "gold", "token": "t0ps3cret"}));
    refused(&service, "apply plan.json --yes", 6, "tenant.acme (the update is not needed any more");
}

#[test]
fn whatever_moved_since_stops_it_and_is_named() {
    type Move = fn(&mut Service);
    let moves: [(Move, &str); 6] = [
        (
            |it| it.seed(json!([{"id": "acme", "name": "Else", "theirs": 1}])),
            "field 'name' changed in Descope",
        ),
        (
            |it| it.seed(json!([{"id": "acme", "name": "Old", "theirs": 2}])),
            "field 'theirs' changed in Descope",
        ),
        (|it| it.seed(json!([{"id": "made", "name": "Made"}])), "tenant.made"),
        (|it| it.seed(json!([{"id": "other", "name": "Other"}])), "the plan did not have this delete"),
        (|it| it.desk.set("PLAN", "silver"), "the configuration gives 'attributes.plan' another value now"),
        (|it| it.desk.set("TOKEN", "another"), "the configuration gives it another sensitive value now"),
    ];
    for (change, said) in moves {
        let mut service = planned();
        change(&mut service);
        refused(&service, "apply plan.json --yes", 6, said);
        let error = service.sh("apply plan.json --yes -o json").exits(6).json();
        assert_eq!(error["error"]["code"], "stale_plan");
        let cause = error["error"]["causes"][0].as_str().unwrap();
        assert!(cause.contains(" is not as it was planned: "), "{cause}");
        assert_eq!(
            cause.contains("in Descope"),
            !said.contains("configuration") && !said.contains("did not"),
            "{cause}"
        );
    }
}

#[test]
fn another_target_and_a_file_that_is_no_plan_any_more_are_refused() {
    let mut service = planned();
    let good = std::fs::read_to_string(service.desk.path("plan.json")).unwrap();
    refused(
        &service,
        "apply plan.json --yes -e test",
        5,
        "planned for environment 'staging', not for environment 'test'",
    );
    refused(&service, "apply plan.json --yes --sandbox", 5, "planned for Descope, not for the sandbox");
    for (text, said) in [
        (good.replace("Made", "Evil"), "changed after it was written"),
        (good[..good.len() - 9].to_owned(), "is not a readable saved plan"),
        ("version: 1\n".to_owned(), "is not a readable saved plan"),
        (good.replacen("\"1.0\"", "\"0.9\"", 1), "format version '0.9'"),
    ] {
        service.desk.write("edited.json", &text);
        refused(&service, "apply edited.json --yes", 5, said);
    }
    service.sh("apply nowhere.json --yes").exits(1).says("nowhere.json");
    for flags in [
        "--target tenant.acme",
        "--exclude tenant.acme",
        "--prune",
        "--resume 01",
        "-c descope.yaml",
        "--cascade",
    ] {
        service.sh(&format!("apply plan.json {flags}")).exits(64);
    }
    service.sh("plan -e staging --out -").exits(64).says("name a file");
    service.sh("plan -e staging --out .").exits(1);
    service.sh("plan -e staging --out no/folder/plan.json").exits(1);
    // The variable names another project by now.
    service.desk.set("STAGING_ID", "P2other00000000000000000000");
    service.sh("apply plan.json --yes").exits(5);
}

#[test]
fn a_plan_of_several_files_and_of_tenants_alone_is_saved_whole() {
    let service = Service::start();
    service
        .desk
        .write("descope.yaml", "version: 1\ninclude: [more/*.yaml]\ntenants: [{ id: one, name: One }]\n");
    service.desk.write("more/two.yaml", "tenants: [{ id: two, name: Two }]\n");
    service
        .sh("tenant sync --yes --out plan.json")
        .exits(0)
        .says("Plan: 2 to create.")
        .says("apply plan.json");
    assert!(service.tenants().is_empty(), "what is saved is not applied");
    std::fs::remove_dir_all(service.desk.path("more")).unwrap();
    service.sh("apply plan.json --yes").exits(0).says("✓ 2 created");
}

#[test]
fn a_killed_run_is_resumed_and_touches_only_what_it_had_set_out_to_do() {
    let service = Service::start_with(Options { latency: Duration::from_millis(20), ..Options::default() });
    service.yaml(&many(30));
    let mut command = service.desk.command(&[
        "apply",
        "--yes",
        "--parallelism",
        "2",
        "-q",
        "--exclude",
        "tenant.tenant-00000",
    ]);
    let mut child = command.stdin(Stdio::null()).stdout(Stdio::null()).spawn().unwrap();
    while service.tenants().len() < 8 {
        std::thread::sleep(Duration::from_millis(5));
    }
    child.kill().unwrap();
    child.wait().unwrap();
    let journal = service.desk.files_below(".descope-mgmt/journal").pop().unwrap();
    let run = journal.file_stem().unwrap().to_str().unwrap().to_owned();
    // Another tenant that the configuration has by now is none of that run's business.
    service.yaml(&format!("{}  - {{ id: later, name: Later }}\n", many(30)));
    service.sh(&format!("apply --resume {} --dry-run", &run[..20])).exits(0).says("to create");
    service.sh(&format!("apply --resume {run}")).exits(4).says("nobody to ask");
    service.sh(&format!("apply --resume {run} --yes")).exits(0).says("never ended").says("created");
    assert_eq!(service.tenants().len(), 29);
    service.sh("audit list --limit 0").exits(0).says("resume");
    service.sh(&format!("apply --resume {run} --yes")).exits(1).says("nothing to resume");
    service.sh("apply --resume 01NOBODY --yes").exits(1).says("There is no journal of run '01NOBODY'");
    service.sh("audit verify").exits(0);
}

#[test]
fn what_failed_is_resumed_by_the_command_that_the_summary_of_a_saved_plan_shows() {
    let service = Service::start_with(Options { undefined_attributes: Refuse, ..Options::default() });
    service.define(&["known"]);
    service.yaml(
        "tenants:\n  - { id: top, name: Top, attributes: { plan: x } }\n  - { id: other, name: Other }\n",
    );
    service.sh("plan --out plan.json").exits(0);
    let ran = service.sh("apply plan.json --yes -o json").exits(3).json();
    let retry = ran["result"]["retry_command"].as_str().unwrap();
    assert!(retry.starts_with("descope-mgmt apply --resume "), "{retry}");
    service.define(&["plan"]);
    service.sh(&format!("{} --yes", retry.trim_start_matches("descope-mgmt "))).exits(0).says("✓ 1 created");
    assert!(service.desk.files_below(".descope-mgmt/journal").is_empty());
    service.sh("plan --detailed-exitcode").exits(0);
}

#[test]
fn the_ways_back_and_on_of_a_saved_plan_name_the_configuration_that_it_was_made_with() {
    let service = Service::start();
    service.seed(json!([{"id": "acme", "name": "Old"}]));
    service
        .desk
        .write("own/c2.yaml", "environments: { dev: {}, qa: {} }\ntenants:\n  - { id: acme, name: New }\n");
    service.sh("plan -c own/c2.yaml -e qa --out p.json").exits(0);
    let done = service.sh("apply p.json --yes -o json").exits(0).json();
    let back = done["result"]["rollback_command"].as_str().unwrap().to_owned();
    assert!(back.contains("-c own/c2.yaml") && back.contains("-e qa"), "{back}");
    service.sh(&format!("{} --yes", back.strip_prefix("descope-mgmt ").unwrap())).exits(0);
    assert_eq!(service.tenant("acme")["name"], "Old");
}

#[test]
fn what_variables_chose_is_in_the_way_back_by_flag() {
    let mut service = Service::start();
    service.seed(json!([{"id": "acme", "name": "Old"}]));
    service
        .desk
        .write("own/c2.yaml", "environments: { dev: {}, qa: {} }\ntenants:\n  - { id: acme, name: New }\n");
    let chosen = ["DESCOPE_MGMT_CONFIG", "DESCOPE_MGMT_ENVIRONMENT", "DESCOPE_MGMT_STATE_DIR"];
    for (name, value) in chosen.into_iter().zip(["own/c2.yaml", "qa", "own/state"]) {
        service.desk.set(name, value);
    }
    let done = service.sh("apply --yes -o json").exits(0).json();
    let back = done["result"]["rollback_command"].as_str().unwrap().to_owned();
    assert!(back.ends_with("-c own/c2.yaml -e qa --state-dir own/state"), "{back}");
    for name in chosen {
        service.desk.set(name, "");
    }
    service.sh(&format!("{} --yes", back.strip_prefix("descope-mgmt ").unwrap())).exits(0);
    assert_eq!(service.tenant("acme")["name"], "Old");
}
