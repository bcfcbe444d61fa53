//! The console's shape of a flow, as the first version of the API has it ↔ the one that is stored.

use serde_json::{Map, Value, json};

use super::{
    check, read,
    shape::ConsoleBody,
    shown::{console, fill_interactions, over},
    store, stored,
};
use crate::emulator::{
    answer::{Answer, Refusal},
    calls::Rules,
    fields::Fields,
    store::{Flow, Project, StoredFlow},
};

/// Keys of the console's flow that the service writes itself.
const WRITTEN: [&str; 3] = ["version", "etag", "modifiedTime"];

/// How the console calls what is in the metadata's `translation`.
const TRANSLATION: [(&str, &str); 4] = [
    ("translate", "enabled"),
    ("translateConnectorID", "connectorId"),
    ("translateSourceLang", "sourceLanguage"),
    ("translateTargetLangs", "targetLanguages"),
];

/// One flow, in the console's shape.
pub(in crate::emulator::calls) fn export_console(
    project: &mut Project,
    rules: &Rules,
    fields: &Fields,
) -> Result<Answer, Refusal> {
    let id = fields.required("flowId")?;
    Ok(shown(stored(project.seen(), &id)?, rules))
}

fn shown(stored: &StoredFlow, rules: &Rules) -> Answer {
    let flow = over(console(stored).into(), &unknown(&stored.flow));
    let components = rules.components();
    let screens: Vec<Value> =
        stored.flow.screens.iter().map(|screen| console_screen(screen, &stored.flow, &components)).collect();
    Answer::json(&json!({"flow": flow, "screens": screens}))
}

/// Makes a flow out of the console's shape, or overwrites the one of its id; answers with it.
pub(in crate::emulator::calls) fn import_console(
    project: &mut Project,
    rules: &Rules,
    fields: &Fields,
) -> Result<Answer, Refusal> {
    check::<ConsoleBody>(&fields.body())?;
    let (id, mut given) = (fields.required("flowId")?, fields.map("flow")?);
    if given.is_empty() {
        return Err(Refusal::against_rules("The flow field is required"));
    }
    let contents = given.remove("dsl").unwrap_or_else(|| json!({}));
    let screens: Vec<Value> = match fields.value("screens") {
        Some(Value::Array(screens)) => screens.clone(),
        _ => Vec::new(),
    };
    let screens: Vec<Value> = screens.into_iter().map(stored_screen).collect();
    let flow = json!({"flowId": id, "metadata": metadata(given), "contents": contents, "screens": screens});
    let flow = flow.as_object().cloned().unwrap_or_default();
    store(project, rules, read(flow)?, String::new(), false)?;
    Ok(shown(stored(project.now(), &id)?, rules))
}

/// Metadata that the console's shape has no key for, under its own name.
fn unknown(flow: &Flow) -> Map<String, Value> {
    let known = ["name", "description", "componentsVersion", "translation", "sharedInteractions"];
    // False is the same as absent.
    let unknown = flow.metadata.iter();
    let unknown =
        unknown.filter(|(key, value)| !known.contains(&key.as_str()) && **value != Value::Bool(false));
    unknown.map(|(key, value)| (key.clone(), value.clone())).collect()
}

fn metadata(mut given: Map<String, Value>) -> Map<String, Value> {
    given.retain(|key, _| key != "id" && !WRITTEN.contains(&key.as_str()));
    let mut translation = Map::new();
    for (console, ours) in TRANSLATION {
        if let Some(value) = given.remove(console) {
            translation.insert(ours.to_owned(), value);
        }
    }
    if translation.get("enabled") == Some(&Value::Bool(true)) {
        given.insert("translation".to_owned(), translation.into());
    }
    given
}

fn stored_screen(screen: Value) -> Value {
    let Value::Object(mut screen) = screen else { return screen };
    for key in ["version", "flowId", "componentsVersion"] {
        screen.remove(key);
    }
    if screen.get("inputs").is_some_and(|inputs| inputs.as_array().is_none_or(Vec::is_empty)) {
        screen.remove("inputs");
    }
    for (console, ours) in [("id", "screenId"), ("htmlTemplate", "contents")] {
        if let Some(value) = screen.remove(console) {
            screen.insert(ours.to_owned(), value);
        }
    }
    screen.into()
}

fn console_screen(screen: &Map<String, Value>, flow: &Flow, components: &str) -> Value {
    let part = |key: &str, otherwise: Value| screen.get(key).cloned().unwrap_or(otherwise);
    let shown = json!({
        "id": part("screenId", "".into()),
        "version": 1,
        "flowId": flow.id,
        "inputs": part("inputs", json!([])),
        "interactions": part("interactions", json!([])),
        "htmlTemplate": part("contents", json!({})),
        "componentsVersion": components,
    });
    let mut more = screen.clone();
    more.retain(|key, _| key != "screenId" && key != "contents");
    let mut shown = over(shown, &more);
    fill_interactions(&mut shown, "interactions");
    shown.into()
}
