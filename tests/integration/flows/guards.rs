//! What stands between a flow and harm: breaking changes, things that are not there, edits in the console.

use descope_mgmt::emulator::Options;
use serde_json::json;

use super::{
    BOTH, deployed, live, put, reworded, sample, settled, stage, with_other_connector, without_magic_link,
};
use crate::common::Service;

#[test]
fn three_edits_are_three_lines_and_the_removed_method_is_refused_without_the_flag() {
    let service = deployed();
    let before = (settled(&service, "mfa-login"), settled(&service, "sign-up-or-in"));
    put(&service.desk, "mfa-login", &reworded("SMS"));
    put(&service.desk, "sign-up-or-in", &without_magic_link(with_other_connector(&sample("sign-up-or-in"))));
    let plan = service.sh("flow deploy --dry-run -o json").exits(0).json();
    let labels: Vec<String> = plan["changes"]
        .as_array()
        .unwrap()
        .iter()
        .flat_map(|change| change["fields"].as_array().unwrap())
        .map(|field| field["label"].as_str().unwrap().to_owned())
        .collect();
    assert_eq!(labels.len(), 3, "{labels:?}");
    assert!(labels[0].contains("button text"), "{labels:?}");
    assert!(labels.iter().any(|it| it.contains("connector")), "{labels:?}");
    assert!(labels.iter().any(|it| it.contains("method removed")), "{labels:?}");
    let text = service.sh("flow deploy --dry-run").exits(0).out;
    assert!(text.contains("Welcome Mail") && text.contains("Other Mail"), "{text}");

    let refused = service.sh("flow deploy --yes").exits(3).says("--allow-breaking-changes").says("breaking:");
    assert!(refused.out.contains("⚠ 1 updated"), "{}", refused.out);
    assert_eq!(settled(&service, "sign-up-or-in"), before.1);
    service.sh("flow deploy sign-up-or-in --yes").exits(4).says("--allow-breaking-changes");
    service.sh("flow deploy --yes --allow-breaking-changes").exits(0).says("⚠ 1 updated");
    assert_ne!(settled(&service, "sign-up-or-in"), before.1);
    // Going back removes a connector, too, and needs no flag.
    service.sh("flow rollback --backup latest --yes").exits(0).says("⚠ 1 updated");
    assert_eq!(settled(&service, "sign-up-or-in"), before.1);
}

#[test]
fn a_missing_connector_is_named_with_where_to_make_it_and_nothing_is_written() {
    let service = Service::start();
    service.yaml(BOTH);
    put(&service.desk, "mfa-login", &sample("mfa-login"));
    put(&service.desk, "sign-up-or-in", &sample("sign-up-or-in"));
    service
        .sh("flow deploy --yes")
        .exits(5)
        .says("connector 'Welcome Mail', which the project does not have")
        .says("Descope Console -> Connectors")
        .says("user attribute 'mfaEnrolled'");
    assert_eq!(service.post("/v1/mgmt/flow/list", &json!({}))["total"], 0);
    service.sh("flow validate").exits(5).says("Welcome Mail").says("missing: make one of that name");
}

#[test]
fn a_sub_flow_that_is_nowhere_is_named() {
    let service = stage(Options::default());
    service.yaml("flows: [{ id: sign-up-or-in, file: flows/sign-up-or-in.json }]\n");
    service.sh("flow deploy --yes").exits(5).says("uses flow 'mfa-login', which the project does not have");
}

#[test]
fn what_the_license_does_not_show_is_not_checked_and_never_ok() {
    let service = Service::start_with(Options { tier: 1, ..Options::default() });
    service.post("/__emulator/snapshot", &json!({"files": super::surroundings()}));
    service.yaml(BOTH);
    put(&service.desk, "mfa-login", &sample("mfa-login"));
    put(&service.desk, "sign-up-or-in", &sample("sign-up-or-in"));
    let ran = service.sh("flow validate -o json").exits(0).json();
    let result = |name: &str| {
        let items = ran["items"].as_array().unwrap();
        items.iter().find(|it| it["name"] == name).unwrap()["result"].clone()
    };
    assert_eq!((result("Welcome Mail"), result("mfa-login")), (json!("not checked"), json!("ok")));
    service.sh("flow deploy --yes").exits(0).says("not checked").says("✓ 2 created");
}

#[test]
fn an_edit_in_the_console_is_withheld_from_yes_alone_and_a_conflict_needs_a_word() {
    let service = deployed();
    let edit = |text: &str| {
        let mut flow = live(&service, "mfa-login");
        flow["metadata"]["description"] = json!(text);
        service.post("/v2/mgmt/flow/import", &json!({"flow": flow}));
    };
    edit("by hand");
    service
        .sh("drift")
        .exits(2)
        .says("(changed outside this tool; who and when is unknown)")
        .says("description");
    service.sh("flow deploy --yes").exits(3).says("changed only outside this tool");
    assert_eq!(live(&service, "mfa-login")["metadata"]["description"], "by hand");
    put(&service.desk, "mfa-login", &reworded("SMS"));
    service.sh("flow deploy --yes").exits(6).says("last applied");
    service.sh("flow deploy --yes --conflict live").exits(0);
    assert_eq!(live(&service, "mfa-login")["metadata"]["description"], "by hand");
    service.sh("flow deploy --yes --conflict config").exits(0).says("⚠ 1 updated");
    assert_eq!(live(&service, "mfa-login")["metadata"]["description"], "");
    service.sh("flow deploy --yes").exits(0).says("No changes.");
}

#[test]
fn keys_that_nobody_manages_survive_a_deployment() {
    let service = deployed();
    let mut flow = live(&service, "mfa-login");
    flow["metadata"]["managementConfig"] = json!({"triggers": {"a": 1}});
    flow["brandNew"] = json!({"x": [1, 2]});
    service.post("/v2/mgmt/flow/import", &json!({"flow": flow}));
    put(&service.desk, "mfa-login", &reworded("SMS"));
    service.sh("flow deploy --yes --conflict config").exits(0).says("⚠ 1 updated");
    let now = live(&service, "mfa-login");
    assert_eq!(now["brandNew"], json!({"x": [1, 2]}));
    assert_eq!(now["metadata"]["managementConfig"], json!({"triggers": {"a": 1}}));
}

#[test]
fn a_flow_that_others_run_is_not_deleted_and_a_deleted_one_comes_back() {
    let service = deployed();
    service.sh("flow delete mfa-login --yes").exits(4).says("other flows run it: flow.sign-up-or-in");
    let before = settled(&service, "sign-up-or-in");
    let warned = service.sh("flow delete sign-up-or-in --yes").exits(0);
    warned.says("still in the configuration").says("1 deleted");
    service
        .sh("flow show sign-up-or-in")
        .exits(1)
        .says("no flow 'sign-up-or-in'")
        .says("there are mfa-login");
    service.sh("flow rollback --backup latest --yes").exits(0).says("✓ 1 created");
    assert_eq!(settled(&service, "sign-up-or-in"), before);
}

#[test]
fn protect_keeps_a_flow_from_being_deleted() {
    let service = deployed();
    service.yaml(&format!("{BOTH}protect: [flow.sign-up-or-in]\n"));
    service.sh("flow delete sign-up-or-in --yes").exits(4).says("protected by 'protect: flow.sign-up-or-in'");
}

#[test]
fn what_a_colleague_did_meanwhile_is_never_taken_for_our_own_half_done_work() {
    // Our import does nothing, and while we look whether it did, somebody else edits one flow and makes another.
    let service = deployed();
    service.yaml(&format!("{BOTH}  - {{ id: third, file: flows/mfa-login.json }}\n"));
    put(&service.desk, "mfa-login", &reworded("SMS"));
    let theirs = |id: &str| {
        let mut flow = live(&service, "mfa-login");
        (flow["flowId"], flow["metadata"]["description"]) = (json!(id), json!("a colleague's"));
        flow
    };
    let edits = [theirs("mfa-login"), theirs("third")];
    for (edit, target) in edits.into_iter().zip(["mfa-login", "third"]) {
        let imports = || {
            let mut all = service.requests();
            all.retain(|it| it["path"] == "/v2/mgmt/flow/import");
            all.len()
        };
        let before = imports();
        service.fault(&["/v2/mgmt/flow/import=503:1"]);
        let mut command = service.desk.command(&["flow", "deploy", target, "--yes"]);
        let mut running =
            command.stdout(std::process::Stdio::piped()).stderr(std::process::Stdio::null()).spawn().unwrap();
        while imports() == before {
            std::thread::yield_now();
        }
        service.post("/v2/mgmt/flow/import", &json!({"flow": edit}));
        assert_eq!(running.wait().unwrap().code(), Some(1));
        assert_eq!(live(&service, target)["metadata"]["description"], "a colleague's", "{target}");
    }
    service.sh("audit verify").exits(0);
}

#[test]
fn the_retry_command_of_a_deployment_works_when_pasted() {
    let service = stage(Options::default());
    service.fault(&["/v2/mgmt/flow/import=503"]);
    let ran = service.sh("flow deploy --yes --max-wait 1s -o json").exits(3).json();
    let error = |at: usize| ran["result"]["results"][at]["error"]["message"].as_str().unwrap().to_owned();
    assert!(error(0).contains("does not show yet, and --max-wait is over"), "{}", error(0));
    let retry = ran["result"]["retry_command"].as_str().unwrap().to_owned();
    let retry = retry.strip_prefix("descope-mgmt ").unwrap();
    service.no_faults();
    service.sh(&format!("{retry} --yes")).exits(0).says("✓ 2 created");
}

#[test]
fn a_run_that_made_a_flow_and_its_sub_flow_is_undone_whole() {
    let service = deployed();
    service.sh("flow rollback --backup latest --prune --yes").exits(0).says("⚠ 2 deleted");
    assert_eq!(service.post("/v1/mgmt/flow/list", &json!({}))["total"], 0);
    let deleted: Vec<serde_json::Value> = service
        .requests()
        .into_iter()
        .filter(|it| it["path"] == "/v1/mgmt/flow/delete")
        .map(|it| it["body"]["ids"][0].clone())
        .collect();
    assert_eq!(deleted, ["sign-up-or-in", "mfa-login"], "whoever runs the other goes first");
}

#[test]
fn a_rollback_to_a_connector_that_is_gone_is_refused_before_anything_is_written() {
    let service = deployed();
    put(&service.desk, "sign-up-or-in", &with_other_connector(&sample("sign-up-or-in")));
    service.sh("flow deploy --yes --allow-breaking-changes").exits(0).says("⚠ 1 updated");
    let before = settled(&service, "sign-up-or-in");
    let mut files = super::surroundings();
    files.remove("connectors/welcome-mail.json");
    files.insert("connectors/connectors.json".to_owned(), json!({"connectors": ["other-mail"]}));
    for id in ["mfa-login", "sign-up-or-in"] {
        let flow = live(&service, id);
        let folder = descope_mgmt::resource::flow::Content::from_json(flow).unwrap().0.folder();
        files.extend(folder.into_iter().map(|(name, value)| (format!("flows/{id}/{name}"), value)));
    }
    files.insert("flows/flows.json".to_owned(), json!({"flows": ["mfa-login", "sign-up-or-in"]}));
    service.post("/__emulator/snapshot", &json!({"files": files}));
    service.sh("flow rollback --backup latest --yes").exits(5).says("connector 'Welcome Mail'");
    assert_eq!(settled(&service, "sign-up-or-in")["contents"], before["contents"]);
}
