//! Contents of a project → the files of a snapshot.

use serde_json::{Map, Value, json};

use super::{
    authorization::{PERMISSIONS, ROLES, permissions_file, roles_file},
    flows::{FLOWS, flow_files},
};
use crate::emulator::store::{ATTRIBUTES, Files, Tables, tenant_attributes};

/// Where the theme is.
pub(super) const STYLES: &str = "styles/styles.json";

/// Where assets are.
const ASSETS: &str = "assets/";

/// Every file of a project.
pub(in crate::emulator::calls) fn compose(tables: &Tables) -> Files {
    let mut files = tables.files.as_ref().clone();
    add_attributes(tables, &mut files);
    files.insert(ROLES.to_owned(), roles_file(tables));
    files.insert(PERMISSIONS.to_owned(), permissions_file(tables));
    let mut theme = tables.theme.theme.clone();
    theme.retain(|key, value| key != "references" || value.as_object().is_some_and(|some| !some.is_empty()));
    files.insert(STYLES.to_owned(), theme.into());
    let ids: Vec<&String> = tables.flows.keys().collect();
    files.insert(FLOWS.to_owned(), json!({"flows": ids}));
    for stored in tables.flows.values() {
        files.extend(flow_files(&stored.flow));
    }
    files
}

/// The files with every asset in the place where its path stands.
pub(super) fn plain(mut files: Files) -> Files {
    let assets: Map<String, Value> = files.extract_if(.., |path, _| path.starts_with(ASSETS)).collect();
    for file in files.values_mut() {
        inline(file, &assets);
    }
    files
}

fn inline(value: &mut Value, assets: &Map<String, Value>) {
    match value {
        Value::String(text) => {
            if let Some(asset) = assets.get(text) {
                asset.clone_into(value);
            }
        }
        Value::Array(items) => items.iter_mut().for_each(|item| inline(item, assets)),
        Value::Object(fields) => fields.values_mut().for_each(|field| inline(field, assets)),
        _ => {}
    }
}

/// Attributes that a tenant came with are defined too, though no file says so yet.
fn add_attributes(tables: &Tables, files: &mut Files) {
    let listed = tenant_attributes(files);
    let more = tables.attributes.difference(&listed);
    let more = more
        .filter(|name| !name.is_empty())
        .map(|name| json!({"displayName": name, "name": name, "type": "string"}));
    let file = files.entry(ATTRIBUTES.to_owned()).or_insert_with(|| json!({}));
    if let Some(file) = file.as_object_mut()
        && let Value::Array(tenant) = file.entry("tenant").or_insert_with(|| json!([]))
    {
        tenant.extend(more);
    }
}
