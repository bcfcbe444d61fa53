//! JSON → one flow in the exported shape, or what is missing in it.

use std::{collections::HashSet, fmt, sync::Arc};

use serde_json::Value;

use super::{canonical, compare, console};
use crate::resource::Object;

/// One flow in the exported shape: `flowId`, `metadata`, `contents`, `screens` and `references`.
///
/// `metadata` and `contents.tasks` are objects, each screen is an object with a `screenId` of its own. What else
/// stands in it stays as it came. A copy shares it all: flows are big.
#[derive(Debug, Clone, PartialEq)]
pub struct Content(Arc<Object>);

/// The shapes that a flow has in files.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    /// What the SDKs and the official command line export: `contents`, `metadata`, `screens`.
    Exported,
    /// The same inside of `flow`, as the API answers it.
    Wrapped,
    /// What the console exports: `flow` with a `dsl`, and `screens`.
    Console,
    /// The folder of a snapshot: `contents.json`, `metadata.json` and a file per screen.
    Folder,
}

impl fmt::Display for Form {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Exported | Self::Wrapped => "an exported flow",
            Self::Console => "a flow from the console",
            Self::Folder => "a snapshot folder of a flow",
        })
    }
}

/// Why something is no flow.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NotAFlow {
    /// It is not even an object.
    #[error("this is no flow: a flow is a JSON object")]
    NoObject,
    /// It is an object, but of no form that a flow can have.
    #[error("this is no flow: it has neither 'contents' and 'metadata' nor 'flow' and 'screens'")]
    NoForm,
    /// Something that the form must have is not there.
    #[error("{form} must have {what}")]
    Missing {
        /// The form it seems to have.
        form: Form,
        /// What is not there, as a JSON pointer or a file's name.
        what: String,
    },
    /// Something is there, but not as it must be.
    #[error("{form} must have {expected} at {what}")]
    Wrong {
        /// The form it seems to have.
        form: Form,
        /// Where, as a JSON pointer or a file's name.
        what: String,
        /// What must stand there.
        expected: &'static str,
    },
    /// Two screens have one id.
    #[error("two screens have the id '{0}'")]
    Twice(String),
    /// A screen file that `metadata.json` does not list.
    #[error("'{0}' is not among the screens of metadata.json")]
    Unlisted(String),
}

impl NotAFlow {
    /// What to try next.
    pub fn hint(&self) -> &'static str {
        match self {
            Self::Twice(_) => "give each screen an id of its own",
            Self::Unlisted(_) => "list the screen in metadata.json, or remove the file",
            _ => {
                "a flow comes in three forms: as the API exports it ('contents', 'metadata', 'screens'), as the \
                 console exports it ('flow', 'screens'), or as a snapshot folder (contents.json, metadata.json, \
                 screen-<id>.json)"
            }
        }
    }
}

impl Content {
    /// The flow in a JSON document, and the form it was found in.
    ///
    /// # Errors
    /// It is no flow in the exported or the console's form.
    pub fn from_json(value: Value) -> Result<(Self, Form), NotAFlow> {
        let Value::Object(mut object) = value else { return Err(NotAFlow::NoObject) };
        let mut form = Form::Exported;
        if let Some(Value::Object(flow)) = object.get("flow") {
            if flow.contains_key("dsl") || object.contains_key("screens") {
                return Ok((Self::checked(console::read(object)?, Form::Console)?, Form::Console));
            }
            if let Some(Value::Object(flow)) = object.shift_remove("flow") {
                (object, form) = (flow, Form::Wrapped);
            }
        }
        if !object.contains_key("contents") && !object.contains_key("metadata") {
            return Err(NotAFlow::NoForm);
        }
        Ok((Self::checked(object, form)?, form))
    }

    /// The flow in `object`, if it has all that later readers rely on.
    pub(super) fn checked(object: Object, form: Form) -> Result<Self, NotAFlow> {
        let expect = |what: &str, value: Option<&Value>| match value {
            Some(Value::Object(_)) => Ok(()),
            Some(_) => Err(NotAFlow::Wrong { form, what: what.to_owned(), expected: "an object" }),
            None => Err(NotAFlow::Missing { form, what: what.to_owned() }),
        };
        expect("/metadata", object.get("metadata"))?;
        expect("/contents", object.get("contents"))?;
        expect("/contents/tasks", object.get("contents").and_then(|contents| contents.get("tasks")))?;
        if object.get("flowId").is_some_and(|id| !id.is_string()) {
            return Err(NotAFlow::Wrong { form, what: "/flowId".to_owned(), expected: "a text" });
        }
        check_screens(object.get("screens"), form)?;
        Ok(Self::of_object(object))
    }

    /// The flow in an object that is known to hold one.
    pub(super) fn of_object(object: Object) -> Self {
        Self(Arc::new(object))
    }

    /// The flow's id; empty where its form does not say it, as a folder's files do not.
    pub fn id(&self) -> &str {
        self.text(&["flowId"])
    }

    /// The same flow under another id.
    #[must_use]
    pub fn named(mut self, id: &str) -> Self {
        Arc::make_mut(&mut self.0).insert("flowId".to_owned(), id.into());
        self
    }

    /// The name that people gave it; empty where it has none.
    pub fn name(&self) -> &str {
        self.text(&["metadata", "name"])
    }

    /// The flow in the exported shape.
    pub fn object(&self) -> &Object {
        &self.0
    }

    /// The flow in the exported shape, shared.
    pub fn shared(&self) -> Arc<Object> {
        Arc::clone(&self.0)
    }

    /// The flow in the exported shape.
    pub fn into_object(self) -> Object {
        Arc::unwrap_or_clone(self.0)
    }

    /// The flow in the exported shape.
    pub fn exported(&self) -> Value {
        Value::Object(Object::clone(&self.0))
    }

    /// Whether both mean the same: see [`same_key`](super::same_key). Connectors and roles count by their names,
    /// since that is how the service resolves them; their ids are those of the project an export comes from.
    pub fn same(&self, other: &Self) -> bool {
        compare::same(&self.0, &other.0)
    }

    /// A SHA-256 in lower-case hexadecimal digits that is equal for flows that are the same.
    pub fn digest(&self) -> String {
        canonical::digest(&self.0)
    }

    /// The tasks by their ids, in the order of the document.
    pub(super) fn tasks(&self) -> impl Iterator<Item = (&str, &Value)> {
        self.task_map().into_iter().flatten().map(|(id, task)| (id.as_str(), task))
    }

    /// The task of this id.
    pub(super) fn task(&self, id: &str) -> Option<&Value> {
        self.task_map()?.get(id)
    }

    /// The screens with their ids, in the order of the document.
    pub(super) fn screens(&self) -> impl Iterator<Item = (&str, &Object)> {
        let screens = self.0.get("screens").and_then(Value::as_array);
        screens.into_iter().flatten().filter_map(|screen| {
            let screen = screen.as_object()?;
            Some((screen.get("screenId")?.as_str()?, screen))
        })
    }

    fn task_map(&self) -> Option<&Object> {
        self.0.get("contents")?.get("tasks")?.as_object()
    }

    fn text(&self, path: &[&str]) -> &str {
        let mut words = path.iter();
        let first = words.next().and_then(|word| self.0.get(*word));
        words.try_fold(first, |value, word| Some(value?.get(*word))).flatten().map_or("", text)
    }
}

/// The text that a value is; empty for any other value.
pub(super) fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}

/// The text under `key`; empty where there is none.
pub(super) fn text_at<'a>(value: &'a Value, key: &str) -> &'a str {
    value.get(key).map_or("", text)
}

/// The targets of a task's rules, each with its interaction.
pub(super) fn rules(task: &Value) -> impl Iterator<Item = (&str, &str)> {
    let rules = task.get("next").and_then(|next| next.get("rules")).and_then(Value::as_array);
    rules.into_iter().flatten().map(|rule| (text_at(rule, "interactionId"), text_at(rule, "taskId")))
}

fn check_screens(screens: Option<&Value>, form: Form) -> Result<(), NotAFlow> {
    let wrong = |what: String, expected| Err(NotAFlow::Wrong { form, what, expected });
    let screens = match screens {
        None | Some(Value::Null) => return Ok(()),
        Some(Value::Array(screens)) => screens,
        Some(_) => return wrong("/screens".to_owned(), "a list"),
    };
    let mut ids = HashSet::new();
    for (index, screen) in screens.iter().enumerate() {
        if !screen.is_object() {
            return wrong(format!("/screens/{index}"), "an object");
        }
        match screen.get("screenId").map(text) {
            None | Some("") => return wrong(format!("/screens/{index}/screenId"), "the id of the screen"),
            Some(id) if !ids.insert(id) => return Err(NotAFlow::Twice(id.to_owned())),
            Some(_) => {}
        }
    }
    Ok(())
}
