//! A flow → the two files of a template that gives it back.

use serde_json::{Value, json};

use super::render::ESCAPED;
use crate::resource::flow::{Content, Method, dependencies, methods};

/// The text of `template.yaml` and the value of `flow.json` of a template called `name`, made from a flow.
///
/// Its one variable is the flow's name. The flow's id is left out, since the configuration gives it, and so is the
/// stamp of the service.
pub fn from_flow(content: &Content, name: &str) -> (String, Value) {
    let mut flow = escaped(&content.exported());
    if let Some(flow) = flow.as_object_mut() {
        flow.shift_remove("flowId");
    }
    if let Some(metadata) = flow.get_mut("metadata").and_then(Value::as_object_mut) {
        metadata.shift_remove("componentsVersion");
        metadata.insert("name".to_owned(), json!("${{ name }}"));
    }
    let mut connectors: Vec<String> = dependencies(content)
        .connectors
        .into_iter()
        .filter(|connector| !connector.built_in)
        .map(|connector| connector.name)
        .collect();
    connectors.sort_unstable();
    connectors.dedup();
    let methods: Vec<_> = methods(content).into_iter().map(Method::as_str).collect();
    let description = content.object().get("metadata").and_then(|it| it.get("description"));
    // A JSON value is YAML that no rule of YAML reads otherwise.
    let yaml = format!(
        "# A template of descope-mgmt. In flow.json write \"${{{{ name }}}}\" where a variable shall stand.\n\
         name: {}\nversion: 1.0.0\ndescription: {}\nvariables:\n  name:\n    type: string\n    default: {}\n    \
         description: The name of the flow, as the console shows it.\nconnectors: {}\nmethods: {}\n",
        json!(name),
        description.cloned().unwrap_or_else(|| json!("")),
        json!(content.name()),
        json!(connectors),
        json!(methods),
    );
    (yaml, flow)
}

/// The same value with each placeholder in it made a plain text.
fn escaped(value: &Value) -> Value {
    match value {
        Value::String(text) => text.replace("${{", ESCAPED).into(),
        Value::Array(items) => items.iter().map(escaped).collect(),
        Value::Object(map) => {
            map.iter().map(|(key, value)| (key.replace("${{", ESCAPED), escaped(value))).collect()
        }
        other => other.clone(),
    }
}
