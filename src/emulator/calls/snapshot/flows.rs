//! A flow ↔ its files: `flows/ID/metadata.json`, `contents.json` and one per screen.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value, json};

use crate::emulator::{
    answer::Refusal,
    calls::flow,
    store::{BUILT_IN, Files, Flow, connectors, list},
};

/// Where the flows are listed.
pub(super) const FLOWS: &str = "flows/flows.json";

/// The files of one flow.
pub(super) fn flow_files(flow: &Flow) -> Vec<(String, Value)> {
    let folder = format!("flows/{}", flow.id);
    let mut screens: Vec<&str> =
        flow.screens.iter().filter_map(|screen| screen.get("screenId")?.as_str()).collect();
    screens.sort_unstable();
    let mut metadata: BTreeMap<String, Value> = flow
        .metadata
        .iter()
        .filter(|(key, _)| *key != "widget")
        .map(|(k, v)| (k.clone(), v.clone()))
        .collect();
    // A key of these names would be taken for what stands under it here.
    metadata.remove("references");
    let mut references = flow.references.clone();
    references.retain(|_, value| !is_empty(value));
    if !references.is_empty() {
        metadata.insert("references".to_owned(), references.into());
    }
    metadata.insert("screens".to_owned(), json!(screens));
    let mut files = vec![
        (format!("{folder}/metadata.json"), json!(metadata)),
        (format!("{folder}/contents.json"), json!(flow.contents)),
    ];
    for screen in &flow.screens {
        let mut screen = screen.clone();
        screen.retain(|key, value| key != "interactions" || !is_empty(value));
        let id = screen.get("screenId").and_then(Value::as_str).unwrap_or_default();
        files.push((format!("{folder}/screen-{id}.json"), screen.into()));
    }
    files
}

/// The ids of the flows that are listed.
pub(super) fn listed(files: &Files) -> impl Iterator<Item = &str> {
    list(files, FLOWS, "flows").filter_map(Value::as_str)
}

/// The flows out of their files.
pub(super) fn flows(files: &Files) -> Result<Vec<Flow>, Refusal> {
    listed(files)
        .map(|id| flow::read(flow_of(files, id).map_err(|why| Refusal::against_rules(&why))?))
        .collect()
}

/// One flow out of its files, in the shape of an import; otherwise what is missing.
pub(super) fn flow_of(files: &Files, id: &str) -> Result<Map<String, Value>, String> {
    let read = |name: &str| {
        let path = format!("flows/{id}/{name}.json");
        let file = files.get(&path).and_then(Value::as_object).cloned();
        file.ok_or_else(|| format!("the snapshot lacks '{path}'"))
    };
    let (mut metadata, contents) = (read("metadata")?, read("contents")?);
    let references = metadata.remove("references").unwrap_or_else(|| json!({}));
    let ids = metadata.remove("screens").unwrap_or_else(|| json!([]));
    let mut screens = Vec::new();
    for screen in ids.as_array().into_iter().flatten().filter_map(Value::as_str) {
        let mut file = read(&format!("screen-{screen}"))?;
        file.insert("screenId".to_owned(), screen.into());
        screens.push(Value::Object(file));
    }
    Ok(Map::from_iter([
        ("flowId".to_owned(), id.into()),
        ("metadata".to_owned(), metadata.into()),
        ("contents".to_owned(), contents.into()),
        ("screens".to_owned(), screens.into()),
        ("references".to_owned(), references),
    ]))
}

/// What is wrong with the flows of a snapshot.
pub(super) fn failures(files: &Files, into: &mut Vec<String>) {
    let ids: BTreeSet<&str> = listed(files).collect();
    let named: BTreeSet<&str> = files.keys().filter_map(|path| folder(path)).collect();
    into.extend(named.difference(&ids).map(|id| format!("Flow '{id}' is not listed in {FLOWS}")));
    for id in ids {
        if let Err(failure) = check(files, id) {
            into.push(format!("Flow '{id}': {failure}"));
        }
    }
}

fn check(files: &Files, id: &str) -> Result<(), String> {
    let flow = flow_of(files, id)?;
    let unknown = unknown_connector(files, &flow);
    flow::check::<flow::FlowBody>(&json!({"flow": flow})).map_err(|refusal| refusal.message)?;
    let flow = flow::read(flow).map_err(|refusal| refusal.message)?;
    flow::check_ids(&flow).map_err(|refusal| refusal.message)?;
    match unknown {
        Some(name) => Err(format!("connector '{name}' is not in the snapshot")),
        None => Ok(()),
    }
}

fn unknown_connector(files: &Files, flow: &Map<String, Value>) -> Option<String> {
    let named = flow.get("references")?.get("connectors")?.as_object()?;
    let known = |name: &str| name == BUILT_IN || connectors(files).any(|connector| connector.name == name);
    named.keys().find(|name| !known(name)).cloned()
}

/// The id of the flow whose file this is.
fn folder(path: &str) -> Option<&str> {
    let (id, _) = path.strip_prefix("flows/")?.split_once('/')?;
    Some(id)
}

fn is_empty(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::Array(items) => items.is_empty(),
        Value::Object(fields) => fields.is_empty(),
        _ => false,
    }
}
