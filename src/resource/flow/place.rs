//! What counts in each part of a flow. Comparing and the digest both ask here, so that they cannot disagree.

use serde_json::Value;

use super::content::text_at;
use crate::resource::{Object, shape::is_zero};

/// A part of a flow, as far as comparing is concerned.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::resource) enum Place {
    /// The flow itself.
    Flow,
    /// Its metadata.
    Metadata,
    /// The translation in the metadata.
    Translation,
    /// Its references.
    References,
    /// A map whose keys are names and whose values are ids that only another project knows.
    Named,
    /// Such an id.
    Id,
    /// A list whose order means nothing.
    Set,
    /// A list of interactions, told apart by their ids.
    Interactions,
    /// Anything in which empty is the same as absent.
    Loose,
    /// The graph of tasks.
    Contents,
    /// The tasks by id.
    Tasks,
    /// One task.
    Task,
    /// A task that shows a screen, and may carry a copy of it.
    ScreenTask,
    /// The screens, told apart by their ids.
    Screens,
    /// One screen.
    Screen,
    /// A theme, which has no more in common with a flow than its references and its stamp.
    Theme,
    /// Anything in which every value is data, an empty one too.
    Exact,
}

impl Place {
    /// What stands under `key` in an object at this place; `None` where it does not count.
    pub(in crate::resource) fn member(self, key: &str, value: &Value) -> Option<Self> {
        let place = match (self, key) {
            (Self::Metadata | Self::Theme, "componentsVersion")
            | (Self::Theme, "version")
            | (Self::Task | Self::ScreenTask, "view")
            | (Self::ScreenTask, "htmlTemplate" | "interactions") => return None,
            (Self::Flow, "metadata") => Self::Metadata,
            (Self::Flow | Self::Theme, "references") => Self::References,
            (Self::Flow, "contents") => Self::Contents,
            (Self::Flow, "screens") => Self::Screens,
            (Self::Metadata, "sharedInteractions") | (Self::Screen, "interactions") => Self::Interactions,
            (Self::Metadata, "translation") => Self::Translation,
            (Self::References, "connectors" | "roles") => Self::Named,
            (Self::Translation, "targetLanguages")
            | (Self::References, "oauth" | "userAttributes" | "tenantAttributes" | "omitted")
            | (Self::Task | Self::ScreenTask, "inputKeys" | "allInputKeys" | "contextKeys") => Self::Set,
            (Self::Contents, "tasks") => Self::Tasks,
            (Self::Tasks, _) if text_at(value, "screenId").is_empty() => Self::Task,
            (Self::Tasks, _) => Self::ScreenTask,
            (Self::Named, _) => Self::Id,
            (Self::Metadata | Self::Translation | Self::References | Self::Loose, _) => Self::Loose,
            _ => Self::Exact,
        };
        let says_nothing = self.prunes() && place.is_empty(value);
        (!says_nothing).then_some(place)
    }

    /// Whether an empty member of an object at this place is the same as none.
    fn prunes(self) -> bool {
        matches!(
            self,
            Self::Flow
                | Self::Theme
                | Self::Metadata
                | Self::Translation
                | Self::References
                | Self::Screen
                | Self::Loose
        )
    }

    /// What the items of a list at this place are.
    pub(super) fn item(self) -> Self {
        match self {
            Self::Screens => Self::Screen,
            Self::Interactions | Self::Loose => Self::Loose,
            _ => Self::Exact,
        }
    }

    /// The key by which the items of a list are told apart.
    pub(super) fn id_key(self) -> Option<&'static str> {
        match self {
            Self::Screens => Some("screenId"),
            Self::Interactions => Some("id"),
            _ => None,
        }
    }

    /// Whether a value at this place says nothing.
    pub(super) fn is_empty(self, value: &Value) -> bool {
        match value {
            Value::Object(map) if self.prunes() => self.members(map).next().is_none(),
            value => is_zero(value, true),
        }
    }

    /// The members that count, each with its place.
    pub(super) fn members(self, object: &Object) -> impl Iterator<Item = (&str, &Value, Self)> {
        object.iter().filter_map(move |(key, value)| Some((key.as_str(), value, self.member(key, value)?)))
    }

    /// The member under `key`, if there is one that counts.
    pub(super) fn get<'a>(self, object: &'a Object, key: &str) -> Option<(&'a Value, Self)> {
        let value = object.get(key)?;
        Some((value, self.member(key, value)?))
    }
}

/// Whether a value of metadata says nothing, as the official tool prunes it.
pub(super) fn is_empty(value: &Value) -> bool {
    Place::Loose.is_empty(value)
}
