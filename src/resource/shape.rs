//! What is the same for every object of one call: which keys are sent, which say nothing, when two values are one.

use serde_json::{Map, Value};

use super::same_value;

/// One object as the service says it.
pub type Object = Map<String, Value>;

/// What the body of an update holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Body {
    /// The whole object, edits laid over it.
    Whole,
    /// Only the edited keys.
    Edited,
}

/// Whether two values of a key mean the same.
pub type Same = fn(&str, Option<&Value>, Option<&Value>) -> bool;

/// What of an object that was written is not in what is found: a sentence each.
pub type Lost = fn(&Object, &Object) -> Vec<String>;

/// What is the same for every object that one call writes.
#[derive(Debug)]
pub struct Shape {
    /// What the body of an update holds.
    pub body: Body,
    /// The key around the object in the body of a create and an update.
    pub envelope: Option<&'static str>,
    /// The key beside the envelope under which a remark on the write travels.
    pub remark: Option<&'static str>,
    /// How two values are told apart; `None`: by value, as the keys below say.
    pub same: Option<Same>,
    /// Set where the service may say what it took in other words: then only a loss is a failure.
    pub lost: Option<Lost>,
    /// Keys that are read but never sent.
    pub read_only: &'static [&'static str],
    /// Keys that change without being written, so that a change in them says nothing.
    pub computed: &'static [&'static str],
    /// Keys whose strings mean the same in upper and lower case.
    pub caseless: &'static [&'static str],
    /// Keys whose values are somebody else's data, in which empty is not the same as absent.
    pub opaque: &'static [&'static str],
    /// Keys that are a copy of those of another object, which an earlier step of the change may just have written.
    pub copied: &'static [&'static str],
    /// The key around the object that some answers are said to have.
    pub wrapper: Option<&'static str>,
    /// The key of the list in an answer in which the object is found by its id, where no call reads it alone.
    pub listed: Option<&'static str>,
    /// Wire words and the YAML words for them.
    pub words: &'static [(&'static str, &'static str)],
}

/// A shape is its place: each is a static of its own.
impl PartialEq for Shape {
    fn eq(&self, other: &Self) -> bool {
        std::ptr::eq(self, other)
    }
}

impl Shape {
    /// A shape of which nothing is known but that it is written whole.
    pub const PLAIN: Self = Self {
        body: Body::Whole,
        envelope: None,
        remark: None,
        same: None,
        lost: None,
        read_only: &[],
        computed: &[],
        caseless: &[],
        opaque: &[],
        copied: &[],
        wrapper: None,
        listed: None,
        words: &[],
    };

    /// The YAML word for a wire key, or the key itself where there is none.
    pub fn word<'a>(&self, key: &'a str) -> &'a str {
        self.words.iter().find(|(wire, _)| *wire == key).map_or(key, |(_, word)| word)
    }

    /// The object in an answer, with or without a wrapper around it.
    pub fn unwrap(&self, mut answer: Object) -> Object {
        let inner = self.wrapper.filter(|_| answer.len() == 1).and_then(|key| answer.get_mut(key));
        match inner {
            Some(Value::Object(object)) => std::mem::take(object),
            _ => answer,
        }
    }

    /// Whether two values of `key` mean the same. Absent, null, empty, zero and false are one to the service.
    pub fn same(&self, key: &str, left: Option<&Value>, right: Option<&Value>) -> bool {
        if let Some(same) = self.same {
            return same(key, left, right);
        }
        let holds = |value: &&Value| !is_zero(value, self.opaque.contains(&key));
        match (left.filter(holds), right.filter(holds)) {
            (None, None) => true,
            (Some(Value::Object(left)), Some(Value::Object(right))) if !self.opaque.contains(&key) => {
                let keys = left.keys().chain(right.keys());
                keys.into_iter().all(|key| self.same(key, left.get(key), right.get(key)))
            }
            (Some(left), Some(right)) if self.caseless.contains(&key) => {
                same_value(&lower_case(left), &lower_case(right))
            }
            (Some(left), Some(right)) => same_value(left, right),
            _ => false,
        }
    }

    /// An object in one of the many forms that mean the same: what says nothing left out, lists sorted.
    pub fn normal(&self, object: &Object) -> Object {
        let told = object.iter().filter(|(key, value)| {
            let key = key.as_str();
            !self.computed.contains(&key) && !is_zero(value, self.opaque.contains(&key))
        });
        told.map(|(key, value)| (key.clone(), self.normal_value(key, value))).collect()
    }

    fn normal_value(&self, key: &str, value: &Value) -> Value {
        match value {
            Value::Object(map) if !self.opaque.contains(&key) => Value::Object(self.normal(map)),
            Value::Array(_) | Value::String(_) if self.caseless.contains(&key) => sorted(&lower_case(value)),
            value => sorted(value),
        }
    }

    /// The keys in which two readings of one object differ, computed ones aside.
    pub fn differences(&self, expected: &Object, found: &Object) -> Vec<Difference> {
        let added = found.keys().filter(|key| !expected.contains_key(*key));
        expected
            .keys()
            .chain(added)
            .filter(|key| !self.computed.contains(&key.as_str()))
            .filter(|key| !self.same(key, expected.get(*key), found.get(*key)))
            .map(|key| Difference {
                key: key.clone(),
                expected: expected.get(key).cloned().unwrap_or_default(),
                found: found.get(key).cloned().unwrap_or_default(),
            })
            .collect()
    }
}

/// One key in which an object is not as it was expected.
#[derive(Debug, Clone, PartialEq)]
pub struct Difference {
    /// The wire key.
    pub key: String,
    /// The value expected.
    pub expected: Value,
    /// The value found.
    pub found: Value,
}

/// Whether a value says nothing. Of `opaque` data only its emptiness counts, not that of its entries.
pub(super) fn is_zero(value: &Value, opaque: bool) -> bool {
    match value {
        Value::Null | Value::Bool(false) => true,
        Value::Bool(true) => false,
        Value::Number(number) => number.as_f64() == Some(0.0),
        Value::String(text) => text.is_empty(),
        Value::Array(items) => items.is_empty(),
        Value::Object(map) => map.is_empty() || !opaque && map.values().all(|value| is_zero(value, false)),
    }
}

/// A value whose list, if it is one, is in an order of its own.
fn sorted(value: &Value) -> Value {
    let Value::Array(items) = value else { return value.clone() };
    let mut items = items.clone();
    items.sort_by_cached_key(Value::to_string);
    Value::Array(items)
}

fn lower_case(value: &Value) -> Value {
    match value {
        Value::String(text) => Value::String(text.to_lowercase()),
        Value::Array(items) => Value::Array(items.iter().map(lower_case).collect()),
        other => other.clone(),
    }
}
