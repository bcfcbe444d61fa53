//! (template, values of its variables) → flow; and a flow → a template.
//!
//! `flow.json` is a flow in the exported shape with placeholders. One that is a whole string stands for the typed
//! value, one inside of a string for its text; `$${{` is a plain `${{`. A value can stand for more than itself: what
//! `choices` of the template hold for it is reached as `${{ variable.key }}`, so that one variable decides on an
//! action, a text and a whole component at once.

mod built_in;
mod problem;
mod render;
#[cfg(test)]
mod tests;
mod version;
mod write;

use std::collections::BTreeMap;

use serde_json::Value;

pub use built_in::{BuiltIn, built_in};
pub use problem::VariableProblem;
pub use version::{NotARequest, NotAVersion, Version, VersionRequest};
pub use write::from_flow;

use crate::resource::Object;

/// A flow with variables: `template.yaml` and `flow.json`.
#[derive(Debug, Clone, PartialEq)]
pub struct Template {
    /// What flows ask for it by.
    pub name: String,
    /// Its version; another major one may break what the one before it did.
    pub version: Version,
    /// What it is for.
    pub description: String,
    /// The variables by name.
    pub variables: BTreeMap<String, Variable>,
    /// What a value of an enum stands for beyond itself, by the value: each key is reached as `${{ variable.key }}`.
    pub choices: BTreeMap<String, Object>,
    /// Variables that must not have the same value.
    pub different: Vec<String>,
    /// Connectors that the project must have.
    pub connectors: Vec<String>,
    /// The ways to sign in that it can offer, for information.
    pub methods: Vec<String>,
    /// The flow with placeholders.
    pub flow: Value,
}

/// A variable of a template.
#[derive(Debug, Clone, PartialEq)]
pub struct Variable {
    /// What values it takes.
    pub kind: VariableKind,
    /// Its value where none is given; without one it must be given.
    pub default: Option<Value>,
    /// The values of an enum.
    pub values: Vec<String>,
    /// What it decides.
    pub description: String,
}

/// What values a variable takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum VariableKind {
    /// A text.
    String,
    /// A number.
    Number,
    /// True or false.
    Boolean,
    /// One of some texts.
    Enum,
    /// A list of texts, numbers and flags.
    List,
}

impl VariableKind {
    /// The kind that `template.yaml` calls by this word.
    pub fn of_word(word: &str) -> Option<Self> {
        match word {
            "string" => Some(Self::String),
            "number" => Some(Self::Number),
            "boolean" => Some(Self::Boolean),
            "enum" => Some(Self::Enum),
            "list" => Some(Self::List),
            _ => None,
        }
    }

    /// The words of all kinds, for messages.
    pub const WORDS: [&'static str; 5] = ["string", "number", "boolean", "enum", "list"];
}

impl Variable {
    /// What values it takes, in words: `one of sms, totp, email; default sms`.
    pub fn schema(&self) -> String {
        let kind = match self.kind {
            VariableKind::String => "a text".to_owned(),
            VariableKind::Number => "a number".to_owned(),
            VariableKind::Boolean => "true or false".to_owned(),
            VariableKind::Enum => format!("one of {}", self.values.join(", ")),
            VariableKind::List => "a list".to_owned(),
        };
        match &self.default {
            Some(Value::String(text)) => format!("{kind}; default {text}"),
            Some(default) => format!("{kind}; default {default}"),
            None => kind,
        }
    }

    /// Whether it takes this value.
    pub fn takes(&self, value: &Value) -> bool {
        match (self.kind, value) {
            (VariableKind::String, Value::String(_))
            | (VariableKind::Number, Value::Number(_))
            | (VariableKind::Boolean, Value::Bool(_)) => true,
            (VariableKind::Enum, Value::String(text)) => self.values.contains(text),
            (VariableKind::List, Value::Array(items)) => {
                items.iter().all(|item| item.is_string() || item.is_number() || item.is_boolean())
            }
            _ => false,
        }
    }
}
