//! (text, edits) → text. Pure, and proved: what is read afterwards is what was meant, or nothing is returned.

use std::path::Path as FilePath;

use super::{
    meant::Meant,
    path::{Op, Step},
    splice::{Page, Refused, Splice},
};
use crate::config::{
    source::Source,
    tree::{self, Tree},
};

/// Makes the changes one round after the other; within a round none stands in the way of another one.
pub(super) fn rewrite(name: &str, path: &FilePath, text: &str, ops: &[Op]) -> Result<String, Refused> {
    let mut text = text.to_owned();
    let mut open: Vec<Op> = ops.to_vec();
    while !open.is_empty() {
        let tree = parse(name, path, &text)?;
        let (mut round, mut rest) = choose(&Page::new(&tree), open);
        let splices = splices(&tree, &round)?;
        let mut made = apply(&text, splices);
        if made.is_none() {
            // What goes and what comes meet at one line: one after the other, then.
            rest.splice(0..0, round.split_off(1));
            made = apply(&text, self::splices(&tree, &round)?);
        }
        let made =
            made.ok_or_else(|| Refused { place: None, why: "two changes meet in one place".to_owned() })?;
        prove(&tree, &round, &parse(name, path, &made)?)?;
        (text, open) = (made, rest);
    }
    Ok(text)
}

/// The tree of a text.
pub(super) fn parse(name: &str, path: &FilePath, text: &str) -> Result<Tree, Refused> {
    let (tree, problems) = tree::parse(Source::new(0, name, path.to_owned(), text.to_owned()));
    match problems.finish(&[tree.source()], &[]).into_iter().next() {
        None => Ok(tree),
        Some(found) => Err(Refused { place: found.place, why: found.message }),
    }
}

/// The changes that can be made at once, and the others. What renumbers items comes last, the innermost lists first.
fn choose(page: &Page<'_>, open: Vec<Op>) -> (Vec<Op>, Vec<Op>) {
    let all_renumber = open.iter().all(Op::renumbers);
    let deepest = open.iter().map(|op| op.path().len()).max().unwrap_or_default();
    let mut taken: std::collections::HashSet<Vec<Step>> = std::collections::HashSet::new();
    let (mut round, mut rest) = (Vec::new(), Vec::new());
    for op in open {
        let is_due = if all_renumber { op.path().len() == deepest } else { !op.renumbers() };
        if is_due && taken.insert(container(page, &op)) { round.push(op) } else { rest.push(op) }
    }
    (round, rest)
}

/// The part of the file that a change may touch: no other change of the round may.
fn container(page: &Page<'_>, op: &Op) -> Vec<Step> {
    let path = op.path();
    let there = match op {
        Op::Remove { .. } => path.len().saturating_sub(1),
        Op::Put { .. } | Op::Append { .. } => page.depth(path),
    };
    path.get(..there).unwrap_or_default().to_vec()
}

fn splices(tree: &Tree, round: &[Op]) -> Result<Vec<Splice>, Refused> {
    let page = Page::new(tree);
    let mut all = Vec::new();
    for op in round {
        all.extend(page.splices(op)?);
    }
    Ok(all)
}

/// Makes sure that the new text means what the old one did, but for these changes.
fn prove(tree: &Tree, round: &[Op], read: &Tree) -> Result<(), Refused> {
    let mut meant = Meant::of(tree);
    let made = round.iter().try_for_each(|op| meant.change(op));
    if made.is_some() && meant.same(&Meant::of(read)) {
        return Ok(());
    }
    let why = "the result would not read as it is meant".to_owned();
    Err(Refused { place: None, why })
}

/// The text with all splices made; `None` where two of them meet.
fn apply(text: &str, mut splices: Vec<Splice>) -> Option<String> {
    splices.sort_by_key(|splice| (splice.range.start, splice.range.end));
    let mut out = String::with_capacity(text.len());
    let mut at = 0;
    for splice in splices {
        out.push_str(text.get(at..splice.range.start)?);
        out.push_str(&splice.text);
        at = splice.range.end;
    }
    out.push_str(text.get(at..)?);
    Some(out)
}
