//! A flow's references, by name → the ids of this project; what is not there is omitted, or refused.

use std::collections::HashMap;

use serde_json::{Map, Value};

use crate::emulator::{
    answer::Refusal,
    calls::Rules,
    options::UnknownReferences,
    store::{BUILT_IN, Flow, PROVIDERS, Tables, connectors, providers},
};

/// The ids of one kind of thing, by name.
type Ids = HashMap<String, String>;

/// Resolves the references of a flow in this project. The ids that were sent are those of another project:
/// wherever one stands in the flow, the project's own takes its place.
pub(in crate::emulator::calls) fn resolve(
    tables: &Tables,
    rules: &Rules,
    flow: &mut Flow,
) -> Result<(), Refusal> {
    let mut omitted = Vec::new();
    let mut moved = HashMap::new();
    for (key, ids) in [("connectors", connector_ids(tables)), ("roles", role_ids(tables))] {
        if let Some(Value::Object(named)) = flow.references.get_mut(key) {
            settle(named, &ids, &mut moved, &mut omitted);
        }
    }
    if let Some(Value::Array(names)) = flow.references.get_mut("oauth") {
        let known = |name: &str| {
            PROVIDERS.contains(&name) || providers(&tables.files).any(|(provider, _)| provider == name)
        };
        let (kept, gone): (Vec<_>, Vec<_>) =
            names.drain(..).partition(|name| name.as_str().is_some_and(known));
        *names = kept;
        omitted.extend(gone.iter().filter_map(Value::as_str).map(str::to_owned));
    }
    if let (UnknownReferences::Refuse, Some(name)) = (rules.unknown_references, omitted.first()) {
        return Err(Refusal::against_rules(&format!("The flow refers to '{name}', which does not exist")));
    }
    if !omitted.is_empty() {
        omitted.sort_unstable();
        flow.references.insert("omitted".to_owned(), omitted.into());
    }
    rename(flow, &moved);
    Ok(())
}

fn settle(named: &mut Map<String, Value>, ids: &Ids, moved: &mut Ids, omitted: &mut Vec<String>) {
    named.retain(|name, sent| {
        let Some(own) = ids.get(name) else {
            omitted.push(name.clone());
            return false;
        };
        if let Some(sent) = sent.as_str().filter(|sent| !sent.is_empty() && sent != own) {
            moved.insert(sent.to_owned(), own.clone());
        }
        *sent = own.as_str().into();
        true
    });
}

fn rename(flow: &mut Flow, moved: &Ids) {
    if moved.is_empty() {
        return;
    }
    flow.contents.values_mut().for_each(|value| rename_in(value, moved));
    flow.screens.iter_mut().flat_map(Map::values_mut).for_each(|value| rename_in(value, moved));
    if let Some(translation) = flow.metadata.get_mut("translation") {
        rename_in(translation, moved);
    }
}

fn rename_in(value: &mut Value, moved: &Ids) {
    match value {
        Value::String(text) => {
            if let Some(own) = moved.get(text) {
                own.clone_into(text);
            }
        }
        Value::Array(items) => items.iter_mut().for_each(|item| rename_in(item, moved)),
        Value::Object(fields) => fields.values_mut().for_each(|field| rename_in(field, moved)),
        _ => {}
    }
}

fn connector_ids(tables: &Tables) -> Ids {
    let listed = connectors(&tables.files).map(|found| (found.name.to_owned(), found.id.to_owned()));
    [(BUILT_IN.to_owned(), BUILT_IN.to_owned())].into_iter().chain(listed).collect()
}

fn role_ids(tables: &Tables) -> Ids {
    let of_project = tables.roles.iter().filter(|role| role.tenant_id.is_empty());
    of_project.map(|role| (role.name.clone(), role.id.clone())).collect()
}
