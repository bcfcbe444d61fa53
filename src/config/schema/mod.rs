//! The keys that the loader knows → a JSON Schema (draft 2020-12), for completion and checks in an editor.
//!
//! Built as data from the loader's own lists of keys, so that the two can't know different ones: a key without a
//! description here is an error of a test. It refuses less than the loader does: what needs variables expanded or
//! other files read, `config validate` alone can tell.

mod environments;
mod flows;
mod parts;
mod settings;
mod tenants;

use serde_json::{Value, json};

use super::sections::{DEFAULTS, TOP};
use parts::{described, list_of, map_of, object, text};

/// The schema as a document.
fn schema() -> Value {
    let mut schema = object(TOP, top, "The configuration of descope-mgmt.");
    if let Some(map) = schema.as_object_mut() {
        let head = [
            ("$schema", json!("https://json-schema.org/draft/2020-12/schema")),
            ("title", json!("descope-mgmt configuration")),
        ];
        for (key, value) in head.into_iter().rev() {
            map.shift_insert(0, key.to_owned(), value);
        }
    }
    schema
}

/// The schema as the text of a file.
pub fn schema_text() -> String {
    serde_json::to_string_pretty(&schema()).unwrap_or_default() + "\n"
}

fn top(key: &str) -> Option<Value> {
    Some(match key {
        "version" => described(json!({"const": 1}), "The version of the format: 1."),
        "include" => described(
            list_of(&text("A glob, relative to this file.")),
            "More files to read, as globs; each must match something.",
        ),
        "environments" => described(
            map_of(&environments::block()),
            "One project each: dev, staging, prod and the like. The git branch may choose one.",
        ),
        "settings" => settings::shared(),
        "defaults" => object(DEFAULTS, |_| Some(tenants::defaults()), "What every item starts from."),
        "protect" => described(
            list_of(&text("An address such as tenant.acme-corp; '*' stands for any text.")),
            "What no run may delete or replace, even when its definition is gone.",
        ),
        "tenants" => described(
            list_of(&tenants::item()),
            "The tenants. A live tenant that is not listed is an orphan: shown, and left as it is.",
        ),
        "flows" => {
            described(list_of(&flows::item()), "The flows. Live flows that are not listed are left alone.")
        }
        "theme" => object(
            flows::THEME,
            |_| Some(text("A JSON file as `flow export --theme` writes it, relative to this file.")),
            "The look of the project's screens.",
        ),
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Every key of an object has a description, so none was forgotten.
    fn check(value: &Value, place: &str) {
        let Some(map) = value.as_object() else { return };
        for (key, inner) in map.get("properties").and_then(Value::as_object).into_iter().flatten() {
            let place = format!("{place}.{key}");
            let says = inner.get("description").and_then(Value::as_str).unwrap_or_default();
            assert!(says.ends_with('.'), "{place} has no description");
            check(inner, &place);
        }
        for word in ["items", "additionalProperties"] {
            map.get(word).into_iter().for_each(|inner| check(inner, place));
        }
        for inner in map.get("anyOf").and_then(Value::as_array).into_iter().flatten() {
            check(inner, place);
        }
    }

    #[test]
    fn every_key_of_the_loader_is_in_the_schema_and_described() {
        let schema = schema();
        check(&schema, "");
        let keys: Vec<&String> = schema["properties"].as_object().unwrap().keys().collect();
        assert_eq!(keys, TOP);
        let tenant = &schema["properties"]["tenants"]["items"]["properties"];
        assert_eq!(tenant.as_object().unwrap().len(), 15);
    }
}
