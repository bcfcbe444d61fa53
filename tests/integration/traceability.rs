//! Every wish of the original design has tests, and those tests are there.

use std::{collections::BTreeSet, fs, path::Path};

use crate::common::root;

/// The names of all functions that the sources mark as tests.
fn tests_below(folder: &Path, found: &mut BTreeSet<String>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            tests_below(&path, found);
        } else if path.extension().is_some_and(|it| it == "rs") {
            let text = fs::read_to_string(&path).unwrap();
            let marks = text.split("#[test]").chain(text.split("#[tokio::test")).skip(1);
            let name = |rest: &str| {
                let rest = rest.split("fn ").nth(1)?;
                Some(rest.split(['(', '<']).next()?.to_owned())
            };
            found.extend(marks.filter_map(name));
        }
    }
}

#[test]
fn every_wish_of_the_design_names_tests_that_are_there() {
    let mut found = BTreeSet::new();
    tests_below(&root().join("tests"), &mut found);
    tests_below(&root().join("src"), &mut found);
    let table = fs::read_to_string(root().join("tests/TRACEABILITY.md")).unwrap();
    let rows: Vec<&str> = table.lines().filter(|line| line.starts_with("| ")).skip(1).collect();
    assert!(rows.len() > 40, "{}", rows.len());
    for row in rows {
        let named: Vec<&str> = row.split('`').skip(1).step_by(2).collect();
        assert!(!named.is_empty(), "no test: {row}");
        let gone: Vec<_> = named.into_iter().filter(|name| !found.contains(*name)).collect();
        assert!(gone.is_empty(), "{gone:?} of: {row}");
    }
}
