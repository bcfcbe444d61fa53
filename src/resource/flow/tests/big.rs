//! A flow of 5 MB: 200 tasks and 80 screens.

use serde_json::{Map, Value, json};

use super::{content, edits::said_otherwise};
use crate::resource::flow::{Content, Severity, check, dependencies, differences, to_go_json};

const TASKS: usize = 200;
const SCREENS: usize = 80;
const COMPONENTS: usize = 95;

/// A chain of tasks, the first of which show screens with many components.
fn big() -> Content {
    let mut tasks: Map<String, Value> =
        (0..TASKS - 1).map(|index| (index.to_string(), task(index))).collect();
    tasks.insert("start".to_owned(), json!({"id": "start", "next": {"rules": [{"taskId": "0"}]}}));
    let screens: Vec<Value> = (0..SCREENS).map(screen).collect();
    let connectors: Map<String, Value> =
        (0..20).map(|index| (format!("Connector {index}"), json!(format!("CI{index:027}")))).collect();
    content(json!({
        "flowId": "big",
        "metadata": {"name": "Big", "componentsVersion": "1"},
        "contents": {"startTask": "0", "tasks": tasks},
        "screens": screens,
        "references": {"connectors": connectors},
    }))
}

fn task(index: usize) -> Value {
    let next = |interaction: &str| match index {
        index if index == TASKS - 2 => json!({}),
        index => json!({"rules": [{"interactionId": interaction, "taskId": (index + 1).to_string()}]}),
    };
    let (id, view) = (index.to_string(), json!({"x": index, "y": 0}));
    if index < SCREENS {
        let (name, screen) = (format!("Screen {index}"), screen_id(index));
        return json!({
            "id": id, "name": name, "type": "screen", "screenId": screen, "view": view, "next": next("node1"),
        });
    }
    let connector = format!("CI{:027}", index % 20);
    let arguments = json!({"connectorId": {"type": "inline", "value": connector}});
    let action = if index == TASKS - 2 { "logged-in" } else { "connector" };
    json!({
        "id": id, "name": format!("Call {index}"), "type": "automated", "action": action, "view": view,
        "arguments": arguments, "next": next("success"),
    })
}

fn screen_id(index: usize) -> String {
    format!("SC{index:027}")
}

fn screen(index: usize) -> Value {
    let ids: Vec<String> = (0..COMPONENTS).map(|id| format!("node{id}")).collect();
    let mut contents = Map::new();
    contents.insert("ROOT".to_owned(), json!({"nodes": ids, "type": {"resolvedName": "Container"}}));
    let text = "A text that is long enough to matter, as those of real screens are. ".repeat(4);
    for id in ids {
        let props = json!({
            "children": format!("{id} of {index}: {text}"), "color": "primary", "full-width": true, "id": id,
            "mode": "primary", "size": "md", "variant": "contained", "data-type": "button",
        });
        let node = json!({
            "custom": {"type": "button"}, "displayName": "Button", "hidden": false, "isCanvas": false,
            "linkedNodes": {}, "nodes": [], "parent": "ROOT", "props": props, "type": {"resolvedName": "Button"},
        });
        contents.insert(id, node);
    }
    json!({
        "screenId": screen_id(index), "contents": contents,
        "interactions": [{"id": "node1", "label": "Go", "type": "button"}],
    })
}

#[test]
fn a_big_flow_is_compared_and_checked_as_a_small_one() {
    let live = big();
    assert!(to_go_json(&live.exported()).len() > 5_000_000);
    let mut desired = said_otherwise(&live).exported();
    assert_eq!(differences(&live, &content(desired.clone())), []);
    // The screens stand in the other order there.
    desired["screens"][2]["contents"]["node7"]["props"]["children"] = json!("Another text");
    desired["contents"]["tasks"]["150"]["arguments"]["connectorId"]["value"] = json!(format!("CI{:027}", 3));
    let desired = content(desired);
    let found = differences(&live, &desired);
    let labels: Vec<&str> = found.iter().map(|it| it.label.as_str()).collect();
    assert_eq!(labels, ["task 150 \"Call 150\": connector", "screen \"Screen 77\": button text"]);
    assert_eq!(found[0].before, Some(json!("Connector 10")));
    let codes: Vec<_> = check(&live).into_iter().map(|it| (it.severity, it.code)).collect();
    assert_eq!(codes, [(Severity::Warning, "many_tasks")]);
    let codes: Vec<_> = check(&desired).into_iter().map(|it| it.code).collect();
    assert_eq!(codes, ["many_tasks", "stale_copy"]);
    assert_eq!(dependencies(&live).connectors.len(), TASKS - 2 - SCREENS);
}
