//! The keys of every map: each once, and merge keys that name maps.

use std::collections::HashMap;

use super::{
    Kind, Node, Tree,
    entries::{Own, is_merge, sources},
};
use crate::config::problems::{Problem, Problems};

/// Marks the maps that have a merge key and reports keys that stand twice.
pub(super) fn check(tree: &mut Tree, problems: &mut Problems) {
    let mut merging = Vec::new();
    let mut keys = Vec::new();
    for (at, raw) in tree.nodes.iter().enumerate() {
        let Ok(at) = u32::try_from(at) else { break };
        if raw.kind != Kind::Map {
            continue;
        }
        keys.clear();
        for (key, value) in Own::of(Node { tree, at }) {
            if is_merge(key) {
                merging.push(at);
                check_merge(value, problems);
            }
            keys.push(key);
        }
        report_twins(&keys, problems);
    }
    for at in merging {
        if let Some(raw) = tree.nodes.get_mut(at as usize) {
            raw.merges = true;
        }
    }
}

fn check_merge(value: Node<'_>, problems: &mut Problems) {
    for node in sources(value).into_iter().filter(|node| node.kind() != Kind::Map) {
        let message = format!("'<<' merges maps, and this is {}", node.noun());
        problems.report(Problem::error("merge_not_a_map", message).at(node));
    }
}

fn report_twins(keys: &[Node<'_>], problems: &mut Problems) {
    const SMALL: usize = 24;
    if keys.len() > SMALL {
        let mut seen = HashMap::with_capacity(keys.len());
        for key in keys {
            if let Some(first) = seen.get(key.text()) {
                problems.report(twin(*first, *key));
            } else {
                seen.insert(key.text(), *key);
            }
        }
        return;
    }
    for (number, key) in keys.iter().enumerate() {
        let text = key.text();
        if let Some(first) = keys.iter().take(number).find(|other| other.text() == text) {
            problems.report(twin(*first, *key));
        }
    }
}

fn twin(first: Node<'_>, second: Node<'_>) -> Problem {
    Problem::error("duplicate_key", format!("key '{}' stands here a second time", second.text()))
        .at(second)
        .related(first, "the first one")
        .hint("keep one of the two")
}
