//! A stored flow → what goes over the wire.

use serde_json::{Map, Value, json};

use crate::emulator::store::{Flow, StoredFlow};

/// The flow with every key that the service knows, empty ones too; beside them those that it doesn't.
pub(super) fn exported(flow: &Flow, components: &str) -> Value {
    let mut metadata = over(
        json!({
            "name": "", "description": "", "componentsVersion": "", "disabled": false, "fingerprint": false,
            "widget": false, "translation": null, "sharedInteractions": [], "management": false,
        }),
        &flow.metadata,
    );
    metadata.insert("componentsVersion".to_owned(), components.into());
    fill_interactions(&mut metadata, "sharedInteractions");
    let references = over(
        json!({
            "connectors": {}, "oauth": [], "omitted": [], "roles": {}, "userAttributes": [],
            "tenantAttributes": [],
        }),
        &flow.references,
    );
    let screens: Vec<_> = flow.screens.iter().map(screen).collect();
    let shown = json!({
        "flowId": flow.id, "metadata": metadata, "contents": flow.contents, "screens": screens,
        "references": references,
    });
    over(shown, &flow.extra).into()
}

/// The flow as a list shows it: without its contents.
pub(super) fn listed(stored: &StoredFlow) -> Value {
    let mut shown = console(stored);
    shown.insert("dsl".to_owned(), json!({}));
    shown.insert("etag".to_owned(), "".into());
    shown.insert("modifiedTime".to_owned(), stored.modified_time().to_string().into());
    shown.insert("management".to_owned(), stored.flow.flag("management").into());
    shown.insert("referencesGlobalStrings".to_owned(), false.into());
    shown.into()
}

/// The flow in the console's shape.
pub(super) fn console(stored: &StoredFlow) -> Map<String, Value> {
    let flow = &stored.flow;
    let translation = flow.metadata.get("translation");
    let translated = |key: &str, otherwise: Value| {
        let value = translation.and_then(|translation| translation.get(key));
        value.filter(|value| !value.is_null()).cloned().unwrap_or(otherwise)
    };
    let mut shown = over(
        json!({
            "id": flow.id,
            "version": stored.version(),
            "name": flow.text("name"),
            "description": flow.text("description"),
            "dsl": flow.contents,
            "modifiedTime": stored.modified_time(),
            "etag": format!("{:016x}", stored.version()),
            "disabled": flow.flag("disabled"),
            "translate": translated("enabled", false.into()),
            "translateConnectorID": translated("connectorId", "".into()),
            "translateSourceLang": translated("sourceLanguage", "".into()),
            "translateTargetLangs": translated("targetLanguages", json!([])),
            "fingerprint": flow.flag("fingerprint"),
            "widget": flow.flag("widget"),
            "sharedInteractions": flow.metadata.get("sharedInteractions").cloned().unwrap_or(json!([])),
        }),
        &Map::new(),
    );
    fill_interactions(&mut shown, "sharedInteractions");
    shown
}

/// An interaction has all its keys, wherever it stands.
pub(super) fn fill_interactions(object: &mut Map<String, Value>, key: &str) {
    let empty = json!({"id": "", "type": "", "label": "", "icon": "", "subType": ""});
    for item in object.get_mut(key).and_then(Value::as_array_mut).into_iter().flatten() {
        if let Value::Object(given) = item {
            *item = over(empty.clone(), given).into();
        }
    }
}

fn screen(screen: &Map<String, Value>) -> Map<String, Value> {
    let mut shown = over(json!({"screenId": "", "interactions": [], "contents": {}}), screen);
    fill_interactions(&mut shown, "interactions");
    shown
}

/// These defaults, and over them what is given and not null.
pub(super) fn over(defaults: Value, given: &Map<String, Value>) -> Map<String, Value> {
    let Value::Object(mut shown) = defaults else { return Map::new() };
    let given = given.iter().filter(|(_, value)| !value.is_null());
    shown.extend(given.map(|(key, value)| (key.clone(), value.clone())));
    shown
}
