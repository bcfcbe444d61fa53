//! Every request that the tool sends is one that an official client would send: all it can do is done, and each request
//! is compared by its shape with those that Descope's own SDKs and Terraform provider were recorded sending.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
};

use descope_mgmt::emulator::{Options, Seed};
use serde_json::{Map, Value, json};

use crate::{
    common::{Service, root},
    projects::{id, listed, sample, several},
};

/// What the tool sends and no official client was recorded sending, and why. Nothing is listed that it does not send.
const OWN: [(&str, &str, &str); 5] = [
    (
        "any",
        "header x-external-rid",
        "an option of the Go SDK: it shows up in the service's audit, and joins that to our runs",
    ),
    (
        "POST /v1/mgmt/tenant/update",
        "body .authType text",
        "in the OpenAPI, and reset where it is left out: it goes back as it came",
    ),
    (
        "POST /v2/mgmt/flow/import",
        "body .changelog text",
        "in the OpenAPI: the note on the version that the service makes",
    ),
    (
        "POST /v1/mgmt/project/snapshot/validate",
        "body .excludes list",
        "in the OpenAPI: what the import leaves out need not be valid",
    ),
    (
        "POST /v2/mgmt/theme/export",
        "body object",
        "an empty one, as the Python SDK sends it to the older call; the Go SDK sends nothing: both say the same",
    ),
];

/// Maps whose keys are the user's.
const FREE_FORM: [&str; 9] = [
    "customAttributes",
    "files",
    "tasks",
    "contents",
    "screens",
    "references",
    "metadata",
    "styles",
    "inputSecrets",
];

/// Headers that HTTP itself needs, or that say which client it is.
const OF_EVERY_CLIENT: [&str; 6] =
    ["accept", "accept-encoding", "content-length", "host", "user-agent", "connection"];

fn recorded() -> Vec<Value> {
    let folder = fs::read_dir(root().join("tests/data/recorded/requests")).unwrap();
    let texts = folder.map(|entry| fs::read_to_string(entry.unwrap().path()).unwrap());
    texts.map(|text| serde_json::from_str::<Value>(&text).unwrap()["request"].take()).collect()
}

fn call(request: &Value) -> String {
    let text = |key: &str| request[key].as_str().unwrap().to_owned();
    format!("{} {}", text("method"), text("path"))
}

fn kind(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "bool",
        Value::Number(_) => "number",
        Value::String(_) => "text",
        Value::Array(_) => "list",
        Value::Object(_) => "object",
    }
}

/// Every path in a body, with its type: `body tenants[] text`.
fn shapes(place: &str, value: &Value, into: &mut BTreeSet<(String, &'static str)>) {
    into.insert((place.to_owned(), kind(value)));
    let is_free = FREE_FORM.iter().any(|free| place.ends_with(&format!(".{free}")));
    match value {
        Value::Object(map) if !is_free => {
            for (key, value) in map {
                let dot = if place == "body" { "body " } else { place };
                shapes(&format!("{dot}.{key}"), value, into);
            }
        }
        Value::Array(items) if !is_free => {
            for item in items {
                shapes(&format!("{place}[]"), item, into);
            }
        }
        _ => {}
    }
}

/// All that was recorded of one call.
#[derive(Debug, Default)]
struct Known {
    shapes: BTreeSet<(String, &'static str)>,
    /// Keys of the body that every recorded one has.
    required: Option<BTreeSet<String>>,
    query: BTreeSet<String>,
    headers: BTreeSet<String>,
    /// Whether the project id that the header names is empty, as it is where the company is spoken for.
    of_company: BTreeSet<bool>,
}

fn keys(value: &Value) -> BTreeSet<String> {
    value.as_object().into_iter().flat_map(Map::keys).cloned().collect()
}

/// Whether the company is spoken for, not a project. Without a header it is a project by its key.
fn is_of_company(headers: &Value) -> bool {
    headers["x-descope-project-id"].as_str() == Some("")
}

fn known() -> BTreeMap<String, Known> {
    let mut known: BTreeMap<String, Known> = BTreeMap::new();
    for request in recorded() {
        let one = known.entry(call(&request)).or_default();
        shapes("body", &request["body"], &mut one.shapes);
        let body = keys(&request["body"]);
        let both =
            one.required.take().map_or(body.clone(), |before| before.intersection(&body).cloned().collect());
        one.required = Some(both);
        one.query.extend(keys(&request["query"]));
        one.headers.extend(keys(&request["headers"]));
        one.of_company.insert(is_of_company(&request["headers"]));
        // `Bearer PROJECT:KEY`, or the key alone for the company: what the emulator takes, and nothing else.
        let bearer = request["headers"]["authorization"].as_str().unwrap().strip_prefix("Bearer ").unwrap();
        assert_eq!(bearer.contains(':'), !is_of_company(&request["headers"]), "{}", call(&request));
    }
    known
}

/// What of a request no official client was recorded sending.
fn strange(request: &Value, known: &BTreeMap<String, Known>) -> BTreeSet<String> {
    let call = call(request);
    let Some(known) = known.get(&call) else { return BTreeSet::from(["the call".to_owned()]) };
    let mut found = BTreeSet::new();
    let mut sent = BTreeSet::new();
    shapes("body", &request["body"], &mut sent);
    found.extend(sent.difference(&known.shapes).map(|(place, kind)| format!("{place} {kind}")));
    // What is left out must be what some client leaves out, too.
    let missing = known.required.iter().flatten().filter(|key| !keys(&request["body"]).contains(*key));
    found.extend(missing.map(|key| format!("body lacks {key}")));
    found.extend(keys(&request["query"]).difference(&known.query).map(|key| format!("query {key}")));
    let headers = keys(&request["headers"]);
    let ours = headers.iter().filter(|name| !OF_EVERY_CLIENT.contains(&name.as_str()));
    found.extend(ours.filter(|name| !known.headers.contains(*name)).map(|name| format!("header {name}")));
    let has_body = !request["body"].is_null();
    for (name, wanted) in [("x-descope-project-id", true), ("content-type", has_body)] {
        if headers.contains(name) != wanted {
            found.insert(format!("header {name}: {}", headers.contains(name)));
        }
    }
    if has_body && request["headers"]["content-type"] != "application/json" {
        found.insert(format!("content-type {}", request["headers"]["content-type"]));
    }
    if !known.of_company.contains(&is_of_company(&request["headers"])) {
        found.insert("it speaks for another one".to_owned());
    }
    found
}

/// Everything that the tool can do in a project, so that each of its calls is made at least once.
fn everything(service: &mut Service) -> Vec<Value> {
    let mut sent = Vec::new();
    let run = |service: &Service, line: &str, sent: &mut Vec<Value>| {
        let before = service.requests().len();
        let ran = service.sh(line);
        assert!([0, 2].contains(&ran.code), "{line}: {ran:?}");
        sent.extend(service.requests().into_iter().skip(before));
    };
    service.define(&["plan", "seats"]);
    service.post("/v1/mgmt/role/create", &json!({"name": "Editor", "permissionNames": []}));
    service.yaml(
        "environments:\n  one: { project_id: \"${DESCOPE_ONE_PROJECT_ID}\", project: { name: PCC first, tags: [eu] } }\n\
         tenants:\n  - id: portco\n    name: PortCo\n\
         \x20 - id: acme\n    name: Acme\n    parent: portco\n    domains: [acme.example]\n\
         \x20   attributes: { plan: gold, seats: 5 }\n    role_inheritance: none\n    default_roles: [Editor]\n\
         \x20 - id: solo\n    name: Solo\n    disabled: true\n    enforce_sso: false\n    enforce_sso_exclusions: [a@b.example]\n\
         \x20   settings: { session_token_expiration: 10m, refresh_token_expiration: 4w, stepup_token_expiration: 10m, inactivity: 30m }\n\
         flows: [{ id: second-factor, template: mfa-login, variables: { primary: sms, fallback: totp } }]\n\
         theme: { file: theme.json }\n",
    );
    service.desk.write(
        "theme.json",
        r##"{"styles": {"light": {"color": "#000"}, "dark": {}}, "componentsVersion": "2.1"}"##,
    );
    service.desk.set("DESCOPE_ONE_PROJECT_ID", &id("one"));
    for line in [
        "doctor",
        "apply --yes",
        "plan",
        "drift",
        "tenant list",
        "tenant show acme",
        "tenant update acme --attribute seats=6 --yes",
        "tenant create extra --name Extra --yes",
        "tenant delete extra --yes",
        "flow list",
        "flow show second-factor",
        "flow validate",
        "flow export second-factor",
        "flow export --theme",
        "project list",
        "project show",
        "project export --out snapshot",
        "project validate snapshot",
        "backup create",
    ] {
        run(service, line, &mut sent);
    }
    // Something that somebody else changed: only then is the audit asked.
    service.post("/v1/mgmt/tenant/update", &json!({"id": "portco", "name": "Changed elsewhere"}));
    run(service, "drift", &mut sent);
    let text = fs::read_to_string(service.desk.path("snapshot/project.json")).unwrap();
    let mut project: Value = serde_json::from_str(&text).unwrap();
    project["refreshTokenExpiration"] = json!(5);
    service.desk.write("snapshot/project.json", &project.to_string());
    for line in [
        "project import snapshot --yes",
        "flow delete second-factor --yes",
        "flow rollback --backup latest --yes",
        "project clone Copy --yes",
        "project create Made --yes",
        "project update --tag us --yes",
    ] {
        run(service, line, &mut sent);
    }
    let name = listed(service).into_iter().find(|it| it["id"] == id("one")).unwrap()["name"].clone();
    let ran = service.desk.run(&["project", "delete", "--confirm-project", name.as_str().unwrap(), "--yes"]);
    assert_eq!(ran.code, 0, "{ran:?}");
    sent.extend(service.requests().into_iter().rev().take(8));
    sent
}

#[test]
fn every_request_has_the_shape_of_one_that_an_official_client_sends() {
    let seeds = vec![Seed { project: id("one"), files: sample() }];
    let mut service = several(&["one", "two"], Options { seeds, ..Options::default() });
    let sent = everything(&mut service);
    let known = known();
    let mut found: BTreeSet<(String, String)> = BTreeSet::new();
    let mut made = BTreeSet::new();
    for request in &sent {
        made.insert(call(request));
        found.extend(strange(request, &known).into_iter().map(|what| (call(request), what)));
    }
    let excused = |(call, what): &(String, String)| {
        OWN.iter().any(|(own, part, _)| (*own == "any" || own == call) && what.starts_with(part))
    };
    let wrong: Vec<_> = found.iter().filter(|it| !excused(it)).collect();
    assert!(wrong.is_empty(), "{wrong:#?}");
    for (own, part, _) in OWN {
        let used = found.iter().any(|(call, what)| (own == "any" || own == call) && what.starts_with(part));
        assert!(used, "nothing needs the excuse of '{own}' for '{part}'");
    }
    assert!(made.len() >= 25, "{made:#?}");
}
