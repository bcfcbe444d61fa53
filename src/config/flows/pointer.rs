//! A JSON pointer → where in the text its value stands. Only the levels on the way are read, which of a large file is
//! far less than all of it.

use std::{collections::HashMap, ops::Range};

use serde_json::value::RawValue;

/// The bytes of the value that the pointer leads to; `None` where it leads nowhere.
pub(super) fn find(text: &str, pointer: &str) -> Option<Range<usize>> {
    let mut part: &str = serde_json::from_str::<&RawValue>(text.trim_start_matches('\u{feff}')).ok()?.get();
    for word in pointer.split('/').skip(1).map(unescape) {
        part = inner(part, &word)?;
    }
    // Each part is a slice of the text itself.
    let start = (part.as_ptr() as usize).checked_sub(text.as_ptr() as usize)?;
    Some(start..start + part.len())
}

/// The value under a key, or at a place of a list.
fn inner<'t>(part: &'t str, word: &str) -> Option<&'t str> {
    if part.starts_with('[') {
        let items: Vec<&RawValue> = serde_json::from_str(part).ok()?;
        return items.get(word.parse::<usize>().ok()?).map(|item| item.get());
    }
    let entries: HashMap<std::borrow::Cow<'_, str>, &RawValue> = serde_json::from_str(part).ok()?;
    entries.get(word).map(|value| value.get())
}

fn unescape(word: &str) -> String {
    word.replace("~1", "/").replace("~0", "~")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pointer_leads_to_the_bytes_of_its_value() {
        let text = "\u{feff}{ \"a/b\": [1, {\"ü\": \"x y\"}],\n \"c\": {\"\": true} }";
        let found = |pointer: &str| find(text, pointer).and_then(|range| text.get(range));
        assert_eq!(found("/a~1b/1/ü"), Some("\"x y\""));
        assert_eq!(found("/a~1b/0"), Some("1"));
        assert_eq!(found("/c/"), Some("true"));
        assert_eq!(found("").map(str::len), Some(text.len() - 3));
        for nowhere in ["/x", "/a~1b/2", "/a~1b/x", "/c//deeper"] {
            assert_eq!(found(nowhere), None, "{nowhere}");
        }
        assert_eq!(find("{", "/a"), None);
    }
}
