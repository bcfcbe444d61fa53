//! The text of a file → a tree of nodes that know their bytes.
//!
//! Nodes lie in one row, a parent before its children, 16 bytes each; texts are parts of the file unless YAML
//! says them differently (escapes, folded lines).

mod build;
mod entries;
mod keys;
mod parse;
mod spot;

use crate::{
    config::{
        scalar,
        source::{Site, Source},
    },
    resource::Place,
};

pub(super) use entries::Entries;
use entries::Own;
pub(super) use parse::{MOST_BYTES, parse};
pub(super) use spot::Spot;

/// How a node was written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// A scalar without quotes: it may mean a number, a truth value or null.
    Plain,
    /// A scalar in quotes, or a block scalar: a text.
    Quoted,
    /// A list.
    List,
    /// A map.
    Map,
    /// Stands for the node it points to; never seen from outside the tree.
    Alias,
}

/// One node in the row.
#[derive(Debug, Clone, Copy)]
struct Raw {
    start: u32,
    end: u32,
    /// A scalar: its number in `texts`, or `IN_SOURCE`. A list or map: the number of the node behind its last
    /// child. An alias: the number of the node it stands for.
    link: u32,
    kind: Kind,
    /// A map: whether it has a merge key.
    merges: bool,
}

/// The text of the scalar is the part of the file itself.
const IN_SOURCE: u32 = u32::MAX;

/// One parsed file.
#[derive(Debug)]
pub(super) struct Tree {
    source: Source,
    nodes: Vec<Raw>,
    texts: Vec<Box<str>>,
}

/// A node of a tree; aliases are followed.
#[derive(Debug, Clone, Copy)]
pub(super) struct Node<'a> {
    tree: &'a Tree,
    at: u32,
}

impl Tree {
    pub(super) fn source(&self) -> &Source {
        &self.source
    }

    /// The outermost node; `None` for an empty file and one that could not be parsed.
    pub(super) fn root(&self) -> Option<Node<'_>> {
        (!self.nodes.is_empty()).then(|| self.node(0))
    }

    /// Keys and values of all maps in the file.
    pub(super) fn all_entries(&self) -> impl Iterator<Item = (Node<'_>, Node<'_>)> {
        let maps = (0..).zip(&self.nodes).filter(|(_, raw)| raw.kind == Kind::Map);
        maps.flat_map(|(at, _)| Own::of(Node { tree: self, at }))
    }

    fn raw(&self, at: u32) -> Raw {
        const NOTHING: Raw = Raw { start: 0, end: 0, link: IN_SOURCE, kind: Kind::Plain, merges: false };
        self.nodes.get(at as usize).copied().unwrap_or(NOTHING)
    }

    /// The node at `at`, or the one that it stands for.
    fn node(&self, at: u32) -> Node<'_> {
        let raw = self.raw(at);
        let at = if raw.kind == Kind::Alias { raw.link } else { at };
        Node { tree: self, at }
    }

    /// The number of the node behind the one at `at` and its children.
    fn behind(&self, at: u32) -> u32 {
        let raw = self.raw(at);
        if matches!(raw.kind, Kind::List | Kind::Map) { raw.link } else { at.saturating_add(1) }
    }

    fn text(&self, raw: Raw) -> &str {
        if raw.link != IN_SOURCE {
            return self.texts.get(raw.link as usize).map_or("", AsRef::as_ref);
        }
        // A quoted scalar that lies in the file as it is meant: only its quotes go.
        let quote = usize::from(raw.kind == Kind::Quoted);
        let (start, end) = (raw.start as usize + quote, (raw.end as usize).saturating_sub(quote));
        self.source.text().get(start..end).unwrap_or_default()
    }
}

impl<'a> Node<'a> {
    pub(super) fn kind(self) -> Kind {
        self.tree.raw(self.at).kind
    }

    pub(super) fn source(self) -> &'a Source {
        &self.tree.source
    }

    /// The place of its first byte.
    pub(super) fn place(self) -> Place {
        self.source().place(self.tree.raw(self.at).start as usize)
    }

    pub(super) fn is_scalar(self) -> bool {
        matches!(self.kind(), Kind::Plain | Kind::Quoted)
    }

    /// The text of a scalar; empty for lists and maps.
    pub(super) fn text(self) -> &'a str {
        if self.is_scalar() { self.tree.text(self.tree.raw(self.at)) } else { "" }
    }

    pub(super) fn is_null(self) -> bool {
        self.kind() == Kind::Plain && scalar::is_null(self.text())
    }

    /// What it is, as messages say it.
    pub(super) fn noun(self) -> &'static str {
        match self.kind() {
            Kind::List => "a list",
            Kind::Map => "a map",
            Kind::Plain if self.is_null() => "null",
            Kind::Plain if scalar::boolean(self.text()).is_some() => "a truth value",
            Kind::Plain | Kind::Quoted | Kind::Alias => "a single value",
        }
    }

    /// The items of a list; none for anything else.
    pub(super) fn items(self) -> impl Iterator<Item = Node<'a>> {
        let tree = self.tree;
        let end = if self.kind() == Kind::List { tree.behind(self.at) } else { 0 };
        let mut next = self.at.saturating_add(1);
        std::iter::from_fn(move || {
            let at = next;
            next = tree.behind(at);
            (at < end).then(|| tree.node(at))
        })
    }

    /// Keys and values of a map, merge keys applied; none for anything else.
    pub(super) fn entries(self) -> Entries<'a> {
        Entries::of(self)
    }

    /// The value of `key` in a map.
    pub(super) fn value(self, key: &str) -> Option<Node<'a>> {
        self.entries().find(|(name, _)| name.text() == key).map(|(_, value)| value)
    }
}

impl From<Node<'_>> for Site {
    fn from(node: Node<'_>) -> Self {
        let raw = node.tree.raw(node.at);
        Self { file: node.tree.source.number(), start: raw.start, end: raw.end }
    }
}

#[cfg(test)]
mod tests {
    use std::path::PathBuf;

    use super::*;

    fn parsed(text: &str) -> (Tree, Vec<String>) {
        let (tree, problems) = parse(Source::new(0, "a.yaml", PathBuf::from("a.yaml"), text.to_owned()));
        let problems = problems.finish(&[tree.source()], &[]);
        (tree, problems.iter().map(ToString::to_string).collect())
    }

    /// The tree as JSON-like text; plain scalars as they are, quoted ones in quotes.
    fn shown(node: Node<'_>) -> String {
        match node.kind() {
            Kind::Plain | Kind::Alias => node.text().to_owned(),
            Kind::Quoted => format!("{:?}", node.text()),
            Kind::List => format!("[{}]", node.items().map(shown).collect::<Vec<_>>().join(", ")),
            Kind::Map => {
                let entries = node.entries().map(|(key, value)| format!("{}: {}", shown(key), shown(value)));
                format!("{{{}}}", entries.collect::<Vec<_>>().join(", "))
            }
        }
    }

    #[track_caller]
    fn tree(text: &str) -> String {
        let (tree, problems) = parsed(text);
        assert_eq!(problems, [""; 0]);
        tree.root().map(shown).unwrap_or_default()
    }

    #[track_caller]
    fn only_problem(text: &str) -> String {
        let (_, problems) = parsed(text);
        assert_eq!(problems.len(), 1, "{problems:?}");
        problems.concat()
    }

    #[test]
    fn a_tree_keeps_texts_as_they_are_written() {
        assert_eq!(tree("a: NO\nb: 1.10\nc: 0123\nd: 'x'\n"), r#"{a: NO, b: 1.10, c: 0123, d: "x"}"#);
        assert_eq!(tree("a: \"x\\n\\u00e9\"\nb: 'it''s'\n"), "{a: \"x\\né\", b: \"it's\"}");
        assert_eq!(
            tree("a: |\n  one\n  two\nb: >-\n  three\n  four\n"),
            r#"{a: "one\ntwo\n", b: "three four"}"#
        );
        assert_eq!(tree("a: one\n  two\nb: [x, {c: }]\n"), "{a: one two, b: [x, {c: ~}]}");
        assert_eq!(tree("a: !!str 12\nb: !!int \"7\"\n"), r#"{a: "12", b: 7}"#);
        assert_eq!(tree("\u{feff}a: 1\r\nb: 2\r\n"), "{a: 1, b: 2}");
        assert_eq!(tree(""), "");
    }

    #[test]
    fn an_alias_stands_for_its_anchor() {
        assert_eq!(
            tree("a: &x [1, 2]\nb: *x\nc: [*x, &y z, *y]\n"),
            "{a: [1, 2], b: [1, 2], c: [[1, 2], z, z]}"
        );
    }

    #[test]
    fn a_merge_key_brings_what_the_map_does_not_have() {
        let text = "a: &a {x: 1, y: 2}\nb: &b {y: 3, z: 4}\nc:\n  <<: [*a, *b]\n  x: 0\nd:\n  <<: *a\n";
        assert_eq!(tree(text), "{a: {x: 1, y: 2}, b: {y: 3, z: 4}, c: {x: 0, y: 2, z: 4}, d: {x: 1, y: 2}}");
        assert_eq!(tree("'<<': 1\n"), "{\"<<\": 1}");
        assert_eq!(
            only_problem("a:\n  <<: 1\n"),
            "a.yaml:2:7: error: '<<' merges maps, and this is a single value"
        );
    }

    #[test]
    fn a_node_knows_its_bytes() {
        let text = "a: 'ü x'\nb: [one, two]\n";
        let (tree, _) = parsed(text);
        let slice = |node: Node<'_>| {
            let site = Site::from(node);
            text[site.start as usize..site.end as usize].to_owned()
        };
        let root = tree.root().unwrap();
        assert_eq!(slice(root.value("a").unwrap()), "'ü x'");
        assert_eq!(slice(root.value("b").unwrap()), "[one, two]");
        assert_eq!(root.value("b").unwrap().items().map(slice).collect::<Vec<_>>(), ["one", "two"]);
    }

    #[test]
    fn a_key_that_stands_twice_is_reported_with_the_first() {
        assert_eq!(
            only_problem("a: 1\nb: 2\na: 3\n"),
            "a.yaml:3:1: error: key 'a' stands here a second time"
        );
        let many = (0..100).map(|number| format!("k{number}: 1")).collect::<Vec<_>>().join("\n");
        assert_eq!(
            only_problem(&format!("{many}\nk7: 2\n")),
            "a.yaml:101:1: error: key 'k7' stands here a second time"
        );
        let (tree, problems) = parse(Source::new(0, "a", PathBuf::new(), "{a: 1, a: 2}".to_owned()));
        let found = problems.finish(&[tree.source()], &[]);
        assert_eq!(found[0].related[0].place.column, 2);
    }

    #[test]
    fn a_file_that_is_no_yaml_has_one_problem_and_no_tree() {
        let (tree, problems) = parsed("a: [1\nb: 2\n");
        assert!(tree.root().is_none());
        assert!(problems.concat().contains("this is not YAML"), "{problems:?}");
    }

    #[test]
    fn a_second_document_is_refused() {
        assert_eq!(
            only_problem("a: 1\n---\nb: 2\n"),
            "a.yaml:2:1: error: a file holds one YAML document, and here starts a second one"
        );
        assert_eq!(tree("---\na: 1\n...\n"), "{a: 1}");
    }

    #[test]
    fn keys_are_single_values() {
        for text in ["[a, b]: 1\n", "? {a: 1}\n: 2\n", "a: &x [1]\n*x : 2\n"] {
            assert!(only_problem(text).contains("a key must be a single value"), "{text}");
        }
        assert_eq!(tree("a: &x b\n*x : 2\n"), "{a: b, b: 2}");
    }

    #[test]
    fn tags_with_a_meaning_of_their_own_are_refused() {
        for text in ["a: !secret x\n", "a: !!binary aGk=\n", "a: !!set {b}\n", "a: !x [1]\n"] {
            assert!(only_problem(text).contains("this YAML tag is not supported"), "{text}");
        }
    }

    #[test]
    fn a_bomb_of_aliases_is_refused_before_it_goes_off() {
        let line =
            |level: usize| format!("l{}: &l{} [{}]", level + 1, level + 1, format!("*l{level}, ").repeat(10));
        let lines: Vec<_> = std::iter::once("l0: &l0 x".to_owned()).chain((0..9).map(line)).collect();
        assert!(only_problem(&lines.join("\n")).contains("more than 5000000 values"));
    }

    #[test]
    fn depth_counts_what_aliases_stand_for() {
        let deep = |depth: usize| format!("{}{}", "[".repeat(depth), "]".repeat(depth));
        assert!(parsed(&deep(64)).1.is_empty());
        assert!(only_problem(&deep(65)).contains("more than 64 deep"));
        assert!(only_problem(&deep(10_000)).contains("more than 64 deep"));
        let text = format!("a: &a {}\nb: {}*a{}\n", deep(40), "[".repeat(30), "]".repeat(30));
        assert!(only_problem(&text).contains("more than 64 deep"));
    }

    #[test]
    fn an_alias_inside_its_own_anchor_is_refused() {
        assert!(only_problem("a: &a [*a]\n").contains("holds the alias itself"));
    }

    #[test]
    fn an_error_between_braces_with_a_reference_says_what_to_do() {
        let (tree, problems) =
            parse(Source::new(0, "a", PathBuf::new(), "a: { id: ${X}-y, b: 1 }\n".to_owned()));
        let found = problems.finish(&[tree.source()], &[]);
        assert!(found[0].hint.as_ref().unwrap().contains("must be in quotes"), "{found:?}");
    }
}
