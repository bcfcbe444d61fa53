//! Snapshots: out to a folder, checked, into another project, back again.

use std::collections::BTreeMap;

use descope_mgmt::emulator::{Options, Seed};
use serde_json::{Map, Value, json};

use super::{id, several};
use crate::common::{Service, root};

/// The sample of a snapshot, as the service takes it.
pub(crate) fn sample() -> Map<String, Value> {
    let folder = root().join("tests/data/snapshot-sample/project");
    let mut files = Map::new();
    let mut open = vec![folder.clone()];
    while let Some(path) = open.pop() {
        for entry in std::fs::read_dir(path).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                open.push(path);
                continue;
            }
            let name = path.strip_prefix(&folder).unwrap().to_str().unwrap().to_owned();
            let text = std::fs::read_to_string(&path).unwrap();
            let value = if path.extension().is_some_and(|it| it == "json") {
                serde_json::from_str(&text).unwrap()
            } else {
                json!(text)
            };
            files.insert(name, value);
        }
    }
    files
}

/// Two projects, the first of which has what the sample has.
pub(super) fn two() -> Service {
    let seeds = vec![Seed { project: id("one"), files: sample() }];
    let service = several(&["one", "two"], Options { seeds, ..Options::default() });
    service.yaml(&format!(
        "environments:\n  one: {{ project_id: {} }}\n  two: {{ project_id: {} }}\n",
        id("one"),
        id("two")
    ));
    service
}

fn tree(service: &Service, folder: &str) -> BTreeMap<String, Vec<u8>> {
    let base = service.desk.path(folder);
    let files = service.desk.files_below(folder).into_iter();
    files
        .map(|path| {
            (path.strip_prefix(&base).unwrap().to_str().unwrap().to_owned(), std::fs::read(&path).unwrap())
        })
        .collect()
}

#[test]
fn an_export_has_the_files_and_the_bytes_of_the_official_layout_and_a_second_one_changes_nothing() {
    let service = two();
    service.sh("project export -e one --out snapshot").exits(0).says("wrote");
    let written = tree(&service, "snapshot");
    let expected = sample();
    let missing: Vec<_> = expected.keys().filter(|path| !written.contains_key(*path)).collect();
    assert!(missing.is_empty(), "{missing:?}");
    for path in
        ["attributes.json", "connectors/connectors.json", "flows/flows.json", "assets/magiclink-email.html"]
    {
        let sample = std::fs::read(root().join("tests/data/snapshot-sample/project").join(path)).unwrap();
        assert_eq!(String::from_utf8_lossy(&written[path]), String::from_utf8_lossy(&sample), "{path}");
    }
    service.desk.write("snapshot/gone.json", "{}");
    service.desk.write("snapshot/README.md", "mine");
    service.sh("project export -e one --out snapshot").exits(0).says("1 removed");
    let mut again = tree(&service, "snapshot");
    again.remove("README.md").unwrap();
    assert_eq!(again, written);
    service.sh("project export -e one").exits(0).says(&format!("project-{}", id("one")));
}

#[test]
fn an_import_into_a_second_project_makes_it_the_same_and_a_restore_takes_it_back() {
    let service = two();
    service.sh("project export -e one --out snapshot").exits(0);
    service.sh("compare --from one --to two").exits(2);
    // Secrets never travel: they are asked for, in the file of the official tool.
    service.sh("project import snapshot -e two --yes").exits(5).says("needs its secret");
    service.sh("project validate snapshot -e two --secrets secrets.json").exits(5);
    let asked = std::fs::read_to_string(service.desk.path("secrets.json")).unwrap();
    assert_eq!(
        serde_json::from_str::<Value>(&asked).unwrap(),
        serde_json::from_str::<Value>(
            &std::fs::read_to_string(root().join("tests/data/snapshot-sample/secrets.json")).unwrap()
        )
        .unwrap()
    );
    service.desk.write("secrets.json", &asked.replace("\"\"", "\"s3cret-value\""));
    service.sh("project validate snapshot -e two --secrets secrets.json").exits(0).says("can be imported");
    let plan = service.sh("project import snapshot -e two --dry-run").exits(0).says("flow.mfa-login");
    assert!(plan.out.contains("Plan: "), "{}", plan.out);
    let before = service.calls().len();
    let done = service
        .sh("project import snapshot -e two --secrets secrets.json --yes")
        .exits(0)
        .says("backup restore");
    assert!(service.calls().len() > before);
    service.sh("compare --from one --to two").exits(0).says("No differences.");
    service.sh("project import snapshot -e two --dry-run --detailed-exitcode").exits(0).says("No changes.");
    // Nothing that was written knows a secret.
    let kept = service.desk.files_below(".descope-mgmt");
    assert!(
        kept.iter().all(|path| !std::fs::read_to_string(path).unwrap_or_default().contains("s3cret-value"))
    );
    assert!(!done.out.contains("s3cret-value") && !done.err.contains("s3cret-value"));
    service.sh("backup restore latest -e two --yes").exits(0).says("✓ imported");
    service.sh("compare --from one --to two").exits(2).says("only in one");
    service.sh("audit verify -e two").exits(0);
}

#[test]
fn an_import_whose_answer_is_lost_is_found_to_be_done() {
    let service = two();
    service.sh("project export -e two --out snapshot").exits(0);
    service.desk.write("snapshot/lists.json", "{\"lists\": [{\"id\": \"L1\", \"name\": \"Blocked\"}]}\n");
    service.sh("project import snapshot -e two --dry-run --exclude lists").exits(0).says("No changes.");
    service.fault(&["/v1/mgmt/project/snapshot/import=drop-after:1"]);
    service.sh("project import snapshot -e two --yes").exits(0).says("✓ imported: 1 changed");
    assert_eq!(service.calls().iter().filter(|path| path.ends_with("snapshot/import")).count(), 1);
}

#[test]
fn what_is_no_snapshot_is_refused_before_anything_is_asked() {
    let service = two();
    service.desk.write("empty/README.md", "x");
    service.desk.write("broken/project.json", "{");
    for folder in ["empty", "nowhere", "broken"] {
        service.sh(&format!("project import {folder} -e two --yes")).exits(5);
    }
    assert!(service.calls().is_empty(), "{:?}", service.calls());
}
