//! The schema as an editor sees it: a second implementation takes every starter and example, and refuses mistakes.

use std::{env, io::Write, path::PathBuf, process::Command};

use crate::common::{Desk, root};

/// A Python that has `check-jsonschema`; none: the test says so and ends.
fn python() -> Option<String> {
    let python = env::var("DESCOPE_MGMT_TEST_PYTHON").unwrap_or_else(|_| "python3".to_owned());
    let asked = Command::new(&python).args(["-c", "import check_jsonschema"]).output();
    asked.is_ok_and(|output| output.status.success()).then_some(python)
}

/// Whether the files are as the stored schema wants them, and what is said of them.
fn check(python: &str, files: &[PathBuf]) -> (bool, String) {
    let schema = root().join("configs/descope.schema.json");
    let mut command = Command::new(python);
    let output =
        command.args(["-m", "check_jsonschema", "--schemafile"]).arg(schema).args(files).output().unwrap();
    (output.status.success(), String::from_utf8_lossy(&output.stdout).into_owned())
}

fn yaml_below(folder: PathBuf, found: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let is_template = path.file_name().is_some_and(|name| name == "templates" || name == "ci");
        if path.is_dir() && !is_template {
            yaml_below(path, found);
        } else if path.extension().is_some_and(|extension| extension == "yaml") {
            found.push(path);
        }
    }
}

#[test]
fn a_second_implementation_takes_every_starter_and_example_and_refuses_mistakes() {
    let Some(python) = python() else {
        let how = "\nSKIPPED the schema: `pip install check-jsonschema`, and name its python in DESCOPE_MGMT_TEST_PYTHON\n";
        // Not `eprintln!`: the test harness would keep that to itself.
        return std::io::stderr().write_all(how.as_bytes()).unwrap();
    };
    let schema = root().join("configs/descope.schema.json");
    let checked =
        Command::new(&python).args(["-m", "check_jsonschema", "--check-metaschema"]).arg(schema).output();
    assert!(checked.unwrap().status.success(), "it is no schema");
    let mut files = Vec::new();
    yaml_below(root().join("configs"), &mut files);
    yaml_below(root().join("examples"), &mut files);
    assert!(files.len() >= 2, "{files:?}");
    let desk = Desk::new();
    desk.sh("config init -e dev,prod --tenant acme").exits(0);
    files.push(desk.path("descope.yaml"));
    let (fine, said) = check(&python, &files);
    assert!(fine, "{said}");
    for wrong in [
        "tenant: []\n",
        "tenants: [{ name: Acme }]\n",
        "tenants: [{ id: acme, domain: [a.com] }]\n",
        "tenants: [{ id: acme, disabled: 'yes' }]\n",
        "tenants: [{ id: acme, settings: { inactivity: soon } }]\n",
        "environments: { dev: { management_key: Kliteral } }\n",
        "flows: [{ id: a, file: a.json, template: login }]\n",
        "version: 2\n",
    ] {
        desk.write("wrong.yaml", wrong);
        let (fine, said) = check(&python, &[desk.path("wrong.yaml")]);
        assert!(!fine, "{wrong}\n{said}");
    }
}
