//! Each rule about tenants, by name.

use std::time::Duration;

use serde_json::json;

use crate::{config::testing::Case, resource::Path};

fn case(tenants: &str) -> Case {
    Case::new(&format!("tenants:\n{tenants}"))
}

#[test]
fn every_key_of_a_tenant_is_read() {
    let tenants = case(
        "
  - id: acme
    name: NO
    domains: [b.com, a.com]
    attributes: { plan: gold, seats: 50, active: true, zip: '01234', list: [1, x], big: 9007199254740993 }
    remove_attributes: [old]
    enforce_sso: true
    enforce_sso_exclusions: [me@a.com]
    disabled: false
    role_inheritance: userOnly
    default_roles: [Tenant Admin]
    settings: { session_token_expiration: 10m, refresh_token_expiration: 4w, stepup_token_expiration: 5m, inactivity: 0s }
    sensitive: [attributes.zip, settings.inactivity]
    lifecycle: { prevent_destroy: true, ignore_changes: [attributes.seats, domains] }
",
    )
    .tenants();
    let tenant = &tenants[0];
    assert_eq!((tenant.id.as_str(), tenant.name.as_deref()), ("acme", Some("NO")));
    assert_eq!(tenant.domains.as_ref().unwrap().to_json(), json!(["a.com", "b.com"]));
    let attributes = tenant.attributes.as_ref().unwrap().to_json();
    assert_eq!(
        serde_json::Value::Object(attributes),
        json!({"active": true, "big": 9_007_199_254_740_993_u64, "list": [1, "x"], "plan": "gold", "seats": 50, "zip": "01234"})
    );
    assert!(tenant.remove_attributes.contains("old"));
    assert_eq!((tenant.enforce_sso, tenant.disabled), (Some(true), Some(false)));
    assert!(tenant.enforce_sso_exclusions.as_ref().unwrap().contains("me@a.com"));
    assert_eq!(tenant.role_inheritance.as_deref(), Some("userOnly"));
    assert!(tenant.default_roles.as_ref().unwrap().contains("Tenant Admin"));
    let settings = tenant.settings.as_ref().unwrap();
    assert_eq!(settings.session_token_expiration, Some(Duration::from_secs(600)));
    assert_eq!(settings.inactivity, Some(Duration::ZERO));
    assert_eq!(tenant.sensitive, [Path::new(["attributes", "zip"]), Path::new(["settings", "inactivity"])]);
    assert!(tenant.lifecycle.prevent_destroy);
    assert_eq!(tenant.lifecycle.ignore_changes.len(), 2);
    assert_eq!(tenant.place.as_ref().unwrap().to_string(), "descope.yaml:3:5");
}

#[test]
fn an_omitted_key_is_unmanaged_and_an_empty_list_means_none() {
    let tenants = case("  - { id: acme, domains: [], attributes: {} }").tenants();
    assert!(
        tenants[0].domains.as_ref().unwrap().is_empty() && tenants[0].attributes.as_ref().unwrap().is_empty()
    );
    assert!(tenants[0].name.is_none() && tenants[0].default_roles.is_none() && tenants[0].settings.is_none());
}

#[test]
fn null_is_an_error_everywhere() {
    let yaml = "  - { id: acme, name: ~, domains: null, parent:, attributes: { a: null, b: [~] }, disabled: , settings: ~ }";
    insta::assert_snapshot!(case(yaml).problems(), @r#"
    descope.yaml:2:23: error: 'name' has no value (null) [null_value]
      hint: take 'name' out to leave it alone; [] is an empty list, {} an empty map
    descope.yaml:2:35: error: 'domains' has no value (null) [null_value]
      hint: take 'domains' out to leave it alone; [] is an empty list, {} an empty map
    descope.yaml:2:47: error: 'parent' has no value (null) [null_value]
      hint: take 'parent' out to leave it alone; [] is an empty list, {} an empty map
    descope.yaml:2:67: error: attribute 'a' has no value (null) [null_value]
      hint: to delete it write remove_attributes: [a]; for an empty text write ""
    descope.yaml:2:77: error: attribute 'b' has no value (null) [null_value]
      hint: to delete it write remove_attributes: [b]; for an empty text write ""
    descope.yaml:2:91: error: 'disabled' has no value (null) [null_value]
      hint: take 'disabled' out to leave it alone; [] is an empty list, {} an empty map
    descope.yaml:2:105: error: 'settings' has no value (null) [null_value]
      hint: take 'settings' out to leave it alone; [] is an empty list, {} an empty map
    "#);
}

#[test]
fn an_expanded_value_has_the_type_it_would_have_if_written_so() {
    let tenants = case("  - { id: acme, name: '${N}', disabled: '${B}', attributes: { q: '${N}' } }\n  - id: globex\n    attributes:\n      a: ${N}\n      b: ${T}\n      c: ${B}\n      d: x${N}\n")
        .variable("N", "007")
        .variable("B", "true")
        .variable("T", "[a, \"b\n#")
        .problems();
    insta::assert_snapshot!(tenants, @"
    descope.yaml:5:10: warning: attribute 'a' is a number here and loses its leading zero [leading_zero]
      hint: put it in quotes to keep it as it is
    ");
}

#[test]
fn a_value_that_expands_to_nothing_is_null() {
    insta::assert_snapshot!(case("  - id: acme\n    attributes:\n      a: ${X:-}\n").problems(), @r#"
    descope.yaml:4:10: error: attribute 'a' has no value (null) [null_value]
      hint: to delete it write remove_attributes: [a]; for an empty text write ""
    "#);
}

#[test]
fn values_of_the_wrong_kind_say_what_is_expected() {
    let yaml = "
  - id: [a]
  - text
  - { name: nobody }
  - id: acme
    name: { a: 1 }
    domains: acme.com
    disabled: yes
    enforce_sso: 'true'
    role_inheritance: useronly
    attributes: { a: { b: 1 }, n: 99999999999999999999, z: 0123 }
    settings: { inactivity: 30 }
    default_roles: ['']
";
    insta::assert_snapshot!(case(yaml).problems(), @"
    descope.yaml:3:9: error: 'id' must be a text, and this is a list [wrong_type]
    descope.yaml:4:5: error: an item of 'tenants' must be a map, and this is a single value [wrong_type]
      hint: as in: - id: acme-corp
    descope.yaml:5:5: error: a tenant needs an 'id' [missing_id]
      hint: as in: id: acme-corp
    descope.yaml:7:11: error: 'name' must be a text, and this is a map [wrong_type]
    descope.yaml:8:14: error: 'domains' must be a list [wrong_type]
      hint: write [acme.com]
    descope.yaml:9:15: error: 'disabled' must be true or false [wrong_type]
      hint: write true
    descope.yaml:10:18: error: 'enforce_sso' must be true or false [wrong_type]
      hint: remove the quotes
    descope.yaml:11:23: error: 'role_inheritance' must be 'none' or 'userOnly' [wrong_type]
      hint: did you mean 'userOnly'?
    descope.yaml:12:22: error: attribute 'a' must be a text, a number, a truth value or a list of them [wrong_type]
    descope.yaml:12:35: error: attribute 'n' is a number that cannot be kept exactly [bad_number]
      hint: put it in quotes to keep it as a text
    descope.yaml:12:60: warning: attribute 'z' is a number here and loses its leading zero [leading_zero]
      hint: put it in quotes to keep it as it is
    descope.yaml:13:29: error: 'inactivity' must be a duration [wrong_type]
      hint: write a whole number and a unit: 30s, 10m, 12h, 7d or 4w
    descope.yaml:14:21: error: an item of 'default_roles' is empty [empty_value]
    ");
}

#[test]
fn unknown_keys_are_errors_with_a_suggestion() {
    let yaml = "
  - id: acme
    nmae: Acme
    lifecycle: { prevent_destory: true }
    settings: { session_expiration: 10m }
";
    insta::assert_snapshot!(case(yaml).problems(), @"
    descope.yaml:4:5: error: unknown key 'nmae' in a tenant [unknown_key]
      hint: did you mean 'name'?
    descope.yaml:5:18: error: unknown key 'prevent_destory' in 'lifecycle' [unknown_key]
      hint: did you mean 'prevent_destroy'?
    descope.yaml:6:17: error: unknown key 'session_expiration' in a tenant's 'settings' [unknown_key]
      hint: known are 'session_token_expiration', 'refresh_token_expiration', 'stepup_token_expiration', 'inactivity'
    ");
    insta::assert_snapshot!(Case::new("defaults: { tenant: { id: x } }").problems(), @"
    descope.yaml:1:23: error: unknown key 'id' in 'defaults.tenant' [unknown_key]
      hint: known are 'name', 'domains', 'parent', 'attributes', 'remove_attributes', 'enforce_sso', 'enforce_sso_exclusions', 'disabled', 'role_inheritance', 'default_roles', 'settings', 'sensitive', 'lifecycle'
    ");
}

#[test]
fn ids_names_and_domains_have_a_form() {
    let yaml = "
  - { id: Acme_Corp }
  - { id: a b }
  - { id: a-very-long-id-of-more-than-thirty-characters }
  - { id: acme, name: \"a\\nb\", domains: [https://a.com, '@a.com', a, mün.de, '*.a.com'], parent: a/b }
";
    insta::assert_snapshot!(case(yaml).problems(), @"
    descope.yaml:3:11: warning: 'Acme_Corp' fits only a tenant that exists already; a tenant of this id is never created [id_of_existing_only]
      hint: for a new tenant: 3 to 50 lower-case letters, digits and hyphens, a letter or digit first and last
    descope.yaml:4:11: error: 'a b' is not a tenant id [bad_tenant_id]
      hint: use lower-case letters, digits and hyphens, 3 to 50 of them, a letter or digit first and last
    descope.yaml:5:11: warning: id 'a-very-long-id-of-more-than-thirty-characters' has 45 characters; the service documents 30 at most [long_tenant_id]
      hint: choose a shorter id
    descope.yaml:6:23: error: the name holds a control character, a line break for instance [bad_name]
    descope.yaml:6:41: error: 'https://a.com' is not a domain [bad_domain]
      hint: write the name alone, without https:// and path
    descope.yaml:6:56: error: '@a.com' is not a domain [bad_domain]
      hint: write what stands behind the @
    descope.yaml:6:66: error: 'a' is not a domain [bad_domain]
      hint: write a name such as acme.com: letters, digits and inner hyphens, at most 63 between two dots
    descope.yaml:6:69: error: 'mün.de' is not a domain [bad_domain]
      hint: write it in its ASCII form, which starts with xn--
    descope.yaml:6:77: error: '*.a.com' is not a domain [bad_domain]
      hint: no wildcards: write each domain
    descope.yaml:6:97: error: 'a/b' is not a tenant id [bad_tenant_id]
      hint: 'parent' is the id of another tenant; leave it out for a tenant at the top
    ");
}

#[test]
fn one_id_in_two_files_names_both() {
    let case = Case::empty()
        .file("dev.yaml", "tenants:\n  - id: acme-corp\n")
        .file("prod.yaml", "tenants:\n  - name: x\n    id: acme-corp\n")
        .with(|inputs| inputs.files = vec!["dev.yaml".into(), "prod.yaml".into()]);
    insta::assert_snapshot!(case.problems(), @"
    prod.yaml:3:9: error: Tenant 'acme-corp' defined in multiple configs: dev.yaml, prod.yaml [duplicate_tenant]
      dev.yaml:2:9: the first definition
      hint: use environment-specific ids, as in ${environment}-acme-corp, or merge the definitions into one
    ");
}

#[test]
fn one_id_twice_in_a_file_is_an_error_even_in_different_environments() {
    let yaml = "environments: { dev: {}, qa: {} }\ntenants:\n  - { id: acme, environments: [dev] }\n  - { id: acme, environments: [qa] }\n";
    insta::assert_snapshot!(Case::new(yaml).problems(), @"
    descope.yaml:4:11: error: Tenant 'acme' is defined 2 times [duplicate_tenant]
      descope.yaml:3:11: the first definition
      hint: use environment-specific ids, as in ${environment}-acme, or merge the definitions into one
    ");
}

#[test]
fn names_and_domains_belong_to_one_tenant() {
    let yaml = "
  - { id: acme, name: Acme, domains: [acme.com, x.com] }
  - { id: globex, name: Acme, domains: [y.com, ACME.com, Y.com] }
";
    insta::assert_snapshot!(case(yaml).problems(), @"
    descope.yaml:4:25: error: tenants 'acme' and 'globex' have the same name [duplicate_name]
      descope.yaml:3:23: the name of 'acme'
      hint: a name is unique in a project: change one of the two
    descope.yaml:4:48: error: domain 'ACME.com' is claimed by tenants 'acme' and 'globex' [duplicate_domain]
      descope.yaml:3:39: claimed by 'acme'
      hint: a domain belongs to one tenant: take it from one of the two
    descope.yaml:4:58: error: tenant 'globex' lists domain 'y.com' twice [duplicate_domain]
      hint: upper and lower case are one: keep one of the two
    ");
}

#[test]
fn a_parent_outside_the_configuration_is_a_warning() {
    let yaml = "environments: { dev: {}, qa: {} }\ntenants:\n  - { id: acme, parent: stray }\n  - { id: globex, parent: other }\n  - { id: other, environments: [qa] }\n";
    insta::assert_snapshot!(Case::new(yaml).environment("dev").problems(), @"
    descope.yaml:3:25: warning: parent 'stray' of tenant 'acme' is not in the configuration [parent_not_in_configuration]
      hint: it must be live when the plan is made; add it to 'tenants' to have it managed
    descope.yaml:4:27: warning: parent 'other' of tenant 'globex' is not in the configuration of this environment [parent_not_in_configuration]
      hint: it must be live when the plan is made; add it to 'tenants' to have it managed
    ");
}

#[test]
fn circles_of_parents_are_errors() {
    let yaml = "
  - { id: aaa, parent: bbb }
  - { id: bbb, parent: ccc }
  - { id: ccc, parent: bbb }
  - { id: ddd, parent: ddd }
";
    insta::assert_snapshot!(case(yaml).problems(), @"
    descope.yaml:4:24: error: tenants are parents of each other: bbb -> ccc -> bbb [parent_cycle]
      hint: take 'parent' out of one of them
    descope.yaml:6:24: error: tenant 'ddd' is its own parent [parent_cycle]
      hint: take 'parent' out of one of them
    ");
}

#[test]
fn three_levels_are_the_most() {
    let three = "  - { id: ccc, parent: bbb }\n  - { id: bbb, parent: aaa }\n  - { id: aaa }\n";
    assert_eq!(case(three).problems(), "");
    insta::assert_snapshot!(case(&format!("{three}  - {{ id: ddd, parent: ccc }}\n")).problems(), @"
    descope.yaml:5:24: error: tenant 'ddd' is on level 4; 3 levels are the most [too_many_levels]
      hint: give it a parent further up
    ");
}

#[test]
fn a_parent_that_is_only_live_counts_as_a_level() {
    let yaml = "  - { id: bbb, parent: aaa }\n  - { id: ccc, parent: bbb }\n  - { id: ddd, parent: ccc }\n";
    assert!(case(yaml).problems().contains("tenant 'ddd' is on level 4"));
}

#[test]
fn session_settings_are_checked_against_what_the_service_takes() {
    let yaml = "
  - { id: aaa, settings: { session_token_expiration: 2m } }
  - { id: bbb, settings: { session_token_expiration: 2h, refresh_token_expiration: 1h } }
  - { id: ccc, settings: { inactivity: 5m, stepup_token_expiration: 0s } }
  - { id: ddd, settings: { refresh_token_expiration: 1500ms } }
";
    insta::assert_snapshot!(case(yaml).problems(), @"
    descope.yaml:3:54: error: 'session_token_expiration' of 'aaa' must be 3m or more [bad_session_setting]
      hint: the service takes no shorter one
    descope.yaml:4:54: error: 'session_token_expiration' of 'bbb' must not be longer than 'refresh_token_expiration': 2h > 1h [bad_session_setting]
      hint: make the session shorter or the refresh token longer
    descope.yaml:5:40: error: 'inactivity' of 'ccc' must be 10m or more [bad_session_setting]
      hint: 0s turns it off
    descope.yaml:5:69: error: 'stepup_token_expiration' of 'ccc' must be longer than nothing [bad_session_setting]
      hint: write a time such as 10m
    descope.yaml:6:54: error: 'refresh_token_expiration' of 'ddd' must be in whole seconds [bad_session_setting]
      hint: write a time such as 10m
    ");
}

#[test]
fn session_settings_of_a_sub_tenant_are_warned_about() {
    insta::assert_snapshot!(case("  - { id: aaa }\n  - { id: bbb, parent: aaa, settings: { inactivity: 30m } }").problems(), @"
    descope.yaml:3:39: warning: session settings of 'bbb' have no effect: those of its parent 'aaa' win [settings_of_sub_tenant]
      hint: set them on the tenant at the top
    ");
}

#[test]
fn paths_are_attributes_of_a_tenant() {
    let yaml = "  - { id: aaa, sensitive: [token, atributes.x, name.first, settings.inactivty], lifecycle: { ignore_changes: [attributes.] } }";
    insta::assert_snapshot!(case(yaml).problems(), @"
    descope.yaml:2:28: error: 'token' is not an attribute of a tenant [unknown_path]
      hint: did you mean 'attributes.token'?
    descope.yaml:2:35: error: 'atributes.x' is not an attribute of a tenant [unknown_path]
      hint: did you mean 'attributes.x'?
    descope.yaml:2:48: error: 'name.first' is not an attribute of a tenant [unknown_path]
      hint: did you mean 'name'?
    descope.yaml:2:60: error: 'settings.inactivty' is not an attribute of a tenant [unknown_path]
      hint: did you mean 'settings.inactivity'?
    descope.yaml:2:111: error: 'attributes.' is not an attribute of a tenant [unknown_path]
    ");
}

#[test]
fn what_is_sensitive_is_not_shown_with_a_problem() {
    let yaml = "  - { id: aaa, sensitive: [attributes.token], attributes: { token: [hunter2, ~], x: ~ } }";
    let shown = format!("{:?}", case(yaml).error());
    assert!(shown.contains("(masked)") && !shown.contains("hunter2"), "{shown}");
}

#[test]
fn an_attribute_is_set_or_removed_not_both() {
    insta::assert_snapshot!(case("  - { id: aaa, attributes: { a: 1, b: 2 }, remove_attributes: [b] }").problems(), @"
    descope.yaml:2:63: error: tenant 'aaa' sets and removes 'b' [set_and_removed]
      hint: keep it in 'attributes' or in 'remove_attributes'
    ");
}
