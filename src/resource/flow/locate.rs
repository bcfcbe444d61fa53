//! A place in the exported shape → the same place in the file that the flow was read from.

use super::{Content, Form};

impl Form {
    /// Where a JSON pointer into the exported shape points to in this form: the file of a folder, if it is one, and
    /// the pointer inside of it.
    pub fn locate(self, content: &Content, pointer: &str) -> (Option<String>, String) {
        let mut words = pointer.split('/').skip(1);
        let (first, rest): (&str, Vec<&str>) = (words.next().unwrap_or_default(), words.collect());
        match self {
            Self::Exported => (None, pointer.to_owned()),
            Self::Wrapped => (None, format!("/flow{pointer}")),
            Self::Console => (None, in_console(first, &rest)),
            Self::Folder => in_folder(content, first, &rest),
        }
    }
}

fn in_console(first: &str, rest: &[&str]) -> String {
    match (first, rest) {
        ("flowId", _) => "/flow/id".to_owned(),
        ("contents", rest) => joined("/flow/dsl", rest),
        ("metadata", ["translation", ..]) => "/flow".to_owned(),
        ("metadata", rest) => joined("/flow", rest),
        ("screens", [index, "contents", rest @ ..]) => {
            joined(&format!("/screens/{index}/htmlTemplate"), rest)
        }
        ("screens", [index, "screenId"]) => format!("/screens/{index}/id"),
        (first, rest) => joined(&format!("/{first}"), rest),
    }
}

fn in_folder(content: &Content, first: &str, rest: &[&str]) -> (Option<String>, String) {
    let in_metadata = |pointer| (Some("metadata.json".to_owned()), pointer);
    match (first, rest) {
        ("contents", rest) => (Some("contents.json".to_owned()), joined("", rest)),
        ("metadata", rest) => in_metadata(joined("", rest)),
        ("screens", [index, rest @ ..]) => {
            let screen = index.parse().ok().and_then(|index| content.screens().nth(index));
            (screen.map(|(id, _)| format!("screen-{id}.json")), joined("", rest))
        }
        (first, rest) => in_metadata(joined(&format!("/{first}"), rest)),
    }
}

fn joined(start: &str, rest: &[&str]) -> String {
    rest.iter().fold(start.to_owned(), |path, word| path + "/" + word)
}

#[cfg(test)]
mod tests {
    use serde_json::Value;

    use super::*;
    use crate::resource::flow::tests::sample;

    const PLACES: [&str; 5] = [
        "/contents/tasks/1/next/rules/0/taskId",
        "/screens/1/contents/phone001/props",
        "/screens/2/screenId",
        "/metadata/name",
        "/flowId",
    ];

    #[test]
    fn a_place_is_found_again_in_every_file() {
        let flow = sample("mfa-login");
        let exported = flow.exported();
        for pointer in PLACES {
            let value = exported.pointer(pointer).unwrap();
            assert_eq!(
                flow.console().pointer(&Form::Console.locate(&flow, pointer).1),
                Some(value),
                "{pointer}"
            );
            let wrapped = serde_json::json!({"flow": exported});
            assert_eq!(wrapped.pointer(&Form::Wrapped.locate(&flow, pointer).1), Some(value), "{pointer}");
        }
        let folder = flow.folder();
        for pointer in PLACES.into_iter().take(4) {
            let (file, inside) = Form::Folder.locate(&flow, pointer);
            let value: Option<&Value> = folder.get(&file.unwrap()).and_then(|file| file.pointer(&inside));
            assert_eq!(value, exported.pointer(pointer), "{pointer}");
        }
    }
}
