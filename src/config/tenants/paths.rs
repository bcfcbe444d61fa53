//! Paths of attributes (`sensitive`, `ignore_changes`), checked against what a tenant has.

use crate::{
    config::{fields::Fields, problems::Problem, suggest, tree::Node},
    resource::Path,
};

/// What a tenant has, as plans say it.
const WORDS: &[&str] = &[
    "name",
    "domains",
    "parent",
    "attributes",
    "enforce_sso",
    "enforce_sso_exclusions",
    "disabled",
    "role_inheritance",
    "default_roles",
    "settings",
];

/// A list of paths.
pub(super) fn read(node: Node<'_>, name: &str, fields: &mut Fields<'_, '_>) -> Option<Vec<Path>> {
    let texts = fields.texts(node, name)?;
    Some(texts.into_iter().filter_map(|(item, text)| path(item, &text, fields)).collect())
}

fn path(node: Node<'_>, text: &str, fields: &mut Fields<'_, '_>) -> Option<Path> {
    // Names of attributes may hold dots: only the first one parts.
    let (word, inside) = match text.split_once('.') {
        Some((word, inside)) => (word, Some(inside)),
        None => (text, None),
    };
    let known: &[&str] = if word == "settings" { super::draft::SETTINGS } else { &[] };
    let hint = match inside {
        _ if !WORDS.contains(&word) => {
            let as_attribute = format!("attributes.{text}");
            let meant = suggest::closest(word, WORDS.iter().copied()).map(str::to_owned);
            Some(format!("did you mean '{}'?", meant.map_or(as_attribute, |word| with_rest(&word, inside))))
        }
        Some(_) if word == "attributes" => None,
        Some(inside) if word == "settings" && known.contains(&inside) => None,
        Some(inside) if word == "settings" => {
            let near = suggest::closest(inside, known.iter().copied());
            Some(near.map_or_else(
                || format!("known are {}", suggest::list(known.iter().copied())),
                |near| format!("did you mean 'settings.{near}'?"),
            ))
        }
        Some(_) => Some(format!("did you mean '{word}'?")),
        None => None,
    };
    if hint.is_some() || inside == Some("") {
        let message = format!("'{text}' is not an attribute of a tenant");
        fields.problems.report(Problem::error("unknown_path", message).at(node).maybe_hint(hint));
        return None;
    }
    Some(Path::new([Some(word), inside].into_iter().flatten()))
}

fn with_rest(word: &str, inside: Option<&str>) -> String {
    inside.map_or(word.to_owned(), |inside| format!("{word}.{inside}"))
}
