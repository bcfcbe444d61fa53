//! How much one run may change.

use std::fmt;

use crate::config::{
    fields::Fields,
    tree::{Kind, Node},
};

/// Keys below `limits`.
pub(in crate::config) const LIMITS: &[&str] = &["max_delete", "max_change"];

/// How much one run may change without the project's name typed; `None` sets no limit.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Limits {
    /// How many objects it may delete or replace.
    pub max_delete: Option<u64>,
    /// How many objects it may change in any way.
    pub max_change: Option<Limit>,
}

/// A number of objects, or a share of those that are there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Limit {
    /// So many objects.
    Count(u64),
    /// So many of a hundred objects, from 0 to 100.
    Percent(u8),
}

impl Limit {
    /// How many objects that is where `live` are there.
    pub fn of(self, live: u64) -> u64 {
        match self {
            Self::Count(count) => count,
            Self::Percent(percent) => live.saturating_mul(u64::from(percent)) / 100,
        }
    }
}

impl Limits {
    /// The limits of a protected environment that says nothing else.
    pub const PROTECTED: Self = Self { max_delete: Some(10), max_change: Some(Limit::Percent(30)) };

    /// What `limits` says; the rest as `otherwise`.
    pub(super) fn read(node: Option<Node<'_>>, otherwise: Self, fields: &mut Fields<'_, '_>) -> Self {
        let Some(map) = node.and_then(|node| fields.map(node, "limits")) else { return otherwise };
        let mut limits = otherwise;
        for (key, value) in map.entries() {
            match key.text() {
                "max_delete" => limits.max_delete = fields.number(value, "max_delete").or(limits.max_delete),
                "max_change" => limits.max_change = max_change(value, fields).or(limits.max_change),
                _ => fields.unknown_key(key, "'limits'", LIMITS),
            }
        }
        limits
    }
}

fn max_change(value: Node<'_>, fields: &mut Fields<'_, '_>) -> Option<Limit> {
    let text = fields.text(value, "max_change")?;
    let limit = match text.strip_suffix('%') {
        Some(percent) => percent.parse().ok().filter(|percent| *percent <= 100).map(Limit::Percent),
        None if value.kind() == Kind::Plain => text.parse().ok().map(Limit::Count),
        None => None,
    };
    limit.or_else(|| fields.wrong(value, "max_change", "a whole number or a share such as \"30%\"", None))
}

impl fmt::Display for Limit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Count(count) => write!(f, "{count}"),
            Self::Percent(percent) => write!(f, "{percent}%"),
        }
    }
}
