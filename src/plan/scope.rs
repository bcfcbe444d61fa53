//! Which part of a plan is meant, and what it may do.

use crate::resource::{Address, Pattern};

/// Which part of a plan is meant, and what it may do.
#[derive(Debug, Clone, Default)]
#[expect(clippy::struct_excessive_bools, reason = "each is a permission of its own")]
pub struct Scope {
    /// Only these; empty: everything.
    pub targets: Vec<Pattern>,
    /// Not these.
    pub excludes: Vec<Pattern>,
    /// Whether orphans are deleted.
    pub prune: bool,
    /// The orphans that are deleted all the same: somebody said so of each.
    pub deletes: Vec<Address>,
    /// What may be deleted and made anew.
    pub allow_replace: Vec<Pattern>,
    /// Whether tenants may be locked that nobody could get into afterwards.
    pub allow_lockout: bool,
    /// Whether flows may change in ways that others may break by.
    pub allow_breaking: bool,
    /// Whether what only somebody outside this tool changed is kept back.
    pub withhold_console: bool,
    /// Whether deletes take along the users and keys that only the tenant has.
    pub cascade: bool,
}

impl Scope {
    /// Whether `address` is meant. What is excluded is not, target or no target.
    pub fn contains(&self, address: &Address) -> bool {
        self.targets.is_empty() && !self.excludes(address) || self.targets(address)
    }

    /// Whether `address` is named by a target.
    pub fn targets(&self, address: &Address) -> bool {
        !self.excludes(address) && self.targets.iter().any(|pattern| pattern.matches(address))
    }

    /// Whether `address` is excluded.
    pub fn excludes(&self, address: &Address) -> bool {
        self.excludes.iter().any(|pattern| pattern.matches(address))
    }

    /// Whether the orphan at `address` is deleted.
    pub fn prunes(&self, address: &Address) -> bool {
        self.contains(address) && (self.prune || self.deletes.contains(address))
    }

    /// Whether `address` may be replaced.
    pub fn allows_replace(&self, address: &Address) -> bool {
        self.allow_replace.iter().any(|pattern| pattern.matches(address))
    }
}
