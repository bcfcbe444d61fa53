//! Sets and maps that are small, many and never change: sorted, in one allocation each.

use serde::{Deserialize, Deserializer};
use serde_json::{Map, Value};

/// A set of names: sorted, each once, so that order is never a change.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Names(Box<[String]>);

impl Names {
    /// The names in order.
    pub fn iter(&self) -> impl Iterator<Item = &str> {
        self.0.iter().map(String::as_str)
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Whether `name` is one of them.
    pub fn contains(&self, name: &str) -> bool {
        self.0.binary_search_by(|item| item.as_str().cmp(name)).is_ok()
    }

    /// Whether both hold the same names, upper and lower case being one.
    pub fn same_ignoring_case(&self, other: &Self) -> bool {
        let lower = |names: &Self| names.iter().map(str::to_lowercase).collect::<Self>();
        self == other || lower(self) == lower(other)
    }

    /// The names as a JSON array.
    pub fn to_json(&self) -> Value {
        self.0.iter().map(|name| Value::String(name.clone())).collect()
    }
}

impl<S: Into<String>> FromIterator<S> for Names {
    fn from_iter<I: IntoIterator<Item = S>>(names: I) -> Self {
        let mut names: Vec<String> = names.into_iter().map(Into::into).collect();
        names.sort_unstable();
        names.dedup();
        Self(names.into_boxed_slice())
    }
}

impl<'de> Deserialize<'de> for Names {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Ok(Option::<Vec<String>>::deserialize(deserializer)?.unwrap_or_default().into_iter().collect())
    }
}

/// Values by name: sorted by name, each once.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Bag(Box<[(String, Value)]>);

impl Bag {
    /// The entries in order of their names.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &Value)> {
        self.0.iter().map(|(name, value)| (name.as_str(), value))
    }

    /// The value called `name`.
    pub fn value(&self, name: &str) -> Option<&Value> {
        let at = self.0.binary_search_by(|(item, _)| item.as_str().cmp(name)).ok()?;
        self.0.get(at).map(|(_, value)| value)
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The entries as a JSON object.
    pub fn to_json(&self) -> Map<String, Value> {
        self.0.iter().cloned().collect()
    }
}

impl FromIterator<(String, Value)> for Bag {
    fn from_iter<I: IntoIterator<Item = (String, Value)>>(entries: I) -> Self {
        let mut entries: Vec<_> = entries.into_iter().collect();
        // Stable: of two values for one name the first one stays.
        entries.sort_by(|(a, _), (b, _)| a.cmp(b));
        entries.dedup_by(|(a, _), (b, _)| a == b);
        Self(entries.into_boxed_slice())
    }
}

impl<'de> Deserialize<'de> for Bag {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Ok(Option::<Map<String, Value>>::deserialize(deserializer)?.unwrap_or_default().into_iter().collect())
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_set_of_names_has_no_order_and_holds_each_once() {
        let names: Names = ["b", "a", "b"].into_iter().collect();
        assert_eq!(names.to_json(), json!(["a", "b"]));
        assert!(names.contains("a") && !names.contains("c"));
        assert!(names.same_ignoring_case(&["A", "B"].into_iter().collect()));
    }

    #[test]
    fn null_is_an_empty_set_and_an_empty_bag() {
        assert!(serde_json::from_value::<Names>(Value::Null).unwrap().is_empty());
        assert!(serde_json::from_value::<Bag>(Value::Null).unwrap().is_empty());
        let bag: Bag = serde_json::from_value(json!({"b": 1, "a": [true]})).unwrap();
        assert_eq!(bag.value("a"), Some(&json!([true])));
        assert_eq!(bag.value("c"), None);
    }
}
