//! The map below `variables` → typed values for the placeholders of a template.

use serde_json::Value;

use crate::config::{
    fields::Fields,
    problems::Problem,
    scalar::{self, Meaning},
    tree::{Kind, Node},
};
use crate::resource::Object;

/// The values by name; what has none is reported and left out.
pub(super) fn read(node: Node<'_>, fields: &mut Fields<'_, '_>) -> Object {
    let map = fields.map(node, "variables");
    let entries = map.iter().flat_map(|map| map.entries());
    entries
        .filter_map(|(key, value)| Some((key.text().to_owned(), scalar_or_list(key.text(), value, fields)?)))
        .collect()
}

/// A text, a number, a truth value, or a list of them.
pub(super) fn scalar_or_list(name: &str, node: Node<'_>, fields: &mut Fields<'_, '_>) -> Option<Value> {
    match node.kind() {
        Kind::List => node
            .items()
            .map(|item| scalar_or_list(name, item, fields))
            .collect::<Option<Vec<_>>>()
            .map(Value::Array),
        Kind::Map => fields.wrong(node, name, "a single value or a list", None),
        Kind::Plain if !node.is_null() => {
            let text = fields.text(node, name)?;
            match scalar::meaning(&text) {
                Meaning::Value(value) => Some(value),
                Meaning::Null => Some(Value::String(text.into_owned())),
                Meaning::Unrepresentable => {
                    let message = format!("'{name}' is a number that can't be held exactly");
                    fields.problems.report(Problem::error("bad_number", message).at(node));
                    None
                }
            }
        }
        Kind::Plain | Kind::Quoted | Kind::Alias => {
            fields.text(node, name).map(|text| Value::String(text.into_owned()))
        }
    }
}

/// Any value, nothing in it expanded or checked.
pub(super) fn plain_value(node: Node<'_>) -> Value {
    match node.kind() {
        Kind::List => node.items().map(plain_value).collect(),
        Kind::Map => {
            let entries = node.entries().map(|(key, value)| (key.text().to_owned(), plain_value(value)));
            Value::Object(entries.collect())
        }
        Kind::Plain if node.is_null() => Value::Null,
        Kind::Plain => match scalar::meaning(node.text()) {
            Meaning::Value(value) => value,
            Meaning::Null | Meaning::Unrepresentable => Value::String(node.text().to_owned()),
        },
        Kind::Quoted | Kind::Alias => Value::String(node.text().to_owned()),
    }
}
