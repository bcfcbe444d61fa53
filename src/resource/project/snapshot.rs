//! A project's configuration as files, in the layout of Descope's own command line (Snapshots). Pure.

mod differences;
mod secrets;

use std::collections::BTreeMap;

use base64::{Engine, engine::general_purpose::STANDARD};
use serde_json::{Map, Value, json};

use crate::{
    api::{Lane, Request},
    resource::flow::to_go_json,
};

pub use differences::{FileDifference, differences};
pub use secrets::{MissingSecret, Secrets};

/// The files of a snapshot as the service says them: by their relative path, an object or a text each.
pub type Files = Map<String, Value>;

/// Why files on disk are no snapshot, or a snapshot can't become files.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Unfit {
    /// The path leaves the folder.
    #[error("'{0}' is no path inside of a folder")]
    Path(String),
    /// What should be JSON is none.
    #[error("{path}: {reason}")]
    Json {
        /// The file.
        path: String,
        /// What is wrong.
        reason: String,
    },
    /// What should be text is none.
    #[error("{0} is not a text in UTF-8")]
    Text(String),
    /// What should be an image is none.
    #[error("{0} is not in base64")]
    Image(String),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Sort {
    Json,
    Text,
    Image,
}

/// What a file of this name holds; `None`: it is none of a snapshot.
fn sort(path: &str) -> Option<Sort> {
    let hidden = |name: &str| name.starts_with('.') || name.starts_with("__MACOSX");
    if path.split('/').any(hidden) {
        return None;
    }
    match path.rsplit_once('.')?.1 {
        "json" => Some(Sort::Json),
        "txt" | "html" => Some(Sort::Text),
        "png" | "jpg" | "svg" | "webp" => Some(Sort::Image),
        _ => None,
    }
}

/// Whether a file of this relative path belongs to a snapshot.
pub fn is_part(path: &str) -> bool {
    sort(path).is_some()
}

/// The bytes of every file, by its path; files of no known sort are left out.
///
/// # Errors
/// A path that leaves the folder, or an image that is none.
pub fn to_disk(files: &Files) -> Result<BTreeMap<String, Vec<u8>>, Unfit> {
    let mut disk = BTreeMap::new();
    for (path, value) in files {
        let inside = path.split('/').all(|part| !part.is_empty() && part != "." && part != "..");
        if !inside || path.contains('\\') || path.contains('\0') {
            return Err(Unfit::Path(path.clone()));
        }
        let bytes = match (sort(path), value) {
            (None, _) => continue,
            (Some(Sort::Text), Value::String(text)) => {
                let end = if text.ends_with('\n') { "" } else { "\n" };
                format!("{text}{end}").into_bytes()
            }
            (Some(Sort::Image), Value::String(text)) => {
                STANDARD.decode(text.trim()).map_err(|_| Unfit::Image(path.clone()))?
            }
            (Some(_), other) => to_go_json(other).into_bytes(),
        };
        disk.insert(path.clone(), bytes);
    }
    Ok(disk)
}

/// One file as the service takes it; `None`: it is none of a snapshot.
///
/// # Errors
/// It does not hold what its name says.
pub fn from_disk(path: &str, bytes: &[u8]) -> Result<Option<Value>, Unfit> {
    let text = || std::str::from_utf8(bytes).map_err(|_| Unfit::Text(path.to_owned()));
    Ok(match sort(path) {
        None => None,
        Some(Sort::Json) => {
            let unfit =
                |error: serde_json::Error| Unfit::Json { path: path.to_owned(), reason: error.to_string() };
            Some(serde_json::from_str(text()?).map_err(unfit)?)
        }
        Some(Sort::Text) => Some(Value::from(text()?)),
        Some(Sort::Image) => Some(Value::from(STANDARD.encode(bytes))),
    })
}

/// The files as they are to be sent: a text that differs from the live one by its last line end alone is the live one,
/// since an export adds that.
pub fn in_live_words(files: Files, live: &Files) -> Files {
    let fit = |(path, value): (String, Value)| {
        let same = live.get(&path).filter(|now| differences::same_text(&value, now));
        let value = same.cloned().unwrap_or(value);
        (path, value)
    };
    files.into_iter().map(fit).collect()
}

/// Overwrites the whole configuration of the project.
pub fn import_call(files: &Files, secrets: &Secrets, excludes: &[String]) -> Request {
    let body = json!({"files": files, "inputSecrets": secrets.to_wire(), "excludes": excludes});
    Request::write("/v1/mgmt/project/snapshot/import", body, Lane::Project)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_become_bytes_and_come_back() {
        let files = json!({
            "project.json": {"b": "<x>", "a": 1}, "assets/mail.html": "<p>hi</p>", "assets/logo.png": "AAEC",
            "debug/run.log": "noise",
        });
        let files = files.as_object().unwrap();
        let disk = to_disk(files).unwrap();
        assert_eq!(disk["project.json"], b"{\n  \"a\": 1,\n  \"b\": \"\\u003cx\\u003e\"\n}\n");
        assert_eq!(disk["assets/mail.html"], b"<p>hi</p>\n");
        assert_eq!(disk["assets/logo.png"], [0, 1, 2]);
        assert!(!disk.contains_key("debug/run.log"));
        let back: Files = disk
            .iter()
            .map(|(path, bytes)| (path.clone(), from_disk(path, bytes).unwrap().unwrap()))
            .collect();
        assert_eq!(differences(files, &back, &[]), Vec::new());
        assert_eq!(in_live_words(back, files)["assets/mail.html"], "<p>hi</p>");
    }

    #[test]
    fn a_path_never_leaves_the_folder() {
        for path in ["../a.json", "/a.json", "a//b.json", "a/../../b.json", "a\\b.json"] {
            let files = Files::from_iter([(path.to_owned(), json!({}))]);
            assert_eq!(to_disk(&files), Err(Unfit::Path(path.to_owned())), "{path}");
        }
    }

    #[test]
    fn hidden_files_and_those_of_other_sorts_are_none_of_a_snapshot() {
        for path in [".git/config.json", "__MACOSX/a.json", "a/.DS_Store", "notes.md", "json"] {
            assert!(!is_part(path), "{path}");
        }
        assert!(matches!(from_disk("a.json", b"{"), Err(Unfit::Json { .. })));
    }
}
