//! An entry or an item that goes → the bytes that go with it.

use std::ops::Range;

use serde_json::Value;

use super::splice::{Page, Refused, Splice, Splices, Way, refuse};
use crate::config::{
    expand::has_references,
    tree::{Kind, Spot},
};

/// An entry or an item among its neighbours.
struct Part {
    start: usize,
    end: usize,
    /// Where the one before it ends.
    before: Option<usize>,
    /// Where the next one starts.
    next: Option<usize>,
}

impl<'a> Page<'a> {
    /// Takes out the last spot of the way, and its lines where it has them alone.
    pub(super) fn remove(&self, way: &Way<'a, '_>) -> Splices {
        let (Some(spot), Some(above)) = (way.last(), way.above()) else { return Ok(Vec::new()) };
        if has_references(spot.node().text()) {
            return Err(refuse(spot, "a variable makes its value"));
        }
        if above.kind() == Kind::List && !above.is_flow() && above.items().len() == 1 {
            // A block without items would be null.
            let spots = way.spots.get(..way.spots.len() - 1).unwrap_or_default().to_vec();
            return self.replace(&Way { spots, missing: &[] }, &Value::Array(Vec::new()));
        }
        if spot.is_named_elsewhere() {
            return Err(refuse(spot, "it holds an anchor that other places use"));
        }
        let part = part(above, spot).ok_or_else(|| refuse(spot, "it was not found again"))?;
        let range = if above.is_flow() { between(&part) } else { self.lines_of(above, spot, &part)? };
        self.check_comments(spot, &part, &range)?;
        Ok(vec![Splice { range, text: String::new() }])
    }

    /// The lines of an entry or item of a block; what follows on its line moves up where it shares the first one.
    fn lines_of(&self, above: Spot<'a>, spot: Spot<'a>, part: &Part) -> Result<Range<usize>, Refused> {
        let dash = |spot| self.dash(spot).map(|(dash, _)| dash);
        let start = if above.kind() == Kind::List {
            dash(spot).ok_or_else(|| refuse(spot, "its dash was not found"))?
        } else {
            part.start
        };
        let line = self.lines.line_start(start);
        match (self.lines.slice(&(line..start)).trim().is_empty(), part.next) {
            (true, _) => Ok(line..self.lines.behind_line(part.end)),
            (false, Some(next)) => Ok(start..next),
            (false, None) => Err(refuse(spot, "it is the only entry on its line")),
        }
    }

    /// Refuses to take along comments of lines that others stand on, too.
    fn check_comments(&self, spot: Spot<'a>, part: &Part, range: &Range<usize>) -> Result<(), Refused> {
        let Range { start, end } = *range;
        let ends = self.lines.line_start(end) == end || self.lines.line_end(end) == end;
        let own_lines = self.lines.line_start(start) == start && ends;
        let around = [start..part.start.max(start), part.end.min(end)..end];
        if !own_lines && around.iter().any(|range| self.lines.slice(range).contains('#')) {
            return Err(refuse(spot, "a comment stands beside it"));
        }
        Ok(())
    }
}

fn part(above: Spot<'_>, spot: Spot<'_>) -> Option<Part> {
    let parts: Vec<(usize, usize)> = match above.kind() {
        Kind::Map => above.entries().iter().map(|(key, value)| (key.range().start, value.end())).collect(),
        _ => above.items().iter().map(|item| (item.range().start, item.end())).collect(),
    };
    let at = parts.iter().position(|(_, end)| *end == spot.end())?;
    let (start, end) = *parts.get(at)?;
    let before = at.checked_sub(1).and_then(|at| parts.get(at)).map(|(_, end)| *end);
    Some(Part { start, end, before, next: parts.get(at + 1).map(|(start, _)| *start) })
}

/// The bytes between braces or brackets that go, with one comma.
fn between(part: &Part) -> Range<usize> {
    match (part.next, part.before) {
        (Some(next), _) => part.start..next,
        (None, Some(before)) => before..part.end,
        (None, None) => part.start..part.end,
    }
}
