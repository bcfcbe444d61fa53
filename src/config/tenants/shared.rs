//! No tenant id is in a protected environment and in another one: a mistake in the one would look right in the other.

use std::{
    collections::{HashMap, HashSet},
    hash::{DefaultHasher, Hash, Hasher},
};

use super::{Entry, Frame, list::id_in};
use crate::config::{
    environment::Profile,
    expand::{References, names_environment},
    problems::{Problem, Problems},
};

/// Who has an id in a protected environment: numbers of the entry and of the environment.
#[derive(Clone, Copy)]
struct Claim {
    entry: usize,
    environment: usize,
}

pub(super) fn check(frame: &Frame<'_>, entries: &[Entry<'_>], problems: &mut Problems) {
    let (protected, open): (Vec<_>, Vec<_>) =
        frame.profiles.iter().enumerate().partition(|(_, profile)| profile.protected);
    if protected.is_empty() || open.is_empty() {
        return;
    }
    let ids = Ids { frame, entries };
    // Only hashes are kept: with many environments the ids themselves would fill the memory.
    let mut claims: HashMap<u64, Claim> = HashMap::with_capacity(entries.len());
    ids.visit(&protected, |hash, claim| {
        claims.entry(hash).or_insert(claim);
    });
    let mut reported = HashSet::new();
    ids.visit(&open, |hash, other| {
        if let Some(claim) = claims.get(&hash)
            && ids.text(*claim) == ids.text(other)
            && reported.insert(claim.entry)
        {
            ids.shared(*claim, other).into_iter().for_each(|problem| problems.report(problem));
        }
    });
}

struct Ids<'f, 'a> {
    frame: &'f Frame<'a>,
    entries: &'f [Entry<'a>],
}

impl Ids<'_, '_> {
    /// Visits the id of each entry in each of the environments; an id that is the same in all of them once.
    fn visit(&self, environments: &[(usize, &Profile<'_>)], mut visit: impl FnMut(u64, Claim)) {
        for (number, entry) in self.entries.iter().enumerate() {
            let once = !names_environment(entry.id_node.text());
            for (environment, _) in environments.iter().filter(|(environment, _)| entry.is_in(*environment)) {
                let claim = Claim { entry: number, environment: *environment };
                if let Some(text) = self.text(claim) {
                    let mut hasher = DefaultHasher::new();
                    text.hash(&mut hasher);
                    visit(hasher.finish(), claim);
                }
                if once {
                    break;
                }
            }
        }
    }

    fn text(&self, claim: Claim) -> Option<std::borrow::Cow<'_, str>> {
        let entry = self.entries.get(claim.entry)?;
        let scope = self.frame.scope.in_environment(self.name(claim.environment)).with(References::Tolerate);
        id_in(entry, scope, &mut Problems::default())
    }

    fn name(&self, environment: usize) -> &str {
        self.frame.profiles.get(environment).map_or("", |profile| profile.name)
    }

    fn shared(&self, claim: Claim, other: Claim) -> Option<Problem> {
        let (entry, second) = (self.entries.get(claim.entry)?, self.entries.get(other.entry)?);
        let id = self.text(claim)?;
        let (protected, open) = (self.name(claim.environment), self.name(other.environment));
        let message =
            format!("tenant '{id}' is in the protected environment '{protected}' and in '{open}' too");
        let hint = "use ids such as ${environment}-acme, limit it with 'environments', or set \
                    settings.allow_shared_tenant_ids: true";
        let problem = Problem::error("shared_tenant_id", message).at(entry).hint(hint);
        Some(if claim.entry == other.entry {
            problem
        } else {
            problem.related(second, format!("the one of '{open}'"))
        })
    }
}
