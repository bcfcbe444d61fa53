//! A value that the configuration calls sensitive goes nowhere: not into a file, not onto a screen, not into the state.

use serde_json::{Value, json};

use super::file;
use crate::common::{Ran, Service};

const SECRET: &str = "s3cr3t-0f-acme";

/// A service with tenants whose live token is the secret, and a desk with these files.
fn desk(files: &[(&str, &str)], ids: &[&str]) -> Service {
    let service = Service::start();
    service.define(&["token", "plan"]);
    for (name, text) in files {
        service.desk.write(name, text);
    }
    let live = ids.iter().map(|id| {
        json!({"id": id, "name": format!("Live {id}"), "customAttributes": {"token": SECRET, "plan": "gold"}})
    });
    service.seed(live.collect());
    service
}

/// Nothing below the desk holds the secret, and neither does what was said.
#[track_caller]
fn is_nowhere(service: &Service, ran: &Ran) {
    assert!(!ran.out.contains(SECRET) && !ran.err.contains(SECRET), "{ran:?}");
    for path in service.desk.files_below(".") {
        let text = String::from_utf8_lossy(&std::fs::read(&path).unwrap()).into_owned();
        assert!(!text.contains(SECRET), "{} holds it:\n{text}", path.display());
    }
}

const OWN: &str = "version: 1\ntenants:\n  - id: acme\n    name: Acme\n    attributes: { token: \"${TOKEN:-old}\" }\n    \
                   sensitive: [attributes.token]\n";

#[test]
fn the_sensitive_value_of_a_new_tenant_is_left_alone_by_the_word_of_any_other() {
    let by_defaults = "version: 1\ndefaults:\n  tenant: { sensitive: [attributes.token] }\ntenants: []\n";
    let by_override = "version: 1\nenvironments:\n  dev: {}\n  staging:\n    tenants:\n      acme: { sensitive: [attributes.token] }\n\
                       tenants:\n  - { id: acme, name: Live acme }\n";
    let elsewhere = "version: 1\nenvironments: { dev: {}, prod: {} }\ntenants:\n  - id: acme\n    name: Live acme\n    \
                     environments: [prod]\n    sensitive: [attributes.token]\n";
    let included = "version: 1\ninclude: [more.yaml]\ntenants: []\n";
    for (text, flags) in
        [(OWN, ""), (by_defaults, ""), (by_override, "-e dev"), (elsewhere, "-e dev"), (included, "")]
    {
        let more = OWN.replace("version: 1\n", "");
        let service = desk(&[("descope.yaml", text), ("more.yaml", &more)], &["stray"]);
        let ran = service.sh(&format!("{flags} tenant import stray --yes")).exits(3);
        is_nowhere(&service, &ran);
        let all = service.desk.files_below(".").into_iter().filter_map(|it| std::fs::read_to_string(it).ok());
        assert!(all.collect::<String>().contains("attributes: { plan: gold }"), "the others are adopted");
        let said =
            "attributes.token of tenant.stray is not adopted: it is sensitive: put its value into a variable";
        let ran = ran.says(said).says("a reference such as ${TOKEN} there").says("tenant.stray in part");
        assert!(ran.err.contains(".yaml:"), "it says where: {}", ran.err);
        service.sh(&format!("{flags} plan --detailed-exitcode --target tenant.stray")).exits(0);
        is_nowhere(&service, &service.sh(&format!("{flags} tenant import stray --yes")).exits(0));
    }
}

#[test]
fn the_json_says_which_sensitive_value_was_left_and_where() {
    let service = desk(&[("descope.yaml", OWN)], &["stray"]);
    let ran = service.sh("tenant import stray --yes -o json").exits(3);
    is_nowhere(&service, &ran);
    let told = ran.json();
    assert_eq!((&told["adopted"], &told["adopted_in_part"]), (&json!([]), &json!(["tenant.stray"])));
    let left = &told["left"][0];
    assert_eq!(
        (&left["address"], &left["path"], &left["file"], &left["line"]),
        (&json!("tenant.stray"), &json!(["attributes", "token"]), &json!("descope.yaml"), &json!(7))
    );
    assert!(told["files"][0]["diff"].as_str().unwrap().contains("+  - id: stray"));
}

#[test]
fn a_sensitive_value_that_differs_is_left_alone_wherever_it_would_go() {
    // In the tenant's own item, in an override, from the defaults, and where only another tenant calls it sensitive.
    let item = OWN.to_owned();
    let above = "version: 1\nenvironments:\n  dev:\n    tenants:\n      acme: { attributes: { token: old } }\ntenants:\n  - id: acme\n    \
                 name: Acme\n    attributes: { token: older }\n    sensitive: [attributes.token]\n"
        .to_owned();
    let defaults = "version: 1\ndefaults:\n  tenant: { attributes: { token: old }, sensitive: [attributes] }\ntenants:\n  - { id: acme, \
                    name: Acme }\n"
        .to_owned();
    let other = "version: 1\ntenants:\n  - { id: acme, name: Acme, attributes: { token: old } }\n  - { id: globex, name: Live globex, \
                 sensitive: [attributes.token] }\n"
        .to_owned();
    for text in [item, above, defaults, other] {
        let service = desk(&[("descope.yaml", &text)], &["acme", "globex"]);
        let ran = service.sh("drift --adopt tenant.acme --yes").exits(3);
        is_nowhere(&service, &ran);
        let ran =
            ran.says("put its value into a variable").says("Adopted tenant.acme in part into descope.yaml.");
        assert!(ran.err.contains("descope.yaml:"), "{}", ran.err);
        let named = |text: &str| text.replace("name: Acme", "name: Live acme");
        assert_eq!(file(&service), named(&text), "the name alone is adopted");
        assert!(audited(&service).contains(&json!("adopted in part")));
        let again = service.sh("drift --adopt tenant.acme --yes").exits(1);
        is_nowhere(&service, &again);
        assert_eq!(file(&service), named(&text));
    }
}

fn audited(service: &Service) -> Vec<Value> {
    let audit = service.sh("audit list --limit 0 -o json").exits(0).json();
    audit["items"].as_array().unwrap().iter().map(|line| line["outcome"].clone()).collect()
}

#[test]
fn a_first_configuration_from_live_keeps_what_the_one_that_is_there_calls_sensitive() {
    let service = desk(&[("there/descope.yaml", OWN)], &["acme", "stray"]);
    let ran = service
        .sh("-c there/descope.yaml config init --from-live --out new.yaml --rate-limit 100000/60s")
        .exits(3)
        .says("attributes.token of tenant.stray is not adopted: it is sensitive");
    is_nowhere(&service, &ran);
    service.sh("-c new.yaml plan --detailed-exitcode").exits(0);
    let ran = service
        .sh("-c there/descope.yaml config init --from-live --out conf/new2.yaml --rate-limit 100000/60s -o json")
        .exits(3);
    is_nowhere(&service, &ran);
    assert_eq!(ran.json()["left"].as_array().unwrap().len(), 2);
}

#[test]
fn what_the_diff_hides_and_nobody_calls_sensitive_is_said_to_be_written() {
    let service = Service::start();
    service.define(&["api_key"]);
    service.yaml("tenants:\n  - { id: acme, name: Acme, attributes: { api_key: one } }\n");
    service.seed(json!([
        {"id": "acme", "name": "Acme", "customAttributes": {"api_key": "two"}},
        {"id": "stray", "name": "Stray", "customAttributes": {"api_key": "three"}},
    ]));
    let ran = service.sh("drift --adopt * --yes").exits(0);
    assert!(!ran.out.contains("three") && ran.out.contains("(sensitive)"), "{}", ran.out);
    for id in ["acme", "stray"] {
        let said = format!(
            "attributes.api_key of tenant.{id} looks like a key: the diff hides it, the file has it in clear"
        );
        assert!(ran.err.contains(&said), "{}", ran.err);
    }
    assert!(file(&service).contains("api_key: three") && file(&service).contains("api_key: two"));
}
