//! One check and how it went.

use serde_json::{Value, json};

use crate::render::Ui;

/// How a check went.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Status {
    Pass,
    Warn,
    Fail,
}

/// One check and how it went.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Check {
    name: &'static str,
    pub(super) status: Status,
    message: String,
    remedy: Option<String>,
}

impl Check {
    pub(super) fn pass(name: &'static str, message: &str) -> Self {
        Self { name, status: Status::Pass, message: message.to_owned(), remedy: None }
    }

    pub(super) fn warn(name: &'static str, message: &str, remedy: &str) -> Self {
        let remedy = Some(remedy.to_owned()).filter(|remedy| !remedy.is_empty());
        Self { name, status: Status::Warn, message: message.to_owned(), remedy }
    }

    pub(super) fn fail(name: &'static str, message: &str, remedy: &str) -> Self {
        Self { status: Status::Fail, ..Self::warn(name, message, remedy) }
    }

    /// A check that could not be made.
    pub(super) fn skipped(name: &'static str, why: &str) -> Self {
        Self::warn(name, &format!("not checked: {why}"), "")
    }

    fn word(&self) -> &'static str {
        match self.status {
            Status::Pass => "pass",
            Status::Warn => "warn",
            Status::Fail => "fail",
        }
    }

    /// As a line or two: a word for how it went, never colour alone.
    pub(super) fn text(&self, ui: &Ui) -> String {
        let Self { name, message, remedy, .. } = self;
        let remedy = remedy.as_ref().map(|remedy| ui.hanging("                     -> ", remedy));
        ui.hanging(&format!("  {}  {name:<14} ", self.word()), message) + &remedy.unwrap_or_default()
    }

    pub(super) fn document(&self) -> Value {
        json!({"name": self.name, "status": self.word(), "message": self.message, "remedy": self.remedy})
    }
}
