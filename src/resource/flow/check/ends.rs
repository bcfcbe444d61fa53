//! Whether every task is of a kind, and leads on or may be an end.

use std::collections::HashSet;

use serde_json::Value;

use super::{Findings, task_words};
use crate::resource::flow::{
    Content,
    content::{rules, text_at},
};

/// A condition that holds where no other does.
const ELSE: &str = "ELSE";

pub(super) fn check(content: &Content, found: &mut Findings) {
    for (id, task) in content.tasks() {
        let path = ["contents", "tasks", id];
        if !task.is_object() {
            let hint = "write it as { id, name, type, next }";
            found.error("no_task", &path, format!("task {id} is not an object"), hint);
            continue;
        }
        // Screens may be ends, as a sub-flow that signs in by itself is; and so is the task that signs in.
        let leads_on = rules(task).next().is_some();
        let must_lead_on = match text_at(task, "type") {
            "automated" => text_at(task, "action") != "logged-in",
            "condition" => true,
            _ => id == "start",
        };
        if must_lead_on && !leads_on {
            let message = format!("{} leads nowhere: people get stuck there", task_words(content, id));
            found.warning("dead_end", &path, message, "add a rule to the task that comes next");
        }
        if text_at(task, "type") == "condition" {
            check_conditions(content, id, task, found);
        }
    }
}

fn check_conditions(content: &Content, id: &str, task: &Value, found: &mut Findings) {
    let conditions = task.get("conditions").and_then(Value::as_array);
    let known: HashSet<&str> =
        conditions.into_iter().flatten().map(|condition| text_at(condition, "interactionId")).collect();
    let ruled: HashSet<&str> = rules(task).map(|(interaction, _)| interaction).collect();
    for (index, (interaction, _)) in rules(task).enumerate() {
        if !known.contains(interaction) && interaction != ELSE {
            let index = index.to_string();
            let path = ["contents", "tasks", id, "next", "rules", &index, "interactionId"];
            let message = format!(
                "{} has a rule for '{interaction}', which is none of its conditions",
                task_words(content, id)
            );
            found.warning("unknown_condition", &path, message, "remove the rule, or add the condition");
        }
    }
    for (index, condition) in conditions.into_iter().flatten().enumerate() {
        let interaction = text_at(condition, "interactionId");
        if !ruled.contains(interaction) && !ruled.is_empty() {
            let index = index.to_string();
            let path = ["contents", "tasks", id, "conditions", &index];
            let name = text_at(condition, "name");
            let name = if name.is_empty() { interaction } else { name };
            let message = format!("{} has no rule for its condition \"{name}\"", task_words(content, id));
            found.warning("dead_end", &path, message, "add a rule to the task that comes then");
        }
    }
}
