//! A query or a JSON body → named fields, as leniently as the service's gateway reads them.

use serde_json::{Map, Value};

use super::answer::Refusal;

/// The fields of one request. Null, absent and the zero value are the same; unknown keys are nobody's business.
#[derive(Debug, Default)]
pub(super) struct Fields(Map<String, Value>);

impl Fields {
    /// The fields of a body; an empty one has none.
    pub(super) fn of_body(body: &[u8]) -> Result<Self, Refusal> {
        if body.trim_ascii().is_empty() {
            return Ok(Self::default());
        }
        match serde_json::from_slice(body) {
            Ok(Value::Object(fields)) => Ok(Self(fields)),
            Ok(_) => Err(Refusal::unreadable("The body is not a JSON object")),
            Err(error) => Err(Refusal::unreadable(&format!("The body is not JSON: {error}"))),
        }
    }

    /// The fields of a query, each a text.
    pub(super) fn of_query(query: &[(String, String)]) -> Self {
        Self(query.iter().map(|(key, value)| (key.clone(), Value::from(value.as_str()))).collect())
    }

    /// The fields of an object in a body.
    pub(super) fn of(fields: Map<String, Value>) -> Self {
        Self(fields)
    }

    /// All of it, as it came.
    pub(super) fn body(&self) -> Value {
        Value::Object(self.0.clone())
    }

    /// Whether the key is there and not null.
    pub(super) fn has(&self, key: &str) -> bool {
        self.value(key).is_some()
    }

    /// The value as it is; `None` where it is null.
    pub(super) fn value(&self, key: &str) -> Option<&Value> {
        self.0.get(key).filter(|value| !value.is_null())
    }

    /// Every key that is there and not null.
    pub(super) fn keys(&self) -> impl Iterator<Item = &str> {
        self.0.iter().filter(|(_, value)| !value.is_null()).map(|(key, _)| key.as_str())
    }

    /// A text; empty where absent.
    pub(super) fn text(&self, key: &str) -> Result<String, Refusal> {
        match self.value(key) {
            None => Ok(String::new()),
            Some(Value::String(text)) => Ok(text.clone()),
            Some(_) => Err(wrong(key, "a string")),
        }
    }

    /// A text that must be there and not empty.
    pub(super) fn required(&self, key: &str) -> Result<String, Refusal> {
        match self.text(key)? {
            text if text.is_empty() => Err(Refusal::against_rules(&format!("The {key} field is required"))),
            text => Ok(text),
        }
    }

    /// A flag; false where absent.
    pub(super) fn flag(&self, key: &str) -> Result<bool, Refusal> {
        match self.value(key) {
            None => Ok(false),
            Some(Value::Bool(flag)) => Ok(*flag),
            Some(_) => Err(wrong(key, "a boolean")),
        }
    }

    /// A whole number, also when it comes as a string; 0 where absent.
    pub(super) fn number(&self, key: &str) -> Result<i64, Refusal> {
        let number = match self.value(key) {
            None => Some(0),
            Some(Value::Number(number)) => number.as_i64(),
            Some(Value::String(text)) => text.parse().ok(),
            Some(_) => None,
        };
        number.ok_or_else(|| wrong(key, "a whole number"))
    }

    /// A list of texts; empty where absent.
    pub(super) fn texts(&self, key: &str) -> Result<Vec<String>, Refusal> {
        let items = match self.value(key) {
            None => return Ok(Vec::new()),
            Some(Value::Array(items)) => items,
            Some(_) => return Err(wrong(key, "a list of strings")),
        };
        items
            .iter()
            .map(|item| item.as_str().map(str::to_owned).ok_or_else(|| wrong(key, "a list of strings")))
            .collect()
    }

    /// A map without its null values; empty where absent.
    pub(super) fn map(&self, key: &str) -> Result<Map<String, Value>, Refusal> {
        match self.value(key) {
            None => Ok(Map::new()),
            Some(Value::Object(map)) => {
                Ok(map.iter().filter(|(_, v)| !v.is_null()).map(|(k, v)| (k.clone(), v.clone())).collect())
            }
            Some(_) => Err(wrong(key, "an object")),
        }
    }
}

fn wrong(key: &str, expected: &str) -> Refusal {
    Refusal::invalid(&format!("The {key} field must be {expected}"))
}

/// The zero value of the same type: what a field becomes when it is left out.
pub(super) fn zero(value: &Value) -> Value {
    match value {
        Value::Null => Value::Null,
        Value::Bool(_) => false.into(),
        Value::Number(_) => 0.into(),
        Value::String(_) => "".into(),
        Value::Array(_) => Value::Array(Vec::new()),
        Value::Object(_) => Value::Object(Map::new()),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn fields(body: &str) -> Fields {
        Fields::of_body(body.as_bytes()).unwrap()
    }

    #[test]
    fn null_absent_and_zero_are_the_same() {
        for body in ["", " \n", "{}", r#"{"a":null}"#, r#"{"a":""}"#] {
            assert_eq!(fields(body).text("a"), Ok(String::new()), "{body}");
        }
        let fields = fields(r#"{"a":null}"#);
        assert_eq!(fields.texts("a"), Ok(Vec::new()));
        assert_eq!((fields.flag("a"), fields.number("a")), (Ok(false), Ok(0)));
        assert_eq!(fields.map("a"), Ok(Map::new()));
        assert!(fields.required("a").unwrap_err().message.contains("The a field is required"));
    }

    #[test]
    fn a_value_of_another_type_is_refused() {
        let fields = fields(r#"{"a":[1],"b":{},"c":1.5,"d":"x"}"#);
        assert!(fields.texts("a").is_err() && fields.text("a").is_err() && fields.flag("b").is_err());
        assert!(fields.number("c").is_err() && fields.number("d").is_err() && fields.map("a").is_err());
        assert!(Fields::of_body(b"[]").is_err() && Fields::of_body(b"{").is_err());
    }

    #[test]
    fn a_number_may_come_as_a_string() {
        let fields = fields(r#"{"a":"10","b":10}"#);
        assert_eq!((fields.number("a"), fields.number("b")), (Ok(10), Ok(10)));
    }

    #[test]
    fn the_zero_value_keeps_the_type() {
        assert_eq!(zero(&json!({"a": 1})), json!({}));
        assert_eq!(zero(&json!([1])), json!([]));
        assert_eq!(
            (zero(&json!(true)), zero(&json!(3)), zero(&json!("x"))),
            (json!(false), json!(0), json!(""))
        );
    }
}
