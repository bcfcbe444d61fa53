//! Whole projects: listed, made, copied, changed, deleted.

use descope_mgmt::emulator::Options;
use serde_json::json;

use super::{id, key_of, listed, several};
use crate::common::Service;

fn names(service: &Service) -> Vec<String> {
    listed(service).iter().map(|project| project["name"].as_str().unwrap().to_owned()).collect()
}

fn with_dev(options: Options) -> Service {
    let service = several(&["one"], options);
    service.yaml("environments:\n  dev: { project_id: \"${DESCOPE_DEV_PROJECT_ID}\" }\n");
    service
}

#[test]
fn a_project_is_made_by_the_company_and_the_line_to_paste_is_told() {
    let mut service = with_dev(Options { unsettled_calls: 2, ..Options::default() });
    let line = ["project", "create", "PCC dev", "--tag", "portco"];
    service.desk.run(&[&line[..], &["--dry-run"]].concat()).exits(0).says("Plan: 1 to create.");
    service.desk.run(&line).exits(4);
    assert_eq!(names(&service), ["PCC one"]);
    let made = service.desk.run(&[&line[..], &["--yes"]].concat()).exits(0);
    let made_id = listed(&service)[0]["id"].as_str().unwrap().to_owned();
    assert!(made.out.contains(&format!("export DESCOPE_DEV_PROJECT_ID={made_id}")), "{}", made.out);
    assert_eq!(listed(&service)[0]["tags"], json!(["portco"]));
    // The name tells a second run that it is there.
    service.desk.run(&[&line[..], &["--yes"]].concat()).exits(1).says(&made_id);
    service.desk.set("DESCOPE_DEV_PROJECT_ID", &made_id);
    // It was waited for until it answers.
    service.sh("project show").exits(0).says("PCC dev");
    service.sh("audit list -o json").exits(0).says("succeeded");
}

#[test]
fn a_copy_whose_answer_is_lost_is_found_by_its_name_and_never_made_twice() {
    let mut service = with_dev(Options::default());
    service.desk.set("DESCOPE_DEV_PROJECT_ID", &id("one"));
    service.fault(&["/v1/mgmt/project/clone=drop-after:1"]);
    let told = service.desk.run(&["project", "clone", "PCC copy", "--yes", "-o", "json"]).exits(0).json();
    assert_eq!(names(&service), ["PCC copy", "PCC one"]);
    assert_eq!(told["project"]["id"], listed(&service)[0]["id"]);
    assert_eq!(service.calls().iter().filter(|path| path.ends_with("/project/clone")).count(), 1);
}

#[test]
fn a_create_that_nobody_saw_end_is_unknown_and_not_sent_again() {
    let service = with_dev(Options::default());
    service.fault(&["/v1/mgmt/infra=drop-before:1"]);
    let line = ["project", "create", "PCC dev", "--yes", "--max-wait", "1s", "-o", "json"];
    let told = service.desk.run(&line).exits(3).json();
    assert_eq!(told["error"]["code"], "project_unknown");
    assert_eq!(names(&service), ["PCC one"]);
    assert_eq!(service.calls().iter().filter(|path| path.ends_with("/infra")).count(), 1);
}

#[test]
fn what_the_license_does_not_have_is_named() {
    let mut service = with_dev(Options { tier: 1, ..Options::default() });
    service.desk.set("DESCOPE_DEV_PROJECT_ID", &id("one"));
    for line in [
        &["project", "create", "PCC dev", "--yes"][..],
        &["project", "clone", "PCC dev", "--yes"],
        &["project", "export"],
    ] {
        let told = service.desk.run(&[line, &["-o", "json"]].concat()).exits(1).json();
        assert_eq!(told["error"]["code"], "license", "{told}");
        assert!(told["error"]["hint"].as_str().unwrap().contains("Descope Pro or higher"), "{told}");
    }
    // Everything else works.
    service.desk.run(&["project", "update", "--name", "PCC new", "--yes"]).exits(0);
    service.desk.run(&["tenant", "create", "acme", "--name", "Acme", "--yes"]).exits(0);
    assert_eq!(names(&service), ["PCC new"]);
}

#[test]
fn an_update_changes_name_and_tags_through_the_same_plan_as_everything() {
    let mut service = with_dev(Options::default());
    service.desk.set("DESCOPE_DEV_PROJECT_ID", &id("one"));
    service.sh("project update --tag a --tag b --yes").exits(0).says("~ project.settings");
    service.sh("project update --remove-tag a --tag c --yes").exits(0);
    assert_eq!(listed(&service)[0]["tags"], json!(["b", "c"]));
    service.sh("project update --tag c --yes").exits(0).says("No changes.");
    let told = service.sh("project list -o json").exits(0).json();
    assert_eq!(
        told["items"][0],
        json!({"id": id("one"), "name": "PCC one", "environment": "", "tags": ["b", "c"]})
    );
    service.sh("project show").exits(0).says("tenants:");
}

#[test]
fn a_delete_wants_the_name_and_backs_up_all_that_can_be_read() {
    let mut service = several(
        &["keep", "try"],
        Options { deletion_lag: std::time::Duration::from_millis(300), ..Options::default() },
    );
    service.yaml(&format!(
        "environments:\n  try: {{ project_id: {} }}\n  keep: {{ project_id: {} }}\n",
        id("try"),
        id("keep")
    ));
    service.sh("tenant create acme --name Acme -e try --yes").exits(0);
    service.sh("project delete -e try --dry-run").exits(0).says("1 tenants");
    service.sh("project delete -e try --yes").exits(4).says("can't be undone");
    service.desk.run(&["project", "delete", "-e", "try", "--yes", "--confirm-project", "PCC keep"]).exits(4);
    assert_eq!(names(&service), ["PCC keep", "PCC try"]);
    let line = ["project", "delete", "-e", "try", "--yes", "--confirm-project", "PCC try", "-o", "json"];
    let told = service.desk.run(&line).exits(0).json();
    assert_eq!((&told["status"], names(&service)), (&json!("deleted"), vec!["PCC keep".to_owned()]));
    let backups = service.desk.files_below(".descope-mgmt/backups");
    let held = std::fs::read_to_string(backups.last().unwrap()).unwrap();
    for address in ["project.settings", "project.snapshot", "tenant.acme", "theme.default"] {
        assert!(held.contains(&format!("\"{address}\"")), "{address}");
    }
    // A company keeps one project.
    let last = ["project", "delete", "-e", "keep", "--yes", "--confirm-project", "PCC keep"];
    service.desk.run(&last).exits(1).says("a company keeps at least one project");
    service.desk.set("DESCOPE_PROJECT_ID", "");
    assert_eq!(names(&service), ["PCC keep"]);
}

#[test]
fn a_key_of_one_project_neither_makes_projects_nor_sees_others() {
    let keys = vec![descope_mgmt::emulator::KeySpec::made_up(), key_of("one")];
    let mut service = several(&["one", "two"], Options { keys, ..Options::default() });
    let key = secrecy::ExposeSecret::expose_secret(&key_of("one").key).to_owned();
    service.desk.set("DESCOPE_MANAGEMENT_KEY", &key);
    service.yaml(&format!("environments:\n  dev: {{ project_id: {} }}\n", id("one")));
    let told = service.sh("project list -o json").exits(0).json();
    assert_eq!(told["items"].as_array().unwrap().len(), 1);
    service.desk.run(&["project", "create", "More", "--yes"]).exits(1);
    service.desk.run(&["project", "create", "More", "--from", &id("two"), "--yes"]).exits(5);
    assert_eq!(names(&service), ["PCC one", "PCC two"]);
}

#[test]
fn six_deletes_where_five_are_allowed_want_the_name_and_not_just_yes() {
    let service = several(&["one"], Options::default());
    let tenants: Vec<_> =
        (0..6).map(|n| json!({"id": format!("old-{n}"), "name": format!("Old {n}")})).collect();
    service.seed(json!(tenants));
    service.yaml(&format!(
        "environments:\n  dev: {{ project_id: {}, limits: {{ max_delete: 5 }} }}\ntenants: []\n",
        id("one")
    ));
    service.sh("apply --prune --yes").exits(4).says("max_delete is 5 with 6 tenants live, this plan has 6");
    assert_eq!(service.tenants().len(), 6);
    service
        .desk
        .run(&["apply", "--prune", "--yes", "--confirm-project", "PCC one"])
        .exits(0)
        .says("6 deleted");
    assert_eq!(service.tenants().len(), 0);
}
