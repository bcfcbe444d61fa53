//! The floors of the house: a module imports only from lower ones, and neighbours do not know each other.

use std::path::{Path, PathBuf};

use crate::common::root;

/// From the ground up; modules in one row are neighbours.
const FLOORS: &[&[&str]] = &[
    &["units"],
    &["api", "emulator"],
    &["resource"],
    &["config", "live", "state"],
    &["plan"],
    &["apply"],
    &["render"],
    &["cli"],
];

fn floor(module: &str) -> Option<usize> {
    FLOORS.iter().position(|floor| floor.contains(&module))
}

fn sources(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(sources(&path));
        } else if path.extension().is_some_and(|it| it == "rs") {
            found.push(path);
        }
    }
    found
}

/// The modules named behind `crate::` in a source, grouped imports included.
fn imported(source: &str) -> Vec<String> {
    let code: String =
        source.lines().filter(|line| !line.trim_start().starts_with("//")).collect::<Vec<_>>().join("\n");
    let mut modules = Vec::new();
    for (at, _) in code.match_indices("crate::") {
        let rest = &code[at + "crate::".len()..];
        if let Some(group) = rest.strip_prefix('{') {
            let mut depth = 1;
            let mut name = String::new();
            for sign in group.chars() {
                match sign {
                    '{' => depth += 1,
                    '}' => depth -= 1,
                    _ => {}
                }
                if depth == 1 && (sign.is_alphanumeric() || sign == '_') {
                    name.push(sign);
                } else if !name.is_empty() {
                    if depth <= 2 && (sign == ':' || sign == ',' || sign == '}') {
                        modules.push(std::mem::take(&mut name));
                    }
                    name.clear();
                }
                if depth == 0 {
                    break;
                }
            }
        } else {
            modules.push(rest.chars().take_while(|sign| sign.is_alphanumeric() || *sign == '_').collect());
        }
    }
    modules.retain(|module| floor(module).is_some());
    modules
}

#[test]
fn modules_import_only_from_lower_floors() {
    let src = root().join("src");
    let mut wrong = Vec::new();
    for path in sources(&src) {
        let relative = path.strip_prefix(&src).unwrap();
        let module =
            relative.components().next().unwrap().as_os_str().to_str().unwrap().trim_end_matches(".rs");
        let Some(own) = floor(module) else { continue };
        for other in imported(&std::fs::read_to_string(&path).unwrap()) {
            if other != module && floor(&other).unwrap() >= own {
                wrong.push(format!("{} imports {other}", relative.display()));
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn every_module_stands_on_a_floor() {
    for entry in std::fs::read_dir(root().join("src")).unwrap() {
        let name = entry.unwrap().file_name().into_string().unwrap();
        let module = name.trim_end_matches(".rs");
        assert!(floor(module).is_some() || ["lib", "main"].contains(&module), "{name} has no floor");
    }
}

#[test]
fn imports_are_found_in_every_form() {
    let source = "use crate::{\n    api::{Client, Error},\n    plan,\n    live::{self, X},\n};\nfn f() -> crate::state::Error {}\n// crate::cli\n";
    assert_eq!(imported(source), ["api", "plan", "live", "state"]);
}
