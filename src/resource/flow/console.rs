//! The console's form of a flow ↔ the exported one. The console's form has no references.

use serde_json::{Map, Value, json};

use super::{Content, Form, NotAFlow, place::is_empty};
use crate::resource::Object;

/// Keys of a flow that the service counts or stamps at each save.
const COUNTERS: [&str; 3] = ["version", "modifiedTime", "etag"];

/// The console's keys for the members of `metadata.translation`, and what they hold where nothing is set.
const TRANSLATION: [(&str, &str); 4] = [
    ("translate", "enabled"),
    ("translateConnectorID", "connectorId"),
    ("translateSourceLang", "sourceLanguage"),
    ("translateTargetLangs", "targetLanguages"),
];

impl Content {
    /// The flow in the form of the console's own export.
    pub fn console(&self) -> Value {
        let metadata = self.object().get("metadata").and_then(Value::as_object);
        let mut screens = Vec::new();
        for (id, screen) in self.screens() {
            let version = metadata.and_then(|metadata| metadata.get("componentsVersion"));
            screens.push(Value::Object(write_screen(id, self.id(), screen, version)));
        }
        let mut document = Map::new();
        document.insert("flow".to_owned(), Value::Object(write_flow(self, metadata)));
        document.insert("screens".to_owned(), Value::Array(screens));
        // What we do not know never takes the place of what we do.
        let ours = ["flowId", "metadata", "contents", "screens", "references", "flow"];
        let unknown = self.object().iter().filter(|(key, _)| !ours.contains(&key.as_str()));
        document.extend(unknown.map(|(key, value)| (key.clone(), value.clone())));
        Value::Object(document)
    }
}

fn write_flow(content: &Content, metadata: Option<&Object>) -> Object {
    let defaults = json!({
        "id": content.id(), "name": "", "description": "", "dsl": {}, "disabled": false, "translate": false,
        "translateConnectorID": "", "translateSourceLang": "", "translateTargetLangs": [], "fingerprint": false,
        "widget": false, "sharedInteractions": [],
    });
    let Value::Object(mut flow) = defaults else { return Map::new() };
    flow.insert("dsl".to_owned(), content.object().get("contents").cloned().unwrap_or_default());
    for (key, value) in metadata.into_iter().flatten() {
        match (key.as_str(), value) {
            ("componentsVersion" | "id" | "dsl", _) => {}
            ("translation", Value::Object(translation)) => write_translation(translation, &mut flow),
            _ => drop(flow.insert(key.clone(), value.clone())),
        }
    }
    flow
}

fn write_translation(translation: &Object, flow: &mut Object) {
    let mut rest = translation.clone();
    for (console, exported) in TRANSLATION {
        if let Some(value) = rest.shift_remove(exported) {
            flow.insert(console.to_owned(), value);
        }
    }
    if !rest.is_empty() {
        flow.insert("translation".to_owned(), Value::Object(rest));
    }
}

fn write_screen(id: &str, flow_id: &str, screen: &Object, version: Option<&Value>) -> Object {
    let known = json!({"id": id, "flowId": flow_id, "inputs": [], "interactions": []});
    let Value::Object(mut written) = known else { return Map::new() };
    for (key, value) in screen {
        match key.as_str() {
            "screenId" | "id" => {}
            "htmlTemplate" if screen.contains_key("contents") => {}
            "contents" => drop(written.insert("htmlTemplate".to_owned(), value.clone())),
            _ => drop(written.insert(key.clone(), value.clone())),
        }
    }
    written.extend(version.map(|version| ("componentsVersion".to_owned(), version.clone())));
    written
}

/// The exported shape of what the console exported. Empty values in its metadata say nothing and are left out.
pub(super) fn read(mut document: Object) -> Result<Object, NotAFlow> {
    let missing = |what: &str| NotAFlow::Missing { form: Form::Console, what: what.to_owned() };
    let wrong =
        |what: &str, expected| NotAFlow::Wrong { form: Form::Console, what: what.to_owned(), expected };
    let Some(Value::Object(mut flow)) = document.shift_remove("flow") else { return Err(missing("/flow")) };
    let screens = document.shift_remove("screens").ok_or_else(|| missing("/screens"))?;
    let Value::Array(screens) = screens else { return Err(wrong("/screens", "a list")) };
    let mut exported = Map::new();
    if let Some(id) = flow.shift_remove("id") {
        exported.insert("flowId".to_owned(), id);
    }
    let contents = flow.shift_remove("dsl").ok_or_else(|| missing("/flow/dsl"))?;
    let version = screens.iter().find_map(|screen| screen.get("componentsVersion").cloned());
    exported.insert("metadata".to_owned(), Value::Object(read_metadata(flow, version)));
    exported.insert("contents".to_owned(), contents);
    exported.insert("screens".to_owned(), screens.into_iter().map(read_screen).collect());
    exported.extend(document);
    Ok(exported)
}

fn read_metadata(mut flow: Object, version: Option<Value>) -> Object {
    let mut translation = match flow.get_mut("translation") {
        Some(Value::Object(rest)) => std::mem::take(rest),
        _ => Map::new(),
    };
    for (console, exported) in TRANSLATION {
        if let Some(value) = flow.shift_remove(console).filter(|value| !is_empty(value)) {
            translation.insert(exported.to_owned(), value);
        }
    }
    flow.retain(|key, value| !COUNTERS.contains(&key.as_str()) && !is_empty(value));
    if !translation.is_empty() {
        flow.insert("translation".to_owned(), Value::Object(translation));
    }
    flow.extend(version.map(|version| ("componentsVersion".to_owned(), version)));
    flow
}

fn read_screen(screen: Value) -> Value {
    let Value::Object(screen) = screen else { return screen };
    let mut exported = Map::new();
    for (key, value) in screen {
        match key.as_str() {
            "id" => drop(exported.insert("screenId".to_owned(), value)),
            "htmlTemplate" => drop(exported.insert("contents".to_owned(), value)),
            "flowId" | "version" | "componentsVersion" => {}
            "inputs" | "interactions" if is_empty(&value) => {}
            _ => drop(exported.insert(key, value)),
        }
    }
    Value::Object(exported)
}
