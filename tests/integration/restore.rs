//! `backup restore`: live equals the backup, field by field, after an update and after a delete.

use serde_json::{Value, json};

use crate::common::Service;

/// A tenant with everything, keys that nobody knows included.
fn full(id: &str, parent: &str) -> Value {
    json!({
        "id": id, "name": format!("Name of {id}"), "selfProvisioningDomains": [format!("{id}.example")],
        "customAttributes": {"plan": "gold", "list": ["a", "b"]}, "authType": "none", "domains": [],
        "disabled": true, "enforceSSO": false, "enforceSSOExclusions": ["U1"], "federatedAppIds": ["app1"],
        "parent": parent, "defaultRoles": ["Tenant Admin"], "roleInheritance": "userOnly", "idJagEnabled": true,
        "neverHeardOf": {"deep": [1, 2]},
    })
}

fn without_time(mut tenant: Value) -> Value {
    tenant.as_object_mut().unwrap().remove("createdTime");
    tenant
}

fn rollback_of(ran: &Value) -> String {
    let command = ran["result"]["rollback_command"].as_str().unwrap();
    format!("{} --yes", command.strip_prefix("descope-mgmt ").unwrap())
}

#[test]
fn an_update_is_taken_back_by_the_rollback_command_of_its_summary() {
    let service = Service::start();
    service.seed(json!([full("acme", "")]));
    let before = (service.tenant("acme"), service.get("/v1/mgmt/tenant/settings?id=acme"));
    service.yaml(
        "tenants:\n  - id: acme\n    name: New\n    domains: []\n    attributes: { plan: free, extra: 1 }\n    remove_attributes: [list]\n    \
         disabled: false\n    default_roles: []\n    role_inheritance: none\n    settings: { session_token_expiration: 2h, inactivity: 30m }\n",
    );
    let ran = service.sh("tenant sync --yes -o json").exits(0).json();
    assert_ne!(service.tenant("acme"), before.0);
    service.sh(&rollback_of(&ran)).exits(0).says("⚠ 1 updated");
    assert_eq!((service.tenant("acme"), service.get("/v1/mgmt/tenant/settings?id=acme")), before);
    service.sh("backup restore latest --dry-run").exits(0).says("1 to update");
}

#[test]
fn deleted_tenants_come_back_parents_first_and_what_cannot_is_said() {
    let service = Service::start();
    // The service keeps no keys that it does not know, so a create can't bring such ones back.
    let known = |id: &str, parent: &str| {
        let mut tenant = full(id, parent);
        tenant.as_object_mut().unwrap().remove("neverHeardOf");
        tenant
    };
    let mut with_sso = known("sso", "");
    with_sso["authType"] = json!("saml");
    service.seed(json!([known("top", ""), known("low", "top"), with_sso]));
    let before: Vec<Value> = ["low", "top"].map(|id| without_time(service.tenant(id))).to_vec();
    service.yaml("tenants: []\n");
    let ran = service.sh("tenant sync --yes --prune -o json").exits(0).json();
    assert!(service.tenants().is_empty());
    let restored = service.sh(&rollback_of(&ran)).exits(0).says("✓ 3 created").says("SSO secrets are in no");
    drop(restored);
    let after: Vec<Value> = ["low", "top"].map(|id| without_time(service.tenant(id))).to_vec();
    assert_eq!(after, before);
}

#[test]
fn what_a_run_created_goes_only_with_prune_and_other_tenants_are_left_alone() {
    let service = Service::start();
    service.seed(json!([{"id": "other", "name": "Other"}]));
    service.yaml("tenants:\n  - { id: other, name: Other }\n  - { id: made, name: Made }\n");
    service.sh("tenant sync --yes").exits(0);
    service.sh("backup restore latest --yes").exits(0).says("? tenant.made").says("No changes:");
    service.sh("backup restore latest --yes --prune").exits(0).says("1 deleted");
    assert_eq!(service.tenants().len(), 1);
    service.sh("backup restore 01ZZZZ --yes").exits(1).says("01ZZZZ");
}

#[test]
fn a_backup_is_made_by_hand_compared_and_restored() {
    let service = Service::start();
    service.seed(json!([full("acme", ""), full("other", "")]));
    let made = service
        .desk
        .run(&["backup", "create", "--target", "tenant.a*", "--reason", "by hand", "-o", "json"])
        .exits(0)
        .json();
    assert_eq!(made["resources"], 2);
    service.sh("backup diff latest --detailed-exitcode").exits(0).says("No changes.");
    let before = service.tenant("acme");
    let mut edited = before.clone();
    edited["name"] = json!("Edited");
    service.post("/v1/mgmt/tenant/update", &edited);
    service
        .sh("backup diff latest --detailed-exitcode")
        .exits(2)
        .says("name: \"Edited\" -> \"Name of acme\"");
    service.sh("backup restore latest --yes").exits(0);
    assert_eq!(service.tenant("acme"), before);
    let id = made["id"].as_str().unwrap();
    service.sh(&format!("backup show {id}")).exits(0).says("by hand");
    let lines = service.sh(&format!("audit list -o json --address backup.{id}")).exits(0).json();
    let outcomes: Vec<_> =
        lines["items"].as_array().unwrap().iter().map(|it| it["outcome"].clone()).collect();
    assert_eq!(outcomes, ["intended", "succeeded"]);
    service.sh("audit verify").exits(0);
}

#[test]
fn a_restore_deletes_nothing_that_the_configuration_prevents() {
    let service = Service::start();
    let kept = "tenants:\n  - { id: kept, name: Kept, lifecycle: { prevent_destroy: true } }\n";
    service.yaml(&format!("{kept}  - {{ id: other, name: Other }}\n"));
    service.sh("tenant sync --yes").exits(0).says("✓ 2 created");
    service.sh("backup restore latest --prune --yes").exits(3).says("protected by").says("1 deleted");
    let left: Vec<Value> = service.tenants().into_iter().map(|tenant| tenant["id"].clone()).collect();
    assert_eq!(left, ["kept"]);
}

#[test]
fn what_the_backup_does_not_have_is_told_as_that_and_that_nothing_goes_back_without_prune() {
    let service = Service::start();
    service.yaml("tenants: [{ id: made, name: Made }]\n");
    service.sh("tenant sync --yes").exits(0);
    for line in ["backup diff latest", "backup restore latest --dry-run", "backup restore latest --yes"] {
        for format in ["text", "markdown"] {
            let ran = service.sh(&format!("{line} -o {format}")).exits(0);
            let told = ran.out.split_whitespace().collect::<Vec<_>>().join(" ");
            for said in ["not in the backup; --prune deletes it", "nothing is rolled back without --prune"] {
                assert!(told.contains(said), "'{said}' is not in:\n{}", ran.out);
            }
            assert!(!told.contains("not in configuration") && !told.contains("adopts"), "{}", ran.out);
        }
    }
    let document = service.sh("backup diff latest -o json").exits(0).json();
    assert_eq!(document["orphans"][0], json!({"address": "tenant.made", "id": "made", "name": "Made"}));
    service.sh("backup restore latest --prune --yes").exits(0).says("1 deleted");
}
