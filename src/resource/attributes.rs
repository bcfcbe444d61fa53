//! Attributes in YAML words, erased of their kind: what a plan shows and a baseline keeps.

use std::fmt;

use serde::{Serialize, Serializer};
use serde_json::{Map, Number, Value};

/// What stands in the place of a sensitive value.
pub const MASK: &str = "(sensitive)";

/// The attributes of one object, in YAML words.
pub type Attributes = Map<String, Value>;

/// Where an attribute stands, in YAML words: `attributes.seats`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Path(Vec<String>);

impl Path {
    /// The path of these words.
    pub fn new<I: IntoIterator<Item = S>, S: Into<String>>(words: I) -> Self {
        Self(words.into_iter().map(Into::into).collect())
    }

    /// The words from the outside in.
    pub fn words(&self) -> &[String] {
        &self.0
    }

    /// Whether `self` is `other` or lies inside it.
    pub fn is_within(&self, other: &Self) -> bool {
        self.0.starts_with(&other.0)
    }
}

impl fmt::Display for Path {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0.join("."))
    }
}

impl Serialize for Path {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.0.serialize(serializer)
    }
}

/// One attribute that differs.
#[derive(Debug, Clone, PartialEq)]
pub struct FieldChange {
    /// Where it stands.
    pub path: Path,
    /// The live value; `None` where there is none.
    pub before: Option<Value>,
    /// The desired value; `None` where it shall go.
    pub after: Option<Value>,
    /// Whether its values are masked in every output.
    pub sensitive: bool,
    /// What people call it, where the path would tell them nothing: `screen "Sign in": button text`.
    pub label: Option<String>,
}

impl FieldChange {
    /// An attribute that differs, shown by its path and its values.
    pub fn new(path: Path, before: Option<Value>, after: Option<Value>) -> Self {
        Self { path, before, after, sensitive: false, label: None }
    }
}

/// Takes away the attribute at `path`, if it is there.
pub fn remove(attributes: &mut Attributes, path: &Path) {
    fn inner(map: &mut Attributes, words: &[String]) {
        match words {
            [word] => drop(map.shift_remove(word)),
            [word, rest @ ..] => {
                if let Some(Value::Object(map)) = map.get_mut(word) {
                    inner(map, rest);
                }
            }
            [] => {}
        }
    }
    inner(attributes, path.words());
}

/// Lays attributes over others, maps key by key: who knows only a part of what is managed leaves the rest.
pub fn lay_over(kept: &mut Attributes, after: &Attributes) {
    for (word, value) in after {
        match (kept.get_mut(word), value) {
            (Some(Value::Object(kept)), Value::Object(after)) => lay_over(kept, after),
            _ => drop(kept.insert(word.clone(), value.clone())),
        }
    }
}

/// The value that `words` lead to.
pub fn at<'a>(attributes: &'a Attributes, words: &[String]) -> Option<&'a Value> {
    let (first, rest) = words.split_first()?;
    rest.iter().try_fold(attributes.get(first)?, |value, word| value.get(word))
}

/// Whether two JSON values mean the same: numbers by value, lists without order, objects by key.
///
/// No list that this tool meets on a tenant has an order that means something.
pub fn same_value(left: &Value, right: &Value) -> bool {
    match (left, right) {
        (Value::Number(a), Value::Number(b)) => same_number(a, b),
        (Value::Array(a), Value::Array(b)) => same_items(a, b),
        (Value::Object(a), Value::Object(b)) => {
            a.len() == b.len()
                && a.iter().all(|(key, value)| b.get(key).is_some_and(|other| same_value(value, other)))
        }
        _ => left == right,
    }
}

fn same_number(left: &Number, right: &Number) -> bool {
    // Whole numbers are compared as such: beyond 2^53 different ones share a float.
    let both_whole = !left.is_f64() && !right.is_f64();
    left == right || (!both_whole && left.as_f64() == right.as_f64())
}

fn same_items(left: &[Value], right: &[Value]) -> bool {
    if left.len() != right.len() {
        return false;
    }
    let mut rest: Vec<&Value> = right.iter().collect();
    left.iter().all(|item| {
        let found = rest.iter().position(|other| same_value(item, other));
        found.map(|at| rest.swap_remove(at)).is_some()
    })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn numbers_mean_their_value_and_lists_their_items() {
        assert!(same_value(&json!(25), &json!(25.0)));
        assert!(same_value(&json!(["a", "b", "b"]), &json!(["b", "a", "b"])));
        assert!(!same_value(&json!(["a", "b", "b"]), &json!(["b", "a", "a"])));
        assert!(same_value(&json!({"a": 1, "b": [1, 2]}), &json!({"b": [2, 1], "a": 1})));
        assert!(!same_value(&json!({"a": 1}), &json!({"a": "1"})));
        // Beyond 2^53 two integers that differ must not meet in their floats.
        assert!(!same_value(&json!(9_007_199_254_740_993_u64), &json!(9_007_199_254_740_992_u64)));
    }
}
