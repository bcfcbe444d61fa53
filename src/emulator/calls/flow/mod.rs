//! Flows: an import stores what was sent, an export shows it with every empty value there.

mod console;
mod reference;
mod shape;
mod shown;
mod template;

use std::{collections::BTreeSet, sync::Arc};

use serde_json::{Map, Value, json};

pub(super) use self::{
    console::{export_console, import_console},
    reference::resolve,
    shape::{ConsoleThemeBody, FlowBody, ThemeBody, check},
    template::list_templates,
};
use super::Rules;
use crate::emulator::{
    answer::{Answer, Refusal},
    fields::Fields,
    store::{Effect, Flow, Project, StoredFlow, Tables, Version, epoch_seconds},
};

/// The flows, all or those of the given ids.
pub(super) fn list_flows(project: &mut Project, rules: &Rules, fields: &Fields) -> Result<Answer, Refusal> {
    let ids = fields.texts("ids")?;
    let asked = |stored: &&Arc<StoredFlow>| ids.is_empty() || ids.contains(&stored.flow.id);
    let mut flows: Vec<Value> =
        project.seen().flows.values().filter(asked).map(|stored| shown::listed(stored)).collect();
    rules.turn(&mut flows);
    let total = flows.len();
    Ok(Answer::json(&json!({"flows": flows, "total": total})))
}

/// One flow as the service has it.
pub(super) fn export_flow(project: &mut Project, rules: &Rules, fields: &Fields) -> Result<Answer, Refusal> {
    let stored = stored(project.seen(), &fields.required("flowId")?)?;
    Ok(Answer::json(&json!({"flow": shown::exported(&stored.flow, &rules.components())})))
}

/// Makes a flow, or overwrites the one of its id.
pub(super) fn import_flow(project: &mut Project, rules: &Rules, fields: &Fields) -> Result<Answer, Refusal> {
    check::<FlowBody>(&fields.body())?;
    let given = fields.map("flow")?;
    for key in ["metadata", "contents"] {
        if given.get(key).is_none_or(Value::is_null) {
            return Err(Refusal::against_rules(&format!("The {key} field is required")));
        }
    }
    let flow = read(given)?;
    let (changelog, skip_render) = (fields.text("changelog")?, fields.flag("skipRender")?);
    store(project, rules, flow, changelog, skip_render)
}

/// Deletes flows, all or none of them.
pub(super) fn delete_flows(project: &mut Project, _: &Rules, fields: &Fields) -> Result<Answer, Refusal> {
    let ids = fields.texts("ids")?;
    if ids.is_empty() {
        return Err(Refusal::against_rules("The ids field is required"));
    }
    for id in &ids {
        stored(project.now(), id)?;
    }
    for id in ids {
        project.write(Effect::NoFlow(id));
    }
    Ok(Answer::done())
}

/// A flow out of an object of the right types.
pub(super) fn read(mut object: Map<String, Value>) -> Result<Flow, Refusal> {
    // Null is the same as absent.
    object.retain(|_, value| !value.is_null());
    serde_json::from_value(Value::Object(object)).map_err(|error| Refusal::unreadable(&error.to_string()))
}

/// Stores an import, as a version of its own.
fn store(
    project: &mut Project,
    rules: &Rules,
    mut flow: Flow,
    changelog: String,
    skip_render: bool,
) -> Result<Answer, Refusal> {
    check_ids(&flow)?;
    resolve(project.now(), rules, &mut flow)?;
    flow.stamp(&rules.components());
    project.write(Effect::Flow(Arc::new(next_version(project.now(), flow, changelog, skip_render))));
    Ok(Answer::done())
}

/// A flow over the one of its id, with the versions of both.
pub(super) fn next_version(tables: &Tables, flow: Flow, changelog: String, skip_render: bool) -> StoredFlow {
    let before = tables.flows.get(&flow.id);
    let mut versions = before.map(|stored| stored.versions.clone()).unwrap_or_default();
    let number = versions.len() + 1;
    versions.push(Version { number, changelog, skip_render, modified_time: epoch_seconds() });
    StoredFlow { flow, versions }
}

/// The ids of a flow and of its screens are there, of few characters, and no screen is there twice.
pub(super) fn check_ids(flow: &Flow) -> Result<(), Refusal> {
    check_id("flowId", &flow.id)?;
    let mut screens = BTreeSet::new();
    for screen in &flow.screens {
        let id = screen.get("screenId").and_then(Value::as_str).unwrap_or_default();
        check_id("screenId", id)?;
        if !screens.insert(id) {
            return Err(Refusal::against_rules(&format!("Screen '{id}' is there twice")));
        }
    }
    Ok(())
}

fn check_id(key: &str, id: &str) -> Result<(), Refusal> {
    let allowed = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == '-';
    match id {
        "" => Err(Refusal::against_rules(&format!("The {key} field is required"))),
        id if id.chars().all(allowed) => Ok(()),
        _ => Err(Refusal::against_rules(&format!("The {key} field holds characters that are not allowed"))),
    }
}

fn stored<'a>(tables: &'a Tables, id: &str) -> Result<&'a Arc<StoredFlow>, Refusal> {
    tables.flows.get(id).ok_or_else(|| Refusal::no_flow(id))
}
