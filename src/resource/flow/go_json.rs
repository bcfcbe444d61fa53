//! JSON as Descope's own command line writes it, so that both leave the same bytes in a repository.

use serde_json::Value;

/// The text of `value` as the official command line writes it: keys sorted, two spaces a level, `<`, `>`, `&` and
/// the line separators escaped, one newline at the end. Numbers stay as they came.
pub fn to_go_json(value: &Value) -> String {
    let mut out = String::new();
    write_value(value, 0, &mut out);
    out.push('\n');
    out
}

fn write_value(value: &Value, depth: usize, out: &mut String) {
    match value {
        Value::Object(map) if !map.is_empty() => {
            let mut members: Vec<_> = map.iter().collect();
            members.sort_unstable_by_key(|(key, _)| *key);
            write_items('{', '}', members, depth, out, |(key, value), out| {
                write_text(key, out);
                out.push_str(": ");
                write_value(value, depth + 1, out);
            });
        }
        Value::Array(items) if !items.is_empty() => {
            write_items('[', ']', items, depth, out, |item, out| write_value(item, depth + 1, out));
        }
        Value::Object(_) => out.push_str("{}"),
        Value::Array(_) => out.push_str("[]"),
        Value::String(text) => write_text(text, out),
        Value::Null => out.push_str("null"),
        Value::Bool(flag) => out.push_str(if *flag { "true" } else { "false" }),
        Value::Number(number) => out.push_str(&number.to_string()),
    }
}

fn write_items<T>(
    open: char,
    close: char,
    items: impl IntoIterator<Item = T>,
    depth: usize,
    out: &mut String,
    mut write_item: impl FnMut(T, &mut String),
) {
    out.push(open);
    for (index, item) in items.into_iter().enumerate() {
        if index > 0 {
            out.push(',');
        }
        new_line(depth + 1, out);
        write_item(item, out);
    }
    new_line(depth, out);
    out.push(close);
}

fn new_line(depth: usize, out: &mut String) {
    out.push('\n');
    out.extend(std::iter::repeat_n("  ", depth));
}

fn write_text(text: &str, out: &mut String) {
    out.push('"');
    for sign in text.chars() {
        match sign {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            '\u{8}' => out.push_str("\\b"),
            '\u{c}' => out.push_str("\\f"),
            '<' | '>' | '&' | '\u{2028}' | '\u{2029}' | '\0'..='\u{1f}' => {
                out.push_str(&format!("\\u{:04x}", u32::from(sign)));
            }
            _ => out.push(sign),
        }
    }
    out.push('"');
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn it_writes_as_go_does() {
        let value = json!({"b": [], "a": {"z": 1.0, "<&>": "\u{2028}\u{1}\t\u{8}\"\\é"}, "c": [1, {}, null]});
        let expected = "{\n  \"a\": {\n    \"\\u003c\\u0026\\u003e\": \"\\u2028\\u0001\\t\\b\\\"\\\\é\",\n    \
                        \"z\": 1.0\n  },\n  \"b\": [],\n  \"c\": [\n    1,\n    {},\n    null\n  ]\n}\n";
        assert_eq!(to_go_json(&value), expected);
        assert_eq!(serde_json::from_str::<Value>(expected).unwrap(), value);
    }
}
