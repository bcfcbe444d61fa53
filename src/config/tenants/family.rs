//! Parents: there, no circles, at most three levels.

use std::collections::HashMap;

use super::{Entry, List, unique::value_site};
use crate::config::problems::{Problem, Problems};

/// Levels that the service documents and that were seen to work.
const LEVELS: usize = 3;

pub(super) fn check(list: &List<'_>, problems: &mut Problems) {
    if list.tenants.iter().all(|tenant| tenant.parent.is_none()) {
        return;
    }
    let entries = &list.entries;
    let numbers: HashMap<&str, usize> =
        entries.iter().enumerate().map(|(number, entry)| (entry.id.as_ref(), number)).collect();
    let mut parents = Vec::with_capacity(entries.len());
    for entry in entries {
        let above = parent(list, entry).map(|id| (id, numbers.get(id).copied()));
        let there = |number: &usize| entries.get(*number).is_some_and(|entry| entry.tenant.is_some());
        if let Some((id, number)) = above
            && !number.as_ref().is_some_and(there)
        {
            problems.report(absent(entry, id, number.is_some()));
        }
        parents.push(above.and_then(|(_, number)| number));
    }
    Family { list, levels: vec![Level::Unknown; entries.len()], parents }.check(problems);
}

fn parent<'e>(list: &'e List<'_>, entry: &Entry<'_>) -> Option<&'e str> {
    list.tenant(entry)?.parent.as_deref()
}

fn absent(entry: &Entry<'_>, parent: &str, elsewhere: bool) -> Problem {
    let message = format!("parent '{parent}' of tenant '{}' is not in the configuration", entry.id);
    let message = if elsewhere { format!("{message} of this environment") } else { message };
    Problem::warning("parent_not_in_configuration", message)
        .at(value_site(entry, "parent"))
        .hint("it must be live when the plan is made; add it to 'tenants' to have it managed")
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Level {
    Unknown,
    /// On the way up that is being walked.
    Visited,
    Known(usize),
}

struct Family<'a, 'e> {
    list: &'e List<'a>,
    parents: Vec<Option<usize>>,
    levels: Vec<Level>,
}

impl Family<'_, '_> {
    fn check(mut self, problems: &mut Problems) {
        for number in 0..self.list.entries.len() {
            let way = self.walk(number, problems);
            self.settle(&way, problems);
        }
    }

    /// The way up from an entry to the first one whose level is known, or to the top.
    fn walk(&mut self, number: usize, problems: &mut Problems) -> Vec<usize> {
        let mut way = Vec::new();
        let mut next = Some(number);
        while let Some(at) = next {
            match self.level(at) {
                Level::Known(_) => break,
                Level::Visited => {
                    let circle = way.iter().skip_while(|other| **other != at).copied().collect::<Vec<_>>();
                    problems.report(self.circle(&circle));
                    break;
                }
                Level::Unknown => {}
            }
            self.set(at, Level::Visited);
            way.push(at);
            next = self.parents.get(at).copied().flatten();
        }
        way
    }

    fn settle(&mut self, way: &[usize], problems: &mut Problems) {
        for at in way.iter().rev() {
            let above = self.parents.get(*at).copied().flatten();
            let level = match above.map(|above| self.level(above)) {
                Some(Level::Known(level)) => level + 1,
                // A parent that is not in the configuration may be anywhere; one in a circle was reported.
                _ => {
                    1 + usize::from(
                        above.is_none()
                            && self
                                .list
                                .entries
                                .get(*at)
                                .and_then(|entry| parent(self.list, entry))
                                .is_some(),
                    )
                }
            };
            self.set(*at, Level::Known(level));
            if let Some(entry) = self.list.entries.get(*at).filter(|_| level > LEVELS) {
                let message =
                    format!("tenant '{}' is on level {level}; {LEVELS} levels are the most", entry.id);
                let problem = Problem::error("too_many_levels", message).at(value_site(entry, "parent"));
                problems.report(problem.hint("give it a parent further up"));
            }
        }
    }

    fn circle(&self, circle: &[usize]) -> Problem {
        let ids: Vec<&str> = circle
            .iter()
            .filter_map(|at| self.list.entries.get(*at))
            .map(|entry| entry.id.as_ref())
            .collect();
        let message = match ids.as_slice() {
            [id] => format!("tenant '{id}' is its own parent"),
            [first, ..] => format!("tenants are parents of each other: {} -> {first}", ids.join(" -> ")),
            [] => "tenants are parents of each other".to_owned(),
        };
        let problem = Problem::error("parent_cycle", message).hint("take 'parent' out of one of them");
        match circle.first().and_then(|at| self.list.entries.get(*at)) {
            Some(entry) => problem.at(value_site(entry, "parent")),
            None => problem,
        }
    }

    fn level(&self, at: usize) -> Level {
        self.levels.get(at).copied().unwrap_or(Level::Known(1))
    }

    fn set(&mut self, at: usize, level: Level) {
        if let Some(place) = self.levels.get_mut(at) {
            *place = level;
        }
    }
}
