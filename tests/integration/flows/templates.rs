//! Use case: MFA for staging first, then for production, from a template, and back.

use serde_json::json;

use crate::common::Desk;

const YAML: &str = "version: 1\n\
                    environments: { staging: {}, prod: { protected: true } }\n\
                    flows:\n  - id: mfa-login\n    template: mfa-login@VERSION\n    variables: { primary: PRIMARY, fallback: FALLBACK }\n";

fn configure(desk: &Desk, version: &str, primary: &str, fallback: &str) {
    let yaml = YAML.replace("VERSION", version).replace("PRIMARY", primary).replace("FALLBACK", fallback);
    desk.write("descope.yaml", &yaml);
}

#[test]
fn mfa_goes_to_staging_then_to_production_and_back() {
    let desk = Desk::new();
    configure(&desk, "1", "sms", "totp");
    desk.sh("--sandbox -e staging flow deploy --dry-run").exits(0).says("SANDBOX").says("mfa-login@1.0.0");
    desk.sh("--sandbox -e staging flow deploy --yes").exits(0).says("✓ 1 created");
    desk.sh("--sandbox -e prod flow deploy --yes").exits(4).says("the environment is protected");
    desk.run(&["--sandbox", "-e", "prod", "flow", "deploy", "--yes", "--confirm-project", "Sandbox prod"])
        .exits(0)
        .says("✓ 1 created");
    let listed = |environment: &str| desk.sh(&format!("--sandbox -e {environment} flow list -o json")).json();
    assert_eq!(listed("staging")["items"][0]["template"], "mfa-login@1.0.0");

    // The next major version may break what runs.
    configure(&desk, "2", "sms", "totp");
    let refused = desk.sh("--sandbox -e staging flow deploy --yes -o json").exits(4).json();
    assert_eq!(
        refused["plan"]["changes"][0]["breaking"][0],
        "Flow 'mfa-login' version change: v1 -> v2 (breaking changes possible)"
    );
    desk.sh("--sandbox -e staging flow deploy --yes --allow-breaking-changes").exits(0).says("⚠ 1 updated");
    assert_eq!(listed("staging")["items"][0]["template"], "mfa-login@2.0.0");
    assert_eq!(listed("prod")["items"][0]["template"], "mfa-login@1.0.0");
    desk.sh("--sandbox -e staging flow rollback --backup latest --yes").exits(0).says("⚠ 1 updated");
    desk.sh("--sandbox -e staging flow deploy --dry-run").exits(0).says("1 to update");
}

#[test]
fn another_fallback_is_told_by_its_methods() {
    let desk = Desk::new();
    configure(&desk, "2", "sms", "totp");
    desk.sh("--sandbox -e staging flow deploy --yes").exits(0);
    configure(&desk, "2", "sms", "email");
    let plan = desk.sh("--sandbox -e staging flow deploy --dry-run").exits(0);
    assert!(plan.out.contains("method added"), "{}", plan.out);
    assert!(plan.out.contains("breaking: "), "{}", plan.out);
}

#[test]
fn every_built_in_template_deploys_as_it_is_and_second_plans_are_empty() {
    let desk = Desk::new();
    let listed = desk.sh("flow templates -o json").exits(0).json();
    let templates = listed["items"].as_array().unwrap().clone();
    assert_eq!(templates.len(), 4);
    let mut yaml = "version: 1\nflows:\n".to_owned();
    for (n, template) in templates.iter().enumerate() {
        let (name, version) = (template["name"].as_str().unwrap(), template["version"].as_str().unwrap());
        yaml += &format!("  - {{ id: flow-{n}, template: {name}@{version} }}\n");
    }
    desk.write("descope.yaml", &yaml);
    let valid = desk.sh("config validate -o json").exits(0).json();
    assert_eq!(valid["diagnostics"], json!([]), "{valid:#}");
    desk.sh("--sandbox flow deploy --yes").exits(0).says("✓ 4 created");
    desk.sh("--sandbox plan --detailed-exitcode").exits(0).says("No changes. 4 unchanged.");
}

#[test]
fn unknown_templates_and_wrong_variables_say_what_there_is() {
    let desk = Desk::new();
    configure(&desk, "2", "sms", "sms");
    desk.sh("--sandbox -e staging plan").exits(5).says("they must differ");
    configure(&desk, "2", "fax", "totp");
    desk.sh("--sandbox -e staging plan").exits(5).says("one of sms, totp, email");
    desk.write("descope.yaml", "flows: [{ id: a, template: mfa-logni }]\n");
    desk.sh("--sandbox plan")
        .exits(5)
        .says("did you mean 'mfa-login'?")
        .says("'login', 'mfa-login', 'sign-up'");
    configure(&desk, "2", "sms", "totp");
    desk.sh("-e staging flow templates nosuch").exits(5).says("there are login, mfa-login, sign-up");
    desk.sh("-e staging flow templates mfa-login").exits(0).says("one of sms, totp, email; default totp");
}

#[test]
fn a_major_version_is_a_change_even_where_it_makes_the_same_flow() {
    let desk = Desk::new();
    let flow = std::fs::read_to_string(super::samples().join("exported/mfa-login.json")).unwrap();
    for version in ["1.1.0", "2.0.0"] {
        let folder = format!("templates/ours/{version}");
        desk.write(&format!("{folder}/template.yaml"), &format!("name: ours\nversion: {version}\n"));
        desk.write(
            &format!("{folder}/flow.json"),
            &flow.replace("\"mfaEnrolled\"", "").replace("customAttributes.mfaEnrolled", "name"),
        );
    }
    desk.write("descope.yaml", "flows: [{ id: mfa-login, template: ours@1 }]\n");
    desk.sh("--sandbox flow deploy --yes").exits(0).says("✓ 1 created");
    desk.write("descope.yaml", "flows: [{ id: mfa-login, template: ours@2 }]\n");
    desk.sh("--sandbox flow deploy --yes").exits(4).says("version change: v1 -> v2");
    desk.sh("--sandbox flow deploy --yes --allow-breaking-changes").exits(0).says("⚠ 1 updated");
    desk.sh("--sandbox plan --detailed-exitcode").exits(0).says("No changes.");
    assert_eq!(desk.sh("--sandbox flow list -o json").json()["items"][0]["template"], "ours@2.0.0");
}
