//! What can't be adopted is put aside, named, with why and what to do; everything else is adopted all the same.

use serde_json::json;

use super::{changed, file};
use crate::common::Service;

#[test]
fn a_live_tenant_that_yaml_can_not_say_is_named_and_the_others_are_adopted() {
    let service = Service::start();
    service.define(&["note"]);
    let long = "n".repeat(300);
    service.seed(json!([
        {"id": "good", "name": "Good"}, {"id": "bell", "name": "Bell\u{7}\n[31m"},
        {"id": "long", "name": long},
        {"id": "noted", "name": "Noted", "customAttributes": {"note": "two\nlines\u{1b}"}},
        {"id": "zeta", "name": "Zeta", "selfProvisioningDomains": ["zeta.example"]},
    ]));
    service.yaml("tenants: []\n");
    let ran = service
        .sh("tenant import * --yes")
        .exits(3)
        .says("Adopted 3 objects into descope.yaml.")
        .says(
            "tenant.bell is not adopted: the configuration can't say it: the name holds a control character",
        )
        .says("change it in Descope, or write the tenant by hand");
    assert!(!ran.err.contains('\u{7}') && ran.err.contains("tenant.long is not adopted"), "{}", ran.err);
    let text = file(&service);
    assert_eq!(text.matches("  - id: ").count(), 3, "{text}");
    assert!(text.contains("note: \"two\\nlines\\u001b\""), "{text}");
    let drift = service.sh("drift -o json").exits(2).json();
    assert_eq!(drift["orphans"].as_array().unwrap().len(), 2);
    assert_eq!(drift["changes"], json!([]));
    let told = service.sh("tenant import * --yes -o json").exits(1).json();
    assert_eq!((&told["adopted"], &told["written"]), (&json!([]), &json!(false)));
    assert_eq!(told["left"][0]["address"], "tenant.bell");
    assert_eq!(file(&service), text, "nothing was adopted, so nothing was touched");
}

#[test]
fn a_changed_tenant_that_yaml_can_not_say_does_not_stop_the_others() {
    let service = Service::start();
    service.yaml("tenants:\n  - { id: bell, name: Bell }   # mine\n  - { id: good, name: Good }\n");
    service.seed(json!([{"id": "bell", "name": "Bell\u{7}"}, {"id": "good", "name": "Better"}]));
    let before = file(&service);
    service
        .sh("drift --adopt * --yes")
        .exits(3)
        .says("tenant.bell is not adopted: the configuration can't say it")
        .says("Adopted 1 object into descope.yaml.");
    assert_eq!(
        changed(&before, &file(&service)),
        ["-  - { id: good, name: Good }", "+  - { id: good, name: Better }"]
    );
}

#[test]
fn a_first_configuration_from_live_leaves_out_what_yaml_can_not_say() {
    let service = Service::start();
    service.seed(json!([{"id": "bell", "name": "Bell\u{7}"}, {"id": "good", "name": "Good"}]));
    service
        .sh("config init --from-live --rate-limit 100000/60s")
        .exits(3)
        .says("tenant.bell is not adopted: the configuration can't say it");
    let text = file(&service);
    assert!(text.contains("id: good") && !text.contains("bell"), "{text}");
    service.sh("plan --detailed-exitcode").exits(0);
}

#[test]
fn a_tenant_whose_name_another_item_has_is_put_aside_alone() {
    let service = Service::start();
    service.yaml("tenants:\n  - { id: mine, name: Twin }\n");
    service.seed(json!([{"id": "twin", "name": "Twin"}, {"id": "other", "name": "Other"}]));
    service
        .sh("tenant import * --yes")
        .exits(3)
        .says("tenant.twin is not adopted: the configuration can't say it")
        .says("Adopted 1 object into");
    assert!(file(&service).ends_with("  - { id: other, name: Other }\n"), "{}", file(&service));
}

#[test]
fn an_anchor_that_others_use_is_reported_with_its_place_and_the_others_are_adopted() {
    let service = Service::start();
    service.define(&["plan", "seats"]);
    let text = "version: 1
environments:
  dev:
    tenants:
      one: { attributes: &over { plan: silver } }   # two has it, too
      two: { attributes: *over }
tenants:
  - id: one
    name: One
    attributes: &all
      plan: gold
      seats: 5
  - id: two
    name: Two
    attributes: *all
  - id: three
    name: Three
    attributes: { <<: *all, seats: 6 }
";
    service.desk.write("descope.yaml", text);
    service.seed(json!([
        {"id": "one", "name": "One"}, {"id": "two", "name": "Two", "customAttributes": {"plan": "free", "seats": 5}},
        {"id": "three", "name": "Three B", "customAttributes": {"plan": "free", "seats": 7}},
    ]));
    let ran = service.sh("drift --adopt * --yes").exits(3);
    assert_eq!(
        changed(text, &file(&service)),
        [
            "-    name: Three",
            "-    attributes: { <<: *all, seats: 6 }",
            "+    name: Three B",
            "+    attributes: { <<: *all, seats: 7, plan: free }",
        ]
    );
    for said in [
        "descope.yaml:5:12: attributes.plan of tenant.one is not adopted: it holds an anchor that other places use",
        "descope.yaml:11:7: attributes.seats of tenant.one is not adopted: it carries an anchor that other places use",
        "descope.yaml:6:26: attributes.plan of tenant.two is not adopted: an alias stands there",
    ] {
        assert!(ran.err.contains(said), "'{said}' is not in:\n{}", ran.err);
    }
    // A tenant that went, whose lines hold what another one uses.
    service.post("/v1/mgmt/tenant/delete", &json!({"id": "one"}));
    let ran = service.sh("drift --adopt tenant.one --adopt tenant.three --yes").exits(1);
    assert!(
        ran.err.contains("tenant.one is not adopted: it holds an anchor that other places use"),
        "{}",
        ran.err
    );
}

#[test]
fn what_is_adopted_in_part_is_named_in_text_and_json_alike() {
    let files = "version: 1\ntenants:\n  - { id: one, name: \"${NAME:-One}\", disabled: false }\n  - { id: two, name: Two }\n";
    let live = json!([{"id": "one", "name": "First", "disabled": true}, {"id": "two", "name": "Second"}]);
    let service = Service::start();
    service.desk.write("descope.yaml", files);
    service.seed(live);
    let told = service.sh("drift --adopt tenant.one --dry-run -o json").exits(3).json();
    assert_eq!((&told["adopted"], &told["adopted_in_part"]), (&json!([]), &json!(["tenant.one"])));
    service
        .sh("drift --adopt * --yes")
        .exits(3)
        .says("Adopted 1 object, and tenant.one in part, into descope.yaml.");
    // What was adopted of it is known from now on: only the name is still what somebody changed.
    let plan = service.sh("plan -o json").exits(0).json();
    assert_eq!(plan["changes"].as_array().unwrap().len(), 1);
    assert_eq!(plan["changes"][0]["fields"][0]["path"], json!(["name"]));
}

#[test]
fn what_defaults_give_is_not_written_again() {
    let service = Service::start();
    service.define(&["plan", "seats"]);
    let text = "version: 1\ndefaults:\n  tenant:\n    disabled: true\n    attributes: { plan: gold }\n    domains: []\ntenants:\n  - id: acme\n    name: Acme\n";
    service.desk.write("descope.yaml", text);
    service.sh("apply --yes").exits(0);
    let stray = |id: &str, disabled: bool, attributes: serde_json::Value| json!({"id": id, "name": format!("The {id}"), "disabled": disabled, "customAttributes": attributes});
    let live = [
        stray("same", true, json!({"plan": "gold"})),
        stray("seats", true, json!({"plan": "gold", "seats": 5})),
        stray("plan", false, json!({"plan": "free"})),
    ];
    service.seed(json!(live));
    service.sh("tenant import * --yes").exits(0);
    assert_eq!(
        changed(text, &file(&service)),
        [
            "+  - id: plan",
            "+    name: The plan",
            "+    attributes: { plan: free }",
            "+    disabled: false",
            "+  - id: same",
            "+    name: The same",
            "+  - id: seats",
            "+    name: The seats",
            "+    attributes: { seats: 5 }",
        ]
    );
    service.sh("plan --detailed-exitcode").exits(0);
    // What differs gets a line of its own; what is as the defaults have it gets none.
    let before = file(&service);
    let mut acme = service.tenant("acme");
    acme["disabled"] = json!(false);
    service.seed(json!([acme]));
    service.sh("drift --adopt tenant.acme --yes").exits(0);
    assert_eq!(changed(&before, &file(&service)), ["+    disabled: false"]);
}
