//! One object as lines of names and values.

use serde_json::Value;

use super::quote::{inline, plain};

/// One object as lines of names and values, names aligned.
#[derive(Debug)]
pub struct Properties<'a>(&'a Value);

impl<'a> Properties<'a> {
    /// The lines of this object.
    pub fn of(object: &'a Value) -> Self {
        Self(object)
    }

    /// The lines.
    pub fn text(&self) -> String {
        let Some(map) = self.0.as_object() else { return format!("{}\n", inline(self.0)) };
        let column = map.keys().map(|key| key.chars().count()).max().unwrap_or(0) + 1;
        let line = |(key, value): (&String, &Value)| {
            let shown = match value {
                Value::String(text) => plain(text),
                other => inline(other),
            };
            format!("{:<column$} {shown}\n", format!("{}:", plain(key)))
        };
        map.iter().map(line).collect()
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn names_are_aligned_and_texts_stand_bare() {
        let object = json!({"id": "acme", "domains": ["a.com"]});
        assert_eq!(Properties::of(&object).text(), "id:      acme\ndomains: [\"a.com\"]\n");
    }
}
