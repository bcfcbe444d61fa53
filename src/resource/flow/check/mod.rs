//! A flow → what is wrong with it, without looking at a project.

mod ends;
mod graph;
mod mfa;
mod screens;
#[cfg(test)]
mod tests;

use super::{Content, content::text_at, pointer::pointer};
use graph::Graph;

/// How bad a finding is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    /// The flow cannot work as it is.
    Error,
    /// The flow may work, but looks wrong.
    Warning,
}

/// One thing that is wrong with a flow.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// How bad it is.
    pub severity: Severity,
    /// A word for the kind of finding, which stays.
    pub code: &'static str,
    /// Where: a JSON pointer into the exported shape; [`Form::locate`](super::Form::locate) finds it in a file.
    pub pointer: String,
    /// What is wrong.
    pub message: String,
    /// What to do about it.
    pub hint: &'static str,
}

/// What is wrong with a flow, as far as the flow itself tells: its graph, its screens, its methods.
///
/// A flow in which a rule or a task points to nothing cannot work; that is an error, and so is a flow that calls
/// itself MFA and offers one method only. All else is a warning.
pub fn check(content: &Content) -> Vec<Finding> {
    let mut found = Findings::default();
    let graph = Graph::of(content);
    graph.check(&mut found);
    ends::check(content, &mut found);
    screens::check(content, &mut found);
    mfa::check(content, &mut found);
    found.0
}

/// Collects what is found.
#[derive(Default)]
struct Findings(Vec<Finding>);

impl Findings {
    fn error(&mut self, code: &'static str, path: &[&str], message: String, hint: &'static str) {
        let pointer = pointer(path);
        self.0.push(Finding { severity: Severity::Error, code, pointer, message, hint });
    }

    fn warning(&mut self, code: &'static str, path: &[&str], message: String, hint: &'static str) {
        let pointer = pointer(path);
        self.0.push(Finding { severity: Severity::Warning, code, pointer, message, hint });
    }
}

/// `task 4 "Send the code"`.
fn task_words(content: &Content, id: &str) -> String {
    let name = content.task(id).map_or("", |task| text_at(task, "name"));
    if name.is_empty() || name == id { format!("task {id}") } else { format!("task {id} \"{name}\"") }
}
