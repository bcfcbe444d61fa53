//! What the README says of dependencies and of Rust is what the manifest says.

use std::{collections::BTreeSet, fs};

use crate::common::root;

fn manifest() -> String {
    fs::read_to_string(root().join("Cargo.toml")).unwrap()
}

/// The names in these sections of the manifest.
fn named(sections: &[&str]) -> BTreeSet<String> {
    let text = manifest();
    let mut names = BTreeSet::new();
    let mut wanted = false;
    for line in text.lines() {
        if line.starts_with('[') {
            wanted = sections.iter().any(|section| line == format!("[{section}]"));
        } else if let Some((name, _)) = line.split_once(" = ").filter(|_| wanted) {
            names.insert(name.to_owned());
        }
    }
    names
}

/// The section of the README, up to the next one.
fn section() -> String {
    let readme = fs::read_to_string(root().join("README.md")).unwrap();
    let (_, rest) = readme.split_once("\n## Dependencies\n").unwrap();
    rest.split("\n## ").next().unwrap().to_owned()
}

#[test]
fn the_readme_names_every_dependency_once_and_no_other() {
    let section = section();
    let mut told = BTreeSet::new();
    for row in section.lines().filter(|line| line.starts_with("| `")) {
        let cells: Vec<&str> = row.trim_matches('|').split('|').map(str::trim).collect();
        let [names, purpose] = cells.as_slice() else { panic!("not two cells: {row}") };
        assert!(purpose.len() > 10, "it is not said what for: {row}");
        for name in names.split('`').skip(1).step_by(2) {
            assert!(told.insert(name.to_owned()), "'{name}' stands there twice");
        }
    }
    assert_eq!(told, named(&["dependencies", "dev-dependencies"]));
}

#[test]
fn the_version_of_rust_is_one_in_the_manifest_the_readme_and_the_release() {
    let text = manifest();
    let version =
        text.lines().find_map(|line| line.strip_prefix("rust-version = ")).unwrap().trim_matches('"');
    assert!(section().contains(&format!("Rust {version}")), "the README names another version of Rust");
    let release = fs::read_to_string(root().join(".github/workflows/release.yml")).unwrap();
    let toolchains: Vec<&str> = release
        .lines()
        .filter(|line| line.contains("rustup ") && (line.contains("install") || line.contains("default")))
        .collect();
    assert!(!toolchains.is_empty());
    for line in toolchains {
        assert!(line.trim_end().ends_with(&format!(" {version}.0")), "{line}");
    }
}
