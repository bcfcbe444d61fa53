//! (value, value) → the innermost places in which they differ.

use std::collections::HashMap;

use serde_json::Value;

use super::{compare::Comparison, content::text_at, place::Place};

/// An innermost place in which two values differ.
#[derive(Debug, Clone, PartialEq)]
pub(in crate::resource) struct Leaf {
    /// The words to it, ids in place of positions.
    pub path: Vec<String>,
    /// The value on the left.
    pub before: Option<Value>,
    /// The value on the right.
    pub after: Option<Value>,
}

/// One member on both sides: its key, and its value and place on each.
pub(super) type Pair<'v> = (&'v str, Option<(&'v Value, Place)>, Option<(&'v Value, Place)>);

/// The members that count of two objects; those of the left one first.
pub(super) fn pairs<'v>(place: Place, left: &'v Value, right: &'v Value) -> Vec<Pair<'v>> {
    let (left, right) = (left.as_object(), right.as_object());
    let on = |side: Option<&'v crate::resource::Object>, key: &str| place.get(side?, key);
    let added =
        right.into_iter().flatten().filter(|(key, _)| left.is_none_or(|left| !left.contains_key(*key)));
    let keys = left.into_iter().flatten().chain(added).map(|(key, _)| key.as_str());
    keys.map(|key| (key, on(left, key), on(right, key))).collect()
}

/// The items of a list by their ids, if each has one of its own.
pub(super) fn items_by_id(place: Place, value: &Value) -> Option<Vec<(&str, &Value)>> {
    let key = place.id_key()?;
    let items: Vec<_> = value.as_array()?.iter().map(|item| (text_at(item, key), item)).collect();
    let ids: HashMap<_, _> = items.iter().copied().collect();
    (ids.len() == items.len() && !ids.contains_key("")).then_some(items)
}

impl Comparison<'_> {
    /// Where two values differ; at least one place if they do.
    pub(super) fn leaves(&self, place: Place, left: &Value, right: &Value) -> Vec<Leaf> {
        let mut found = Vec::new();
        self.collect(&mut Vec::new(), Some((left, place)), Some((right, place)), &mut found);
        found
    }

    /// As [`leaves`](Self::leaves), of members that may be missing.
    pub(in crate::resource) fn leaves_of_member(
        &self,
        left: Option<(&Value, Place)>,
        right: Option<(&Value, Place)>,
    ) -> Vec<Leaf> {
        let mut found = Vec::new();
        self.collect(&mut Vec::new(), left, right, &mut found);
        found
    }

    fn collect(
        &self,
        path: &mut Vec<String>,
        left: Option<(&Value, Place)>,
        right: Option<(&Value, Place)>,
        found: &mut Vec<Leaf>,
    ) {
        match (left, right) {
            (None, None) => {}
            (Some((left, place)), Some((right, other))) if place == other => {
                if self.same(place, left, right) {
                    return;
                }
                if left.is_object() && right.is_object() {
                    for (key, left, right) in pairs(place, left, right) {
                        self.collect_at(key, path, left, right, found);
                    }
                } else if let Some((lefts, rights)) = items_by_id(place, left).zip(items_by_id(place, right))
                {
                    self.collect_items(place.item(), path, &lefts, &rights, found);
                } else {
                    found.push(self.leaf(path, Some(left), Some(right)));
                }
            }
            (left, right) => found.push(self.leaf(path, left.map(|it| it.0), right.map(|it| it.0))),
        }
    }

    fn collect_items(
        &self,
        place: Place,
        path: &mut Vec<String>,
        lefts: &[(&str, &Value)],
        rights: &[(&str, &Value)],
        found: &mut Vec<Leaf>,
    ) {
        let left_of: HashMap<_, _> = lefts.iter().copied().collect();
        let right_of: HashMap<_, _> = rights.iter().copied().collect();
        let added = rights.iter().filter(|(id, _)| !left_of.contains_key(id));
        for (id, _) in lefts.iter().chain(added) {
            let (left, right) = (left_of.get(id), right_of.get(id));
            self.collect_at(id, path, left.map(|it| (*it, place)), right.map(|it| (*it, place)), found);
        }
    }

    fn collect_at(
        &self,
        word: &str,
        path: &mut Vec<String>,
        left: Option<(&Value, Place)>,
        right: Option<(&Value, Place)>,
        found: &mut Vec<Leaf>,
    ) {
        path.push(word.to_owned());
        self.collect(path, left, right, found);
        path.pop();
    }

    fn leaf(&self, path: &[String], before: Option<&Value>, after: Option<&Value>) -> Leaf {
        // An id says nothing to people where a name is known.
        let named = |value: &Value, name: &dyn Fn(&str) -> Option<String>| {
            value.as_str().and_then(name).map_or_else(|| value.clone(), Value::String)
        };
        Leaf {
            path: path.to_vec(),
            before: before.map(|it| named(it, &|id| self.left.name(id).map(str::to_owned))),
            after: after.map(|it| named(it, &|id| self.right.name(id).map(str::to_owned))),
        }
    }
}
