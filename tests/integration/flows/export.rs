//! Files out of the project, and the same files in again.

use serde_json::json;

use super::{deployed, sample, samples};

#[test]
fn every_form_is_written_byte_for_byte_as_the_official_command_line_writes_it() {
    let service = deployed();
    // The stamp is the service's own, and differs from that of the sample.
    let stamp = |text: String| {
        let start = text.find("\"componentsVersion\"").unwrap();
        let end = start + text[start..].find('\n').unwrap();
        text[..start].to_owned() + &text[end..]
    };
    let same = |written: &str, expected: &str| {
        let written = std::fs::read_to_string(service.desk.path(written)).unwrap();
        let expected = std::fs::read_to_string(samples().join(expected)).unwrap();
        assert_eq!(stamp(written), stamp(expected));
    };
    service.sh("flow export mfa-login --out out/mfa-login.json").exits(0).says("wrote out/mfa-login.json");
    same("out/mfa-login.json", "exported/mfa-login.json");
    service.sh("flow export mfa-login --format folder --out out/mfa-login").exits(0);
    same("out/mfa-login/metadata.json", "project/flows/mfa-login/metadata.json");
    let contents = |path: std::path::PathBuf| std::fs::read_to_string(path).unwrap();
    for entry in std::fs::read_dir(samples().join("project/flows/mfa-login")).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_str().unwrap().to_owned();
        if name != "metadata.json" {
            assert_eq!(
                contents(service.desk.path(&format!("out/mfa-login/{name}"))),
                contents(path),
                "{name}"
            );
        }
    }
}

#[test]
fn each_form_is_taken_as_input_again_and_plans_nothing() {
    let service = deployed();
    service.sh("flow export mfa-login --format console --out out/console.json").exits(0);
    service.sh("flow export mfa-login --format folder --out out/folder").exits(0);
    service.sh("flow export mfa-login --out out/exported.json").exits(0);
    for file in ["out/console.json", "out/folder", "out/exported.json"] {
        service.yaml(&format!("flows: [{{ id: mfa-login, file: {file} }}]\n"));
        service.sh("plan --detailed-exitcode").exits(0).says("No changes. 1 unchanged.");
    }
}

#[test]
fn one_file_goes_to_standard_output_and_several_need_a_folder() {
    let service = deployed();
    let flow: serde_json::Value =
        serde_json::from_str(&service.sh("flow export mfa-login").exits(0).out).unwrap();
    assert_eq!(flow["contents"], sample("mfa-login")["contents"]);
    service.sh("flow export mfa-login --format folder").exits(64).says("--out");
    service.sh("flow export nosuch").exits(1).says("there are mfa-login, sign-up-or-in");
    let theme: serde_json::Value =
        serde_json::from_str(&service.sh("flow export --theme").exits(0).out).unwrap();
    assert!(theme["styles"].is_object());
}

#[test]
fn a_live_flow_becomes_a_template_that_makes_the_same_flow() {
    let service = deployed();
    service.sh("flow export mfa-login --as-template ours --out templates").exits(0).says("template.yaml");
    service.sh("flow templates ours").exits(0).says("1.0.0");
    service.yaml("flows: [{ id: mfa-login, template: ours, variables: { name: MFA Login } }]\n");
    service.sh("plan --detailed-exitcode").exits(0).says("No changes. 1 unchanged.");
}

#[test]
fn a_flow_is_shown_with_what_it_leans_on() {
    let service = deployed();
    let shown = service.sh("flow show sign-up-or-in -o json").exits(0).json();
    assert_eq!(shown["connectors"], json!(["Welcome Mail"]));
    assert_eq!(shown["sub_flows"], json!(["mfa-login"]));
    let listed = service.sh("flow list -o json").exits(0).json();
    assert_eq!(listed["items"][0]["id"], "mfa-login");
    assert_eq!(listed["items"][0]["configured"], "flows/mfa-login.json");
}

#[test]
fn an_older_export_leaves_no_screens_behind_and_a_template_is_never_overwritten() {
    let service = deployed();
    service.sh("flow export mfa-login --format folder --out out").exits(0);
    service.desk.write("out/screen-SC2old.json", "{}");
    service.sh("flow export mfa-login --format folder --out out").exits(0);
    assert!(!service.desk.path("out/screen-SC2old.json").exists());
    service.yaml("flows: [{ id: mfa-login, file: out }]\n");
    service.sh("plan --detailed-exitcode").exits(0);
    service.sh("flow export mfa-login --as-template ours --out templates").exits(0);
    service.desk.write("templates/ours/1.0.0/template.yaml", "# by hand\n");
    service.sh("flow export mfa-login --as-template ours --out templates").exits(1).says("is there already");
    assert_eq!(
        std::fs::read_to_string(service.desk.path("templates/ours/1.0.0/template.yaml")).unwrap(),
        "# by hand\n"
    );
    // A link stays a link.
    service.desk.write("real.json", "");
    std::os::unix::fs::symlink("real.json", service.desk.path("link.json")).unwrap();
    service.sh("flow export mfa-login --out link.json").exits(0);
    assert!(service.desk.path("link.json").is_symlink());
    assert!(std::fs::read_to_string(service.desk.path("real.json")).unwrap().contains("MFA Login"));
}
