//! What differs in the tasks.

use serde_json::Value;

use super::{Diff, side::texts};
use crate::resource::{
    Object,
    flow::{
        content::text_at,
        leaves::{Leaf, Pair, pairs},
        place::Place,
    },
};

/// One task on both sides.
#[derive(Clone, Copy)]
pub(super) struct Both<'v> {
    pub(super) id: &'v str,
    pub(super) live: &'v Value,
    pub(super) desired: &'v Value,
    pub(super) place: Place,
}

impl<'a> Diff<'a> {
    pub(super) fn tasks(&mut self) {
        let contents = |object: &'a Object| object.get("contents").unwrap_or(&Value::Null);
        let (live, desired) = (self.live.content.object(), self.desired.content.object());
        for (key, before, after) in pairs(Place::Contents, contents(live), contents(desired)) {
            if key != "tasks" {
                let leaves = self.comparison.leaves_of_member(before, after);
                self.tell(&["contents", key], if key == "startTask" { "first task" } else { key }, leaves);
                continue;
            }
            let (Some((before, place)), Some((after, _))) = (before, after) else { continue };
            let mut tasks = pairs(place, before, after);
            tasks.sort_by_key(|(id, ..)| natural(id));
            for pair in tasks {
                self.task(pair);
            }
        }
    }

    fn task(&mut self, (id, live, desired): Pair<'a>) {
        match (live, desired) {
            (Some((live, place)), Some((desired, other)))
                if place != other || !self.comparison.same(place, live, desired) =>
            {
                self.changed_task(Both { id, live, desired, place }, other);
            }
            (Some((live, _)), None) if !self.going.has_task(id) => self.removed_task(id, live),
            (None, Some((desired, _))) if !self.coming.has_task(id) => {
                let words = self.desired.task_words(id).unwrap_or_default();
                self.push(
                    &["contents", "tasks", id],
                    format!("task added: {words}"),
                    None,
                    Some(desired.clone()),
                );
            }
            _ => {}
        }
    }

    fn removed_task(&mut self, id: &str, task: &Value) {
        let words = self.live.task_words(id).unwrap_or_default();
        let argument = task.get("arguments").and_then(|arguments| arguments.get("connectorId"));
        let connector = argument.map_or("", |argument| text_at(argument, "value"));
        let connector = self.comparison.left.name(connector).unwrap_or(connector).to_owned();
        let breaking = self.lost_connector(&connector);
        let values = (Some(task.clone()), None);
        self.push_breaking(&["contents", "tasks", id], format!("task removed: {words}"), values, breaking);
    }

    /// Why it breaks that `connector` is no longer used here; `None` where the flow still uses it elsewhere.
    pub(super) fn lost_connector(&mut self, connector: &str) -> Option<String> {
        self.told_connectors.insert(connector.to_owned());
        self.lost_connectors
            .contains(connector)
            .then(|| format!("the flow no longer uses the connector '{connector}'"))
    }

    fn changed_task(&mut self, both: Both<'a>, desired_place: Place) {
        let label = self.task_label(both.id);
        if both.place != desired_place || !both.live.is_object() || !both.desired.is_object() {
            let leaves = self
                .comparison
                .leaves_of_member(Some((both.live, both.place)), Some((both.desired, desired_place)));
            return self.tell(&["contents", "tasks", both.id], &label, leaves);
        }
        for (key, before, after) in pairs(both.place, both.live, both.desired) {
            let leaves = self.comparison.leaves_of_member(before, after);
            if leaves.is_empty() {
                continue;
            }
            match key {
                "next" => self.next(both, leaves),
                "conditions" => self.conditions(both, leaves),
                "arguments" => self.arguments(both, leaves),
                "inputKeys" | "allInputKeys" | "contextKeys" => self.inputs(both, key, leaves),
                "screenId" => self.shown_screen(both),
                "errorHandlingV2" => {
                    self.tell(
                        &["contents", "tasks", both.id, key],
                        &format!("{label} error handling"),
                        leaves,
                    );
                }
                _ => self.tell(&["contents", "tasks", both.id, key], &format!("{label} {key}"), leaves),
            }
        }
    }

    /// `task 4 "Send the code":`
    pub(super) fn task_label(&self, id: &str) -> String {
        let words = self.desired.task_words(id).or_else(|| self.live.task_words(id));
        format!("task {}:", words.unwrap_or_else(|| id.to_owned()))
    }

    fn arguments(&mut self, both: Both, leaves: Vec<Leaf>) {
        let task = self.task_label(both.id);
        for leaf in leaves {
            let words: Vec<&str> = leaf.path.iter().map(String::as_str).collect();
            let mut breaking = None;
            let label = match words.as_slice() {
                ["connectorId", "value"] => {
                    let name =
                        |value: &Option<Value>| value.as_ref().and_then(Value::as_str).map(str::to_owned);
                    self.told_connectors.extend(name(&leaf.after));
                    breaking = name(&leaf.before).and_then(|before| self.lost_connector(&before));
                    format!("{task} connector")
                }
                ["flowId", "value"] if text_at(both.desired, "type") == "flow" => format!("{task} sub-flow"),
                [argument, "value"] => format!("{task} {argument}"),
                words => format!("{task} {}", words.join(".")),
            };
            let path = [&["contents", "tasks", both.id, "arguments"], words.as_slice()].concat();
            self.push_breaking(&path, label, (leaf.before.clone(), leaf.after.clone()), breaking);
        }
    }

    fn shown_screen(&mut self, both: Both) {
        let (before, after) = (text_at(both.live, "screenId"), text_at(both.desired, "screenId"));
        let words = |words: Option<String>, id: &str| Some(words.unwrap_or_else(|| id.to_owned()).into());
        // Both by id where their names would not tell them apart.
        let (mut from, mut to) =
            (words(self.live.screen_words(before), before), words(self.desired.screen_words(after), after));
        if from == to {
            (from, to) = (Some(before.into()), Some(after.into()));
        }
        let label = format!("{} screen", self.task_label(both.id));
        self.push(&["contents", "tasks", both.id, "screenId"], label, from, to);
    }

    /// What a task takes from its screen is told where the screen differs, unless somebody wrote it by hand.
    fn inputs(&mut self, both: Both, key: &str, leaves: Vec<Leaf>) {
        let calculated = |task: &Value| task.get("calculatedInputKeys") == Some(&Value::Bool(true));
        let screen = |task| text_at(task, "screenId");
        let (before, after) = (screen(both.live), screen(both.desired));
        let differs = before != after || self.screen_differs(before);
        if calculated(both.live) && calculated(both.desired) && differs {
            return;
        }
        let kept: Vec<&str> = texts(both.desired.get(key)).collect();
        let lost: Vec<&str> = texts(both.live.get(key)).filter(|name| !kept.contains(name)).collect();
        let breaking = (key != "contextKeys" && !lost.is_empty())
            .then(|| format!("it no longer asks for {}", quoted(lost.iter().copied())));
        let label = format!("{} {key}", self.task_label(both.id));
        for Leaf { before, after, .. } in leaves {
            let path = ["contents", "tasks", both.id, key];
            self.push_breaking(&path, label.clone(), (before, after), breaking.clone());
        }
    }
}

/// `'email', 'phone'`.
pub(super) fn quoted<'t>(words: impl Iterator<Item = &'t str>) -> String {
    words.map(|word| format!("'{word}'")).collect::<Vec<_>>().join(", ")
}

/// Sorts `2` before `10`, `1.end` behind `1`, and words last.
fn natural(id: &str) -> (u64, String) {
    let digits: String = id.chars().take_while(char::is_ascii_digit).collect();
    (digits.parse().unwrap_or(u64::MAX), id.to_owned())
}
