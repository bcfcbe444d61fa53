//! A flow of 5 MB, 200 tasks and 80 screens: planned with one edit, against the bare export read as JSON.

use std::time::{Duration, Instant};

use serde_json::{Map, Value, json};

use crate::{
    figure::{Bar, Table, best},
    server::{Server, run as to_its_end},
};

const TASKS: usize = 200;
const SCREENS: usize = 80;
const COMPONENTS: usize = 95;

/// The plan of a big flow in which the text of one button changes.
pub(crate) fn run(table: &mut Table) {
    let server = Server::start(&[]);
    let mut flow = big();
    server.post("/v2/mgmt/flow/import", &json!({"flow": flow}));
    let folder = tempfile::tempdir().expect("a folder");
    flow["screens"][7]["contents"]["node7"]["props"]["children"] = json!("Another text");
    let text = serde_json::to_string_pretty(&flow).expect("JSON");
    let size = text.len() / 1_000_000;
    std::fs::write(folder.path().join("flow.json"), text).expect("a file");
    std::fs::write(folder.path().join("descope.yaml"), "flows: [{ id: big, file: flow.json }]\n")
        .expect("a file");
    let floor = best(3, || export(&server));
    let measured = best(5, || to_its_end(&mut server.tool(folder.path(), &["plan"])));
    let what = format!("plan, a flow of {size} MB, one text changed");
    table.row(&what, measured, (floor, "the bare export"), Bar::Beyond(Duration::from_millis(200)));
}

/// The bare export over HTTP, read as JSON and nothing more.
fn export(server: &Server) -> Duration {
    let started = Instant::now();
    let read = server.post("/v2/mgmt/flow/export", &json!({"flowId": "big"}));
    assert!(read["flow"]["screens"].is_array());
    started.elapsed()
}

fn big() -> Value {
    let mut tasks: Map<String, Value> =
        (0..TASKS - 1).map(|index| (index.to_string(), task(index))).collect();
    tasks.insert("start".to_owned(), json!({"id": "start", "next": {"rules": [{"taskId": "0"}]}}));
    json!({
        "flowId": "big", "metadata": {"name": "Big"},
        "contents": {"startTask": "0", "tasks": tasks},
        "screens": (0..SCREENS).map(screen).collect::<Vec<_>>(), "references": {},
    })
}

fn task(index: usize) -> Value {
    let (id, last) = (index.to_string(), index == TASKS - 2);
    let next = |interaction: &str| {
        let rule = json!({"interactionId": interaction, "taskId": (index + 1).to_string()});
        if last { json!({}) } else { json!({"rules": [rule]}) }
    };
    if index < SCREENS {
        return json!({"id": id, "type": "screen", "screenId": screen_id(index), "next": next("node1")});
    }
    let action = if last { "logged-in" } else { "sign-in-otp-email" };
    json!({"id": id, "type": "automated", "action": action, "arguments": {}, "next": next("success")})
}

fn screen_id(index: usize) -> String {
    format!("SC{index:027}")
}

fn screen(index: usize) -> Value {
    let ids: Vec<String> = (0..COMPONENTS).map(|id| format!("node{id}")).collect();
    let text = "A text that is as long as those of real screens are. ".repeat(5);
    let node = |id: &String| {
        let props = json!({"children": format!("{id} of {index}: {text}"), "id": id, "variant": "contained"});
        let node = json!({
            "custom": {"type": "button"}, "displayName": "Button", "nodes": [], "parent": "ROOT", "props": props,
            "type": {"resolvedName": "Button"},
        });
        (id.clone(), node)
    };
    let mut contents: Map<String, Value> = ids.iter().map(node).collect();
    contents.insert("ROOT".to_owned(), json!({"nodes": ids, "type": {"resolvedName": "Container"}}));
    let interactions = json!([{"id": "node1", "label": "Go", "type": "button"}]);
    json!({"screenId": screen_id(index), "contents": contents, "interactions": interactions})
}
