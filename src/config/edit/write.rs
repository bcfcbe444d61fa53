//! A value → YAML that reads back as this value, with nothing in it that a reader could take for a reference.

use serde_json::{Map, Value};

use crate::config::scalar::{self, Meaning};

/// How wide a line of a list or map between brackets may get.
const WIDE: usize = 100;

/// How a scalar that goes was quoted: its successor is quoted alike.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Quotes {
    None,
    Single,
    Double,
}

/// A value in one line, as it may stand anywhere.
pub(super) fn flow(value: &Value) -> String {
    match value {
        Value::Array(items) => {
            let items: Vec<String> = items.iter().map(flow).collect();
            format!("[{}]", items.join(", "))
        }
        Value::Object(map) if map.is_empty() => "{}".to_owned(),
        Value::Object(map) => {
            let entries: Vec<String> =
                map.iter().map(|(key, value)| format!("{}: {}", key_text(key), flow(value))).collect();
            format!("{{ {} }}", entries.join(", "))
        }
        other => scalar(other, Quotes::None),
    }
}

/// A single value, quoted as wished where its text allows it.
pub(super) fn scalar(value: &Value, quotes: Quotes) -> String {
    let Value::String(text) = value else { return value.to_string() };
    let text = text.replace("${", "$${");
    match quotes {
        Quotes::None if is_plain(&text) => text,
        Quotes::Single if text.chars().all(|sign| !sign.is_control() && is_printed(sign)) => {
            format!("'{}'", text.replace('\'', "''"))
        }
        _ => double_quoted(&text),
    }
}

/// The entries of a map, each on lines of its own that start with `indent`.
pub(super) fn block(map: &Map<String, Value>, indent: usize) -> Vec<String> {
    map.iter().flat_map(|(key, value)| entry(key, value, indent)).collect()
}

/// One entry of a block map. Its value goes on the same line where it fits.
pub(super) fn entry(key: &str, value: &Value, indent: usize) -> Vec<String> {
    let (gap, key) = (" ".repeat(indent), key_text(key));
    let line = format!("{gap}{key}: {}", flow(value));
    match value {
        Value::Object(map) if !map.is_empty() && (line.chars().count() > WIDE || has_nested(map)) => {
            let inner = block(map, indent + 2);
            std::iter::once(format!("{gap}{key}:")).chain(inner).collect()
        }
        Value::Array(items) if items.iter().any(Value::is_object) || line.chars().count() > WIDE => {
            let inner = items.iter().flat_map(|value| item(value, indent + 2, indent + 4, false));
            std::iter::once(format!("{gap}{key}:")).chain(inner).collect()
        }
        _ => vec![line],
    }
}

/// An item of a block list: its dash at one column, what follows at another.
pub(super) fn item(value: &Value, dash: usize, inner: usize, in_one_line: bool) -> Vec<String> {
    let start = format!("{}-{}", " ".repeat(dash), " ".repeat(inner.saturating_sub(dash + 1).max(1)));
    let line = format!("{start}{}", flow(value));
    match value {
        Value::Object(map) if !(map.is_empty() || in_one_line && line.chars().count() <= WIDE) => {
            let mut lines = block(map, inner.max(dash + 2));
            if let Some(first) = lines.first_mut() {
                *first = format!("{start}{}", first.trim_start());
            }
            lines
        }
        _ => vec![line],
    }
}

fn has_nested(map: &Map<String, Value>) -> bool {
    map.values().any(|value| matches!(value, Value::Object(map) if !map.is_empty()))
}

fn key_text(key: &str) -> String {
    // A key is never expanded but below `environments`, where ids of tenants are.
    if is_plain(key) { key.to_owned() } else { double_quoted(key) }
}

/// Whether a text means itself without quotes, wherever it stands.
fn is_plain(text: &str) -> bool {
    let starts = text.starts_with(|sign: char| sign.is_alphanumeric() || sign == '_');
    let inner = |sign: char| sign.is_alphanumeric() || " _.@/+-".contains(sign);
    let reads_back = matches!(scalar::meaning(text), Meaning::Value(Value::String(read)) if read == text);
    // Readers of YAML 1.1 take these for truth values, and digits with colons and the like for times.
    let old = ["y", "n", "yes", "no", "on", "off"].contains(&text.to_lowercase().as_str());
    let like_a_number = text.starts_with(|sign: char| sign.is_ascii_digit())
        && text.chars().all(|sign| sign.is_ascii_digit() || "._-+eExX".contains(sign));
    starts && text.chars().all(inner) && !text.ends_with(' ') && reads_back && !old && !like_a_number
}

fn is_printed(sign: char) -> bool {
    !matches!(sign, '\u{85}' | '\u{2028}' | '\u{2029}' | '\u{feff}' | '\u{fffe}' | '\u{ffff}')
}

fn double_quoted(text: &str) -> String {
    let mut quoted = String::with_capacity(text.len() + 2);
    quoted.push('"');
    for sign in text.chars() {
        match sign {
            '"' | '\\' => quoted.extend(['\\', sign]),
            '\n' => quoted.push_str("\\n"),
            '\t' => quoted.push_str("\\t"),
            '\r' => quoted.push_str("\\r"),
            sign if (sign.is_control() || !is_printed(sign)) && u32::from(sign) <= 0xffff => {
                quoted.push_str(&format!("\\u{:04x}", u32::from(sign)));
            }
            sign => quoted.push(sign),
        }
    }
    quoted.push('"');
    quoted
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn what_yaml_would_read_otherwise_is_quoted() {
        for text in ["", "no", "NULL", "1.10", "0123", "12:30", "a: b", "#x", " x", "x ", "- x", "*x", "a,b"]
        {
            assert!(flow(&json!(text)).starts_with('"'), "{text}");
        }
        for text in ["Acme Corp", "acme.com", "gold", "über", "a@b.com", "a-b_c"] {
            assert_eq!(flow(&json!(text)), text);
        }
        assert_eq!(flow(&json!("${X}")), "\"$${X}\"");
        assert_eq!(scalar(&json!("it's"), Quotes::Single), "'it''s'");
        assert_eq!(scalar(&json!("a\nb"), Quotes::Single), "\"a\\nb\"");
    }

    #[test]
    fn what_is_live_reads_back_as_it_is() {
        let item_of = json!({
            "id": "acme-corp", "name": "Acme: ${X} & \"Sons\"", "domains": ["acme.com", "true"], "disabled": true,
            "attributes": {"plan": "gold", "seats": 5, "no": "1.0"},
        });
        assert_eq!(
            item(&item_of, 2, 4, false).join("\n"),
            "  - id: acme-corp\n    name: \"Acme: $${X} & \\\"Sons\\\"\"\n    domains: [acme.com, \"true\"]\n    \
             disabled: true\n    attributes: { plan: gold, seats: 5, \"no\": \"1.0\" }"
        );
    }

    #[test]
    fn a_map_goes_over_lines_and_a_short_one_stays_in_one() {
        let tenant = json!({"id": "acme", "attributes": {"plan": "gold", "tags": ["a", "b"]}, "domains": []});
        assert_eq!(
            item(&tenant, 2, 4, false).join("\n"),
            "  - id: acme\n    attributes: { plan: gold, tags: [a, b] }\n    domains: []"
        );
        assert_eq!(
            item(&tenant, 0, 2, true).join("\n"),
            "- { id: acme, attributes: { plan: gold, tags: [a, b] }, domains: [] }"
        );
    }
}
