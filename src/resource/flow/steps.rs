//! What differs → the writes that make it so: a flow is imported whole, and goes by its id (Flows, calls).

use serde_json::{Value, json};

use super::{Content, differences, same_key};
use crate::{
    api::{Lane, Request},
    resource::{Assign, Edit, Object, Shape, Step},
};

/// Lists the flows of the project (Flows, calls).
pub const LIST_PATH: &str = "/v1/mgmt/flow/list";
/// Reads one flow, whole (Flows, calls).
pub const EXPORT_PATH: &str = "/v2/mgmt/flow/export";
const IMPORT_PATH: &str = "/v2/mgmt/flow/import";
const DELETE_PATH: &str = "/v1/mgmt/flow/delete";

/// A flow: imported whole, and said by the service in other words than it was told.
pub(in crate::resource) static FLOW: Shape = Shape {
    envelope: Some("flow"),
    remark: Some("changelog"),
    same: Some(same_key),
    lost: Some(lost),
    wrapper: Some("flow"),
    ..Shape::PLAIN
};

/// The step that makes a flow.
pub fn create(content: &Content) -> Step {
    let mut keys = content.object().clone();
    keys.shift_remove("flowId");
    Step { label: "import", path: IMPORT_PATH, ..of_flow(content.id(), Edit::Create(keys)) }
}

/// The step that puts a flow in the place of the live one.
pub fn replace(content: &Content) -> Step {
    let keys = content.object().iter().filter(|(key, _)| *key != "flowId");
    let mut edits: Vec<_> = keys.map(|(key, _)| (key.clone().into(), Assign::As(content.shared()))).collect();
    for missing in ["screens", "references"].into_iter().filter(|key| !content.object().contains_key(*key)) {
        let empty = if missing == "screens" { json!([]) } else { json!({}) };
        edits.push((missing.into(), Assign::Set(empty)));
    }
    Step { label: "import", path: IMPORT_PATH, ..of_flow(content.id(), Edit::Update(edits)) }
}

/// The step that takes a flow away. It always names one: a list of none could mean all.
pub fn delete(id: &str) -> Step {
    let keys = Object::from_iter([("ids".to_owned(), json!([id]))]);
    Step { label: "delete", path: DELETE_PATH, key: None, ..of_flow(id, Edit::Delete(keys)) }
}

/// Reads the flow called `id`.
pub fn look(id: &str) -> Request {
    Request::search(EXPORT_PATH, json!({"flowId": id}))
}

/// Lists the flows called `ids`; all of them where none is named.
pub fn list(ids: &[&str]) -> Request {
    Request::search(LIST_PATH, if ids.is_empty() { json!({}) } else { json!({"ids": ids}) })
}

fn of_flow(id: &str, edit: Edit) -> Step {
    Step {
        label: "import",
        look: look(id),
        path: IMPORT_PATH,
        id: id.to_owned(),
        key: Some("flowId"),
        // The contract leaves open whether two imports at once harm each other.
        lane: Lane::Project,
        edit,
        shape: &FLOW,
    }
}

/// What of a flow got lost on its way: whatever would break somebody if it were taken away, and the references that
/// the service says it left out (What a flow depends on).
fn lost(expected: &Object, found: &Object) -> Vec<String> {
    let read =
        |object: &Object| Content::from_json(Value::Object(object.clone())).ok().map(|(content, _)| content);
    let mut lost = omitted(expected, found);
    if let (Some(expected), Some(found)) = (read(expected), read(found)) {
        lost.extend(
            differences(&expected, &found).into_iter().filter_map(|it| it.breaking.map(|_| it.label)),
        );
    }
    lost
}

fn omitted(expected: &Object, found: &Object) -> Vec<String> {
    let names = |object: &Object| -> Vec<String> {
        let list = object.get("references").and_then(|it| it.get("omitted")).and_then(Value::as_array);
        list.into_iter()
            .flatten()
            .map(|it| it.as_str().map_or_else(|| it.to_string(), str::to_owned))
            .collect()
    };
    let known = names(expected);
    let new = names(found).into_iter().filter(|name| !known.contains(name));
    new.map(|name| format!("reference to '{name}' left out")).collect()
}
