//! Nodes as they stand in the file: what an editor needs, who must know an alias from what it stands for.

use std::{collections::HashSet, ops::Range};

use super::{Kind, Node, Tree, entries::is_merge};

/// A node as it stands in the file. An alias is an alias here.
#[derive(Debug, Clone, Copy)]
pub(in crate::config) struct Spot<'a> {
    tree: &'a Tree,
    at: u32,
}

impl Tree {
    /// The outermost spot; `None` for an empty file and one that could not be parsed.
    pub(in crate::config) fn top(&self) -> Option<Spot<'_>> {
        (!self.nodes.is_empty()).then_some(Spot { tree: self, at: 0 })
    }

    /// The numbers of the nodes that aliases stand for: a change in one of them shows in several places.
    pub(in crate::config) fn shared(&self) -> HashSet<u32> {
        self.nodes.iter().filter(|raw| raw.kind == Kind::Alias).map(|raw| raw.link).collect()
    }
}

impl<'a> Spot<'a> {
    /// Whether an alias elsewhere in the file stands for something in here.
    pub(in crate::config) fn is_named_elsewhere(self) -> bool {
        let own = self.at..self.tree.behind(self.at);
        let aliases = (0..).zip(&self.tree.nodes).filter(|(_, raw)| raw.kind == Kind::Alias);
        aliases.filter(|(at, _)| !own.contains(at)).any(|(_, raw)| own.contains(&raw.link))
    }

    pub(in crate::config) fn kind(self) -> Kind {
        self.tree.raw(self.at).kind
    }

    /// The number of the node, as `Tree::shared` names it.
    pub(in crate::config) fn number(self) -> u32 {
        self.at
    }

    /// The node itself, or the one that an alias stands for.
    pub(in crate::config) fn node(self) -> Node<'a> {
        self.tree.node(self.at)
    }

    /// Its bytes, quotes and braces included; a block reaches to where the next one starts.
    pub(in crate::config) fn range(self) -> Range<usize> {
        let raw = self.tree.raw(self.at);
        raw.start as usize..raw.end as usize
    }

    /// Keys and values of a map as they stand there; none for anything else.
    pub(in crate::config) fn entries(self) -> Vec<(Self, Self)> {
        let children = if self.kind() == Kind::Map { self.children() } else { Vec::new() };
        children.as_chunks::<2>().0.iter().map(|[key, value]| (*key, *value)).collect()
    }

    /// The items of a list as they stand there; none for anything else.
    pub(in crate::config) fn items(self) -> Vec<Self> {
        if self.kind() == Kind::List { self.children() } else { Vec::new() }
    }

    /// The value that the map itself has for `key`; what a merge key brings is not its own.
    pub(in crate::config) fn own(self, key: &str) -> Option<Self> {
        let mut entries = self.entries().into_iter();
        entries.find(|(name, _)| name.node().text() == key && !is_merge(name.node())).map(|(_, value)| value)
    }

    /// Whether it is written between braces or brackets.
    pub(in crate::config) fn is_flow(self) -> bool {
        let is_bracket = matches!(self.kind(), Kind::List | Kind::Map) && self.text().starts_with(['{', '[']);
        // A list of dashes that stand no deeper than their key starts with its first item, which may have a bracket.
        let first = Self { at: self.at.saturating_add(1), ..self };
        let is_empty = self.tree.raw(self.at).link <= first.at;
        is_bracket && (is_empty || first.range().start > self.range().start)
    }

    /// The byte behind its last sign that says something.
    pub(in crate::config) fn end(self) -> usize {
        let last = if self.is_flow() { None } else { self.children().pop() };
        match last {
            Some(last) => last.end(),
            None => self.range().start + self.text().trim_end().len(),
        }
    }

    /// Its bytes as text.
    pub(in crate::config) fn text(self) -> &'a str {
        self.tree.source.slice(self.range())
    }

    fn children(self) -> Vec<Self> {
        if !matches!(self.kind(), Kind::List | Kind::Map) {
            return Vec::new();
        }
        let (tree, end) = (self.tree, self.tree.raw(self.at).link);
        let first = self.at.saturating_add(1);
        let all = std::iter::successors(Some(first), |at| Some(tree.behind(*at)));
        all.take_while(|at| *at < end).map(|at| Self { tree, at }).collect()
    }
}
