//! Which part of a plan is meant, and what it may do.

use crate::{
    resource::{Address, Pattern},
    state::StoredScope,
};

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
    /// Whether targets may name what is gone by now, as those of a run that is resumed.
    pub forgiving: bool,
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
    /// It, as saved plans and journals keep it, for these kinds of objects.
    pub fn stored(&self, kinds: &str) -> StoredScope {
        let texts = |patterns: &[Pattern]| patterns.iter().map(|it| it.as_str().to_owned()).collect();
        StoredScope {
            kinds: kinds.to_owned(),
            targets: texts(&self.targets),
            excludes: texts(&self.excludes),
            prune: self.prune,
            deletes: self.deletes.iter().map(Address::to_string).collect(),
            allow_replace: texts(&self.allow_replace),
            allow_lockout: self.allow_lockout,
            allow_breaking: self.allow_breaking,
            cascade: self.cascade,
        }
    }

    /// What was kept; `None` where a pattern in it is none.
    pub fn restored(stored: &StoredScope) -> Option<Self> {
        let patterns =
            |texts: &[String]| texts.iter().map(|it| it.parse().ok()).collect::<Option<Vec<Pattern>>>();
        Some(Self {
            targets: patterns(&stored.targets)?,
            excludes: patterns(&stored.excludes)?,
            prune: stored.prune,
            deletes: stored.deletes.iter().map(|it| it.parse().ok()).collect::<Option<_>>()?,
            allow_replace: patterns(&stored.allow_replace)?,
            allow_lockout: stored.allow_lockout,
            allow_breaking: stored.allow_breaking,
            withhold_console: false,
            forgiving: false,
            cascade: stored.cascade,
        })
    }

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

#[cfg(test)]
mod tests {
    use super::*;

    fn full() -> Scope {
        let patterns = |texts: &[&str]| texts.iter().map(|it| it.parse().unwrap()).collect();
        Scope {
            targets: patterns(&["tenant.a*"]),
            excludes: patterns(&["tenant.ab"]),
            prune: true,
            deletes: vec!["tenant.gone".parse().unwrap()],
            forgiving: false,
            allow_replace: patterns(&["tenant.moved"]),
            allow_lockout: true,
            allow_breaking: true,
            withhold_console: false,
            cascade: true,
        }
    }

    #[test]
    fn a_scope_comes_back_as_it_was_kept_and_one_that_is_none_does_not() {
        let stored = full().stored("tenants");
        assert_eq!(stored.kinds, "tenants");
        let back = Scope::restored(&stored).unwrap();
        assert_eq!(back.stored("tenants"), stored);
        assert_eq!(Scope::restored(&StoredScope::default()).unwrap().stored(""), StoredScope::default());
        for spoil in [
            |it: &mut StoredScope| it.targets.push("no address".into()),
            |it: &mut StoredScope| it.excludes.push("no address".into()),
            |it: &mut StoredScope| it.deletes.push("no address".into()),
            |it: &mut StoredScope| it.allow_replace.push("no address".into()),
        ] {
            let mut spoilt = stored.clone();
            spoil(&mut spoilt);
            assert!(Scope::restored(&spoilt).is_none(), "{spoilt:?}");
        }
    }

    #[test]
    fn what_is_excluded_is_not_meant_whatever_names_it() {
        let (scope, everything) = (full(), Scope::default());
        let at = |text: &str| text.parse::<Address>().unwrap();
        let meant = ["tenant.a", "tenant.ab", "tenant.b"]
            .map(|it| (scope.contains(&at(it)), everything.contains(&at(it))));
        assert_eq!(meant, [(true, true), (false, true), (false, true)]);
        let but = Scope { targets: Vec::new(), ..full() };
        assert_eq!(["tenant.ab", "tenant.b"].map(|it| but.contains(&at(it))), [false, true]);
        assert_eq!(["tenant.b", "tenant.ab"].map(|it| but.prunes(&at(it))), [true, false]);
        let named = Scope { prune: false, ..but };
        assert_eq!(["tenant.b", "tenant.gone"].map(|it| named.prunes(&at(it))), [false, true]);
        assert_eq!(["tenant.b", "tenant.moved"].map(|it| named.allows_replace(&at(it))), [false, true]);
    }
}
