//! Which part of a plan a run was about, as saved plans and journals keep it.

use serde::{Deserialize, Serialize};

/// Which part of a plan a run was about, and what it might do. What an older version did not know is no permission.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
#[expect(clippy::struct_excessive_bools, reason = "each is a permission of its own")]
pub struct StoredScope {
    /// The kinds of objects: `all`, `tenants` or `flows`.
    pub kinds: String,
    /// Only these; empty: everything.
    pub targets: Vec<String>,
    /// Not these.
    pub excludes: Vec<String>,
    /// Whether orphans are deleted.
    pub prune: bool,
    /// The orphans that are deleted all the same.
    pub deletes: Vec<String>,
    /// What may be deleted and made anew.
    pub allow_replace: Vec<String>,
    /// Whether tenants may be locked that nobody could get into afterwards.
    pub allow_lockout: bool,
    /// Whether flows may change in ways that others may break by.
    pub allow_breaking: bool,
    /// Whether deletes take along users and keys.
    pub cascade: bool,
}
