//! `${NAME}` and `${NAME:-default}` in one scalar → its text.
//!
//! Expanded once: what a variable holds is text, never looked into. `$${` says a `${` as it stands.

use std::borrow::Cow;

use super::{
    inputs::Variables,
    problems::{Problem, Problems},
    tree::Node,
};

/// The name that stands for the selected environment.
const ENVIRONMENT: &str = "environment";

/// What becomes of a reference.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum References {
    /// It is expanded; an unset name is an error.
    Expand,
    /// It is expanded; a scalar with an unset name has no text.
    Tolerate,
    /// A scalar with a reference has no text: its block is not the selected one.
    Skip,
    /// What looks like a reference is a part of the text.
    Keep,
}

/// What references stand for.
#[derive(Debug, Clone, Copy)]
pub(super) struct Scope<'a> {
    pub(super) variables: &'a Variables,
    pub(super) environment: Option<&'a str>,
    pub(super) references: References,
}

/// One part of a text.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Part<'a> {
    Text(&'a str),
    Reference {
        name: &'a str,
        default: Option<&'a str>,
    },
    /// What starts with `${` and is no reference.
    Malformed(&'a str),
}

/// Whether a text holds a reference, or what looks like one.
pub(super) fn has_references(text: &str) -> bool {
    text.contains("${") && parts(text).iter().any(|part| !matches!(part, Part::Text(_)))
}

/// Whether a text depends on which environment is selected.
pub(super) fn names_environment(text: &str) -> bool {
    text.contains("${environment")
        && parts(text).iter().any(|part| matches!(part, Part::Reference { name: ENVIRONMENT, .. }))
}

impl<'a> Scope<'a> {
    pub(super) fn with(self, references: References) -> Self {
        Self { references, ..self }
    }

    pub(super) fn in_environment(self, environment: &'a str) -> Self {
        Self { environment: Some(environment), ..self }
    }

    /// The text of a scalar. `None`: it has none, and whatever is wrong was reported.
    pub(super) fn expand<'t>(&self, node: Node<'t>, problems: &mut Problems) -> Option<Cow<'t, str>> {
        let text = node.text();
        if self.references == References::Keep || !text.contains("${") {
            return Some(Cow::Borrowed(text));
        }
        let mut expanded = String::with_capacity(text.len());
        let mut complete = true;
        for part in parts(text) {
            match part {
                Part::Text(text) => expanded.push_str(text),
                Part::Reference { name, .. } if self.holds_a_key(name) => {
                    complete = false;
                    problems.report(misplaced_key(name).at(node));
                }
                Part::Reference { name, default } => match self.lookup(name, default) {
                    Some(value) if self.references != References::Skip => expanded.push_str(value),
                    _ => {
                        complete = false;
                        if self.references == References::Expand {
                            problems.report(unset(name).at(node));
                        }
                    }
                },
                Part::Malformed(text) => {
                    complete = false;
                    problems.report(malformed(text).at(node));
                }
            }
        }
        complete.then_some(Cow::Owned(expanded))
    }

    /// Whether a variable holds a management key, by its name or by what it looks like.
    fn holds_a_key(&self, name: &str) -> bool {
        let named = ["DESCOPE_MANAGEMENT_KEY", "DESCOPE_MANAGEMENT_KEY_FILE"].contains(&name);
        named || self.variables.value(name).is_some_and(looks_like_a_key)
    }

    fn lookup<'v>(&'v self, name: &str, default: Option<&'v str>) -> Option<&'v str> {
        let value = if name == ENVIRONMENT { self.environment } else { self.variables.value(name) };
        // As in a shell, `:-` also stands in for an empty value.
        value.filter(|value| !(value.is_empty() && default.is_some())).or(default)
    }
}

/// Descope's keys are a `K` and 27 or more letters and digits.
fn looks_like_a_key(value: &str) -> bool {
    let value = value.trim();
    value.len() >= 28 && value.starts_with('K') && value.bytes().all(|byte| byte.is_ascii_alphanumeric())
}

fn misplaced_key(name: &str) -> Problem {
    let message = format!("'{name}' holds a management key, which belongs nowhere but in 'management_key'");
    Problem::error("key_misplaced", message)
        .hint("its value would end up in Descope, in plans and in backups")
}

/// The parts of a text.
pub(super) fn parts(text: &str) -> Vec<Part<'_>> {
    let mut parts = Vec::new();
    let mut rest = text;
    while let Some(at) = rest.find("${") {
        let (before, reference) = rest.split_at(at);
        if let Some(kept) = before.strip_suffix('$') {
            // `$${`: one of the two dollars goes, the other one stands for itself.
            parts.extend([Part::Text(kept), Part::Text("${")]);
            rest = reference.get(2..).unwrap_or_default();
            continue;
        }
        parts.push(Part::Text(before));
        let Some(end) = reference.find('}') else {
            parts.push(Part::Malformed(reference));
            return parts;
        };
        let (inside, behind) = (reference.get(2..end).unwrap_or_default(), reference.get(end + 1..));
        parts
            .push(read(inside).unwrap_or_else(|| Part::Malformed(reference.get(..=end).unwrap_or_default())));
        rest = behind.unwrap_or_default();
    }
    parts.push(Part::Text(rest));
    parts.retain(|part| *part != Part::Text(""));
    parts
}

fn read(inside: &str) -> Option<Part<'_>> {
    let (name, default) = match inside.split_once(":-") {
        Some((name, default)) => (name, Some(default)),
        None => (inside, None),
    };
    let starts_well = name.starts_with(|sign: char| sign.is_ascii_alphabetic() || sign == '_');
    let is_name = starts_well && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
    // A reference inside a default would have to be expanded again.
    let nested = default.is_some_and(|default| default.contains("${"));
    (is_name && !nested).then_some(Part::Reference { name, default })
}

fn unset(name: &str) -> Problem {
    if name == ENVIRONMENT {
        return Problem::error("no_environment", "'${environment}' has no value: no environment is selected")
            .hint("define environments and choose one with -e");
    }
    Problem::error("unset_variable", format!("variable '{name}' is not set"))
        .hint(format!("export {name}, or give a default: ${{{name}:-…}}"))
}

fn malformed(text: &str) -> Problem {
    let shown: String = text.chars().take(40).collect();
    Problem::error("malformed_reference", format!("'{shown}' is not a reference to a variable"))
        .hint("write ${NAME} or ${NAME:-default}, nothing nested; for a '${' as it stands write '$${'")
}

#[cfg(test)]
mod tests {
    use std::path::PathBuf;

    use super::*;
    use crate::config::{source::Source, tree};

    fn expand(text: &str, references: References) -> (Option<String>, Vec<String>) {
        let yaml = format!("'{text}'");
        let (tree, mut problems) = tree::parse(Source::new(0, "a", PathBuf::new(), yaml));
        let pairs = [("A", "1"), ("EMPTY", ""), ("LOOP", "${A}"), ("LINES", "x: [\"\n#")];
        let variables = Variables::from_iter(pairs);
        let scope = Scope { variables: &variables, environment: Some("dev"), references };
        let found = scope.expand(tree.root().unwrap(), &mut problems).map(Cow::into_owned);
        let problems = problems.finish(&[tree.source()], &[]);
        (found, problems.iter().map(|problem| problem.message.clone()).collect())
    }

    fn expanded(text: &str) -> String {
        let (found, problems) = expand(text, References::Expand);
        assert_eq!(problems, [""; 0]);
        found.unwrap()
    }

    #[test]
    fn references_expand_to_variables_defaults_and_the_environment() {
        assert_eq!(expanded("a-${A}-${environment}-${B:-x y}-${EMPTY:-d}-${EMPTY}."), "a-1-dev-x y-d-.");
        assert_eq!(expanded("no $A, $5 or } here"), "no $A, $5 or } here");
        assert_eq!(expanded("${B:-}"), "");
    }

    #[test]
    fn two_dollars_say_a_reference_as_it_stands() {
        assert_eq!(expanded("$${A} and $$${A}"), "${A} and $${A}");
        assert!(!has_references("$${A}") && has_references("${A}") && has_references("${"));
    }

    #[test]
    fn a_value_is_text_and_is_not_expanded_again() {
        assert_eq!(expanded("${LOOP}"), "${A}");
        assert_eq!(expanded("${LINES}"), "x: [\"\n#");
    }

    #[test]
    fn an_unset_variable_is_an_error_not_an_empty_text() {
        let (found, problems) = expand("${NOPE}-${NADA}", References::Expand);
        assert_eq!(found, None);
        assert_eq!(problems, ["variable 'NOPE' is not set", "variable 'NADA' is not set"]);
        assert_eq!(expand("${NOPE}", References::Tolerate), (None, vec![]));
        assert_eq!(expand("${A}", References::Skip), (None, vec![]));
        assert_eq!(expand("plain", References::Skip), (Some("plain".to_owned()), vec![]));
    }

    #[test]
    fn what_is_no_reference_is_an_error() {
        for text in ["${", "${}", "${A", "${1A}", "${A-b}", "${A:-${B}}", "${A B}", "${ü}"] {
            let (found, problems) = expand(text, References::Skip);
            assert_eq!((found, problems.len()), (None, 1), "{text}");
        }
    }

    #[test]
    fn only_references_to_the_environment_depend_on_it() {
        assert!(names_environment("a-${environment}") && names_environment("${environment:-x}"));
        assert!(!names_environment("$${environment}") && !names_environment("${environments}"));
    }
}
