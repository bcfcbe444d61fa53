//! What differs in the metadata and in the references.

use serde_json::Value;

use super::{Diff, side::texts};
use crate::resource::flow::{
    leaves::{Leaf, pairs},
    place::Place,
};

/// The lists of references, and what one of them is called.
const LISTS: [(&str, &str); 3] = [
    ("oauth", "OAuth provider"),
    ("userAttributes", "user attribute"),
    ("tenantAttributes", "tenant attribute"),
];

impl<'a> Diff<'a> {
    pub(super) fn metadata(&mut self) {
        let of = |key: &str, side: &super::Side<'a>| Place::Flow.get(side.content.object(), key);
        let leaves =
            self.comparison.leaves_of_member(of("metadata", &self.live), of("metadata", &self.desired));
        for leaf in leaves {
            let words: Vec<&str> = leaf.path.iter().map(String::as_str).collect();
            let mut breaking = None;
            let label = match words.as_slice() {
                ["sharedInteractions", id] => format!("shared exit \"{id}\""),
                ["sharedInteractions", id, rest @ ..] => format!("shared exit \"{id}\" {}", rest.join(".")),
                ["translation", "connectorId"] => {
                    let name =
                        |value: &Option<Value>| value.as_ref().and_then(Value::as_str).map(str::to_owned);
                    self.told_connectors.extend(name(&leaf.after));
                    breaking = name(&leaf.before).and_then(|before| self.lost_connector(&before));
                    "translation connector".to_owned()
                }
                [] => "metadata".to_owned(),
                words => words.join(" "),
            };
            let path = [&["metadata"], words.as_slice()].concat();
            self.push_breaking(&path, label, (leaf.before.clone(), leaf.after.clone()), breaking);
        }
    }

    pub(super) fn references(&mut self) {
        let none = Value::Object(serde_json::Map::new());
        let of = |object: &'a crate::resource::Object| object.get("references");
        let (live, desired) = (of(self.live.content.object()), of(self.desired.content.object()));
        let (live, desired) = (live.unwrap_or(&none), desired.unwrap_or(&none));
        if !live.is_object() || !desired.is_object() {
            let leaves = self.comparison.leaves_of_member(
                Place::Flow.get(self.live.content.object(), "references"),
                Place::Flow.get(self.desired.content.object(), "references"),
            );
            return self.tell(&["references"], "references", leaves);
        }
        for (key, before, after) in pairs(Place::References, live, desired) {
            let leaves = self.comparison.leaves_of_member(before, after);
            let (before, after) = (before.map(|it| it.0), after.map(|it| it.0));
            let list = LISTS.iter().find(|(name, _)| *name == key);
            match (key, list) {
                ("connectors" | "roles", _) => self.named(key, (before, after), leaves),
                (_, Some((_, word))) => self.listed(key, word, (before, after), leaves),
                _ => self.tell(&["references", key], key, leaves),
            }
        }
    }

    fn named(&mut self, key: &str, (before, after): (Option<&Value>, Option<&Value>), leaves: Vec<Leaf>) {
        let word = if key == "roles" { "role" } else { "connector" };
        let is_map = |value: Option<&Value>| value.is_none_or(Value::is_object);
        if !is_map(before) || !is_map(after) {
            return self.tell(&["references", key], key, leaves);
        }
        let names = |value: Option<&'_ Value>| -> Vec<String> {
            value.and_then(Value::as_object).into_iter().flatten().map(|(name, _)| name.clone()).collect()
        };
        let (before, after) = (names(before), names(after));
        // A connector that a task has taken or left is told there.
        let told = |name: &String| key == "connectors" && self.told_connectors.contains(name);
        let gone: Vec<_> =
            before.iter().filter(|name| !after.contains(name) && !told(name)).cloned().collect();
        let new: Vec<_> =
            after.iter().filter(|name| !before.contains(name) && !told(name)).cloned().collect();
        for name in gone {
            let breaking = if key == "connectors" { self.lost_connector(&name) } else { None };
            let label = format!("{word} reference removed: {name}");
            let values = (Some(name.clone().into()), None);
            self.push_breaking(&["references", key, &name], label, values, breaking);
        }
        for name in new {
            let label = format!("{word} reference added: {name}");
            self.push(&["references", key, &name], label, None, Some(name.clone().into()));
        }
    }

    fn listed(
        &mut self,
        key: &str,
        word: &str,
        (before, after): (Option<&Value>, Option<&Value>),
        leaves: Vec<Leaf>,
    ) {
        let is_list = |value: Option<&Value>| {
            value.is_none_or(|value| value.as_array().is_some_and(|items| items.iter().all(Value::is_string)))
        };
        if !is_list(before) || !is_list(after) {
            return self.tell(&["references", key], key, leaves);
        }
        let (before, after): (Vec<&str>, Vec<&str>) = (texts(before).collect(), texts(after).collect());
        for name in before.iter().filter(|name| !after.contains(name)) {
            let label = format!("{word} reference removed: {name}");
            self.push(&["references", key, name], label, Some((*name).into()), None);
        }
        for name in after.iter().filter(|name| !before.contains(name)) {
            let label = format!("{word} reference added: {name}");
            self.push(&["references", key, name], label, None, Some((*name).into()));
        }
    }
}
