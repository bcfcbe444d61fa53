//! What a configuration calls sensitive: of which tenant, and where the service says it.

use std::collections::BTreeMap;

use super::wire;
use crate::resource::{Path, Shape};

/// What a configuration calls sensitive, by tenant.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Sensitive {
    /// The attributes of the tenants that it has, by their ids.
    pub known: BTreeMap<String, Vec<Path>>,
    /// Those of every other tenant: whatever it calls sensitive anywhere. Who has left it had something to hide, too.
    pub others: Vec<Path>,
}

impl Sensitive {
    /// The attributes of a tenant that are masked in every output.
    pub fn of(&self, id: &str) -> &[Path] {
        self.known.get(id).unwrap_or(&self.others)
    }
}

/// Whether all of an attribute is masked, where these are sensitive.
pub fn hides(sensitive: &[Path], word: &str) -> bool {
    sensitive.iter().any(|path| path.words() == [word])
}

/// Where the attribute at `path`, in YAML words, stands in the bodies of a tenant and of its settings.
pub fn on_the_wire(path: &Path) -> Vec<Path> {
    let shapes = [&wire::TENANT, &wire::SETTINGS];
    let mut found: Vec<Path> = shapes.into_iter().flat_map(|shape| in_shape(path, shape)).collect();
    // What has no other word on the wire stands there under its own.
    found.push(path.clone());
    let wrappers = shapes.into_iter().filter_map(|shape| shape.wrapper);
    let wrapped: Vec<Path> =
        wrappers.flat_map(|wrapper| found.iter().map(move |path| below(wrapper, path.words()))).collect();
    found.extend(wrapped);
    found
}

fn in_shape<'a>(path: &'a Path, shape: &'static Shape) -> impl Iterator<Item = Path> + 'a {
    shape.words.iter().filter_map(|(key, word)| {
        let word = Path::new(word.split('.'));
        if word.is_within(path) {
            return Some(Path::new([*key]));
        }
        let rest = path.words().get(word.words().len()..)?;
        path.is_within(&word).then(|| below(key, rest))
    })
}

fn below(key: &str, rest: &[String]) -> Path {
    Path::new(std::iter::once(key).chain(rest.iter().map(String::as_str)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sensitive_attributes_are_found_in_the_words_of_the_service() {
        let has = |words: &[&str], wire: &[&str]| {
            let found = on_the_wire(&Path::new(words.iter().copied()));
            assert!(found.contains(&Path::new(wire.iter().copied())), "{wire:?} is not in {found:?}");
        };
        has(&["attributes", "token"], &["customAttributes", "token"]);
        has(&["attributes", "token"], &["tenant", "customAttributes", "token"]);
        has(&["attributes"], &["customAttributes"]);
        has(&["domains"], &["selfProvisioningDomains"]);
        has(&["name"], &["name"]);
        has(&["settings", "inactivity"], &["inactivityTime"]);
        has(&["settings"], &["settings", "sessionTokenExpiration"]);
        let others = on_the_wire(&Path::new(["attributes", "token"]));
        assert!(!others.contains(&Path::new(["customAttributes"])), "{others:?}");
    }
}
