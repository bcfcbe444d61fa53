//! Environments, overrides, defaults: what becomes of a tenant, and what must not be shared.

use std::time::Duration;

use serde_json::json;

use crate::config::testing::Case;

const LAYERS: &str = "
environments:
  dev: {}
  qa:
    tenants:
      qa-acme:
        domains: [qa.com]
        attributes: { plan: test, extra: 1 }
        settings: { inactivity: 1h }
        lifecycle: { prevent_destroy: false }
defaults:
  tenant:
    disabled: false
    attributes: { plan: free, region: eu }
    lifecycle: { prevent_destroy: true, ignore_changes: [name] }
tenants:
  - id: ${environment}-acme
    domains: [acme.com, acme.net]
    attributes: { plan: gold, seats: 5 }
    settings: { session_token_expiration: 10m }
  - { id: only-qa, environments: [qa], name: '${UNSET_IN_DEV}' }
";

#[test]
fn overrides_lie_over_items_and_items_over_defaults() {
    let tenants = Case::new(LAYERS).environment("qa").variable("UNSET_IN_DEV", "x").tenants();
    let acme = &tenants[0];
    assert_eq!(acme.domains.as_ref().unwrap().to_json(), json!(["qa.com"]));
    assert_eq!(
        serde_json::Value::Object(acme.attributes.as_ref().unwrap().to_json()),
        json!({"extra": 1, "plan": "test", "region": "eu", "seats": 5})
    );
    let settings = acme.settings.as_ref().unwrap();
    assert_eq!(settings.session_token_expiration, Some(Duration::from_secs(600)));
    assert_eq!(settings.inactivity, Some(Duration::from_secs(3600)));
    assert!(!acme.lifecycle.prevent_destroy && acme.lifecycle.ignore_changes.len() == 1);
    assert_eq!((tenants.len(), acme.disabled), (2, Some(false)));
}

#[test]
fn a_tenant_is_only_in_its_environments() {
    let tenants = Case::new(LAYERS).environment("dev").tenants();
    assert_eq!(tenants.iter().map(|tenant| tenant.id.as_str()).collect::<Vec<_>>(), ["dev-acme"]);
    let yaml = "environments: { dev: {} }\ntenants: [{ id: acme, environments: [dev] }]\n";
    assert_eq!(Case::new(yaml).problems(), "");
}

#[test]
fn an_override_of_an_unknown_tenant_is_an_error_in_every_environment() {
    let yaml = "
environments:
  dev: { tenants: { \"${environment}-acme\": {}, dev-acne: {}, elsewhere: {} } }
  qa: { tenants: { qa-acme: { nmae: x, name: '${UNSET}' }, qa-amce: {}, qa-globex: [] } }
tenants:
  - id: ${environment}-acme
  - { id: elsewhere, environments: [qa] }
";
    insta::assert_snapshot!(Case::new(yaml).environment("dev").problems(), @"
    descope.yaml:3:48: error: environment 'dev' overrides tenant 'dev-acne', which is not defined [unknown_tenant]
      hint: did you mean 'dev-acme'?
    descope.yaml:3:62: error: 'elsewhere' is overridden in 'dev', where it is not [unknown_tenant]
      descope.yaml:7:36: only in these environments
    descope.yaml:4:31: error: unknown key 'nmae' in the override of a tenant [unknown_key]
      hint: did you mean 'name'?
    descope.yaml:4:60: error: environment 'qa' overrides tenant 'qa-amce', which is not defined [unknown_tenant]
      hint: did you mean 'qa-acme'?
    descope.yaml:4:73: error: environment 'qa' overrides tenant 'qa-globex', which is not defined [unknown_tenant]
      hint: add it to 'tenants', or take the override out
    descope.yaml:4:84: error: 'qa-globex' must be a map, and this is a list [wrong_type]
    ");
}

#[test]
fn the_same_tenant_is_not_overridden_twice() {
    let yaml = "environments: { dev: { tenants: { \"${environment}-a\": {}, dev-a: {} } } }\ntenants: [{ id: dev-a }]\n";
    insta::assert_snapshot!(Case::new(yaml).problems(), @"
    descope.yaml:1:59: error: 'dev-a' is overridden twice [duplicate_key]
      descope.yaml:1:35: the first one
    ");
}

const SHARED: &str = "
environments: { dev: {}, staging: {}, prod: {} }
tenants:
  - id: shared
  - id: ${environment}-own
  - { id: limited, environments: [dev, staging] }
  - { id: prod-own, environments: [dev] }
";

#[test]
fn a_protected_environment_shares_no_id_with_another() {
    insta::assert_snapshot!(Case::new(SHARED).problems(), @"
    descope.yaml:4:9: error: tenant 'shared' is in the protected environment 'prod' and in 'dev' too [shared_tenant_id]
      hint: use ids such as ${environment}-acme, limit it with 'environments', or set settings.allow_shared_tenant_ids: true
    descope.yaml:5:9: error: tenant 'prod-own' is in the protected environment 'prod' and in 'dev' too [shared_tenant_id]
      descope.yaml:7:11: the one of 'dev'
      hint: use ids such as ${environment}-acme, limit it with 'environments', or set settings.allow_shared_tenant_ids: true
    ");
    assert_eq!(Case::new(&format!("{SHARED}settings: {{ allow_shared_tenant_ids: true }}\n")).problems(), "");
    assert_eq!(Case::new(&SHARED.replace("prod: {}", "qa: {}")).problems(), "");
}

#[test]
fn merge_keys_and_anchors_work_for_tenants() {
    let yaml = "  - &base { id: base, disabled: true, attributes: &a { plan: gold } }\n  - { <<: *base, id: other, attributes: { <<: *a, seats: 1 } }\n";
    let tenants = Case::new(&format!("tenants:\n{yaml}")).tenants();
    assert_eq!((tenants[1].id.as_str(), tenants[1].disabled), ("other", Some(true)));
    assert_eq!(tenants[1].attributes.as_ref().unwrap().iter().count(), 2);
}

#[test]
fn all_problems_come_in_one_run_in_the_order_of_the_files() {
    let case = Case::empty()
        .file("a.yaml", "tenants:\n  - { id: aaa, nmae: x }\n  - { id: b b }\n")
        .file("b.yaml", "tenants: [\n")
        .file("c.yaml", "zebra: 1\ntenants:\n  - { id: ccc, disabled: 1 }\n")
        .with(|inputs| inputs.files = ["a.yaml", "b.yaml", "c.yaml"].map(Into::into).to_vec());
    let error = case.error();
    let places: Vec<_> =
        error.diagnostics().iter().map(|found| found.place.as_ref().unwrap().to_string()).collect();
    assert_eq!(places, ["a.yaml:2:16", "a.yaml:3:11", "b.yaml:1:10", "c.yaml:1:1", "c.yaml:3:26"]);
    assert_eq!(error.to_string(), "the configuration has 5 errors");
}
