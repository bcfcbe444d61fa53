//! Keys and values of a map, with what its merge keys (`<<`) bring.

use std::collections::HashSet;

use super::{Kind, Node};

/// Keys and values of a map in order; what a merge key brings comes last.
pub(in crate::config) struct Entries<'a> {
    own: Own<'a>,
    merges: bool,
    merged: std::vec::IntoIter<(Node<'a>, Node<'a>)>,
}

impl<'a> Entries<'a> {
    pub(super) fn of(node: Node<'a>) -> Self {
        let merges = node.tree.raw(node.at).merges;
        let brought = if merges { merged(node) } else { Vec::new() };
        Self { own: Own::of(node), merges, merged: brought.into_iter() }
    }
}

impl<'a> Iterator for Entries<'a> {
    type Item = (Node<'a>, Node<'a>);

    fn next(&mut self) -> Option<Self::Item> {
        let merges = self.merges;
        self.own.find(|(key, _)| !(merges && is_merge(*key))).or_else(|| self.merged.next())
    }
}

/// The entries that a map has in the file, merge keys among them.
pub(super) struct Own<'a> {
    node: Node<'a>,
    next: u32,
    end: u32,
}

impl<'a> Own<'a> {
    pub(super) fn of(node: Node<'a>) -> Self {
        let raw = node.tree.raw(node.at);
        let end = if raw.kind == Kind::Map { raw.link } else { 0 };
        Self { node, next: node.at.saturating_add(1), end }
    }
}

impl<'a> Iterator for Own<'a> {
    type Item = (Node<'a>, Node<'a>);

    fn next(&mut self) -> Option<Self::Item> {
        if self.next >= self.end {
            return None;
        }
        let tree = self.node.tree;
        let key = self.next;
        let value = tree.behind(key);
        self.next = tree.behind(value);
        Some((tree.node(key), tree.node(value)))
    }
}

/// Whether a key is the merge key.
pub(super) fn is_merge(key: Node<'_>) -> bool {
    key.kind() == Kind::Plain && key.text() == "<<"
}

/// What the merge keys bring: own keys win, then the map that is named first.
fn merged(node: Node<'_>) -> Vec<(Node<'_>, Node<'_>)> {
    let (merges, own): (Vec<_>, Vec<_>) = Own::of(node).partition(|(key, _)| is_merge(*key));
    let mut seen: HashSet<&str> = own.iter().map(|(key, _)| key.text()).collect();
    let mut found = Vec::new();
    for (_, value) in merges {
        for map in sources(value) {
            found.extend(Entries::of(map).filter(|(key, _)| seen.insert(key.text())));
        }
    }
    found
}

/// The maps that the value of a merge key names: one, or a list of them.
pub(super) fn sources(value: Node<'_>) -> Vec<Node<'_>> {
    if value.kind() == Kind::List { value.items().collect() } else { vec![value] }
}
