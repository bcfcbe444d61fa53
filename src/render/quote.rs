//! Values as people may read them: quoted, masked, and with nothing in them that a terminal would obey.

use std::fmt::Write as _;

use serde_json::{Map, Value};

pub(super) use crate::resource::MASK;
use crate::resource::Path;

/// A value on one line, as JSON, with control characters of every sort written out.
pub(super) fn inline(value: &Value) -> String {
    match value {
        Value::Array(items) => format!("[{}]", items.iter().map(inline).collect::<Vec<_>>().join(", ")),
        Value::Object(map) if map.is_empty() => "{}".to_owned(),
        Value::Object(map) => {
            let entries: Vec<_> =
                map.iter().map(|(key, value)| format!("{}: {}", plain(key), inline(value))).collect();
            format!("{{ {} }}", entries.join(", "))
        }
        other => plain(&other.to_string()),
    }
}

/// A value on as many lines as it takes, each behind `indent`, as JSON.
pub fn pretty(value: &Value, indent: &str) -> String {
    let text = serde_json::to_string_pretty(value).unwrap_or_else(|_| inline(value));
    text.lines().fold(String::new(), |out, line| out + indent + &plain(line) + "\n")
}

/// Whether a terminal only shows it: no control character, none that turns the direction or breaks the line.
pub(super) fn is_harmless(sign: char) -> bool {
    !sign.is_control()
        && !matches!(sign, '\u{feff}' | '\u{2028}' | '\u{2029}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

/// Text with control and direction characters written out, so that a name can't repaint the screen.
pub(super) fn plain(text: &str) -> String {
    if text.chars().all(is_harmless) {
        return text.to_owned();
    }
    text.chars().fold(String::with_capacity(text.len() + 8), |mut out, sign| {
        if is_harmless(sign) {
            out.push(sign);
        } else {
            // Writing to a string can't fail.
            let _ = write!(out, "\\u{{{:x}}}", u32::from(sign));
        }
        out
    })
}

/// Seconds as people say them.
pub(super) fn span(seconds: u64) -> String {
    match seconds {
        0..=119 => format!("{seconds} s"),
        120..=7_199 => format!("{} min", (seconds + 30) / 60),
        _ => format!("{} h {} min", seconds / 3_600, seconds % 3_600 / 60),
    }
}

/// A name, where it may be shown.
pub(super) fn name(name: Option<&str>) -> &str {
    name.unwrap_or(MASK)
}

/// A name in quotation marks, where it may be shown.
pub(super) fn quoted(name: Option<&str>) -> String {
    name.map_or_else(|| MASK.to_owned(), |name| inline(&name.into()))
}

/// Attributes with the values at `sensitive` masked.
pub fn masked(attributes: &Map<String, Value>, sensitive: &[Path]) -> Map<String, Value> {
    let mut masked = attributes.clone();
    for path in sensitive {
        mask(&mut masked, path.words());
    }
    masked
}

fn mask(map: &mut Map<String, Value>, words: &[String]) {
    let Some((word, rest)) = words.split_first() else { return };
    match (map.get_mut(word), rest.is_empty()) {
        (Some(value), true) => *value = Value::String(MASK.to_owned()),
        (Some(Value::Object(inner)), false) => mask(inner, rest),
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_name_cannot_repaint_the_screen() {
        assert_eq!(plain("Acme\u{1b}[31m\u{9b}2J\u{202e}"), "Acme\\u{1b}[31m\\u{9b}2J\\u{202e}");
        assert_eq!(inline(&json!("a\u{1b}b\u{9b}")), "\"a\\u001bb\\u{9b}\"");
    }

    #[test]
    fn values_stand_on_one_line() {
        assert_eq!(inline(&json!(["a", 1, true])), r#"["a", 1, true]"#);
        assert_eq!(inline(&json!({"a": {"b": []}})), r"{ a: { b: [] } }");
    }

    #[test]
    fn a_long_value_is_indented_and_just_as_harmless() {
        let text = pretty(&json!({"a": ["\u{202e}\u{1b}"]}), "  ");
        assert_eq!(text, "  {\n    \"a\": [\n      \"\\u{202e}\\u001b\"\n    ]\n  }\n");
    }

    #[test]
    fn sensitive_values_are_masked_wherever_they_stand() {
        let attributes = json!({"attributes": {"token": "s3cret", "plan": "x"}, "name": "n"});
        let masked = masked(
            attributes.as_object().unwrap(),
            &[Path::new(["attributes", "token"]), Path::new(["nope"])],
        );
        assert_eq!(masked["attributes"], json!({"token": MASK, "plan": "x"}));
    }
}
