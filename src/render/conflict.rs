//! One attribute that was changed on both sides, told side by side.

use std::fmt;

use dialoguer::Select;
use serde_json::Value;

use super::{
    Ui,
    quote::{MASK, inline, plain},
};
use crate::{
    plan::{Cause, Change},
    resource::{Address, FieldChange, Path},
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
        let conflict = |(field, applied): (&FieldChange, Option<&Value>)| {
            let sides = [applied, field.after.as_ref(), field.before.as_ref()]
                .map(|value| shown(value, field.sensitive));
            Self { address: change.address.clone(), path: field.path.clone(), sides }
        };
        let whole = change.whole_conflict().map(|sides| Self {
            address: change.address.clone(),
            path: Path::new(["content"]),
            sides: sides.clone(),
        });
        change.conflicts().map(conflict).chain(whole).collect()
    }

    /// The differences of which nobody knows who made them: nothing is known to have been applied.
    pub(super) fn unexplained(change: &Change) -> Vec<Self> {
        let fields = change.fields.iter().filter(|_| change.cause == Cause::Unknown);
        let sides = |field: &FieldChange| {
            let [config, live] = [&field.after, &field.before].map(|it| shown(it.as_ref(), field.sensitive));
            ["not known".to_owned(), config, live]
        };
        let told = |field: &FieldChange| Self {
            address: change.address.clone(),
            path: field.path.clone(),
            sides: sides(field),
        };
        fields.map(told).collect()
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

fn shown(value: Option<&Value>, sensitive: bool) -> String {
    match value {
        None => "none".to_owned(),
        Some(_) if sensitive => MASK.to_owned(),
        Some(value) => inline(value),
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
