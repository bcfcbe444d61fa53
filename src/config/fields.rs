//! Nodes → typed values: every wrong one is reported with what was expected, then left out.

use std::{borrow::Cow, time::Duration};

use serde_json::Value;

use super::{
    expand::{Scope, has_references},
    problems::{Problem, Problems},
    scalar::{self, Meaning},
    suggest,
    tree::{Kind, Node},
};
use crate::units::parse_duration;

/// Reads typed values; collects what is wrong.
pub(super) struct Fields<'s, 'p> {
    pub(super) scope: Scope<'s>,
    pub(super) problems: &'p mut Problems,
}

impl Fields<'_, '_> {
    /// A text: a scalar as it is written.
    pub(super) fn text<'t>(&mut self, node: Node<'t>, name: &str) -> Option<Cow<'t, str>> {
        if self.refuse_null(node, name) {
            return None;
        }
        if !node.is_scalar() {
            return self.wrong(node, name, "a text", None);
        }
        self.scope.expand(node, self.problems)
    }

    /// A text that says something.
    pub(super) fn filled<'t>(&mut self, node: Node<'t>, name: &str) -> Option<Cow<'t, str>> {
        let text = self.text(node, name)?;
        if text.trim().is_empty() {
            self.problems.report(Problem::error("empty_value", format!("'{name}' is empty")).at(node));
            return None;
        }
        Some(text)
    }

    /// `true` or `false`. Quotes are fine around a reference: between braces it needs them.
    pub(super) fn boolean(&mut self, node: Node<'_>, name: &str) -> Option<bool> {
        let text = self.plain(node, name, "true or false")?;
        let found = scalar::boolean(&text);
        if found.is_none() {
            let hint = match text.to_lowercase().as_str() {
                "yes" | "on" | "y" => Some("write true"),
                "no" | "off" | "n" => Some("write false"),
                _ => None,
            };
            self.wrong::<()>(node, name, "true or false", hint);
        }
        found
    }

    /// A whole number, not negative.
    pub(super) fn number(&mut self, node: Node<'_>, name: &str) -> Option<u64> {
        let text = self.plain(node, name, "a whole number")?;
        match scalar::meaning(&text) {
            Meaning::Value(Value::Number(number)) if number.is_u64() => number.as_u64(),
            _ => self.wrong(node, name, "a whole number", None),
        }
    }

    /// A duration such as `30s`.
    pub(super) fn duration(&mut self, node: Node<'_>, name: &str) -> Option<Duration> {
        let text = self.text(node, name)?;
        match parse_duration(&text) {
            Ok(duration) => Some(duration),
            Err(_) => self.wrong(
                node,
                name,
                "a duration",
                Some("write a whole number and a unit: 30s, 10m, 12h, 7d or 4w"),
            ),
        }
    }

    /// The items of a list. An empty list is an answer too.
    pub(super) fn items<'t>(&mut self, node: Node<'t>, name: &str) -> Option<Vec<Node<'t>>> {
        if self.refuse_null(node, name) {
            return None;
        }
        if node.kind() == Kind::List {
            return Some(node.items().collect());
        }
        let hint = if node.is_scalar() { Some(format!("write [{}]", node.text())) } else { None };
        self.wrong(node, name, "a list", hint.as_deref())
    }

    /// A list of texts, none of them empty, each with its node.
    pub(super) fn texts<'t>(&mut self, node: Node<'t>, name: &str) -> Option<Vec<(Node<'t>, Cow<'t, str>)>> {
        let items = self.items(node, name)?;
        let mut texts = Vec::with_capacity(items.len());
        let what = format!("an item of '{name}'");
        for item in items {
            if !item.is_scalar() || item.is_null() {
                let message = format!("{what} must be a text, and this is {}", item.noun());
                self.problems.report(Problem::error("wrong_type", message).at(item));
            } else if let Some(text) = self.scope.expand(item, self.problems) {
                if text.trim().is_empty() {
                    self.problems.report(Problem::error("empty_value", format!("{what} is empty")).at(item));
                } else {
                    texts.push((item, text));
                }
            }
        }
        Some(texts)
    }

    /// A map; the caller reads its entries.
    pub(super) fn map<'t>(&mut self, node: Node<'t>, name: &str) -> Option<Node<'t>> {
        if self.refuse_null(node, name) {
            return None;
        }
        if node.kind() == Kind::Map { Some(node) } else { self.wrong(node, name, "a map", None) }
    }

    /// Reports a key that nobody knows. `inside` says of what.
    pub(super) fn unknown_key(&mut self, key: Node<'_>, inside: &str, known: &[&str]) {
        let word = key.text();
        let message = format!("unknown key '{word}' in {inside}");
        let hint = suggest::did_you_mean(word, known.iter().copied());
        self.problems.report(Problem::error("unknown_key", message).at(key).maybe_hint(hint));
    }

    /// Reports a value of the wrong kind.
    pub(super) fn wrong<T>(
        &mut self,
        node: Node<'_>,
        name: &str,
        expected: &str,
        hint: Option<&str>,
    ) -> Option<T> {
        let message = match node.kind() {
            Kind::List | Kind::Map => format!("'{name}' must be {expected}, and this is {}", node.noun()),
            _ => format!("'{name}' must be {expected}"),
        };
        let problem = Problem::error("wrong_type", message).at(node);
        self.problems.report(problem.maybe_hint(hint.map(str::to_owned)));
        None
    }

    /// Whether the value is null, which no key allows but those that say so.
    pub(super) fn refuse_null(&mut self, node: Node<'_>, name: &str) -> bool {
        if node.is_null() {
            let problem = Problem::error("null_value", format!("'{name}' has no value (null)")).at(node);
            let hint = format!("take '{name}' out to leave it alone; [] is an empty list, {{}} an empty map");
            self.problems.report(problem.hint(hint));
        }
        node.is_null()
    }

    /// The text of a scalar that may mean more than a text.
    fn plain<'t>(&mut self, node: Node<'t>, name: &str, expected: &str) -> Option<Cow<'t, str>> {
        if self.refuse_null(node, name) {
            return None;
        }
        let is_text = node.kind() == Kind::Quoted && !has_references(node.text());
        if !node.is_scalar() || is_text {
            let hint = is_text.then_some("remove the quotes");
            return self.wrong(node, name, expected, hint);
        }
        self.scope.expand(node, self.problems)
    }
}
