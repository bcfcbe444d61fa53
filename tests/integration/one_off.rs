//! `tenant create`, `update` and `delete`: one tenant by its flags, through the same engine.

use serde_json::{Value, json};
use wiremock::{
    Mock, MockServer, ResponseTemplate,
    matchers::{any, path},
};

use crate::common::Service;

#[test]
fn a_tenant_is_created_changed_and_deleted_by_flags() {
    let service = Service::start();
    let run = |arguments: &[&str]| service.desk.run(arguments);
    run(&[
        "tenant",
        "create",
        "acme",
        "--name",
        "Acme Corp",
        "--domain",
        "a.example",
        "--attribute",
        "seats=50",
        "--attribute",
        "code='007'",
        "--yes",
    ])
    .exits(0)
    .says("✓ 1 created");
    let made = service.tenant("acme");
    assert_eq!(
        (&made["name"], &made["customAttributes"]),
        (&json!("Acme Corp"), &json!({"seats": 50, "code": "007"}))
    );
    run(&["tenant", "create", "acme", "--name", "Again", "--yes"]).exits(1).says("is there already");
    run(&[
        "tenant",
        "update",
        "acme",
        "--domain",
        "b.example",
        "--remove-domain",
        "a.example",
        "--remove-attribute",
        "seats",
        "--default-role",
        "Tenant Admin",
        "--disabled",
        "--yes",
    ])
    .exits(0)
    .says("domains: [\"a.example\"] -> [\"b.example\"]");
    let changed = service.tenant("acme");
    assert_eq!(
        (&changed["name"], &changed["selfProvisioningDomains"]),
        (&json!("Acme Corp"), &json!(["b.example"]))
    );
    assert_eq!((&changed["customAttributes"], &changed["disabled"]), (&json!({"code": "007"}), &json!(true)));
    assert_eq!(changed["defaultRoles"], json!(["Tenant Admin"]));
    run(&["tenant", "update", "acme", "--disabled=false", "--yes"]).exits(0);
    run(&["tenant", "update", "acme", "--disabled=false", "--yes"]).exits(0).says("No changes.");
    run(&["tenant", "delete", "acme", "--dry-run", "--yes"]).exits(0).says("- tenant.acme");
    assert_eq!(service.tenants().len(), 1);
    run(&["tenant", "delete", "acme", "--yes"]).exits(0).says("1 deleted");
    run(&["tenant", "delete", "acme", "--yes"]).exits(1).says("no tenant 'acme'");
    run(&["tenant", "update", "acme", "--name", "X", "--yes"]).exits(1).says("no tenant 'acme'");
}

#[test]
fn children_go_first_and_users_only_with_cascade() {
    let service = Service::start();
    service.seed(json!([
        {"id": "top", "name": "Top"}, {"id": "low", "name": "Low", "parent": "top"}, {"id": "full", "name": "Full", "users": 3},
    ]));
    service.sh("tenant delete top --yes").exits(4).says("sub-tenants hang on it and stay: tenant.low");
    service.sh("tenant delete full --yes").exits(1).says("✗ 1 failed");
    assert_eq!(service.tenants().len(), 3);
    service.sh("tenant delete full --yes --cascade").exits(0).says("1 deleted");
    service.sh("tenant delete low --yes").exits(0);
    service.sh("tenant delete top --yes").exits(0);
}

#[test]
fn the_configuration_guards_one_off_work_too_and_a_word_is_said_about_strangers() {
    let service = Service::start();
    service.seed(json!([{"id": "kept", "name": "Kept"}, {"id": "main", "name": "Main"}, {"id": "free", "name": "Free"}]));
    service.yaml(
        "protect: [tenant.main]\ntenants:\n  - { id: kept, name: Kept, lifecycle: { prevent_destroy: true } }\n  \
         - { id: free, name: Free }\n",
    );
    service.sh("tenant delete kept --yes").exits(4).says("protected by");
    service.sh("tenant delete main --yes").exits(4).says("protected by");
    service.sh("tenant delete free --yes").exits(0).says("is still in the configuration");
    service.sh("tenant create new-one --name New --yes").exits(0).says("is not in the configuration");
    service.sh("tenant update kept --name Other --yes").exits(0).says("is in the configuration, too");
}

#[test]
fn sensitive_values_are_masked_wherever_they_are_shown() {
    let service = Service::start();
    service.seed(json!([{"id": "acme", "name": "Acme", "customAttributes": {"token": "0ld-s3cret"}}]));
    service.yaml(
        "tenants:\n  - { id: acme, name: Acme, attributes: { token: n3w-s3cret }, sensitive: [attributes.token] }\n",
    );
    let lines = [
        "plan",
        "plan -o json",
        "tenant list -o json",
        "tenant show acme",
        "tenant show acme -o json",
        "tenant sync --yes --log-level trace --log-file log.jsonl",
    ];
    for line in lines {
        let ran = service.sh(line).exits(0);
        for secret in ["0ld-s3cret", "n3w-s3cret"] {
            assert!(!ran.out.contains(secret) && !ran.err.contains(secret), "{line}: {ran:?}");
        }
    }
    assert_eq!(service.tenant("acme")["customAttributes"]["token"], "n3w-s3cret");
    for path in service.desk.files_below("") {
        let kept = ["descope.yaml", "/backups/"].iter().any(|it| path.to_str().unwrap().contains(it));
        assert!(kept || !std::fs::read_to_string(&path).unwrap().contains("s3cret"), "{}", path.display());
    }
}

#[test]
fn a_sensitive_value_that_the_service_repeats_in_its_refusal_is_masked() {
    let mut service = Service::start();
    let projects = json!({"projects": [{"id": service.project, "name": "Mine"}]});
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let server = runtime.block_on(async {
        let server = MockServer::start().await;
        let answer = |status: u16, body: Value| ResponseTemplate::new(status).set_body_json(body);
        let refusal = json!({"errorCode": "E011003", "errorMessage": "got {'token': 'n3w-s3cret', 'domain': 'hidden.com'}"});
        Mock::given(path("/v1/mgmt/tenant/all")).respond_with(answer(200, json!({"tenants": []}))).mount(&server).await;
        Mock::given(path("/v1/mgmt/tenant/create")).respond_with(answer(400, refusal)).mount(&server).await;
        Mock::given(path("/v1/mgmt/projects/list")).respond_with(answer(200, projects)).mount(&server).await;
        let missing = json!({"errorCode": "E061102", "errorMessage": "not found"});
        Mock::given(any()).respond_with(answer(404, missing)).with_priority(9).mount(&server).await;
        server
    });
    service.desk.set("DESCOPE_BASE_URL", &server.uri());
    service.yaml(
        "tenants:\n  - { id: acme, name: Acme, domains: [Hidden.com], attributes: { token: n3w-s3cret }, sensitive: \
         [attributes.token, domains] }\n",
    );
    for format in ["text", "json", "jsonl", "markdown"] {
        let ran = service.sh(&format!("tenant sync --yes -o {format}")).exits(1);
        let told = format!("{}{}", ran.out, ran.err);
        assert!(told.contains("got {'token': '(sensitive)', 'domain': '(sensitive)'}"), "{told}");
        assert!(!told.contains("s3cret") && !told.to_lowercase().contains("hidden.com"), "{told}");
    }
}

#[test]
fn who_changed_a_sensitive_attribute_is_told_and_its_value_is_not() {
    let service = Service::start();
    let yaml = |token: &str| {
        format!(
            "tenants:\n  - {{ id: acme, name: Acme, attributes: {{ token: {token}, plan: gold }}, sensitive: [attributes.token] }}\n"
        )
    };
    service.define(&["token", "plan"]);
    service.yaml(&yaml("first-s3cret"));
    service.sh("tenant sync --yes").exits(0);
    let rotated = json!({"id": "acme", "name": "Acme", "customAttributes": {"token": "rotated-s3cret", "plan": "gold"}});
    service.post("/v1/mgmt/tenant/update", &rotated);
    let cause = |code: i32| service.sh("drift -o json").exits(code).json()["changes"][0]["cause"].clone();
    assert_eq!(cause(2), "console");
    service.sh("tenant sync --yes").exits(3).says("changed only outside this tool");
    assert_eq!(service.tenant("acme")["customAttributes"]["token"], "rotated-s3cret");
    // Both sides.
    service.yaml(&yaml("second-s3cret"));
    assert_eq!(cause(2), "both");
    let stopped = service.sh("tenant sync --yes").exits(6);
    assert!(
        stopped.err.contains("last applied (sensitive), configuration (sensitive), live (sensitive)"),
        "{stopped:?}"
    );
    service.sh("tenant sync --yes --conflict config").exits(0);
    assert_eq!(service.tenant("acme")["customAttributes"]["token"], "second-s3cret");
    // The configuration alone.
    service.yaml(&yaml("third-s3cret"));
    assert_eq!(cause(2), "config");
    for path in service.desk.files_below("") {
        let kept = ["descope.yaml", "/backups/"].iter().any(|it| path.to_str().unwrap().contains(it));
        assert!(kept || !std::fs::read_to_string(&path).unwrap().contains("s3cret"), "{}", path.display());
    }
}
