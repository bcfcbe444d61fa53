//! The few shapes that all parts of the schema are made of.

use serde_json::{Map, Value, json};

/// `schema`, and what it is for.
pub(super) fn described(schema: Value, description: &str) -> Value {
    let mut schema = schema;
    if let Some(map) = schema.as_object_mut() {
        map.insert("description".to_owned(), json!(description));
    }
    schema
}

/// A map with these keys and no others.
pub(super) fn object(keys: &[&str], of: impl Fn(&str) -> Option<Value>, description: &str) -> Value {
    // A key that nobody describes shows as one without a description, which a test refuses.
    let properties: Map<String, Value> =
        keys.iter().map(|key| ((*key).to_owned(), of(key).unwrap_or_else(|| json!({})))).collect();
    let schema = json!({"type": "object", "additionalProperties": false, "properties": properties});
    described(schema, description)
}

/// A map of any keys, each with such a value.
pub(super) fn map_of(value: &Value) -> Value {
    json!({"type": "object", "additionalProperties": value})
}

/// A list of such items.
pub(super) fn list_of(item: &Value) -> Value {
    json!({"type": "array", "items": item})
}

/// A text. The loader takes it as it is written, so a number is one, too.
pub(super) fn text(description: &str) -> Value {
    described(json!({"type": ["string", "number", "boolean"]}), description)
}

/// A text, with examples of it.
pub(super) fn example(description: &str, examples: &[&str]) -> Value {
    let mut schema = text(description);
    if let Some(map) = schema.as_object_mut() {
        map.insert("examples".to_owned(), json!(examples));
    }
    schema
}

/// One of these words, or a variable that holds one.
pub(super) fn one_of(words: &[&str], description: &str) -> Value {
    described(json!({"anyOf": [{"enum": words}, reference()]}), description)
}

/// True or false, or a variable that says so.
pub(super) fn flag(description: &str) -> Value {
    described(json!({"anyOf": [{"type": "boolean"}, reference()]}), description)
}

/// A whole number, or a variable that holds one.
pub(super) fn number(description: &str) -> Value {
    described(json!({"anyOf": [{"type": "integer", "minimum": 0}, reference()]}), description)
}

/// A duration such as `30s`.
pub(super) fn duration(description: &str) -> Value {
    let written = json!({"type": "string", "pattern": "^[0-9]+(ms|s|m|h|d|w)$", "examples": ["10m", "4w"]});
    described(json!({"anyOf": [written, reference()]}), description)
}

/// A single value, or a list of them.
pub(super) fn value(description: &str) -> Value {
    let single = json!({"type": ["string", "number", "boolean"]});
    described(json!({"anyOf": [single, list_of(&single)]}), description)
}

/// `${NAME}` or `${NAME:-default}` somewhere in a text.
fn reference() -> Value {
    json!({"type": "string", "pattern": "\\$\\{"})
}
