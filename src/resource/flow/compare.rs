//! (flow, flow) → whether they mean the same.

use serde_json::Value;

use super::{
    canonical::{Canonical, by_id, number, set},
    names::Names,
    place::Place,
};
use crate::resource::Object;

/// Whether two values of one key of a flow object mean the same.
///
/// Order of keys, layout and `componentsVersion` mean nothing; in metadata, references and interactions neither do
/// empty values. Screens and interactions are told apart by their ids, whatever their order. The copy that a screen
/// task may carry of its screen says nothing beyond the screen. Here ids of connectors count as they are, since one
/// key does not tell their names: see [`differing_keys`].
pub fn same_key(key: &str, left: Option<&Value>, right: Option<&Value>) -> bool {
    Comparison::default().same_member(Place::Flow, key, left, right)
}

/// The keys in which two flow objects differ, by the rules of [`same_key`] with connectors and roles by name.
pub fn differing_keys<'a>(left: &'a Object, right: &'a Object) -> Vec<&'a str> {
    let comparison = Comparison::of(left, right);
    let added = right.keys().filter(|key| !left.contains_key(*key));
    let keys = left.keys().chain(added).map(String::as_str);
    keys.filter(|key| !comparison.same_member(Place::Flow, key, left.get(*key), right.get(*key))).collect()
}

/// Whether two flow objects mean the same.
pub(super) fn same(left: &Object, right: &Object) -> bool {
    Comparison::of(left, right).same_objects(Place::Flow, left, right)
}

/// A comparison of two flows, each with the names behind its ids.
#[derive(Debug, Default)]
pub(in crate::resource) struct Comparison<'a> {
    pub(super) left: Names<'a>,
    pub(super) right: Names<'a>,
}

impl<'a> Comparison<'a> {
    pub(super) fn of(left: &'a Object, right: &'a Object) -> Self {
        Self { left: Names::of(left), right: Names::of(right) }
    }

    pub(super) fn same_member(
        &self,
        place: Place,
        key: &str,
        left: Option<&Value>,
        right: Option<&Value>,
    ) -> bool {
        let counts = |value: &'_ Value| place.member(key, value);
        let left = left.and_then(|value| Some((value, counts(value)?)));
        let right = right.and_then(|value| Some((value, counts(value)?)));
        match (left, right) {
            (None, None) => true,
            (Some((left, place)), Some((right, other))) => place == other && self.same(place, left, right),
            _ => false,
        }
    }

    pub(in crate::resource) fn same(&self, place: Place, left: &Value, right: &Value) -> bool {
        match (left, right) {
            _ if place == Place::Id => true,
            (Value::Object(left), Value::Object(right)) => self.same_objects(place, left, right),
            (Value::Array(left), Value::Array(right)) => self.same_lists(place, left, right),
            (Value::String(left), Value::String(right)) => {
                match (self.left.name(left), self.right.name(right)) {
                    (None, None) => left == right,
                    (left, right) => left == right,
                }
            }
            (Value::Number(left), Value::Number(right)) => left == right || number(left) == number(right),
            _ => left == right,
        }
    }

    fn same_objects(&self, place: Place, left: &Object, right: &Object) -> bool {
        let mut count = 0;
        for (key, value, inner) in place.members(left) {
            count += 1;
            let same = place.get(right, key);
            if !same.is_some_and(|(other, there)| inner == there && self.same(inner, value, other)) {
                return false;
            }
        }
        count == place.members(right).count()
    }

    fn same_lists(&self, place: Place, left: &[Value], right: &[Value]) -> bool {
        if place == Place::Set {
            let texts = |items, names| set(&Canonical { names }, items);
            return texts(left, &self.left) == texts(right, &self.right);
        }
        let Some(key) = place.id_key() else { return self.same_in_order(place, left.iter(), right.iter()) };
        let left = by_id(&Canonical { names: &self.left }, place, key, left);
        let right = by_id(&Canonical { names: &self.right }, place, key, right);
        self.same_in_order(place, left.into_iter(), right.into_iter())
    }

    fn same_in_order<'v>(
        &self,
        place: Place,
        left: impl ExactSizeIterator<Item = &'v Value>,
        right: impl ExactSizeIterator<Item = &'v Value>,
    ) -> bool {
        left.len() == right.len() && left.zip(right).all(|(left, right)| self.same(place.item(), left, right))
    }
}
