//! Trees → what they say at the top, files laid side by side.

use std::{collections::BTreeMap, path::Path};

use super::{
    fields::Fields,
    problems::Problem,
    tree::{Kind, Node, Tree},
};

const TOP: &[&str] =
    &["version", "environments", "settings", "defaults", "protect", "tenants", "include", "flows", "theme"];

/// What all files say at the top.
#[derive(Debug, Default)]
pub(super) struct Sections<'a> {
    /// The folder of the first file.
    pub(super) folder: Option<&'a Path>,
    /// Environment blocks by name, in order of the files; the keys of one block may come from several files.
    pub(super) environments: Vec<Block<'a>>,
    /// The maps below `settings`.
    pub(super) settings: Merged<'a>,
    /// The maps below `defaults.tenant`.
    pub(super) tenant_defaults: Merged<'a>,
    /// The lists below `protect`.
    pub(super) protect: Vec<Node<'a>>,
    /// The lists below `tenants`; `None` where no file has the key.
    pub(super) tenants: Option<Vec<Node<'a>>>,
    /// The lists below `flows`; `None` where no file has the key.
    pub(super) flows: Option<Vec<Node<'a>>>,
    /// The map below `theme`.
    pub(super) theme: Merged<'a>,
}

/// The block of one environment.
#[derive(Debug)]
pub(super) struct Block<'a> {
    pub(super) name: &'a str,
    pub(super) keys: Merged<'a>,
}

/// Entries of one map, gathered from several files; each key once.
#[derive(Debug, Default)]
pub(super) struct Merged<'a> {
    entries: Vec<(Node<'a>, Node<'a>)>,
    by_name: BTreeMap<&'a str, usize>,
}

impl<'a> Merged<'a> {
    pub(super) fn iter(&self) -> impl Iterator<Item = (Node<'a>, Node<'a>)> {
        self.entries.iter().copied()
    }

    pub(super) fn value(&self, key: &str) -> Option<Node<'a>> {
        self.by_name.get(key).and_then(|at| self.entries.get(*at)).map(|(_, value)| *value)
    }

    /// Adds the entries of a map of another file. `tenants` maps of an environment are united.
    fn add(&mut self, map: Node<'a>, inside: &str, fields: &mut Fields<'_, '_>) {
        for (key, value) in map.entries() {
            let name = key.text();
            match self.by_name.get(name).and_then(|at| self.entries.get(*at)) {
                // Within one file the tree has reported it already.
                Some((first, _)) if first.source().number() == key.source().number() => {}
                Some((first, _)) => fields.problems.report(elsewhere(*first, key, inside)),
                None => {
                    self.by_name.insert(name, self.entries.len());
                    self.entries.push((key, value));
                }
            }
        }
    }
}

fn elsewhere(first: Node<'_>, second: Node<'_>, inside: &str) -> Problem {
    let (name, one, two) = (second.text(), first.source().name(), second.source().name());
    Problem::error("defined_twice", format!("'{name}' of {inside} defined in multiple configs: {one}, {two}"))
        .at(second)
        .related(first, "the first definition")
        .hint("keep one of the two")
}

/// Reads the top of every file.
pub(super) fn read<'a>(trees: &'a [Tree], fields: &mut Fields<'_, '_>) -> Sections<'a> {
    let folder = trees.first().map(|tree| tree.source().folder());
    let mut sections = Sections { folder, ..Sections::default() };
    for tree in trees {
        let Some(root) = tree.root() else { continue };
        if root.is_null() {
            continue;
        }
        if root.kind() != Kind::Map {
            let message = format!("a configuration is a map, and this is {}", root.noun());
            fields
                .problems
                .report(Problem::error("wrong_type", message).at(root).hint("start with: version: 1"));
            continue;
        }
        for (key, value) in root.entries() {
            sections.take(key, value, fields);
        }
    }
    sections
}

impl<'a> Sections<'a> {
    fn take(&mut self, key: Node<'a>, value: Node<'a>, fields: &mut Fields<'_, '_>) {
        match key.text() {
            "version" => check_version(value, fields),
            // Read with the files.
            "include" => {}
            "environments" => self.take_environments(value, fields),
            "settings" => {
                if let Some(map) = fields.map(value, "settings") {
                    self.settings.add(map, "settings", fields);
                }
            }
            "defaults" => self.take_defaults(value, fields),
            "protect" => self.protect.extend(fields.items(value, "protect").map(|_| value)),
            "tenants" => {
                let lists = self.tenants.get_or_insert_default();
                lists.extend(fields.items(value, "tenants").map(|_| value));
            }
            "flows" => {
                let lists = self.flows.get_or_insert_default();
                lists.extend(fields.items(value, "flows").map(|_| value));
            }
            "theme" => {
                if let Some(map) = fields.map(value, "theme") {
                    self.theme.add(map, "theme", fields);
                }
            }
            _ => fields.unknown_key(key, "the configuration", TOP),
        }
    }

    fn take_environments(&mut self, value: Node<'a>, fields: &mut Fields<'_, '_>) {
        let Some(map) = fields.map(value, "environments") else { return };
        for (key, value) in map.entries() {
            let name = key.text();
            let inside = format!("environment '{name}'");
            check_environment_name(key, fields);
            let Some(map) = fields.map(value, name) else { continue };
            let at = self.environments.iter().position(|block| block.name == name).unwrap_or_else(|| {
                self.environments.push(Block { name, keys: Merged::default() });
                self.environments.len() - 1
            });
            if let Some(block) = self.environments.get_mut(at) {
                block.keys.add(map, &inside, fields);
            }
        }
    }

    fn take_defaults(&mut self, value: Node<'a>, fields: &mut Fields<'_, '_>) {
        let Some(map) = fields.map(value, "defaults") else { return };
        for (key, value) in map.entries() {
            match key.text() {
                "tenant" => {
                    if let Some(map) = fields.map(value, "defaults.tenant") {
                        self.tenant_defaults.add(map, "defaults.tenant", fields);
                    }
                }
                _ => fields.unknown_key(key, "'defaults'", &["tenant"]),
            }
        }
    }
}

fn check_version(value: Node<'_>, fields: &mut Fields<'_, '_>) {
    if value.kind() != Kind::Plain || value.text() != "1" {
        let problem =
            Problem::error("unsupported_version", "this version of the tool reads 'version: 1' only");
        fields.problems.report(problem.at(value).hint("write: version: 1"));
    }
}

/// The name stands in ids, headers and file names.
fn check_environment_name(key: Node<'_>, fields: &mut Fields<'_, '_>) {
    let name = key.text();
    let is_plain = name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte));
    let starts_well = name.starts_with(|sign: char| sign.is_ascii_alphanumeric());
    if !(is_plain && starts_well && name.len() <= 64) {
        let message = format!("'{name}' cannot name an environment");
        let hint = "use letters, digits, '-', '_' and '.', 64 at most, a letter or digit first";
        fields.problems.report(Problem::error("bad_environment_name", message).at(key).hint(hint));
    }
}

#[cfg(test)]
mod tests {
    use crate::config::testing::Case;

    #[test]
    fn unknown_keys_at_the_top_are_errors_with_a_suggestion() {
        insta::assert_snapshot!(Case::new("tenant: []\nzebra: 1\n").problems(), @"
        descope.yaml:1:1: error: unknown key 'tenant' in the configuration [unknown_key]
          hint: did you mean 'tenants'?
        descope.yaml:2:1: error: unknown key 'zebra' in the configuration [unknown_key]
          hint: known are 'version', 'environments', 'settings', 'defaults', 'protect', 'tenants', 'include', 'flows', 'theme'
        ");
    }

    #[test]
    fn another_version_is_refused_and_a_missing_one_is_the_first() {
        insta::assert_snapshot!(Case::new("version: 2\n").problems(), @"
        descope.yaml:1:10: error: this version of the tool reads 'version: 1' only [unsupported_version]
          hint: write: version: 1
        ");
        assert_eq!(Case::new("tenants: []\n").problems(), "");
        assert_ne!(Case::new("version: '1'\n").problems(), "");
    }

    #[test]
    fn one_setting_in_two_files_is_an_error_that_names_both() {
        let case = Case::empty()
            .file("a.yaml", "settings: { rate_limit: 1/1s }\n")
            .file("b.yaml", "settings: { rate_limit: 2/1s }\nenvironments: { dev: { protected: true } }\n")
            .file("c.yaml", "environments: { dev: { protected: false } }\n")
            .with(|inputs| inputs.files = ["a.yaml", "b.yaml", "c.yaml"].map(Into::into).to_vec())
            .environment("dev");
        insta::assert_snapshot!(case.problems(), @"
        b.yaml:1:13: error: 'rate_limit' of settings defined in multiple configs: a.yaml, b.yaml [defined_twice]
          a.yaml:1:13: the first definition
          hint: keep one of the two
        c.yaml:1:24: error: 'protected' of environment 'dev' defined in multiple configs: b.yaml, c.yaml [defined_twice]
          b.yaml:2:24: the first definition
          hint: keep one of the two
        ");
    }

    #[test]
    fn keys_of_the_wrong_kind_are_told_what_they_should_be() {
        let yaml = "environments: []\nsettings: 1\ndefaults: { tenants: {}, tenant: x }\nprotect: tenant.a\ntenants: {}\n";
        insta::assert_snapshot!(Case::new(yaml).problems(), @"
        descope.yaml:1:15: error: 'environments' must be a map, and this is a list [wrong_type]
        descope.yaml:2:11: error: 'settings' must be a map [wrong_type]
        descope.yaml:3:13: error: unknown key 'tenants' in 'defaults' [unknown_key]
          hint: did you mean 'tenant'?
        descope.yaml:3:34: error: 'defaults.tenant' must be a map [wrong_type]
        descope.yaml:4:10: error: 'protect' must be a list [wrong_type]
          hint: write [tenant.a]
        descope.yaml:5:10: error: 'tenants' must be a list, and this is a map [wrong_type]
        ");
        insta::assert_snapshot!(Case::new("- a\n").problems(), @"
        descope.yaml:1:1: error: a configuration is a map, and this is a list [wrong_type]
          hint: start with: version: 1
        ");
        insta::assert_snapshot!(Case::new("tenants:\nsettings: ~\n").problems(), @r#"
        descope.yaml:1:8: error: 'tenants' has no value (null) [null_value]
          hint: take 'tenants' out to leave it alone; [] is an empty list, {} an empty map
        descope.yaml:2:11: error: 'settings' has no value (null) [null_value]
          hint: take 'settings' out to leave it alone; [] is an empty list, {} an empty map
        "#);
    }
}
