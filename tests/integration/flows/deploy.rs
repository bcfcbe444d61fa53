//! Deploying: in order, once, by meaning; and back again.

use descope_mgmt::emulator::Options;
use serde_json::{Value, json};

use super::{BOTH, deployed, live, put, reworded, sample, settled, stage};
use crate::common::Service;

#[test]
fn sub_flows_go_first_and_a_second_deployment_plans_nothing() {
    let service = stage(Options::default());
    let ran = service.sh("flow deploy --yes -o json").exits(0).json();
    let imports: Vec<String> = service
        .requests()
        .iter()
        .filter(|it| it["path"] == "/v2/mgmt/flow/import")
        .map(|it| it["body"]["flow"]["flowId"].as_str().unwrap().to_owned())
        .collect();
    assert_eq!(imports, ["mfa-login", "sign-up-or-in"]);
    assert_eq!(ran["plan"]["changes"][1]["depends_on"], json!(["flow.mfa-login"]));
    // The service stamps what it was given and adds empty values; none of that is a change.
    assert_ne!(live(&service, "mfa-login"), sample("mfa-login"));
    let before = service.requests().len();
    service.sh("flow deploy --yes").exits(0).says("No changes. 2 unchanged.");
    service.sh("plan --detailed-exitcode").exits(0);
    let writes =
        service.requests().into_iter().skip(before).filter(|it| it["path"] == "/v2/mgmt/flow/import");
    assert_eq!(writes.count(), 0);
}

#[test]
fn tenants_are_not_even_read_where_only_flows_are_meant() {
    let service = stage(Options::default());
    service.yaml(&format!("{BOTH}tenants: [{{ id: acme, name: Acme }}]\n"));
    service.sh("flow deploy --dry-run").exits(0).says("2 to create");
    assert!(!service.calls().iter().any(|path| path.contains("tenant")), "{:?}", service.calls());
    service.sh("tenant sync --dry-run").exits(0).says("1 to create");
    assert!(!service.calls().iter().skip(5).any(|path| path.contains("flow")), "{:?}", service.calls());
    service.sh("plan").exits(0).says("3 to create");
}

#[test]
fn an_edit_is_told_as_people_speak_and_only_that() {
    let service = deployed();
    put(&service.desk, "mfa-login", &reworded("SMS"));
    let plan = service.sh("flow deploy --dry-run").exits(0);
    assert!(
        plan.out.contains("~ screen \"Choose A Second Factor\": button text: \"Text message\" -> \"SMS\""),
        "{}",
        plan.out
    );
    let json = service.sh("flow deploy --dry-run -o json").exits(0).json();
    let fields = json["changes"][0]["fields"].as_array().unwrap();
    assert_eq!(fields.len(), 1, "{fields:#?}");
    assert_eq!((&fields[0]["before"], &fields[0]["after"]), (&json!("Text message"), &json!("SMS")));
    assert_eq!(json["changes"][0]["cause"], "config");
    service.sh("flow deploy mfa-login --yes").exits(0).says("⚠ 1 updated");
    service.sh("flow deploy --dry-run --detailed-exitcode").exits(0).says("No changes.");
}

#[test]
fn a_rollback_puts_the_flow_back_as_it_was_and_is_itself_backed_up() {
    let service = deployed();
    let before = settled(&service, "mfa-login");
    put(&service.desk, "mfa-login", &reworded("SMS"));
    let ran = service.sh("flow deploy --yes -o json").exits(0).json();
    let command = ran["result"]["rollback_command"].as_str().unwrap().to_owned();
    let id = ran["result"]["backup_id"].as_str().unwrap();
    assert_eq!(command, format!("descope-mgmt flow rollback --backup {id}"));
    assert_ne!(settled(&service, "mfa-login"), before);
    service.sh("flow rollback --backup latest --dry-run").exits(0).says("\"SMS\" -> \"Text message\"");
    let back = service.sh("flow rollback --backup latest --flow mfa-login --yes -o json").exits(0).json();
    assert_eq!(settled(&service, "mfa-login"), before);
    // Back and forth: the rollback has a backup of its own.
    let again = back["result"]["backup_id"].as_str().unwrap();
    service.sh(&format!("flow rollback --backup {again} --yes")).exits(0).says("⚠ 1 updated");
    assert_ne!(settled(&service, "mfa-login"), before);
    service.sh("audit verify").exits(0);
}

#[test]
fn a_flow_that_a_run_made_goes_back_to_nothing_only_with_prune() {
    let service = stage(Options::default());
    service.sh("flow deploy mfa-login --yes").exits(0).says("✓ 1 created");
    service
        .sh("flow rollback --backup latest --yes")
        .exits(0)
        .says("created by the run of this backup")
        .says("nothing is rolled back without --prune");
    service.sh("flow rollback --backup latest --prune --yes").exits(0).says("1 deleted");
    assert_eq!(service.post("/v1/mgmt/flow/list", &json!({}))["total"], 0);
    service.sh("flow rollback --backup latest --yes").exits(0).says("✓ 1 created");
    assert_eq!(live(&service, "mfa-login")["metadata"]["name"], "MFA Login");
}

#[test]
fn the_changelog_of_a_version_carries_the_run() {
    let service = stage(Options::default());
    let ran = service.sh("flow deploy mfa-login --yes -o json").exits(0).json();
    let run = ran["result"]["run_id"].as_str().unwrap();
    let versions = service.get("/__emulator/flows");
    let note = versions["flows"]["mfa-login"][0]["changelog"].as_str().unwrap();
    assert_eq!(note, format!("descope-mgmt run {run}"));
}

#[test]
fn what_a_service_that_fails_in_the_middle_leaves_is_told_and_the_rest_stands() {
    let service = stage(Options::default());
    let third = BOTH.to_owned() + "  - { id: third, file: flows/mfa-login.json }\n";
    service.yaml(&third);
    service.sh("flow deploy --yes").exits(0).says("✓ 3 created");
    let before = settled(&service, "third");
    for name in ["mfa-login", "sign-up-or-in"] {
        let mut flow = sample(name);
        flow["metadata"]["description"] = json!("Edited");
        put(&service.desk, name, &flow);
    }
    // The first import takes effect, the second one is refused for good, and with it what leans on it.
    service.fault(&["/v2/mgmt/flow/import=503:1", "/v2/mgmt/flow/import=html:1"]);
    let ran = service.sh("flow deploy --yes --max-wait 20s -o json");
    let json = ran.json();
    let statuses: Vec<(Value, Value)> = json["result"]["results"]
        .as_array()
        .unwrap()
        .iter()
        .map(|it| (it["address"].clone(), it["status"].clone()))
        .collect();
    assert_eq!(statuses.len(), 3, "{json:#}");
    let succeeded = statuses.iter().filter(|(_, status)| *status == "succeeded").count();
    assert_eq!(ran.code, if succeeded == 3 { 0 } else { 3 }, "{json:#}");
    service.no_faults();
    service.sh("flow deploy --yes").exits(0);
    assert_eq!(settled(&service, "third")["metadata"]["description"], "Edited");
    assert_ne!(settled(&service, "third"), before);
}

#[test]
fn a_dropped_answer_after_the_import_took_effect_is_one_success() {
    let service = stage(Options::default());
    service.fault(&["/v2/mgmt/flow/import=drop-after:1"]);
    let ran = service.sh("flow deploy mfa-login --yes -o json").exits(0).json();
    assert_eq!(ran["result"]["summary"]["created"], 1);
    let versions = service.get("/__emulator/flows");
    assert_eq!(versions["flows"]["mfa-login"].as_array().unwrap().len(), 1, "imported once");
    service.sh("audit verify").exits(0);
}

#[test]
fn what_the_service_drops_fails_and_the_flow_is_put_back() {
    // Without a license for snapshots nobody can look before, and the service leaves out what it does not find.
    let service = stage(Options { tier: 1, ..Options::default() });
    service.sh("flow deploy --yes").exits(0).says("not checked").says("✓ 2 created");
    let before = settled(&service, "sign-up-or-in");
    let elsewhere = serde_json::to_string(&sample("sign-up-or-in")).unwrap();
    let elsewhere = elsewhere.replace("\"Welcome Mail\":", "\"Nowhere Mail\":");
    put(&service.desk, "sign-up-or-in", &serde_json::from_str(&elsewhere).unwrap());
    let ran = service.sh("flow deploy --yes --allow-breaking-changes -o json");
    let json = ran.exits(1).json();
    let error = &json["result"]["results"][0]["error"];
    assert_eq!(error["code"], "rolled_back", "{json:#}");
    assert!(error["message"].as_str().unwrap().contains("Nowhere Mail"), "{error}");
    assert_eq!(settled(&service, "sign-up-or-in"), before);
    service.sh("audit verify").exits(0);
}

#[test]
fn a_theme_is_planned_deployed_and_taken_back() {
    let service = Service::start();
    let theme = |colour: &str| {
        json!({"styles": {"dark": {"globals": {}}, "light": {"globals": {"primary": colour}}}, "componentsVersion": "9"})
            .to_string()
    };
    service.yaml("theme: { file: theme.json }\n");
    service.desk.write("theme.json", &theme("#112233"));
    service.sh("flow deploy --yes").exits(0).says("theme.default").says("⚠ 1 updated");
    service.sh("plan --detailed-exitcode").exits(0).says("No changes. 1 unchanged.");
    service.desk.write("theme.json", &theme("#445566"));
    service
        .sh("flow deploy --yes")
        .exits(0)
        .says("~ styles.light.globals.primary: \"#112233\" -> \"#445566\"");
    service.sh("flow rollback --backup latest --yes").exits(0).says("\"#445566\" -> \"#112233\"");
    let now = service.post("/v2/mgmt/theme/export", &json!({}));
    assert_eq!(now["theme"]["styles"]["light"]["globals"]["primary"], "#112233");
}

#[test]
fn a_backup_made_by_hand_holds_flows_and_the_theme_and_a_plan_against_it_needs_no_service() {
    let service = deployed();
    service.sh("backup create --reason before").exits(0).says("Backed up 4 objects");
    service.sh("backup show latest").exits(0).says("flow.mfa-login").says("theme.default");
    let asked = service.requests().len();
    service.sh("plan --against latest --detailed-exitcode").exits(0).says("No changes. 2 unchanged.");
    put(&service.desk, "mfa-login", &reworded("SMS"));
    service.sh("plan --against latest").exits(0).says("\"Text message\" -> \"SMS\"");
    assert_eq!(service.requests().len(), asked);
    service.sh("flow deploy --yes").exits(0);
    service.sh("backup restore latest --dry-run").exits(0);
    let listed = service.sh("backup list -o json").exits(0).json();
    let by_hand = listed["items"].as_array().unwrap().iter().find(|it| it["reason"] == "before").unwrap();
    let id = by_hand["id"].as_str().unwrap();
    service.sh(&format!("backup restore {id} --yes")).exits(0).says("\"SMS\" -> \"Text message\"");
}

#[test]
fn a_saved_plan_of_a_flow_is_applied_as_shown_and_not_after_an_edit_of_its_file() {
    let service = deployed();
    put(&service.desk, "mfa-login", &reworded("SMS"));
    service.sh("plan --out plan.json").exits(0);
    put(&service.desk, "mfa-login", &reworded("Message"));
    service.sh("apply plan.json --yes").exits(6).says("flow.mfa-login");
    put(&service.desk, "mfa-login", &reworded("SMS"));
    service.sh("apply plan.json --yes").exits(0).says("⚠ 1 updated");
    service.sh("apply plan.json --yes").exits(6);
}
