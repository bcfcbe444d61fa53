//! The flow templates that the service lists. No call applies one.

use serde_json::{Value, json};

use crate::emulator::{answer::Answer, calls::Rules};

/// The templates, in the console's shape.
pub(in crate::emulator::calls) fn list_templates(rules: &Rules) -> Answer {
    let mut templates = [
        template("magic-link-login", "Magic Link Login", "sign-up-or-in-magic-link-email", "magiclink"),
        template("otp-login", "One-time Code Login", "sign-up-or-in-otp-email", "otp"),
    ];
    rules.turn(&mut templates);
    Answer::json(&json!({"templates": templates, "total": templates.len()}))
}

/// A template that asks for an e-mail address, does this action and logs in.
fn template(id: &str, name: &str, action: &str, method: &str) -> Value {
    let screen = format!("SC2Emulator{method:X>19}");
    let node = json!({
        "type": {"resolvedName": "Container"}, "displayName": "Container", "props": {}, "nodes": [],
        "linkedNodes": {}, "custom": {}, "hidden": false, "isCanvas": true,
    });
    let next = |on: &str, to: &str| json!({"rules": [{"interactionId": on, "taskId": to}]});
    json!({
        "id": id,
        "name": name,
        "description": "",
        "dsl": {
            "startTask": "0",
            "tasks": {
                "start": {"id": "start", "next": {"rules": [{"taskId": "0"}]}},
                "0": {"id": "0", "name": "Welcome", "type": "screen", "screenId": screen,
                    "next": next("submit", "1")},
                "1": {"id": "1", "name": name, "type": "automated", "action": action,
                    "next": next("success", "2")},
                "2": {"id": "2", "name": "End", "type": "logged-in"},
            },
        },
        "modifiedTime": "1767225600",
        "etag": "",
        "tags": ["login"],
        "methods": [method],
        "screens": [{
            "id": screen,
            "inputs": [],
            "interactions": [{"id": "submit", "type": "button", "label": "Continue", "icon": "", "subType": ""}],
            "htmlTemplate": {"ROOT": node},
        }],
        "keywords": [],
    })
}
