//! Why a change is kept back, in a sentence that says what to do.

use crate::resource::Address;

/// Why a change is kept back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Withheld {
    /// `protect` or `lifecycle.prevent_destroy` forbids it.
    Protected(String),
    /// It needs `--allow-replace`.
    Replace,
    /// It needs `--allow-lockout`.
    Lockout,
    /// Others may break by it; it needs `--allow-breaking-changes`.
    Breaking,
    /// Sub-tenants that stay hang on it.
    Children(Vec<Address>),
    /// Other flows run it.
    Used(Vec<Address>),
    /// Only somebody outside this tool changed it, and nobody said to apply over that.
    Console,
    /// Another live tenant holds a domain or the name.
    Held(String),
    /// What it waits for is kept back itself.
    Waits(Address),
    /// It waits for others that wait for it.
    Circle,
    /// The parent it asks for is nowhere.
    NoParent(String),
}

impl Withheld {
    /// Why, in a sentence that says what to do.
    pub fn reason(&self, address: &Address) -> String {
        match self {
            Self::Protected(by) => format!("protected by {by}"),
            Self::Replace => format!("parent cannot be changed in place; needs --allow-replace {address}"),
            Self::Lockout => "its users have no SSO to sign in with; needs --allow-lockout".to_owned(),
            Self::Breaking => {
                "it may break what people sign in with; needs --allow-breaking-changes".to_owned()
            }
            Self::Children(children) => {
                format!("sub-tenants hang on it and stay: {}", first_few(children))
            }
            Self::Used(flows) => format!("other flows run it: {}", first_few(flows)),
            Self::Console => {
                "changed only outside this tool; look at it, then apply over it with --conflict config, \
                              or without --yes"
                    .to_owned()
            }
            Self::Held(what) => what.clone(),
            Self::Waits(other) => format!("waits for {other}, which is withheld"),
            Self::Circle => {
                "it waits for others that wait for it; settle it in two runs, with --target".to_owned()
            }
            Self::NoParent(parent) => {
                format!("its parent '{parent}' is neither in the configuration nor live")
            }
        }
    }

    /// Whether a flag or the configuration keeps it back, and not the state of the project.
    pub fn is_guard(&self) -> bool {
        matches!(
            self,
            Self::Protected(_)
                | Self::Replace
                | Self::Lockout
                | Self::Breaking
                | Self::Children(_)
                | Self::Used(_)
        )
    }
}

fn first_few(addresses: &[Address]) -> String {
    let names: Vec<_> = addresses.iter().take(3).map(Address::to_string).collect();
    let more = addresses.len().saturating_sub(names.len());
    let more = if more > 0 { format!(" and {more} more") } else { String::new() };
    names.join(", ") + &more
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_many_three_are_named_and_the_rest_is_counted() {
        let said = |count: usize| {
            first_few(&(0..count).map(|n| Address::new("flow", &n.to_string())).collect::<Vec<_>>())
        };
        assert_eq!(
            [1, 3, 4].map(said),
            ["flow.0", "flow.0, flow.1, flow.2", "flow.0, flow.1, flow.2 and 1 more"]
        );
    }

    #[test]
    fn what_a_flag_allows_is_a_guard_and_what_the_project_is_like_is_none() {
        let address = Address::new("tenant", "a");
        for guard in [
            Withheld::Replace,
            Withheld::Lockout,
            Withheld::Breaking,
            Withheld::Children(vec![address.clone()]),
        ] {
            assert!(guard.is_guard(), "{guard:?}");
        }
        for state in [
            Withheld::Console,
            Withheld::Circle,
            Withheld::Waits(address.clone()),
            Withheld::NoParent("b".into()),
        ] {
            assert!(!state.is_guard(), "{state:?}");
        }
    }
}
