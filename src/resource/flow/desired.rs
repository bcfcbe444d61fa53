//! How the configuration says a flow should be, and what it was made from.

use std::{borrow::Cow, fmt};

use serde_json::Value;

use super::{Content, KIND, place::is_empty, template::Version};
use crate::resource::{Address, Object, Place};

/// A flow as it should be.
#[derive(Debug, Clone, PartialEq)]
pub struct Flow {
    /// The id, under which it is imported whatever its file says.
    pub id: String,
    /// The flow itself.
    pub content: Content,
    /// What it was made from.
    pub origin: Origin,
    /// Where the configuration defines it; `None` where no file does.
    pub place: Option<Place>,
}

/// What a flow was made from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Origin {
    /// A file or a folder, as messages name it.
    File(String),
    /// A version of a template.
    Template {
        /// The template's name.
        name: String,
        /// Its version.
        version: Version,
    },
    /// A backup, which puts back what was there.
    Backup(String),
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::File(path) => f.write_str(path),
            Self::Template { name, version } => write!(f, "{name}@{version}"),
            Self::Backup(id) => write!(f, "backup {id}"),
        }
    }
}

impl Flow {
    /// The flow's address.
    pub fn address(&self) -> Address {
        Address::new(KIND, &self.id)
    }
}

/// Whether this may be the id of a flow (The exported shape).
pub fn is_id(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte))
}

/// Keys of `metadata` that some forms of a flow can't hold, or that we do not know: where a file leaves them out, it
/// says nothing of them. The others are empty where they are left out (The exported shape).
const SAID_BY_ABSENCE: [&str; 7] = [
    "name",
    "description",
    "componentsVersion",
    "disabled",
    "fingerprint",
    "translation",
    "sharedInteractions",
];

impl Content {
    /// This flow as it shall be in place of a live one: what its file has no word for stays as it is. A flow is large,
    /// so that it is copied only where something of the live one comes in.
    pub fn over<'a>(&'a self, live: &Self) -> Cow<'a, Self> {
        let kept = missing(self.object(), live.object(), &KNOWN);
        let of_metadata =
            |content: &Self| content.object().get("metadata").and_then(Value::as_object).cloned();
        let (own, theirs) = (of_metadata(self).unwrap_or_default(), of_metadata(live).unwrap_or_default());
        let in_metadata = missing(&own, &theirs, &SAID_BY_ABSENCE);
        if kept.is_empty() && in_metadata.is_empty() {
            return Cow::Borrowed(self);
        }
        let mut object = self.object().clone();
        object.extend(kept);
        if let Some(metadata) = object.get_mut("metadata").and_then(Value::as_object_mut) {
            metadata.extend(in_metadata);
        }
        Cow::Owned(Self::of_object(object))
    }
}

/// What `theirs` says and `own` has no word for, `known` keys and what says nothing aside.
fn missing(own: &Object, theirs: &Object, known: &[&str]) -> Object {
    let left_out = |key: &str| !known.contains(&key) && !own.contains_key(key);
    let kept = theirs.iter().filter(|(key, value)| left_out(key) && !is_empty(value));
    kept.map(|(key, value)| (key.clone(), value.clone())).collect()
}

/// Keys of a flow that every form can hold; the console's has no references.
const KNOWN: [&str; 4] = ["flowId", "metadata", "contents", "screens"];

/// What is shown, and kept, in place of a flow's whole content, whose digest is known already.
pub fn summary(content: &Content, origin: Option<&Origin>, digest: &str) -> Object {
    let mut object = Object::new();
    let mut put = |key: &str, value: Value| drop(object.insert(key.to_owned(), value));
    put("name", content.name().into());
    if let Some(origin) = origin {
        let word = match origin {
            Origin::File(_) => "file",
            Origin::Template { .. } => "template",
            Origin::Backup(_) => "backup",
        };
        put(word, origin.to_string().into());
    }
    put("tasks", content.tasks().count().into());
    put("screens", content.screens().count().into());
    let methods: Vec<String> = super::methods(content).iter().map(ToString::to_string).collect();
    put("methods", methods.into());
    put("sha256", digest.into());
    object
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn flow(metadata: &Value) -> Content {
        let value = json!({"flowId": "x", "metadata": metadata, "contents": {"startTask": "0", "tasks": {}}});
        Content::from_json(value).unwrap().0
    }

    #[test]
    fn what_a_file_has_no_word_for_stays_and_what_it_leaves_empty_is_empty() {
        let live =
            flow(&json!({"name": "X", "description": "old", "widget": true, "neverHeardOf": {"a": 1}}));
        let bare = flow(&json!({"name": "X"}));
        let merged = bare.over(&live);
        assert_eq!(
            merged.object()["metadata"],
            json!({"name": "X", "widget": true, "neverHeardOf": {"a": 1}})
        );
        let own = flow(&json!({"name": "X", "widget": false}));
        let own = own.over(&live);
        assert_eq!(own.object()["metadata"]["widget"], json!(false));
    }

    #[test]
    fn references_stay_where_a_form_has_none_and_go_where_it_says_so() {
        let with = |references: Option<Value>| {
            let mut object = flow(&json!({"name": "X"})).into_object();
            object.extend(references.map(|it| ("references".to_owned(), it)));
            Content::of_object(object)
        };
        let live = with(Some(json!({"roles": {"Admin": "ROL1"}})));
        assert!(with(None).over(&live).same(&live));
        assert!(!with(Some(json!({}))).over(&live).same(&live));
    }

    #[test]
    fn an_id_has_letters_digits_and_two_signs() {
        assert!(is_id("sign-up_or-In2"));
        assert!(!is_id("") && !is_id("a b") && !is_id("ü"));
    }
}
