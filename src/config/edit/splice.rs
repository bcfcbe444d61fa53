//! One change of a file → the bytes that go and the text that comes in their place.

use std::{collections::HashSet, ops::Range};

use serde_json::{Map, Value};

use super::{
    lines::Lines,
    path::{Op, Step},
    write::{self, Quotes},
};
use crate::{
    config::{
        expand::has_references,
        tree::{Kind, Spot, Tree},
    },
    resource::Place,
};

/// Bytes of a file that go, and what comes in their place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Splice {
    pub(super) range: Range<usize>,
    pub(super) text: String,
}

/// Why a place can't be changed without changing more than was meant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Refused {
    pub(super) place: Option<Place>,
    pub(super) why: String,
}

/// What a change does to the text.
pub(super) type Splices = Result<Vec<Splice>, Refused>;

/// A file to be edited.
pub(super) struct Page<'a> {
    tree: &'a Tree,
    pub(super) lines: Lines<'a>,
    shared: HashSet<u32>,
}

/// The way to a place: what is there of it, and the steps that are missing.
pub(super) struct Way<'a, 'p> {
    pub(super) spots: Vec<Spot<'a>>,
    pub(super) missing: &'p [Step],
}

impl<'a> Way<'a, '_> {
    pub(super) fn last(&self) -> Option<Spot<'a>> {
        self.spots.last().copied()
    }

    /// What holds the last spot.
    pub(super) fn above(&self) -> Option<Spot<'a>> {
        self.spots.iter().rev().nth(1).copied()
    }
}

impl<'a> Page<'a> {
    pub(super) fn new(tree: &'a Tree) -> Self {
        Self { tree, lines: Lines::of(tree.source().text()), shared: tree.shared() }
    }

    /// How many steps of the way to `path` are there already.
    pub(super) fn depth(&self, path: &[Step]) -> usize {
        self.tree.top().map_or(0, |top| spots(top, path).len().saturating_sub(1))
    }

    /// The way to `path`.
    ///
    /// # Errors
    /// An alias stands on it, or an anchor that aliases use: others would change, too.
    pub(super) fn way<'p>(&self, path: &'p [Step]) -> Result<Way<'a, 'p>, Refused> {
        let Some(top) = self.tree.top() else {
            return Err(Refused { place: None, why: "the file is empty".to_owned() });
        };
        let spots = spots(top, path);
        for spot in &spots {
            if spot.kind() == Kind::Alias {
                return Err(refuse(*spot, "an alias stands there: what it names serves other places, too"));
            }
            if self.shared.contains(&spot.number()) {
                return Err(refuse(*spot, "it carries an anchor that other places use"));
            }
        }
        let missing = path.get(spots.len() - 1..).unwrap_or_default();
        Ok(Way { spots, missing })
    }

    /// What `op` does to the text.
    pub(super) fn splices(&self, op: &Op) -> Splices {
        let way = self.way(op.path())?;
        match op {
            Op::Put { value, .. } if way.missing.is_empty() => self.replace(&way, value),
            Op::Put { value, .. } => self.insert(&way, value),
            Op::Append { items, .. } if way.missing.is_empty() => self.append(&way, items),
            Op::Append { items, .. } => self.insert(&way, &Value::Array(items.clone())),
            Op::Remove { .. } if way.missing.is_empty() => self.remove(&way),
            Op::Remove { .. } => Ok(Vec::new()),
        }
    }

    pub(super) fn replace(&self, way: &Way<'a, '_>, value: &Value) -> Splices {
        let Some(spot) = way.last() else { return Ok(Vec::new()) };
        if matches!(spot.kind(), Kind::List | Kind::Map) {
            return self.replace_collection(way, spot, value);
        }
        if has_references(spot.node().text()) {
            return Err(refuse(spot, "a variable makes its value"));
        }
        let quotes = match spot.text().as_bytes().first() {
            Some(b'"') => Quotes::Double,
            Some(b'\'') => Quotes::Single,
            _ if spot.kind() == Kind::Quoted => {
                return Err(refuse(spot, "it is written as a block, or behind a tag"));
            }
            _ => Quotes::None,
        };
        let text = match value {
            Value::Array(_) | Value::Object(_) => write::flow(value),
            single => write::scalar(single, quotes),
        };
        Ok(vec![Splice { range: spot.range().start..spot.end(), text }])
    }

    /// A list or map becomes a value of one line.
    fn replace_collection(&self, way: &Way<'a, '_>, spot: Spot<'a>, value: &Value) -> Splices {
        let text = write::flow(value);
        let inside = self.lines.slice(&(spot.range().start..spot.end()));
        // What stands behind an item goes with it; a line of its own may be about something else.
        if inside.contains('$') || inside.lines().any(|line| line.trim_start().starts_with('#')) {
            return Err(refuse(spot, "it holds comments or variables"));
        }
        if spot.is_named_elsewhere() {
            return Err(refuse(spot, "it holds an anchor that other places use"));
        }
        if spot.is_flow() {
            return Ok(vec![Splice { range: spot.range().start..spot.end(), text }]);
        }
        let key = way.above().and_then(|map| key_of(map, spot));
        let Some(key) = key else { return Err(refuse(spot, "it is an item of a list")) };
        // What stands behind the colon on its line is a comment and stays.
        let (colon, line) = (key.range().end + 1, self.lines.line_end(key.range().end));
        if self.lines.slice(&(key.range().end..colon)) != ":" || !is_comment(self.lines.slice(&(colon..line)))
        {
            return Err(refuse(spot, "something else stands between it and its key"));
        }
        let end = self.lines.line_end(spot.end());
        Ok(vec![
            Splice { range: colon..colon, text: format!(" {text}") },
            Splice { range: line..end, text: String::new() },
        ])
    }

    /// A new entry at the end of the map that is there.
    fn insert(&self, way: &Way<'a, '_>, value: &Value) -> Splices {
        let Some(map) = way.last() else { return Ok(Vec::new()) };
        let Some((Step::Key(key), rest)) = way.missing.split_first() else {
            return Err(refuse(map, "there is no such item"));
        };
        if map.kind() != Kind::Map {
            return Err(refuse(map, "it is no map"));
        }
        let value = rest.iter().rev().fold(value.clone(), |inner, step| match step {
            Step::Key(key) => Value::Object(Map::from_iter([(key.clone(), inner)])),
            Step::Item(_) => inner,
        });
        let entries = map.entries();
        let Some((first, _)) = entries.first() else {
            let inside = write::flow(&Value::Object(Map::from_iter([(key.clone(), value)])));
            return Ok(vec![Splice { range: map.range().start..map.end(), text: inside }]);
        };
        if map.is_flow() {
            let end = entries.last().map_or(map.end(), |(_, value)| value.end());
            let entry = write::flow(&Value::Object(Map::from_iter([(key.clone(), value)])));
            let entry =
                entry.strip_prefix("{ ").and_then(|entry| entry.strip_suffix(" }")).unwrap_or_default();
            return Ok(vec![Splice { range: end..end, text: format!(", {entry}") }]);
        }
        let lines = write::entry(key, &value, self.lines.column(first.range().start));
        Ok(vec![self.lines.behind(map.end(), &lines)])
    }

    /// New items at the end of a list, in the style of the last one.
    fn append(&self, way: &Way<'a, '_>, items: &[Value]) -> Splices {
        let Some(list) = way.last() else { return Ok(Vec::new()) };
        let own = list.items();
        let Some(neighbour) = own.last() else { return Ok(self.fill(way, list, items)) };
        if list.is_flow() {
            let texts = items.iter().map(|item| format!(", {}", write::flow(item)));
            return Ok(vec![Splice { range: neighbour.end()..neighbour.end(), text: texts.collect() }]);
        }
        let (dash, inner) =
            self.dash(*neighbour).ok_or_else(|| refuse(*neighbour, "its dash was not found"))?;
        let apart = own.len() > 1 && self.stands_apart(*neighbour, dash);
        let mut lines = Vec::new();
        for item in items {
            lines.extend(apart.then(String::new));
            let column = self.lines.column(dash);
            lines.extend(write::item(item, column, column + inner, neighbour.is_flow()));
        }
        Ok(vec![self.lines.behind(list.end(), &lines)])
    }

    /// The first items of an empty list, which becomes a block where it stands alone behind its key.
    fn fill(&self, way: &Way<'a, '_>, list: Spot<'a>, items: &[Value]) -> Vec<Splice> {
        let (range, line) = (list.range().start..list.end(), self.lines.line_end(list.end()));
        let key = way.above().filter(|map| !map.is_flow()).and_then(|map| key_of(map, list));
        let is_simple = items.iter().all(|item| !item.is_object());
        let Some(key) = key.filter(|_| !is_simple && is_comment(self.lines.slice(&(range.end..line)))) else {
            let text = write::flow(&Value::Array(items.to_vec()));
            return vec![Splice { range, text }];
        };
        let column = self.lines.column(key.range().start) + 2;
        let lines: Vec<_> =
            items.iter().flat_map(|item| write::item(item, column, column + 2, false)).collect();
        let gap = key.range().end + 1..range.end;
        vec![Splice { range: gap, text: String::new() }, self.lines.behind(range.end, &lines)]
    }

    /// The byte of an item's dash, and how far behind it the item's own text starts.
    pub(super) fn dash(&self, item: Spot<'a>) -> Option<(usize, usize)> {
        let start = item.range().start;
        let before = self.lines.slice(&(0..start));
        let line = self.lines.line_start(start);
        let on_line = self.lines.slice(&(line..start));
        if on_line.trim_start().starts_with('-') {
            let dash = line + on_line.find('-')?;
            let gap = self.lines.slice(&(dash + 1..start));
            let inner = if gap.trim().is_empty() { start - dash } else { 2 };
            return Some((dash, inner));
        }
        let dash = before.trim_end().len().checked_sub(1)?;
        (self.lines.slice(&(dash..dash + 1)) == "-").then_some((dash, 2))
    }

    /// Whether an empty line stands before an item.
    fn stands_apart(&self, item: Spot<'a>, dash: usize) -> bool {
        let mut line = self.lines.line_start(dash.min(item.range().start));
        while line > 0 {
            let above = self.lines.line_start(line - 1);
            let text = self.lines.slice(&(above..line)).trim();
            if !text.starts_with('#') {
                return text.is_empty();
            }
            line = above;
        }
        false
    }
}

fn spots<'a>(top: Spot<'a>, path: &[Step]) -> Vec<Spot<'a>> {
    let mut found = vec![top];
    let mut spot = top;
    for step in path {
        let next = match step {
            Step::Key(key) => spot.own(key),
            Step::Item(number) => spot.items().get(*number).copied(),
        };
        let Some(next) = next else { break };
        found.push(next);
        spot = next;
    }
    found
}

fn key_of<'a>(map: Spot<'a>, value: Spot<'a>) -> Option<Spot<'a>> {
    let mut entries = map.entries().into_iter();
    entries.find(|(_, other)| other.number() == value.number()).map(|(key, _)| key)
}

fn is_comment(rest: &str) -> bool {
    let text = rest.trim_start();
    text.is_empty() || (text.starts_with('#') && text.len() < rest.len())
}

/// Why this spot stays as it is.
pub(super) fn refuse(spot: Spot<'_>, why: &str) -> Refused {
    Refused { place: Some(spot.node().source().place(spot.range().start)), why: why.to_owned() }
}
