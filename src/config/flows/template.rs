//! The text of a `template.yaml` → a template; whatever is wrong in it in one sentence with its line.

use std::{collections::BTreeMap, path::Path};

use serde_json::Value;

use super::variables::{plain_value, scalar_or_list};
use crate::{
    config::{
        expand::{References, Scope},
        fields::Fields,
        inputs::Variables,
        problems::{Problem, Problems},
        source::Source,
        suggest,
        tree::{self, Node},
    },
    resource::{
        Object,
        flow::template::{Template, Variable, VariableKind, Version},
    },
};

const KEYS: &[&str] =
    &["name", "version", "description", "variables", "choices", "different", "connectors", "methods"];
const VARIABLE: &[&str] = &["type", "default", "values", "description"];

/// The template of this file, with `flow` as its flow.
///
/// # Errors
/// The first thing that is wrong in the file, with its line, and how much more there is.
pub(super) fn read(path: &Path, text: String, flow: Value) -> Result<Template, String> {
    let source = Source::new(0, &path.display().to_string(), path.to_owned(), text);
    let (tree, mut problems) = tree::parse(source);
    let variables = Variables::default();
    // Placeholders are the template's own matter: nothing here is expanded.
    let scope = Scope { variables: &variables, environment: None, references: References::Keep };
    let template = tree.root().and_then(|root| {
        let mut fields = Fields { scope, problems: &mut problems };
        top(root, flow, &mut fields)
    });
    let found = problems.finish(&[tree.source()], &[]);
    match (found.first(), template) {
        (None, Some(template)) => Ok(template),
        (None, None) => Err(format!("'{}' says nothing", path.display())),
        (Some(first), _) if found.len() == 1 => Err(first.to_string()),
        (Some(first), _) => Err(format!("{first} (and {} more)", found.len() - 1)),
    }
}

fn top(root: Node<'_>, flow: Value, fields: &mut Fields<'_, '_>) -> Option<Template> {
    let map = fields.map(root, "a template")?;
    for (key, _) in map.entries().filter(|(key, _)| !KEYS.contains(&key.text())) {
        fields.unknown_key(key, "a template", KEYS);
    }
    let mut needed = |key: &str| {
        let node = map.value(key);
        if node.is_none() {
            let problem = Problem::error("missing_key", format!("a template needs a '{key}'"));
            fields.problems.report(problem.at(map));
        }
        Some((node?, fields.filled(node?, key)?.into_owned()))
    };
    let (name, version) = (needed("name"), needed("version"));
    let version = version.and_then(|(node, text)| {
        let version: Result<Version, _> = text.parse();
        version.map_err(|error| report(fields.problems, "bad_version", &error.to_string(), node)).ok()
    });
    let description = map.value("description").and_then(|node| fields.text(node, "description"));
    let mut names = |key: &str| -> Vec<String> {
        let texts = map.value(key).and_then(|node| fields.texts(node, key)).unwrap_or_default();
        texts.into_iter().map(|(_, text)| text.into_owned()).collect()
    };
    let (connectors, methods, different) = (names("connectors"), names("methods"), names("different"));
    let choices = map.value("choices").map(|node| choices(node, fields)).unwrap_or_default();
    let variables = map.value("variables").and_then(|node| fields.map(node, "variables"));
    let entries = variables.iter().flat_map(|map| map.entries());
    let variables = entries
        .filter_map(|(key, value)| Some((key.text().to_owned(), variable(key, value, fields)?)))
        .collect();
    let description = description.map(std::borrow::Cow::into_owned).unwrap_or_default();
    let (name, version) = (name?.1, version?);
    Some(Template { name, version, description, variables, choices, different, connectors, methods, flow })
}

/// What values of enums stand for beyond themselves.
fn choices(node: Node<'_>, fields: &mut Fields<'_, '_>) -> BTreeMap<String, Object> {
    let map = fields.map(node, "choices");
    let entries = map.iter().flat_map(|map| map.entries());
    let choice = |(key, value): (Node<'_>, Node<'_>)| {
        let map = fields.map(value, key.text())?;
        let values = map.entries().map(|(key, value)| (key.text().to_owned(), plain_value(value))).collect();
        Some((key.text().to_owned(), values))
    };
    entries.filter_map(choice).collect()
}

fn report(problems: &mut Problems, code: &'static str, message: &str, node: Node<'_>) {
    problems.report(Problem::error(code, message).at(node));
}

fn variable(key: Node<'_>, node: Node<'_>, fields: &mut Fields<'_, '_>) -> Option<Variable> {
    let name = key.text();
    let map = fields.map(node, name)?;
    for (key, _) in map.entries().filter(|(key, _)| !VARIABLE.contains(&key.text())) {
        fields.unknown_key(key, "a variable", VARIABLE);
    }
    let Some(node) = map.value("type") else {
        report(fields.problems, "missing_key", &format!("variable '{name}' needs a 'type'"), key);
        return None;
    };
    let word = fields.filled(node, "type")?;
    let Some(kind) = VariableKind::of_word(&word) else {
        let problem = Problem::error("bad_type", format!("'{word}' is no type of a variable")).at(node);
        fields.problems.report(problem.maybe_hint(suggest::did_you_mean(&word, VariableKind::WORDS)));
        return None;
    };
    let values = map.value("values").and_then(|node| fields.texts(node, "values")).unwrap_or_default();
    let values = values.into_iter().map(|(_, text)| text.into_owned()).collect();
    let default = map.value("default").and_then(|node| scalar_or_list("default", node, fields));
    let description = map.value("description").and_then(|node| fields.text(node, "description"));
    let description = description.map(std::borrow::Cow::into_owned).unwrap_or_default();
    Some(Variable { kind, default, values, description })
}
