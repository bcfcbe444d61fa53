//! `tenant.acme-corp` ↔ kind and id; and `tenant.acme-*`, which names several.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error as _};

/// Names one object of a project: kind, first dot, rest.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Address {
    text: String,
    dot: usize,
}

/// Why a text is no address.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("'{0}' is not an address: write the kind, a dot and the id, as in 'tenant.acme-corp'")]
pub struct NotAnAddress(String);

impl Address {
    /// The address of the object of `kind` that is called `id`.
    pub fn new(kind: &str, id: &str) -> Self {
        Self { text: format!("{kind}.{id}"), dot: kind.len() }
    }

    /// The kind: what stands before the first dot.
    pub fn kind(&self) -> &str {
        self.text.get(..self.dot).unwrap_or_default()
    }

    /// The id: what stands behind the first dot.
    pub fn id(&self) -> &str {
        self.text.get(self.dot + 1..).unwrap_or_default()
    }

    /// The whole address.
    pub fn as_str(&self) -> &str {
        &self.text
    }
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.text)
    }
}

impl FromStr for Address {
    type Err = NotAnAddress;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text.split_once('.') {
            Some((kind, id)) if !kind.is_empty() && !id.is_empty() => {
                Ok(Self { text: text.to_owned(), dot: kind.len() })
            }
            _ => Err(NotAnAddress(text.to_owned())),
        }
    }
}

impl Serialize for Address {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.text)
    }
}

impl<'de> Deserialize<'de> for Address {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(D::Error::custom)
    }
}

/// An address in which `*` stands for any text: `--target`, `--exclude`, `protect`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pattern {
    text: String,
    glob: glob::Pattern,
}

impl Pattern {
    /// Whether it names `address`.
    pub fn matches(&self, address: &Address) -> bool {
        self.glob.matches(address.as_str())
    }

    /// The pattern as it was written.
    pub fn as_str(&self) -> &str {
        &self.text
    }
}

impl FromStr for Pattern {
    type Err = NotAnAddress;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let fail = || NotAnAddress(text.to_owned());
        if text != "*" {
            Address::from_str(text)?;
        }
        // Only `*` is special; the other signs of the glob language stand for themselves.
        let escaped = text.split('*').map(glob::Pattern::escape).collect::<Vec<_>>().join("*");
        Ok(Self { text: text.to_owned(), glob: glob::Pattern::new(&escaped).map_err(|_| fail())? })
    }
}

impl fmt::Display for Pattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_kind_first_dot_rest() {
        let address: Address = "flow.a.b".parse().unwrap();
        assert_eq!((address.kind(), address.id()), ("flow", "a.b"));
        assert_eq!(address, Address::new("flow", "a.b"));
        for wrong in ["", "tenant", ".x", "tenant."] {
            assert!(wrong.parse::<Address>().is_err(), "{wrong}");
        }
    }

    #[test]
    fn a_star_stands_for_any_text_and_nothing_else_does() {
        let address = Address::new("tenant", "acme-eu");
        for (pattern, matches) in [
            ("tenant.acme-*", true),
            ("*", true),
            ("tenant.*", true),
            ("tenant.acme-?u", false),
            ("flow.*", false),
        ] {
            assert_eq!(pattern.parse::<Pattern>().unwrap().matches(&address), matches, "{pattern}");
        }
    }
}
