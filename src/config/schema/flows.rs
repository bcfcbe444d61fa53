//! Flows and the theme.

use serde_json::{Value, json};

use super::parts::{described, example, list_of, map_of, object, text, value};
use crate::config::flows::{KEYS, THEME_KEYS};

/// The keys of the theme.
pub(super) const THEME: &[&str] = THEME_KEYS;

/// An item of `flows`.
pub(super) fn item() -> Value {
    let mut item = object(KEYS, flow, "A flow: from a file, or from a template.");
    if let Some(map) = item.as_object_mut() {
        map.insert("not".to_owned(), json!({"required": ["file", "template"]}));
    }
    item
}

fn flow(key: &str) -> Option<Value> {
    Some(match key {
        "id" => example("The id, under which it is imported whatever its file says.", &["sign-up-or-in"]),
        "file" => example(
            "A console export, an API export or a snapshot folder, relative to this file.",
            &["flows/sign-up-or-in.json"],
        ),
        "template" => example(
            "A template and, behind '@', its version: built in, or from 'templates_dir'.",
            &["mfa-login@2", "login"],
        ),
        "variables" => described(
            map_of(&value("A text, a number, true or false, or a list of them.")),
            "What the template is filled with; `flow templates NAME` shows its variables.",
        ),
        "environments" => described(
            list_of(&text("The name of an environment.")),
            "The only environments that have the flow.",
        ),
        _ => return None,
    })
}
