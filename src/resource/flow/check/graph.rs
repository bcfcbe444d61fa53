//! Whether the tasks of a flow hang together.

use std::collections::HashSet;

use super::{Findings, task_words};
use crate::resource::flow::{
    Content,
    content::{rules, text},
};

/// The task where every flow begins.
const START: &str = "start";

/// More tasks than this are flagged by Descope.
const MANY: usize = 100;

/// More tasks than this cannot all run.
const MOST: usize = 200;

/// The tasks of a flow, and which of them can be reached.
pub(super) struct Graph<'a> {
    content: &'a Content,
    first: Option<&'a str>,
    reached: HashSet<&'a str>,
}

impl<'a> Graph<'a> {
    pub(super) fn of(content: &'a Content) -> Self {
        let contents = content.object().get("contents");
        let first =
            contents.and_then(|contents| contents.get("startTask")).map(text).filter(|it| !it.is_empty());
        let reached = reach(content, std::iter::once(START).chain(first));
        Self { content, first, reached }
    }

    pub(super) fn check(&self, found: &mut Findings) {
        self.check_start(found);
        self.check_rules(found);
        for (id, _) in self.content.tasks().filter(|(id, _)| *id != START && !self.reached.contains(id)) {
            let message = format!("{} cannot be reached from the start", task_words(self.content, id));
            let hint = "lead a rule to it, or remove it";
            found.warning("unreachable_task", &["contents", "tasks", id], message, hint);
        }
        match self.content.tasks().count() {
            count if count > MOST => {
                let message = format!("the flow has {count} tasks, and Descope runs {MOST} at most");
                found.warning(
                    "too_many_tasks",
                    &["contents", "tasks"],
                    message,
                    "move a part into a sub-flow",
                );
            }
            count if count > MANY => {
                let message = format!("the flow has {count} tasks; Descope flags more than {MANY}");
                found.warning("many_tasks", &["contents", "tasks"], message, "move a part into a sub-flow");
            }
            _ => {}
        }
    }

    fn check_start(&self, found: &mut Findings) {
        let Some(start) = self.content.task(START) else {
            let hint = "add a task 'start' whose rule leads to the first task";
            return found.error(
                "no_start",
                &["contents", "tasks"],
                "there is no task 'start'".to_owned(),
                hint,
            );
        };
        let path = ["contents", "startTask"];
        match self.first {
            None => {
                let hint = "name the task that 'start' leads to";
                found.error("no_start_task", &["contents"], "there is no startTask".to_owned(), hint);
            }
            Some(first) if self.content.task(first).is_none() => {
                let message = format!("startTask is '{first}', and there is no such task");
                found.error("no_start_task", &path, message, "name the task that 'start' leads to");
            }
            Some(first) if !rules(start).any(|(_, target)| target == first) => {
                let message = format!("startTask is '{first}', and no rule of 'start' leads there");
                found.warning("start_differs", &path, message, "let both name the same task");
            }
            Some(_) => {}
        }
    }

    fn check_rules(&self, found: &mut Findings) {
        for (id, task) in self.content.tasks() {
            for (index, (interaction, target)) in rules(task).enumerate() {
                if self.content.task(target).is_some() {
                    continue;
                }
                let index = index.to_string();
                let path = ["contents", "tasks", id, "next", "rules", &index, "taskId"];
                let on = if interaction.is_empty() { String::new() } else { format!(" on '{interaction}'") };
                let message = format!(
                    "{} leads{on} to task '{target}', and there is no such task",
                    task_words(self.content, id)
                );
                found.error("missing_task", &path, message, "lead the rule to a task of this flow");
            }
        }
    }
}

/// The tasks that can be reached from these, themselves included.
pub(super) fn reach<'a>(content: &'a Content, from: impl IntoIterator<Item = &'a str>) -> HashSet<&'a str> {
    let mut waiting: Vec<&str> = from.into_iter().collect();
    let mut reached = HashSet::new();
    while let Some(id) = waiting.pop() {
        let Some(task) = content.task(id) else { continue };
        if reached.insert(id) {
            waiting.extend(rules(task).map(|(_, target)| target));
        }
    }
    reached
}
