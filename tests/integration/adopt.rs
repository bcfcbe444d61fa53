//! Live values into the user's own YAML: those lines change and no others, and a plan afterwards is empty.

mod aside;
mod breaking;
mod sensitive;

use serde_json::{Value, json};

use crate::common::Service;

/// A file as people write them: comments, anchors, merge keys, odd quoting, both styles.
fn by_hand() -> String {
    let mut text = String::from(
        "# Tenants of the portfolio; ask Kim before you change the first three.\nversion: 1\n\n",
    );
    text += "tenants:   # sorted by hand\n\
             \x20 - &first   # others merge it\n    id: base-one\n    name: 'Base One'\n    attributes: &common\n      \
             plan: gold     # everybody's plan\n      region: \"eu\"\n\n\
             \x20 # The big one.\n  - id: acme-corp\n    name: \"Acme \\\"Corp\\\"\"   # as in the contract\n    \
             domains: [ acme.com,acme.net ]   # two of them\n    attributes:\n      <<: *common\n      seats: 50   # of 60\n\n\
             \x20 - {id: globex,   name: Globex, domains: []}\n\n";
    for n in 0..70 {
        text += &format!(
            "  # number {n}\n  - id: tenant-{n:03}\n    name: {}\n    domains:\n    - t{n}.example  # own\n\n",
            match n % 3 {
                0 => format!("Tenant {n}"),
                1 => format!("'Tenant {n}'"),
                _ => format!("\"Tenant {n}\""),
            }
        );
    }
    text += "# The end.\n";
    text
}

/// The lines that went and came, as `diff` marks them.
fn changed(before: &str, after: &str) -> Vec<String> {
    let diff = similar::TextDiff::from_lines(before, after);
    let lines = diff.iter_all_changes().filter(|line| line.tag() != similar::ChangeTag::Equal);
    lines.map(|line| format!("{}{}", line.tag(), line.value().trim_end())).collect()
}

/// A service in sync with the file of `by_hand`, and the file itself.
fn in_sync() -> (Service, String) {
    let service = Service::start();
    service.define(&["plan", "region", "seats"]);
    let text = by_hand();
    assert!(text.lines().count() > 300, "{}", text.lines().count());
    service.desk.write("descope.yaml", &text);
    service.sh("apply --yes --rate-limit 100000/60s").exits(0);
    service.sh("plan --detailed-exitcode").exits(0);
    (service, text)
}

fn file(service: &Service) -> String {
    std::fs::read_to_string(service.desk.path("descope.yaml")).unwrap()
}

#[test]
fn adopting_one_tenant_and_one_attribute_changes_these_lines_only() {
    let (service, before) = in_sync();
    let mut acme = service.tenant("acme-corp");
    acme["customAttributes"]["seats"] = json!(75);
    service
        .seed(json!([acme, {"id": "stray", "name": "Stray: Inc", "selfProvisioningDomains": ["stray.com"]}]));
    let shown = service.sh("drift --adopt tenant.acme-corp --adopt tenant.stray --dry-run").exits(0);
    assert!(shown.out.contains("-      seats: 50   # of 60\n+      seats: 75   # of 60\n"), "{}", shown.out);
    assert_eq!(file(&service), before, "a dry run writes nothing");
    service
        .sh("drift --adopt tenant.acme-corp --adopt tenant.stray --yes")
        .exits(0)
        .says("Adopted 2 objects");
    assert_eq!(
        changed(&before, &file(&service)),
        [
            "-      seats: 50   # of 60",
            "+      seats: 75   # of 60",
            "+  - id: stray",
            "+    name: \"Stray: Inc\"",
            "+    domains: [stray.com]",
            "+",
        ]
    );
    service.sh("drift").exits(0);
    service.sh("plan --detailed-exitcode").exits(0).says("No changes");
    let audit = service.sh("audit list -o json").exits(0).json();
    let adopted: Vec<&Value> =
        audit["items"].as_array().unwrap().iter().filter(|line| line["outcome"] == "adopted").collect();
    assert_eq!(adopted.len(), 2, "{audit}");
}

#[test]
fn every_kind_of_difference_can_be_adopted() {
    let (service, before) = in_sync();
    let mut acme = service.tenant("acme-corp");
    acme["name"] = json!("Acme \"Inc\"");
    acme["selfProvisioningDomains"] = json!(["acme.net", "acme.org"]);
    acme["customAttributes"]["plan"] = json!("free");
    let mut globex = service.tenant("globex");
    globex["selfProvisioningDomains"] = json!(["globex.com"]);
    let mut other = service.tenant("tenant-007");
    other["selfProvisioningDomains"] = json!([]);
    service.seed(json!([acme, globex, other]));
    service.sh("drift --adopt * --yes").exits(0);
    assert_eq!(
        changed(&before, &file(&service)),
        [
            "-    name: \"Acme \\\"Corp\\\"\"   # as in the contract",
            "-    domains: [ acme.com,acme.net ]   # two of them",
            "+    name: \"Acme \\\"Inc\\\"\"   # as in the contract",
            "+    domains: [ acme.net, acme.org ]   # two of them",
            "+      plan: free",
            "-  - {id: globex,   name: Globex, domains: []}",
            "+  - {id: globex,   name: Globex, domains: [globex.com]}",
            "-    domains:",
            "-    - t7.example  # own",
            "+    domains: []",
        ]
    );
    service.sh("plan --detailed-exitcode").exits(0);
}

#[test]
fn what_a_variable_makes_or_others_share_is_reported_and_left() {
    let mut service = Service::start();
    service.desk.set("DOMAIN", "acme.com");
    service.define(&["plan"]);
    let text = "version: 1\ntenants:\n  - id: acme-corp\n    name: Acme ${SUFFIX:-Corp}\n    domains: [\"${DOMAIN}\"]\n    \
           attributes: &all { plan: gold }\n  - id: globex\n    name: Globex\n    attributes: *all\n";
    service.desk.write("descope.yaml", text);
    service.sh("apply --yes").exits(0);
    let mut acme = service.tenant("acme-corp");
    acme["name"] = json!("Other");
    acme["selfProvisioningDomains"] = json!(["acme.com", "acme.org"]);
    acme["customAttributes"]["plan"] = json!("free");
    service.seed(json!([acme]));
    let ran = service.sh("drift --adopt tenant.acme-corp --yes").exits(3);
    assert!(
        ran.err.contains("descope.yaml:4:11: name of tenant.acme-corp is not adopted: a variable"),
        "{}",
        ran.err
    );
    assert!(
        ran.err.contains("descope.yaml:6:22: attributes.plan of tenant.acme-corp is not adopted"),
        "{}",
        ran.err
    );
    assert_eq!(
        changed(text, &file(&service)),
        ["-    domains: [\"${DOMAIN}\"]", "+    domains: [\"${DOMAIN}\", acme.org]"]
    );
}

const LAYERS: &str = "version: 1
environments:
  dev: {}
  staging:
    tenants:
      # What staging has otherwise.
      shared-one: { attributes: { plan: silver }, disabled: false }   # until May
defaults:
  tenant: { enforce_sso_exclusions: [] }
tenants:
  - id: shared-one
    name: Shared
    attributes: { plan: gold, seats: 5 }
    remove_attributes: [old, older]
    settings:
      session_token_expiration: 10m   # short
  - { id: dev-only, name: Dev, environments: [dev] }
";

#[test]
fn each_value_is_written_where_it_comes_from_or_shadows_what_is_shared() {
    let service = Service::start();
    service.define(&["plan", "seats", "old", "older"]);
    service.desk.write("descope.yaml", LAYERS);
    service.sh("-e staging apply --yes").exits(0);
    let mut live = service.tenant("shared-one");
    live["customAttributes"] = json!({"plan": "platinum", "old": "back"});
    live["disabled"] = json!(true);
    live["enforceSSOExclusions"] = json!(["admin@x.com"]);
    service.seed(json!([live, {"id": "stray", "name": "Stray"}]));
    service
        .sh("-e staging drift --adopt * --yes")
        .exits(0)
        .says("tenant.shared-one is in other environments, too");
    assert_eq!(
        changed(LAYERS, &file(&service)),
        [
            "-      shared-one: { attributes: { plan: silver }, disabled: false }   # until May",
            "+      shared-one: { attributes: { plan: platinum }, disabled: true }   # until May",
            "-    attributes: { plan: gold, seats: 5 }",
            "-    remove_attributes: [old, older]",
            "-    settings:",
            "-      session_token_expiration: 10m   # short",
            "+    attributes: { plan: gold }",
            "+    remove_attributes: [older]",
            "+    enforce_sso_exclusions: [admin@x.com]",
            "+  - { id: stray, name: Stray, environments: [staging] }",
        ]
    );
    service.sh("-e staging plan --detailed-exitcode").exits(0);
    // What was never live goes, but not from under other environments.
    service.post("/v1/mgmt/tenant/delete", &json!({"id": "shared-one"}));
    let ran = service.sh("-e staging drift --adopt tenant.shared-one --yes").exits(1);
    assert!(ran.err.contains("other environments have it, too"), "{}", ran.err);
    service.sh("-e dev drift --adopt tenant.dev-only --yes").exits(0);
    assert!(!file(&service).contains("dev-only"));
}

#[test]
fn a_sensitive_value_is_neither_written_nor_shown() {
    let service = Service::start();
    service.define(&["token"]);
    service.yaml("tenants:\n  - id: acme\n    name: Acme\n    attributes: { token: geheim }\n    sensitive: [attributes.token]\n");
    service.sh("apply --yes").exits(0);
    let mut live = service.tenant("acme");
    live["name"] = json!("Acme 2");
    live["customAttributes"]["token"] = json!("leaked");
    service.seed(json!([live]));
    let ran = service.sh("drift --adopt tenant.acme --yes").exits(3).says("put its value into a variable");
    assert!(
        ![&ran.out, &ran.err].iter().any(|text| text.contains("geheim") || text.contains("leaked")),
        "{ran:?}"
    );
    assert!(file(&service).contains("name: Acme 2") && file(&service).contains("token: geheim"));
}

#[test]
fn a_file_that_changed_meanwhile_or_that_would_break_is_not_written() {
    let service = Service::start();
    service.yaml("tenants:\n  - { id: top, name: Top }\n  - { id: below, name: Below, parent: top }\n");
    service.sh("apply --yes").exits(0);
    let before = file(&service);
    service.post("/v1/mgmt/tenant/delete", &json!({"id": "below"}));
    service.post("/v1/mgmt/tenant/delete", &json!({"id": "top"}));
    let ran = service.sh("drift --adopt tenant.top --yes");
    assert_ne!(ran.code, 0, "{ran:?}");
    assert_eq!(file(&service), before, "what hangs on it would change, too");
    service.sh("drift --adopt * --yes").exits(0).says("Adopted 2 objects");
    assert!(file(&service).ends_with("tenants: []\n"), "{}", file(&service));
}

#[test]
fn a_tenant_that_went_is_taken_out_and_adopting_nothing_touches_nothing() {
    let (service, before) = in_sync();
    service.sh("drift --adopt tenant.acme-corp --yes").exits(0).says("Nothing to adopt");
    assert_eq!(file(&service), before);
    service.post("/v1/mgmt/tenant/delete", &json!({"id": "tenant-003"}));
    service.sh("drift --adopt tenant.tenant-003 --yes").exits(0);
    assert_eq!(
        changed(&before, &file(&service)),
        ["-  - id: tenant-003", "-    name: Tenant 3", "-    domains:", "-    - t3.example  # own"]
    );
    service.sh("plan --detailed-exitcode").exits(0);
    service.sh("tenant import nobody").exits(5).says("names nothing");
    service.sh("tenant import acme-corp").exits(0).says("Nothing to adopt");
}

#[test]
fn five_hundred_live_tenants_are_imported_and_nothing_is_left_to_do() {
    let service = Service::start();
    service.define(&["n"]);
    let tenants = (0..500).map(|n| {
        json!({"id": format!("t-{n:03}"), "name": format!("Tenant {n}: no"), "disabled": n % 7 == 0,
               "selfProvisioningDomains": [format!("t{n}.example")], "customAttributes": {"n": n}})
    });
    service.seed(tenants.collect());
    service.yaml("defaults:\n  tenant: { disabled: true }\ntenants: []   # none yet\n");
    service.sh("tenant import * --yes --rate-limit 100000/60s").exits(0).says("Adopted 500 objects");
    service.sh("plan --detailed-exitcode").exits(0);
    service.sh("drift").exits(0);
}

#[test]
fn the_file_keeps_its_mode_and_goes_where_it_was_told_to() {
    use std::os::unix::fs::PermissionsExt;
    let service = Service::start();
    service.seed(json!([{"id": "one", "name": "One"}, {"id": "two", "name": "Two"}]));
    service.yaml(
        "include: [more/*.yaml]\ntenants:\n  - { id: top, name: Top }\n  - { id: top-2, name: Top 2 }\n",
    );
    service.desk.write("more/a.yaml", "tenants: []\n");
    let path = service.desk.path("descope.yaml");
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o640)).unwrap();
    service.sh("tenant import one --yes").exits(0);
    service.sh("tenant import two --into more/a.yaml --yes").exits(0);
    service.sh("tenant import two --into nope.yaml --yes").exits(0).says("Nothing to adopt");
    assert!(file(&service).ends_with("  - { id: top-2, name: Top 2 }\n  - { id: one, name: One }\n"));
    assert_eq!(std::fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o640);
    let more = std::fs::read_to_string(service.desk.path("more/a.yaml")).unwrap();
    assert_eq!(more, "tenants:\n  - id: two\n    name: Two\n");
    let json = service.sh("drift --adopt tenant.top -o json --yes");
    assert_eq!(json.exits(0).json()["adopted"], json!(["tenant.top"]));
}
