//! Flows and the theme, as a security engineer deploys them.

mod adopt;
mod deploy;
mod export;
mod guards;
mod templates;

use std::path::Path;

use descope_mgmt::emulator::Options;
use serde_json::{Map, Value, json};

use crate::common::{Desk, Service, root};

/// Where the sample flows and the sample project lie.
fn samples() -> std::path::PathBuf {
    root().join("tests/data/snapshot-sample")
}

fn sample(name: &str) -> Value {
    let text = std::fs::read_to_string(samples().join(format!("exported/{name}.json"))).unwrap();
    serde_json::from_str(&text).unwrap()
}

/// What the sample project holds beside its flows: connectors, providers, attributes, roles.
fn surroundings() -> Map<String, Value> {
    fn gather(folder: &Path, prefix: &str, files: &mut Map<String, Value>) {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            let name = format!("{prefix}{}", path.file_name().unwrap().to_str().unwrap());
            if path.is_dir() {
                gather(&path, &format!("{name}/"), files);
            } else {
                let text = std::fs::read_to_string(&path).unwrap();
                let json = path.extension().is_some_and(|it| it == "json");
                files.insert(
                    name,
                    if json { serde_json::from_str(&text).unwrap() } else { Value::from(text) },
                );
            }
        }
    }
    let mut files = Map::new();
    gather(&samples().join("project"), "", &mut files);
    files.retain(|path, _| !path.starts_with("flows/"));
    files.insert("flows/flows.json".to_owned(), json!({"flows": []}));
    let mut other = files["connectors/welcome-mail.json"].clone();
    (other["name"], other["id"]) = (json!("Other Mail"), json!("CI2abcdefghijklmnopqrstuvwxy9"));
    files.insert("connectors/other-mail.json".to_owned(), other);
    files.insert(
        "connectors/connectors.json".to_owned(),
        json!({"connectors": ["other-mail", "welcome-mail"]}),
    );
    files
}

const BOTH: &str = "flows:\n  - { id: sign-up-or-in, file: flows/sign-up-or-in.json }\n  - { id: mfa-login, file: flows/mfa-login.json }\n";

/// A project with all that the sample flows lean on, and both of them configured.
fn stage(options: Options) -> Service {
    let service = Service::start_with(options);
    service.post("/__emulator/snapshot", &json!({"files": surroundings()}));
    service.yaml(BOTH);
    put(&service.desk, "mfa-login", &sample("mfa-login"));
    put(&service.desk, "sign-up-or-in", &sample("sign-up-or-in"));
    service
}

/// The same, both flows deployed.
fn deployed() -> Service {
    let service = stage(Options::default());
    service.sh("flow deploy --yes").exits(0).says("✓ 2 created");
    service
}

fn put(desk: &Desk, name: &str, flow: &Value) {
    desk.write(&format!("flows/{name}.json"), &serde_json::to_string_pretty(flow).unwrap());
}

/// The live flow, as the service says it.
fn live(service: &Service, id: &str) -> Value {
    service.post("/v2/mgmt/flow/export", &json!({"flowId": id}))["flow"].clone()
}

/// The live flow without what differs between two reads of one and the same.
fn settled(service: &Service, id: &str) -> Value {
    let mut flow = live(service, id);
    flow["metadata"].as_object_mut().unwrap().remove("componentsVersion");
    flow
}

/// The sample with another text on the button of its first screen.
fn reworded(text: &str) -> Value {
    let flow = serde_json::to_string(&sample("mfa-login")).unwrap();
    serde_json::from_str(&flow.replace("\"Text message\"", &format!("\"{text}\""))).unwrap()
}

/// The sample without its magic link.
fn without_magic_link(mut flow: Value) -> Value {
    let tasks = flow["contents"]["tasks"].as_object_mut().unwrap();
    let is_gone = |task: &Value| task["action"].as_str().is_some_and(|action| action.contains("magic-link"));
    let gone: Vec<String> =
        tasks.iter().filter(|(_, task)| is_gone(task)).map(|(id, _)| id.clone()).collect();
    assert!(!gone.is_empty());
    tasks.retain(|id, _| !gone.contains(id));
    for task in tasks.values_mut() {
        if let Some(rules) = task.pointer_mut("/next/rules").and_then(Value::as_array_mut) {
            rules.retain(|rule| !gone.iter().any(|id| rule["taskId"] == id.as_str()));
        }
    }
    flow
}

/// The sample with another connector in the place of its own.
fn with_other_connector(flow: &Value) -> Value {
    let text = serde_json::to_string(flow).unwrap();
    let text = text.replace("\"Welcome Mail\":", "\"Other Mail\":");
    serde_json::from_str(&text.replace("CI2abcdefghijklmnopqrstuvwxy1", "CI2abcdefghijklmnopqrstuvwxy9"))
        .unwrap()
}
