//! Files → what keeps them from being imported, in words.

use std::collections::BTreeSet;

use serde_json::Value;

use super::{
    authorization::{PERMISSIONS, ROLES},
    flows, text,
};
use crate::emulator::store::{ATTRIBUTES, CONNECTORS, Files, OAUTH, connector_path, list};

/// Permissions that every project has, which no file lists.
const BUILT_IN: [&str; 3] = ["User Admin", "SSO Admin", "Impersonate"];

/// The lists that are looked into, with the name that every item has. An item may be the name itself.
const LISTS: [(&str, &str); 5] = [
    (ROLES, "roles"),
    (PERMISSIONS, "permissions"),
    (ATTRIBUTES, "tenant"),
    (ATTRIBUTES, "user"),
    (ATTRIBUTES, "accessKey"),
];

/// Everything that is wrong with the files.
pub(super) fn failures(files: &Files) -> Vec<String> {
    let mut failures: Vec<String> = files.iter().filter_map(|(path, file)| wrong_file(path, file)).collect();
    for (path, key) in LISTS {
        named_items(files, path, key, &mut failures);
    }
    connectors(files, &mut failures);
    unknown_permissions(files, &mut failures);
    if files.get(OAUTH).is_some_and(|file| file.get("providerSettings").is_some_and(|all| !all.is_object())) {
        failures.push(format!("'{OAUTH}': 'providerSettings' is not an object"));
    }
    flows::failures(files, &mut failures);
    failures
}

fn wrong_file(path: &str, file: &Value) -> Option<String> {
    let odd = |part: &str| part.is_empty() || part.starts_with('.');
    if path.split('/').any(odd) || path.contains('\\') {
        return Some(format!("'{path}' is not the path of a file"));
    }
    let fits = match path.rsplit_once('.').map(|(_, extension)| extension) {
        Some("json") => file.is_object(),
        Some("txt" | "html") => file.is_string(),
        Some("png" | "jpg" | "svg" | "webp") => file.as_str().is_some_and(is_base64),
        _ => return Some(format!("'{path}' is not of a known type")),
    };
    (!fits).then(|| format!("'{path}' does not hold what its name says"))
}

/// Whole groups of four of the standard alphabet, padded at the end.
fn is_base64(text: &str) -> bool {
    let body = text.trim_end_matches('=');
    text.len().is_multiple_of(4)
        && text.len() - body.len() <= 2
        && body.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'+' || byte == b'/')
}

fn named_items(files: &Files, path: &str, key: &str, into: &mut Vec<String>) {
    if files.get(path).and_then(|file| file.get(key)).is_some_and(|list| !list.is_array()) {
        into.push(format!("'{path}': '{key}' is not a list"));
    }
    let mut seen = BTreeSet::new();
    for item in list(files, path, key) {
        match text(item, "name") {
            "" => into.push(format!("'{path}': an item of '{key}' has no name")),
            name if !seen.insert(name) => into.push(format!("'{path}': '{name}' is there twice")),
            _ => {}
        }
    }
}

fn connectors(files: &Files, into: &mut Vec<String>) {
    let mut seen = BTreeSet::new();
    for slug in list(files, CONNECTORS, "connectors") {
        let Some(slug) = slug.as_str() else {
            into.push(format!("'{CONNECTORS}' lists what is not a name"));
            continue;
        };
        let path = connector_path(slug);
        let Some(file) = files.get(&path) else {
            into.push(format!("The snapshot lacks '{path}'"));
            continue;
        };
        for key in ["id", "name", "type"] {
            if text(file, key).is_empty() {
                into.push(format!("'{path}' has no {key}"));
            }
        }
        if !seen.insert(text(file, "name")) {
            into.push(format!("Two connectors are named '{}'", text(file, "name")));
        }
    }
}

fn unknown_permissions(files: &Files, into: &mut Vec<String>) {
    let own = list(files, PERMISSIONS, "permissions").map(|permission| text(permission, "name"));
    let known: BTreeSet<&str> = own.chain(BUILT_IN).collect();
    for role in list(files, ROLES, "roles") {
        let permissions = role.get("permissions").and_then(Value::as_array).into_iter().flatten();
        for name in permissions.filter_map(Value::as_str).filter(|name| !known.contains(name)) {
            into.push(format!("Role '{}' has permission '{name}', which does not exist", text(role, "name")));
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_file_holds_what_its_name_says() {
        for (path, file) in [
            ("a/b.json", json!({})),
            ("assets/a.html", json!("<p>")),
            ("assets/a.png", json!("iVBORw0KGgo=")),
            ("assets/a.webp", json!("")),
        ] {
            assert_eq!(wrong_file(path, &file), None, "{path}");
        }
        for (path, file) in [
            ("a.json", json!([])),
            ("a.txt", json!({})),
            ("a.png", json!("a=b=")),
            ("a.png", json!("abc")),
            ("a.svg", json!("<svg/>")),
            ("a.exe", json!("")),
            ("../a.json", json!({})),
            ("/a.json", json!({})),
            (".a.json", json!({})),
            ("a", json!({})),
        ] {
            assert!(wrong_file(path, &file).is_some(), "{path} {file}");
        }
    }

    #[test]
    fn every_wrong_thing_is_named() {
        let files = json!({
            "roles.json": {"roles": [{"name": "A", "permissions": ["ghost"]}, {"name": "A"}, {}]},
            "permissions.json": {"permissions": {}},
            "auth/oauth.json": {"providerSettings": []},
            "connectors/connectors.json": {"connectors": ["gone", "mail", 7]},
            "connectors/mail.json": {"id": "CI1", "name": "Mail"},
            "flows/flows.json": {"flows": ["gone", "wrong", "a b"]},
            "flows/wrong/metadata.json": {"name": 1},
            "flows/wrong/contents.json": {},
            "flows/unlisted/contents.json": {},
        });
        let files: Files = serde_json::from_value(files).unwrap();
        let found = failures(&files).join("\n");
        insta::assert_snapshot!(found, @r"
        'roles.json': 'A' is there twice
        'roles.json': an item of 'roles' has no name
        'permissions.json': 'permissions' is not a list
        The snapshot lacks 'connectors/gone.json'
        'connectors/mail.json' has no type
        'connectors/connectors.json' lists what is not a name
        Role 'A' has permission 'ghost', which does not exist
        'auth/oauth.json': 'providerSettings' is not an object
        Flow 'unlisted' is not listed in flows/flows.json
        Flow 'a b': the snapshot lacks 'flows/a b/metadata.json'
        Flow 'gone': the snapshot lacks 'flows/gone/metadata.json'
        Flow 'wrong': The body can't be read: invalid type: integer `1`, expected a string
        ");
    }
}
