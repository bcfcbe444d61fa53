//! Whether tasks and screens fit each other.

use std::collections::{HashMap, HashSet};

use serde_json::Value;

use super::{Findings, task_words};
use crate::resource::{
    Object,
    flow::{
        Content,
        compare::Comparison,
        content::{rules, text_at},
        place::Place,
    },
};

pub(super) fn check(content: &Content, found: &mut Findings) {
    let screens: HashMap<&str, &Object> = content.screens().collect();
    let mut shown: HashMap<&str, &str> = HashMap::new();
    for (id, task) in content.tasks().filter(|(_, task)| text_at(task, "type") == "screen") {
        let screen_id = text_at(task, "screenId");
        let Some(screen) = screens.get(screen_id) else {
            missing(content, id, screen_id, found);
            continue;
        };
        if let Some(other) = shown.insert(screen_id, id) {
            let other = task_words(content, other);
            let message = format!("{} and {other} show the same screen", task_words(content, id));
            let path = ["contents", "tasks", id, "screenId"];
            found.warning("shared_screen", &path, message, "give each of them a screen of its own");
        }
        check_interactions(content, (id, task), screen, found);
        check_copy(content, (id, task), screen, found);
    }
    for (index, (id, _)) in content.screens().enumerate().filter(|(_, (id, _))| !shown.contains_key(id)) {
        let message = format!("no task shows the screen '{id}'");
        found.warning("unused_screen", &["screens", &index.to_string()], message, "show it, or remove it");
    }
}

fn missing(content: &Content, id: &str, screen: &str, found: &mut Findings) {
    let task = task_words(content, id);
    let hint = "add the screen, or let the task show one of this flow";
    if screen.is_empty() {
        found.error("missing_screen", &["contents", "tasks", id], format!("{task} names no screen"), hint);
    } else {
        let message = format!("{task} shows the screen '{screen}', and there is no such screen");
        found.error("missing_screen", &["contents", "tasks", id, "screenId"], message, hint);
    }
}

fn check_interactions(content: &Content, (id, task): (&str, &Value), screen: &Object, found: &mut Findings) {
    let listed = screen.get("interactions").and_then(Value::as_array);
    let known: HashSet<&str> = listed.into_iter().flatten().map(|it| text_at(it, "id")).collect();
    for (index, (interaction, _)) in rules(task).enumerate().filter(|(_, (it, _))| !known.contains(it)) {
        let index = index.to_string();
        let path = ["contents", "tasks", id, "next", "rules", &index, "interactionId"];
        let words = task_words(content, id);
        let message = format!("{words} has a rule for '{interaction}', which its screen does not have");
        found.warning(
            "unknown_interaction",
            &path,
            message,
            "remove the rule, or add the button to the screen",
        );
    }
}

fn check_copy(content: &Content, (id, task): (&str, &Value), screen: &Object, found: &mut Findings) {
    let (Some(copy), Some(original)) = (task.get("htmlTemplate"), screen.get("contents")) else { return };
    if !Comparison::default().same(Place::Exact, copy, original) {
        let message =
            format!("{} has a copy of its screen that differs from the screen", task_words(content, id));
        let path = ["contents", "tasks", id, "htmlTemplate"];
        found.warning("stale_copy", &path, message, "remove htmlTemplate from the task: the screen counts");
    }
}
