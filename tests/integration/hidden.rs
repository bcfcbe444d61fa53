//! What a tenant calls sensitive is in no output: not as an attribute, not in a sentence about it.

use serde_json::json;

use crate::common::{Ran, Service};

/// Name, domains and settings of `acme`, as none of them may be seen.
const SECRETS: [&str; 5] = ["Geheim AG", "geheim.example", "leise.example", "6 weeks", "6w"];

const YAML: &str = "tenants:
  - id: acme
    name: Geheim AG
    domains: [geheim.example]
    settings: { refresh_token_expiration: 6w }
    sensitive: [domains, name, settings]
";

#[track_caller]
fn hides(ran: &Ran) {
    for secret in SECRETS {
        let shown = [&ran.out, &ran.err].into_iter().any(|text| text.contains(secret));
        assert!(!shown, "'{secret}' is shown:\n{}\n{}", ran.out, ran.err);
    }
}

fn everywhere(service: &Service, line: &str) -> Vec<Ran> {
    ["text", "markdown", "json", "jsonl"].map(|format| service.sh(&format!("{line} -o {format}"))).into()
}

#[test]
fn a_tenant_is_listed_and_shown_without_what_is_sensitive() {
    let service = Service::start();
    service.yaml(YAML);
    service.sh("apply --yes").exits(0);
    service.seed(json!([{"id": "other", "name": "Other", "selfProvisioningDomains": ["other.example"]}]));
    for line in ["tenant list", "tenant show acme"] {
        for ran in everywhere(&service, line) {
            hides(&ran.exits(0).says("(sensitive)"));
        }
    }
    service.sh("tenant show other").exits(0).says("(sensitive)");
    service.yaml("tenants: [{ id: acme, name: Geheim AG, sensitive: [name] }]\n");
    service.sh("tenant list").exits(0).says("geheim.example").says("(sensitive)");
}

#[test]
fn a_tenant_that_is_an_orphan_is_told_without_its_name() {
    let service = Service::start();
    service.yaml(YAML);
    service.seed(json!([{"id": "first", "name": "First"}]));
    service.sh("backup create").exits(0);
    service.sh("apply --yes").exits(0);
    // Against a backup from before it was there, and after it has left a configuration that still hides names.
    service.sh("tenant delete first --yes").exits(0);
    service.sh("backup create --target tenant.acme").exits(0);
    for line in ["backup diff latest", "backup restore latest --dry-run"] {
        everywhere(&service, line).iter().for_each(hides);
    }
    service.yaml("tenants: [{ id: new, name: New, sensitive: [name, domains, settings] }]\n");
    for line in ["plan", "drift", "plan --prune"] {
        for ran in everywhere(&service, line) {
            hides(&ran.says("tenant.acme"));
        }
    }
    let orphans = service.sh("plan -o json").exits(0).json()["orphans"].clone();
    assert_eq!(orphans[0], json!({"address": "tenant.acme", "id": "acme", "name": "(sensitive)"}));
}

#[test]
fn a_domain_or_name_that_somebody_else_holds_is_told_without_it() {
    let service = Service::start();
    service.seed(json!([
        {"id": "old", "name": "Old", "selfProvisioningDomains": ["geheim.example"]},
        {"id": "twin", "name": "Geheim AG"},
    ]));
    service.yaml(YAML);
    for ran in everywhere(&service, "plan") {
        let told = ran.out.split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(told.contains("is held by the live tenant tenant.") && told.contains("sensitive"), "{told}");
        hides(&ran);
    }
    for ran in everywhere(&service, "apply --yes") {
        hides(&ran.exits(3));
    }
}

#[test]
fn a_problem_of_the_configuration_does_not_repeat_it() {
    let service = Service::start();
    service.desk.write(
        "twice.yaml",
        "version: 1\ntenants:\n  - { id: one, name: One, domains: [Geheim.example, geheim.example], sensitive: [domains] }\n  \
         - { id: two, name: Two, domains: [geheim.example, geheim.example.] }\n  \
         - { id: tre, name: Tre, domains: [gmail.com] }\n",
    );
    for format in ["text", "json"] {
        let ran = service.sh(&format!("config validate -c twice.yaml -o {format}")).exits(5);
        let ran = ran.says("a domain that is sensitive is claimed by tenants 'one' and 'two'");
        let ran = ran.says("tenant 'one' lists a domain that is sensitive twice");
        hides(&ran.says("(sensitive) is not a domain").says("(sensitive) is a public mail domain"));
    }
}
