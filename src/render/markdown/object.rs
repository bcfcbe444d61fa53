//! One object, or the result of a command → a heading, sentences, and tables of what it holds.

use serde_json::{Map, Value};

use super::page::{Page, cell, sentence};
use crate::render::quote::{inline, plain};

/// Columns that a table of items may have.
const COLUMNS: usize = 10;

/// Adds the values of an object: those that stand by themselves as a table, those that hold more each as a part.
pub(super) fn add(page: &mut Page, document: &Value) {
    let Some(map) = document.as_object() else { return page.block(&inline(document)) };
    let keys = || map.iter().filter(|(key, _)| *key != "format_version");
    let bare: Vec<_> = keys().filter(|(_, value)| is_bare(value)).collect();
    if !bare.is_empty() {
        let rows: Vec<_> =
            bare.into_iter().map(|(key, value)| row(&[cell(key), value_cell(value)])).collect();
        page.table(&head(&["what", "value"]), &rows);
    }
    for (key, value) in keys().filter(|(_, value)| !is_bare(value)) {
        page.paragraph(&format!("#### {}", cell(key)));
        match value {
            Value::Array(items) => add_items(page, items),
            Value::Object(map) => add_map(page, map),
            Value::String(text) => page.block(text),
            other => page.block(&inline(other)),
        }
    }
}

/// What the heading calls the object by.
pub(super) fn name(document: &Value) -> Option<&str> {
    let own = ["id", "name"].iter().find_map(|key| document.get(*key)?.as_str());
    own.filter(|name| !name.is_empty())
}

/// The sentences that stand above the tables.
pub(super) fn sentences(text: &str) -> String {
    let lines =
        text.lines().map(|line| if line.trim().is_empty() { String::new() } else { sentence(line) + "  " });
    lines.collect::<Vec<_>>().join("\n").trim().to_owned()
}

/// A table's head and its rule.
pub(super) fn head(names: &[&str]) -> String {
    let rule: Vec<String> = names.iter().map(|_| "---".to_owned()).collect();
    row(&names.iter().map(|it| cell(it)).collect::<Vec<_>>()) + &row(&rule)
}

/// A table's row of cells that are Markdown already.
pub(super) fn row(cells: &[String]) -> String {
    format!("| {} |\n", cells.join(" | "))
}

/// Whether a value fits into one cell.
fn is_bare(value: &Value) -> bool {
    match value {
        Value::Array(items) => items.iter().all(|it| !it.is_array() && !it.is_object()),
        Value::Object(map) => map.is_empty(),
        Value::String(text) => text.trim_end().lines().count() < 2,
        _ => true,
    }
}

fn value_cell(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::String(text) if text.trim_end().contains('\n') => format!("{} lines", text.lines().count()),
        Value::String(text) => cell(text),
        Value::Array(items) if items.is_empty() => "none".to_owned(),
        Value::Array(items) if items.iter().all(Value::is_string) => {
            items.iter().filter_map(Value::as_str).map(cell).collect::<Vec<_>>().join(", ")
        }
        other => cell(&inline(other)),
    }
}

fn add_map(page: &mut Page, map: &Map<String, Value>) {
    let rows: Vec<_> = map.iter().map(|(key, value)| row(&[cell(key), value_cell(value)])).collect();
    page.table(&head(&["what", "value"]), &rows);
}

/// Items as the rows of a table, a column for each key that any of them has.
fn add_items(page: &mut Page, items: &[Value]) {
    let mut columns: Vec<&str> = Vec::new();
    for key in items.iter().filter_map(Value::as_object).flat_map(Map::keys) {
        if !columns.contains(&key.as_str()) {
            columns.push(key);
        }
    }
    if columns.is_empty() || columns.len() > COLUMNS || !items.iter().all(Value::is_object) {
        let lines: Vec<_> = items.iter().map(|item| plain(&inline(item))).collect();
        return page.block(&lines.join("\n"));
    }
    let of = |item: &Value| {
        let cells: Vec<_> =
            columns.iter().map(|key| item.get(*key).map(value_cell).unwrap_or_default()).collect();
        row(&cells)
    };
    page.table(&head(&columns), &items.iter().map(of).collect::<Vec<_>>());
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn page(document: &Value) -> String {
        let mut page = Page::new();
        add(&mut page, document);
        page.finish()
    }

    #[test]
    fn an_object_is_a_table_and_what_holds_more_is_a_part_of_its_own() {
        let object = json!({
            "format_version": "1.0", "id": "acme", "domains": ["a.com", "b.com"], "parent": null, "disabled": false,
            "attributes": {"plan": "gold", "seats": 5},
            "checks": [{"name": "key", "ok": true}, {"name": "clock", "remedy": "set it"}],
        });
        insta::assert_snapshot!(page(&object), @r"
        | what | value |
        | --- | --- |
        | id | acme |
        | domains | a.com, b.com |
        | parent |  |
        | disabled | false |

        #### attributes

        | what | value |
        | --- | --- |
        | plan | gold |
        | seats | 5 |

        #### checks

        | name | ok | remedy |
        | --- | --- | --- |
        | key | true |  |
        | clock |  | set it |
        ");
    }

    #[test]
    fn live_values_can_neither_break_the_table_nor_become_markup() {
        let evil = json!({"name": "a|b `c` <img src=x> @team\u{1b}[31m", "links": ["https://evil.example", "www.evil.example"],
                          "text": "one\n| two |\n```\n", "x|y": {"<b>": "*bold*"}});
        insta::assert_snapshot!(page(&evil), @r##"
        | what | value |
        | --- | --- |
        | name | `` a\|b `c` <img src=x> @team\u{1b}[31m `` |
        | links | `https://evil.example`, `www.evil.example` |

        #### text

        ````text
        one
        | two |
        ```
        ````

        #### `x\|y`

        | what | value |
        | --- | --- |
        | `<b>` | `*bold*` |
        "##);
    }

    #[test]
    fn a_huge_object_is_cut_with_a_note() {
        let items: Vec<_> = (0..5_000).map(|n| json!({"id": n, "name": "x".repeat(900)})).collect();
        let text = page(&json!({"items": items}));
        assert!(text.chars().count() < 60_000 && text.contains("more items not shown"), "{}", text.len());
    }
}
