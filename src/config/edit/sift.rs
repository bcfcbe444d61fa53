//! (a file, changes by the tenant that they are for) → its text after all of them, or the tenants that stand in the way.

use super::{path::Op, rewrite, sites::Owned, splice::Refused};
use crate::config::source::Source;

/// A tenant and why its changes can't be made.
type Blamed = (String, Refused);

/// Makes all changes of a file.
///
/// # Errors
/// The tenants without which the others' changes can be made.
pub(super) fn sift(source: &Source, ops: &[Owned]) -> Result<String, Vec<Blamed>> {
    let groups = groups(ops);
    let mut sieve = Sieve { source, passed: Vec::new(), blamed: Vec::new() };
    match sieve.try_with(&groups) {
        Ok(text) => Ok(text),
        Err(refused) => {
            sieve.pass(&groups, refused);
            Err(sieve.blamed)
        }
    }
}

/// The changes of one tenant.
type Group<'a> = (&'a str, Vec<&'a Op>);

fn groups(ops: &[Owned]) -> Vec<Group<'_>> {
    let mut groups: Vec<Group<'_>> = Vec::new();
    for Owned { owner, op } in ops {
        match groups.last_mut() {
            Some((last, ops)) if last == owner => ops.push(op),
            _ => groups.push((owner, vec![op])),
        }
    }
    groups
}

struct Sieve<'a> {
    source: &'a Source,
    passed: Vec<Group<'a>>,
    blamed: Vec<Blamed>,
}

impl<'a> Sieve<'a> {
    /// The text with what passed and these.
    fn try_with(&self, groups: &[Group<'a>]) -> Result<String, Refused> {
        let ops = joined(self.passed.iter().chain(groups).flat_map(|(_, ops)| ops.iter().copied()));
        rewrite::rewrite(self.source.name(), self.source.path(), self.source.text(), &ops)
    }

    /// Halves the groups, which can't all be made, until those that stand in the way are alone.
    fn pass(&mut self, groups: &[Group<'a>], refused: Refused) {
        if let [(owner, _)] = groups {
            self.blamed.push(((*owner).to_owned(), refused));
            return;
        }
        let (first, second) = groups.split_at(groups.len() / 2);
        for half in [first, second] {
            match self.try_with(half) {
                Ok(_) => self.passed.extend_from_slice(half),
                Err(refused) => self.pass(half, refused),
            }
        }
    }
}

/// Items that come to the end of one list come there at once.
fn joined<'a>(ops: impl Iterator<Item = &'a Op>) -> Vec<Op> {
    let mut joined: Vec<Op> = Vec::new();
    for op in ops {
        match (joined.last_mut(), op) {
            (Some(Op::Append { path: last, items }), Op::Append { path, items: more }) if last == path => {
                items.extend_from_slice(more);
            }
            _ => joined.push(op.clone()),
        }
    }
    joined
}
