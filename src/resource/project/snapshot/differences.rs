//! (live files, files to import) → what an import would change: flows by what they mean, the rest file by file.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::Files;
use crate::resource::{
    Address, FieldChange, Path,
    flow::{self, Content},
};

/// Where the flows are.
const FLOWS: &str = "flows/";

/// What an import makes of one file, or of the files of one flow.
#[derive(Debug, Clone, PartialEq)]
pub struct FileDifference {
    /// `flow.<id>`, or `file.<path>`.
    pub address: Address,
    /// Whether it is there now.
    pub before: bool,
    /// Whether it is there afterwards.
    pub after: bool,
    /// What differs, where it is there before and after.
    pub fields: Vec<FieldChange>,
}

/// What an import of `wanted` changes; files of excluded parts stay as they are.
pub fn differences(live: &Files, wanted: &Files, excludes: &[String]) -> Vec<FileDifference> {
    let stays = |path: &str| excludes.iter().any(|part| path == format!("{part}.json"));
    let paths: BTreeSet<&String> = live.keys().chain(wanted.keys()).collect();
    let mut flows = BTreeSet::new();
    let mut found = Vec::new();
    for path in paths {
        if stays(path) || !super::is_part(path) {
            continue;
        }
        if let Some((id, _)) = path.strip_prefix(FLOWS).and_then(|rest| rest.split_once('/')) {
            flows.insert(id);
        } else {
            found.extend(file(path, live.get(path), wanted.get(path)));
        }
    }
    found.extend(flows.into_iter().filter_map(|id| flow(id, live, wanted)));
    found.sort_by(|a, b| a.address.cmp(&b.address));
    found
}

fn file(path: &str, before: Option<&Value>, after: Option<&Value>) -> Option<FileDifference> {
    let fields = match (before, after) {
        (Some(before), Some(after)) if before == after || same_text(before, after) => return None,
        (Some(before), Some(after)) if before.is_object() && after.is_object() => {
            let mut fields = Vec::new();
            leaves(&mut Vec::new(), &by_name(path, before), &by_name(path, after), &mut fields);
            if fields.is_empty() {
                return None;
            }
            fields
        }
        (Some(_), Some(_)) => {
            // What stands in a text or an image is too long to be told; that it differs is not.
            let told = |what: &str| Some(Value::from(what));
            vec![FieldChange::new(Path::new(["content"]), told("as it is"), told("another one"))]
        }
        _ => Vec::new(),
    };
    let address = Address::new("file", path);
    Some(FileDifference { address, before: before.is_some(), after: after.is_some(), fields })
}

/// An object whose lists of named things are maps by their names. The ids of roles and permissions are another
/// project's: they are matched by name (Snapshots).
fn by_name(path: &str, file: &Value) -> Value {
    let Value::Object(map) = file else { return file.clone() };
    let foreign_ids = ["roles.json", "permissions.json"].contains(&path);
    let named = |list: &Value| -> Option<Value> {
        let items = list.as_array()?;
        let mut by_name = serde_json::Map::new();
        for item in items {
            let mut item = item.as_object()?.clone();
            let name = item.get("name")?.as_str()?.to_owned();
            if foreign_ids {
                item.shift_remove("id");
            }
            by_name.insert(name, Value::Object(item));
        }
        (by_name.len() == items.len()).then_some(Value::Object(by_name))
    };
    map.iter().map(|(key, value)| (key.clone(), named(value).unwrap_or_else(|| value.clone()))).collect()
}

/// Whether two texts are one but for a line end at their end, which an export adds.
pub(super) fn same_text(one: &Value, other: &Value) -> bool {
    match (one, other) {
        (Value::String(one), Value::String(other)) => {
            one.strip_suffix('\n').unwrap_or(one) == other.strip_suffix('\n').unwrap_or(other)
        }
        _ => false,
    }
}

fn leaves(at: &mut Vec<String>, before: &Value, after: &Value, fields: &mut Vec<FieldChange>) {
    if before == after {
        return;
    }
    let (Value::Object(a), Value::Object(b)) = (before, after) else {
        fields.push(FieldChange::new(Path::new(at.clone()), Some(before.clone()), Some(after.clone())));
        return;
    };
    let keys: BTreeSet<&String> = a.keys().chain(b.keys()).collect();
    for key in keys {
        at.push(key.clone());
        match (a.get(key), b.get(key)) {
            (Some(before), Some(after)) => leaves(at, before, after, fields),
            (before, after) => {
                fields.push(FieldChange::new(Path::new(at.clone()), before.cloned(), after.cloned()));
            }
        }
        at.pop();
    }
}

/// The files of one flow, compared by what they mean; where they are no flow, byte by byte.
fn flow(id: &str, live: &Files, wanted: &Files) -> Option<FileDifference> {
    let (before, after) = (files_of(id, live), files_of(id, wanted));
    let address = Address::new(flow::KIND, id);
    let read = |files: &BTreeMap<String, Value>| Content::from_folder(files).ok().map(|it| it.named(id));
    let fields = match (read(&before), read(&after)) {
        (Some(one), Some(other)) => {
            let told = flow::differences(&one, &other).into_iter().map(|difference| FieldChange {
                label: Some(difference.label),
                ..FieldChange::new(Path::new(difference.path), difference.before, difference.after)
            });
            told.collect()
        }
        _ if before == after => Vec::new(),
        _ => vec![FieldChange::new(Path::new(["files"]), Some("as they are".into()), Some("others".into()))],
    };
    let (there, then) = (!before.is_empty(), !after.is_empty());
    let fields = if there && then { fields } else { Vec::new() };
    let differs = there != then || !fields.is_empty();
    differs.then_some(FileDifference { address, before: there, after: then, fields })
}

fn files_of(id: &str, files: &Files) -> BTreeMap<String, Value> {
    let prefix = format!("{FLOWS}{id}/");
    let parts = files.iter().filter(|(path, _)| super::is_part(path));
    let own = parts.filter_map(|(path, value)| Some((path.strip_prefix(&prefix)?, value)));
    own.map(|(name, value)| (name.to_owned(), value.clone())).collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn files(value: Value) -> Files {
        serde_json::from_value(value).unwrap()
    }

    #[test]
    fn roles_are_one_by_their_names_and_their_ids_say_nothing() {
        let roles = |id: &str, about: &str| {
            files(json!({"roles.json": {"roles": [{"id": id, "name": "Editor", "description": about}]}}))
        };
        assert_eq!(differences(&roles("ROL1", "x"), &roles("ROL2", "x"), &[]), Vec::new());
        let found = differences(&roles("ROL1", "x"), &roles("ROL2", "y"), &[]);
        assert_eq!(found[0].fields[0].path.to_string(), "roles.Editor.description");
    }

    #[test]
    fn what_is_no_part_of_a_snapshot_says_nothing_of_a_flow() {
        let flow = json!({"flows/a/metadata.json": {"name": "A"}, "flows/a/contents.json": {"tasks": {}}});
        let mut with_notes = flow.clone();
        with_notes["flows/a/notes.md"] = json!("mine");
        assert_eq!(differences(&files(with_notes), &files(flow), &[]), Vec::new());
    }

    #[test]
    fn files_are_added_changed_and_removed_and_excluded_parts_stay() {
        let live = files(json!({
            "project.json": {"settings": {"a": 1, "b": [1]}}, "lists.json": {"lists": [1]}, "old.txt": "x",
            "mail.html": "hi",
        }));
        let wanted = files(json!({
            "project.json": {"settings": {"a": 2, "b": [1]}}, "lists.json": {"lists": []}, "new.json": {},
            "mail.html": "hi\n",
        }));
        let found = differences(&live, &wanted, &["lists".to_owned()]);
        let told: Vec<_> = found.iter().map(|it| (it.address.as_str(), it.before, it.after)).collect();
        assert_eq!(
            told,
            [
                ("file.new.json", false, true),
                ("file.old.txt", true, false),
                ("file.project.json", true, true)
            ]
        );
        let field = &found[2].fields[0];
        assert_eq!((field.path.to_string().as_str(), &field.after), ("settings.a", &Some(json!(2))));
    }
}
