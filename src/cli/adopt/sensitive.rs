//! What no file may hold in clear: attributes that the configuration calls sensitive, wherever it does.

use std::collections::BTreeSet;

use serde_json::Value;

use crate::{
    config::LeftAlone,
    resource::{Attributes, FieldChange, Path, Place, remove},
};

/// Takes what is sensitive out of the attributes of a tenant; returns the paths that held something.
pub(super) fn take_out(attributes: &mut Attributes, sensitive: &BTreeSet<Path>) -> Vec<Path> {
    let held: Vec<Path> = sensitive.iter().filter(|path| holds(attributes, path)).cloned().collect();
    for path in &held {
        remove(attributes, path);
    }
    let is_left_empty = |word: &str, value: &Value| {
        let lost = held.iter().any(|path| path.words().first().is_some_and(|first| first == word));
        lost && value.as_object().is_some_and(Attributes::is_empty)
    };
    attributes.retain(|word, value| !is_left_empty(word, value));
    held
}

fn holds(attributes: &Attributes, path: &Path) -> bool {
    let Some((first, rest)) = path.words().split_first() else { return false };
    let value = rest.iter().try_fold(attributes.get(first), |value, word| value.map(|value| value.get(word)));
    value.flatten().is_some()
}

/// Whether the value of an attribute that differs is sensitive: for its own tenant, or by another one's word.
pub(super) fn is_sensitive(field: &FieldChange, sensitive: &BTreeSet<Path>) -> bool {
    field.sensitive || sensitive.iter().any(|hidden| field.path.is_within(hidden))
}

/// A sensitive attribute, left alone, and what to do.
pub(super) fn left(path: Path, place: Option<Place>) -> LeftAlone {
    let why =
        format!("it is sensitive: put its value into a variable by hand, and {} there", reference(&path));
    LeftAlone { path, place, why }
}

fn reference(path: &Path) -> String {
    let word = path.words().last().map(String::as_str).unwrap_or_default();
    let sign = |sign: char| if sign.is_ascii_alphanumeric() { sign.to_ascii_uppercase() } else { '_' };
    let name: String = word.chars().map(sign).collect();
    let start = if name.starts_with(|sign: char| sign.is_ascii_digit()) { "_" } else { "" };
    format!("a reference such as ${{{start}{name}}}")
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn set(paths: &[&[&str]]) -> BTreeSet<Path> {
        paths.iter().map(|words| Path::new(words.iter().copied())).collect()
    }

    #[test]
    fn what_is_sensitive_is_taken_out_and_named_and_nothing_else() {
        let sensitive =
            set(&[&["attributes", "token"], &["attributes", "nope"], &["domains"], &["settings"]]);
        let all = json!({"name": "A", "domains": ["a.com"], "attributes": {"token": "x", "plan": "gold"}});
        let mut attributes = all.as_object().unwrap().clone();
        let held = take_out(&mut attributes, &sensitive);
        assert_eq!(held, [Path::new(["attributes", "token"]), Path::new(["domains"])]);
        assert_eq!(json!(attributes), json!({"name": "A", "attributes": {"plan": "gold"}}));
        let mut alone = json!({"attributes": {"token": "x"}}).as_object().unwrap().clone();
        take_out(&mut alone, &sensitive);
        assert_eq!(json!(alone), json!({}));
    }

    #[test]
    fn the_reference_is_one_that_the_configuration_reads() {
        let why = |name: &str| left(Path::new(["attributes", name]), None).why;
        assert!(why("api.token").ends_with("a reference such as ${API_TOKEN} there"));
        assert!(why("2fa").contains("${_2FA}"));
    }
}
