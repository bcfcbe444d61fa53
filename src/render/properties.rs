//! One object as lines of names and values.

use serde_json::Value;

use super::{
    plan_text::wrap,
    quote::{inline, plain},
};

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
        self.within(usize::MAX)
    }

    /// The lines, those that are longer than this broken between words, the rest below the value.
    pub(super) fn within(&self, width: usize) -> String {
        let Some(map) = self.0.as_object() else { return format!("{}\n", inline(self.0)) };
        let column = map.keys().map(|key| key.chars().count()).max().unwrap_or(0) + 1;
        let line = |(key, value): (&String, &Value)| {
            let shown = match value {
                Value::String(text) => plain(text),
                other => inline(other),
            };
            hanging(&format!("{:<column$} ", format!("{}:", plain(key))), &shown, width)
        };
        map.iter().map(line).collect()
    }
}

/// A text behind its head, broken between words where it is longer than the width, the rest below its beginning.
pub(super) fn hanging(head: &str, text: &str, width: usize) -> String {
    let indent = " ".repeat(head.chars().count());
    if indent.len() + text.chars().count() <= width || indent.len() + 12 > width {
        return format!("{head}{text}\n");
    }
    let lines = wrap(text, width, &indent).join("\n");
    format!("{head}{}\n", lines.trim_start())
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

    #[test]
    fn a_long_value_goes_on_below_its_beginning() {
        let object = json!({"id": "acme", "name": "one two three four"});
        assert_eq!(Properties::of(&object).within(18), "id:   acme\nname: one two\n      three four\n");
    }
}
