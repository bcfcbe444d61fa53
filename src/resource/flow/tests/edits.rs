//! Changes to a flow for properties: such as mean something, and such as mean nothing.

use proptest::prelude::*;
use serde_json::{Map, Value, json};

use super::{content, sample};
use crate::resource::flow::Content;

/// Something done to one place of a document. Places are counted, so that any number names one.
#[derive(Debug, Clone)]
pub(super) enum Edit {
    /// Another value in a place that holds a text, a number or a flag.
    Set(usize, Value),
    /// A key that nobody knows, in an object.
    Add(usize, &'static str, Value),
    /// A member of an object taken away.
    Remove(usize),
    /// A list turned round.
    Reverse(usize),
}

pub(super) fn any_edit() -> impl Strategy<Value = Edit> {
    let value = prop_oneof![
        Just(json!("")),
        Just(json!(null)),
        Just(json!(false)),
        Just(json!(7.0)),
        Just(json!("CI2abcdefghijklmnopqrstuvwxy1")),
        Just(json!("0")),
        Just(json!({"deep": ["", 1]})),
        Just(json!([])),
    ];
    let key =
        prop_oneof![Just("unknownKey"), Just("parent"), Just("next"), Just("screenId"), Just("connectors")];
    prop_oneof![
        (any::<usize>(), value.clone()).prop_map(|(at, value)| Edit::Set(at, value)),
        (any::<usize>(), key, value).prop_map(|(at, key, value)| Edit::Add(at, key, value)),
        any::<usize>().prop_map(Edit::Remove),
        any::<usize>().prop_map(Edit::Reverse),
    ]
}

/// A sample with some edits; those that would make it no flow at all are left out.
pub(super) fn any_flow() -> impl Strategy<Value = Content> {
    let name = prop_oneof![Just("mfa-login"), Just("sign-up-or-in")];
    (name, proptest::collection::vec(any_edit(), 0..5)).prop_map(|(name, edits)| edited(sample(name), &edits))
}

pub(super) fn edited(flow: Content, edits: &[Edit]) -> Content {
    edits.iter().fold(flow, |flow, edit| {
        let mut value = flow.exported();
        apply(&mut value, edit);
        Content::from_json(value).map_or(flow, |(flow, _)| flow)
    })
}

fn apply(value: &mut Value, edit: &Edit) {
    let wanted: fn(&Value) -> bool = match edit {
        Edit::Set(..) => |value| !value.is_object() && !value.is_array(),
        Edit::Add(..) | Edit::Remove(_) => Value::is_object,
        Edit::Reverse(_) => Value::is_array,
    };
    let mut places = Vec::new();
    collect(value, String::new(), wanted, &mut places);
    let (Edit::Set(at, _) | Edit::Add(at, ..) | Edit::Remove(at) | Edit::Reverse(at)) = edit;
    let Some(place) = places.get(at % places.len().max(1)) else { return };
    let place = value.pointer_mut(place).unwrap();
    match (edit, place) {
        (Edit::Set(_, new), place) => *place = new.clone(),
        (Edit::Add(_, key, new), Value::Object(map)) => drop(map.insert((*key).to_owned(), new.clone())),
        (Edit::Remove(at), Value::Object(map)) if !map.is_empty() => {
            let key = map.keys().nth(at % map.len()).unwrap().clone();
            map.shift_remove(&key);
        }
        (Edit::Reverse(_), Value::Array(items)) => items.reverse(),
        _ => {}
    }
}

fn collect(value: &Value, at: String, wanted: fn(&Value) -> bool, places: &mut Vec<String>) {
    match value {
        Value::Object(map) => {
            for (key, value) in map {
                collect(value, format!("{at}/{}", key.replace('~', "~0").replace('/', "~1")), wanted, places);
            }
        }
        Value::Array(items) => {
            for (index, value) in items.iter().enumerate() {
                collect(value, format!("{at}/{index}"), wanted, places);
            }
        }
        _ => {}
    }
    if wanted(value) {
        places.push(at);
    }
}

/// The same flow as another tool might write it: other layout and stamps, keys and screens in another order, empty
/// values in the metadata, copies of screens in their tasks.
pub(super) fn said_otherwise(flow: &Content) -> Content {
    let mut value = reversed(&flow.exported());
    value["metadata"]["componentsVersion"] = json!("9.9.9");
    for key in ["translation", "management"] {
        if value["metadata"].get(key).is_none() {
            value["metadata"][key] = json!({"enabled": false});
        }
    }
    let screens = value["screens"].clone();
    for task in value["contents"]["tasks"].as_object_mut().unwrap().values_mut() {
        let Value::Object(task) = task else { continue };
        task.insert("view".to_owned(), json!({"x": 1, "y": 2}));
        let shown = screens.as_array().into_iter().flatten().find(|screen| {
            screen["screenId"]
                .as_str()
                .is_some_and(|id| task.get("screenId").is_some_and(|other| other == id))
        });
        task.extend(shown.map(|screen| ("htmlTemplate".to_owned(), screen["contents"].clone())));
    }
    if let Some(screens) = value["screens"].as_array_mut() {
        screens.reverse();
    }
    content(value)
}

fn reversed(value: &Value) -> Value {
    match value {
        Value::Object(map) => {
            let members = map.iter().rev().map(|(key, value)| (key.clone(), reversed(value)));
            Value::Object(members.collect::<Map<_, _>>())
        }
        Value::Array(items) => items.iter().map(reversed).collect(),
        other => other.clone(),
    }
}
