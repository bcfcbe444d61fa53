//! Trees → the parts that no message may show: keys, and what some tenant calls sensitive.

use std::collections::HashSet;

use super::{
    expand::{Part, parts},
    source::Site,
    tree::{Node, Tree},
};

/// The values to hide. One name called sensitive anywhere is hidden everywhere: too much hidden harms nobody.
pub(super) fn sites(trees: &[Tree]) -> Vec<Site> {
    let mut names: HashSet<&str> = HashSet::new();
    for (_, list) in trees.iter().flat_map(Tree::all_entries).filter(|(key, _)| key.text() == "sensitive") {
        names.extend(
            list.items().map(Node::text).map(|path| path.split_once('.').map_or(path, |(_, last)| last)),
        );
    }
    let entries = trees.iter().flat_map(Tree::all_entries);
    let secret = entries.filter(|(key, value)| {
        let is_secret = is_key(key.text()) || holds_a_password(key.text(), *value);
        is_secret && !is_reference(*value) || names.contains(key.text())
    });
    secret.map(|(_, value)| value.into()).collect()
}

/// Whether messages and diffs hide what has this name: `management_key`, mistyped ones, `api_key`.
pub fn is_key(name: &str) -> bool {
    let name = name.as_bytes();
    name.windows(3).any(|word| word.eq_ignore_ascii_case(b"key"))
}

/// `https://user:password@host`.
fn holds_a_password(name: &str, value: Node<'_>) -> bool {
    name == "base_url" && value.is_scalar() && value.text().contains('@')
}

fn is_reference(value: Node<'_>) -> bool {
    value.is_scalar() && matches!(parts(value.text()).as_slice(), [Part::Reference { default: None, .. }])
}
