//! One attribute that was changed on both sides, told side by side.

use std::fmt;

use dialoguer::Select;
use serde_json::Value;

use super::{
    Ui,
    quote::{MASK, inline, plain},
};
use crate::{
    plan::Change,
    resource::{Address, Path},
};

/// One attribute that was changed both in the configuration and outside this tool.
#[derive(Debug, Clone, PartialEq)]
pub struct Conflict {
    /// The object.
    pub address: Address,
    /// The attribute.
    pub path: Path,
    /// What was last applied, what the configuration says, what is live: as they may be shown.
    sides: [String; 3],
}

impl Conflict {
    /// The conflicts in a change.
    pub fn all(change: &Change) -> Vec<Self> {
        let conflict = |(field, applied): (&crate::resource::FieldChange, Option<&Value>)| {
            let shown = |value: Option<&Value>| match value {
                None => "none".to_owned(),
                Some(_) if field.sensitive => MASK.to_owned(),
                Some(value) => inline(value),
            };
            let sides = [applied, field.after.as_ref(), field.before.as_ref()].map(shown);
            Self { address: change.address.clone(), path: field.path.clone(), sides }
        };
        let whole = change.whole_conflict().map(|sides| Self {
            address: change.address.clone(),
            path: Path::new(["content"]),
            sides: sides.clone(),
        });
        change.conflicts().map(conflict).chain(whole).collect()
    }

    /// What was last applied, what the configuration says, what is live, a line each.
    pub(super) fn lines(&self) -> [String; 3] {
        let [applied, config, live] = &self.sides;
        [
            format!("last applied:  {applied}"),
            format!("configuration: {config}"),
            format!("live:          {live}"),
        ]
    }
}

impl fmt::Display for Conflict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [applied, config, live] = &self.sides;
        let path = plain(&self.path.to_string());
        write!(f, "{} {path}: last applied {applied}, configuration {config}, live {live}", self.address)
    }
}

impl Ui {
    /// Asks who wins: 0 the configuration, 1 what is live, 2 nobody.
    pub fn ask_who_wins(&self, conflict: &Conflict) -> usize {
        for line in conflict.lines() {
            self.write_message(&format!("  {line}\n"));
        }
        let prompt =
            format!("{} {} was changed on both sides", conflict.address, plain(&conflict.path.to_string()));
        let choices = ["apply the configuration", "keep what is live", "abort, and write nothing"];
        super::prompt::forget_typed();
        Select::new().with_prompt(prompt).items(choices).default(2).interact_opt().ok().flatten().unwrap_or(2)
    }
}
