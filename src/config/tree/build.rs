//! Nodes one after the other → the row of nodes, within the budgets.

use std::{collections::HashMap, ops::Range};

use super::{
    IN_SOURCE, Kind, Raw,
    parse::{MOST_DEPTH, site, too_deep},
};
use crate::config::{
    problems::Problem,
    source::{Site, Source},
};

/// Nodes of a file, an alias counting as much as what it stands for.
const MOST_NODES: u64 = 5_000_000;

type Fallible = Result<(), Box<Problem>>;

/// Builds the row of nodes.
pub(super) struct Builder<'a> {
    source: &'a Source,
    nodes: Vec<Raw>,
    texts: Vec<Box<str>>,
    open: Vec<Open>,
    anchors: HashMap<usize, Anchor>,
    count: u64,
}

/// A list or map whose end was not seen yet.
struct Open {
    at: u32,
    anchor: usize,
    children: usize,
    height: usize,
    count_before: u64,
}

/// What an alias may stand for.
#[derive(Clone, Copy)]
struct Anchor {
    at: u32,
    count: u64,
    height: usize,
    closed: bool,
}

impl<'a> Builder<'a> {
    pub(super) fn new(source: &'a Source) -> Self {
        // Pages of a reservation that stay untouched cost nothing; growing by copying does.
        let nodes = Vec::with_capacity(source.text().len() / 8 + 1);
        Self { source, nodes, texts: Vec::new(), open: Vec::new(), anchors: HashMap::new(), count: 0 }
    }

    pub(super) fn scalar(&mut self, text: &str, kind: Kind, range: &Range<usize>, anchor: usize) -> Fallible {
        let quote = usize::from(kind == Kind::Quoted);
        let inside = range.start + quote..range.end.saturating_sub(quote);
        let link = if self.source.text().get(inside) == Some(text) {
            IN_SOURCE
        } else {
            self.texts.push(text.into());
            u32::try_from(self.texts.len() - 1).unwrap_or(IN_SOURCE)
        };
        let at = self.push(kind, range, link);
        self.anchors_at(anchor, Anchor { at, count: 1, height: 0, closed: true });
        self.add_child(range, 1, 0)
    }

    pub(super) fn open(&mut self, kind: Kind, range: &Range<usize>, anchor: usize) -> Fallible {
        self.refuse_key(range)?;
        let at = self.push(kind, range, IN_SOURCE);
        self.anchors_at(anchor, Anchor { at, count: 0, height: 0, closed: false });
        self.open.push(Open { at, anchor, children: 0, height: 0, count_before: self.count });
        self.check_depth(0, range)
    }

    pub(super) fn close(&mut self, range: &Range<usize>) -> Fallible {
        let Some(done) = self.open.pop() else { return Ok(()) };
        let link = u32::try_from(self.nodes.len()).unwrap_or(IN_SOURCE);
        let Some(raw) = self.nodes.get_mut(done.at as usize) else { return Ok(()) };
        raw.link = link;
        // The end of a block is where the next one starts: behind blank lines and comments.
        raw.end = u32::try_from(range.end).unwrap_or(u32::MAX).max(raw.start);
        let (count, height) = (self.count - done.count_before + 1, done.height + 1);
        self.anchors_at(done.anchor, Anchor { at: done.at, count, height, closed: true });
        self.add_child(range, 1, height)
    }

    pub(super) fn alias(&mut self, anchor: usize, range: &Range<usize>) -> Fallible {
        let target = self.anchors.get(&anchor).copied().filter(|target| target.closed);
        let target = target.ok_or_else(|| {
            let message = "this alias stands for something that holds the alias itself";
            Box::new(Problem::error("recursive_alias", message).at(site(self.source, range)))
        })?;
        let target_kind = self.nodes.get(target.at as usize).map_or(Kind::Plain, |raw| raw.kind);
        if matches!(target_kind, Kind::List | Kind::Map) {
            self.refuse_key(range)?;
        }
        self.check_depth(target.height, range)?;
        self.push(Kind::Alias, range, target.at);
        self.add_child(range, target.count, target.height)
    }

    /// The nodes, and those texts that are not in the file as they are meant.
    pub(super) fn finish(self) -> (Vec<Raw>, Vec<Box<str>>) {
        (self.nodes, self.texts)
    }

    fn push(&mut self, kind: Kind, range: &Range<usize>, link: u32) -> u32 {
        let Site { start, end, .. } = site(self.source, range);
        self.nodes.push(Raw { start, end, link, kind, merges: false });
        u32::try_from(self.nodes.len() - 1).unwrap_or(IN_SOURCE)
    }

    fn anchors_at(&mut self, anchor: usize, target: Anchor) {
        if anchor != 0 {
            self.anchors.insert(anchor, target);
        }
    }

    fn add_child(&mut self, range: &Range<usize>, count: u64, height: usize) -> Fallible {
        if let Some(parent) = self.open.last_mut() {
            parent.children += 1;
            parent.height = parent.height.max(height);
        }
        self.count = self.count.saturating_add(count);
        if self.count <= MOST_NODES {
            return Ok(());
        }
        let message =
            format!("the file holds more than {MOST_NODES} values, counting what its aliases stand for");
        Err(Box::new(Problem::error("too_many_values", message).at(site(self.source, range))))
    }

    fn check_depth(&self, below: usize, range: &Range<usize>) -> Fallible {
        if self.open.len() + below <= MOST_DEPTH {
            return Ok(());
        }
        Err(Box::new(too_deep(site(self.source, range))))
    }

    /// Lists and maps are no keys.
    fn refuse_key(&self, range: &Range<usize>) -> Fallible {
        let parent = self.open.last();
        let in_map =
            parent.and_then(|open| self.nodes.get(open.at as usize)).is_some_and(|raw| raw.kind == Kind::Map);
        if in_map && parent.is_some_and(|open| open.children.is_multiple_of(2)) {
            let problem =
                Problem::error("key_not_scalar", "a key must be a single value, not a list or a map");
            let hint = "a text that starts with '{' or '[' must be in quotes";
            return Err(Box::new(problem.at(site(self.source, range)).hint(hint)));
        }
        Ok(())
    }
}
