//! The files of a snapshot folder ↔ a flow in the exported shape. The folder's name is the flow's id.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use super::{
    Content, Form, NotAFlow,
    content::text,
    place::{Place, is_empty},
};
use crate::resource::Object;

/// Where `metadata.json` keeps keys of the flow itself that we do not know.
const UNKNOWN: &str = "flow";

/// What stands in `metadata.json` and is not of the metadata. Metadata that has such a key of its own keeps it below
/// `UNKNOWN`.
const TAKEN: [&str; 3] = ["screens", "references", UNKNOWN];

impl Content {
    /// The flow in the files of a snapshot folder, by their names. It has no id: that is the folder's name.
    ///
    /// # Errors
    /// A file is missing, not as it must be, or of a screen that is not listed.
    pub fn from_folder(files: &BTreeMap<String, Value>) -> Result<Self, NotAFlow> {
        let mut metadata = object_in(files, "metadata.json")?.clone();
        let contents = object_in(files, "contents.json")?.clone();
        let screens = read_screens(files, metadata.shift_remove("screens").as_ref())?;
        let references = metadata.shift_remove("references");
        let mut unknown = match metadata.shift_remove(UNKNOWN) {
            Some(Value::Object(unknown)) => unknown,
            _ => Map::new(),
        };
        if let Some(Value::Object(own)) = unknown.shift_remove("metadata") {
            metadata.extend(own);
        }
        let mut flow = Map::new();
        flow.insert("metadata".to_owned(), Value::Object(metadata));
        flow.insert("contents".to_owned(), Value::Object(contents));
        flow.insert("screens".to_owned(), Value::Array(screens));
        flow.extend(references.map(|references| ("references".to_owned(), references)));
        flow.extend(unknown);
        Self::checked(flow, Form::Folder)
    }

    /// The flow as the files of a snapshot folder, by their names.
    pub fn folder(&self) -> BTreeMap<String, Value> {
        let mut files = BTreeMap::new();
        let mut metadata = Map::new();
        let mut unknown = Map::new();
        for (key, value) in self.object() {
            match (key.as_str(), value) {
                ("flowId" | "screens", _) => {}
                ("contents", contents) => drop(files.insert("contents.json".to_owned(), contents.clone())),
                ("metadata", Value::Object(known)) => {
                    let all = known.iter().map(|(key, value)| (key.clone(), value.clone()));
                    let (own, plain): (Vec<_>, Vec<_>) =
                        all.partition(|(key, _)| TAKEN.contains(&key.as_str()));
                    metadata.extend(plain);
                    if !own.is_empty() {
                        unknown.insert(key.clone(), Value::Object(own.into_iter().collect()));
                    }
                }
                ("references", references) => {
                    if !Place::References.is_empty(references) {
                        metadata.insert("references".to_owned(), references.clone());
                    }
                }
                _ => drop(unknown.insert(key.clone(), value.clone())),
            }
        }
        // The official tool leaves `widget` out; one that says something stays.
        if metadata.get("widget").is_some_and(is_empty) {
            metadata.shift_remove("widget");
        }
        if !unknown.is_empty() {
            metadata.insert(UNKNOWN.to_owned(), Value::Object(unknown));
        }
        let mut ids: Vec<&str> = self.screens().map(|(id, _)| id).collect();
        ids.sort_unstable();
        if !ids.is_empty() {
            metadata.insert("screens".to_owned(), ids.into());
        }
        files.insert("metadata.json".to_owned(), Value::Object(metadata));
        files.extend(self.screens().map(|(id, screen)| (file_of(id), write_screen(screen))));
        files
    }
}

fn file_of(screen: &str) -> String {
    format!("screen-{screen}.json")
}

fn write_screen(screen: &Object) -> Value {
    let mut screen = screen.clone();
    if screen.get("interactions").is_some_and(is_empty) {
        screen.shift_remove("interactions");
    }
    Value::Object(screen)
}

fn object_in<'a>(files: &'a BTreeMap<String, Value>, name: &str) -> Result<&'a Object, NotAFlow> {
    match files.get(name) {
        Some(Value::Object(object)) => Ok(object),
        Some(_) => Err(NotAFlow::Wrong { form: Form::Folder, what: name.to_owned(), expected: "an object" }),
        None => Err(NotAFlow::Missing { form: Form::Folder, what: name.to_owned() }),
    }
}

/// The listed screens sorted by id; all there are where nothing is listed.
fn read_screens(files: &BTreeMap<String, Value>, listed: Option<&Value>) -> Result<Vec<Value>, NotAFlow> {
    let found =
        files.keys().filter_map(|name| Some((name, name.strip_prefix("screen-")?.strip_suffix(".json")?)));
    let mut ids: Vec<&str> = match listed {
        None | Some(Value::Null) => found.map(|(_, id)| id).collect(),
        Some(Value::Array(listed)) => {
            let ids: Vec<&str> = listed.iter().map(text).collect();
            if let Some((name, _)) = found.into_iter().find(|(_, id)| !ids.contains(id)) {
                return Err(NotAFlow::Unlisted(name.clone()));
            }
            ids
        }
        Some(_) => {
            let what = "metadata.json: /screens".to_owned();
            return Err(NotAFlow::Wrong { form: Form::Folder, what, expected: "a list of ids" });
        }
    };
    ids.sort_unstable();
    ids.into_iter().map(|id| read_screen(files, id)).collect()
}

fn read_screen(files: &BTreeMap<String, Value>, id: &str) -> Result<Value, NotAFlow> {
    let name = file_of(id);
    let mut screen = object_in(files, &name)?.clone();
    let said = screen.entry("screenId").or_insert_with(|| id.into());
    if said != id {
        let expected = "the id that its file is named after";
        return Err(NotAFlow::Wrong { form: Form::Folder, what: format!("{name}: /screenId"), expected });
    }
    Ok(Value::Object(screen))
}
