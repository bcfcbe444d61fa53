//! JSON as a file means it: a key twice in one object, a number that would lose digits, or nesting that no reader is
//! sure to take is an error, not a guess.

use std::{cell::Cell, fmt};

use serde::de::{DeserializeSeed, Deserializer, Error, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Number, Value};

/// Objects and lists inside each other. What wraps a flow on its way adds a few.
const MOST_DEPTH: usize = 100;
/// Whole numbers from here on have neighbours that a float can't tell apart.
const MOST_EXACT: f64 = 9_007_199_254_740_992.0;

/// The value in a text.
///
/// # Errors
/// It is not JSON, or says something that can't be kept as it is; with line and column.
pub(super) fn parse(text: &str) -> serde_json::Result<Value> {
    let mut deserializer = serde_json::Deserializer::from_str(text.trim_start_matches('\u{feff}'));
    let depth = Cell::new(0);
    let value = Strict { depth: &depth }.deserialize(&mut deserializer)?;
    deserializer.end()?;
    Ok(value)
}

#[derive(Clone, Copy)]
struct Strict<'a> {
    depth: &'a Cell<usize>,
}

impl Strict<'_> {
    fn deeper<E: Error>(self) -> Result<(), E> {
        self.depth.set(self.depth.get() + 1);
        if self.depth.get() > MOST_DEPTH {
            return Err(E::custom(format!("objects and lists are more than {MOST_DEPTH} deep")));
        }
        Ok(())
    }

    fn back(self) {
        self.depth.set(self.depth.get() - 1);
    }
}

impl<'de> DeserializeSeed<'de> for Strict<'_> {
    type Value = Value;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Value, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Strict<'_> {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON value")
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Value, E> {
        Ok(Value::Bool(value))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_u64<E>(self, value: u64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_f64<E: Error>(self, value: f64) -> Result<Value, E> {
        let number = Number::from_f64(value).filter(|_| value.abs() < MOST_EXACT || value.fract() != 0.0);
        number
            .map(Value::Number)
            .ok_or_else(|| E::custom("this number can't be held exactly; write it as a text"))
    }

    fn visit_str<E>(self, value: &str) -> Result<Value, E> {
        Ok(Value::String(value.to_owned()))
    }

    fn visit_string<E>(self, value: String) -> Result<Value, E> {
        Ok(Value::String(value))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Value, A::Error> {
        self.deeper()?;
        let mut list = Vec::new();
        while let Some(item) = items.next_element_seed(self)? {
            list.push(item);
        }
        self.back();
        Ok(Value::Array(list))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<Value, A::Error> {
        self.deeper()?;
        let mut map = Map::new();
        while let Some(key) = entries.next_key::<String>()? {
            if map.contains_key(&key) {
                return Err(A::Error::custom(format!("key '{key}' stands here a second time")));
            }
            let value = entries.next_value_seed(self)?;
            map.insert(key, value);
        }
        self.back();
        Ok(Value::Object(map))
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn what_can_be_kept_is_read_as_it_is() {
        let text = r#"{"a": [1, -2, 2.5, 18446744073709551615, null, true, "ü\n"], "b": {"c": 1e3}}"#;
        assert_eq!(parse(text).unwrap(), serde_json::from_str::<Value>(text).unwrap());
        assert_eq!(parse("\u{feff}{}").unwrap(), json!({}), "a byte order mark says nothing");
    }

    #[test]
    fn what_would_be_lost_is_an_error_with_its_place() {
        let message = |text: &str| parse(text).unwrap_err().to_string();
        assert_eq!(message("{\"a\": 1,\n \"a\": 2}"), "key 'a' stands here a second time at line 2 column 4");
        assert!(message("[12345678901234567890123]").contains("can't be held exactly"));
        assert!(message("[1e400]").contains("number out of range"));
        assert!(message("{} {}").contains("trailing characters"));
    }

    #[test]
    fn nesting_has_an_end() {
        let deep = |depth: usize| format!("{}{}", "[".repeat(depth), "]".repeat(depth));
        assert!(parse(&deep(MOST_DEPTH)).is_ok());
        assert!(parse(&deep(MOST_DEPTH + 1)).unwrap_err().to_string().contains("more than 100 deep"));
        assert!(parse(&deep(100_000)).is_err());
    }
}
