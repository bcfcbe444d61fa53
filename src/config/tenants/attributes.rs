//! The map `attributes` → values by name.

use serde_json::Value;

use crate::{
    config::{
        fields::Fields,
        problems::Problem,
        scalar::{self, Meaning},
        tree::{Kind, Node},
    },
    resource::tenant::Bag,
};

/// A text, a number, a truth value or a list of them for each name. No message repeats a value: it may be sensitive.
pub(super) fn read(node: Node<'_>, fields: &mut Fields<'_, '_>) -> Option<Bag> {
    let map = fields.map(node, "attributes")?;
    let mut values = Vec::with_capacity(map.entries().count());
    for (key, value) in map.entries() {
        let name = key.text();
        if name.trim().is_empty() {
            fields
                .problems
                .report(Problem::error("empty_value", "the name of an attribute is empty").at(key));
        } else if let Some(value) = attribute(name, value, fields) {
            values.push((name.to_owned(), value));
        }
    }
    Some(values.into_iter().collect())
}

fn attribute(name: &str, node: Node<'_>, fields: &mut Fields<'_, '_>) -> Option<Value> {
    match node.kind() {
        Kind::List => Some(node.items().filter_map(|item| scalar(name, item, fields)).collect()),
        _ => scalar(name, node, fields),
    }
}

fn scalar(name: &str, node: Node<'_>, fields: &mut Fields<'_, '_>) -> Option<Value> {
    let report = |problem: Problem, fields: &mut Fields<'_, '_>| {
        fields.problems.report(problem.at(node));
        None
    };
    if !node.is_scalar() {
        let message = format!("attribute '{name}' must be a text, a number, a truth value or a list of them");
        return report(Problem::error("wrong_type", message), fields);
    }
    let text = fields.scope.expand(node, fields.problems)?;
    if node.kind() != Kind::Plain {
        return Some(Value::String(text.into_owned()));
    }
    match scalar::meaning(&text) {
        Meaning::Value(value) => {
            if value.is_number() && loses_zero(&text) {
                let message = format!("attribute '{name}' is a number here and loses its leading zero");
                let problem =
                    Problem::warning("leading_zero", message).hint("put it in quotes to keep it as it is");
                fields.problems.report(problem.at(node));
            }
            Some(value)
        }
        Meaning::Null => {
            let problem = Problem::error("null_value", format!("attribute '{name}' has no value (null)"));
            let hint =
                format!("to delete it write remove_attributes: [{name}]; for an empty text write \"\"");
            report(problem.hint(hint), fields)
        }
        Meaning::Unrepresentable => {
            let message = format!("attribute '{name}' is a number that cannot be kept exactly");
            report(
                Problem::error("bad_number", message).hint("put it in quotes to keep it as a text"),
                fields,
            )
        }
    }
}

fn loses_zero(text: &str) -> bool {
    let digits = text.strip_prefix(['+', '-']).unwrap_or(text);
    digits.len() > 1 && digits.starts_with('0') && digits.bytes().all(|byte| byte.is_ascii_digit())
}
