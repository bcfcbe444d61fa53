//! What differs in the conditions of a task.

use std::collections::HashMap;

use serde_json::Value;

use super::{Diff, tasks::Both};
use crate::resource::flow::{content::text_at, leaves::Leaf, place::Place};

impl Diff<'_> {
    pub(super) fn conditions(&mut self, both: Both, leaves: Vec<Leaf>) {
        let path = ["contents", "tasks", both.id, "conditions"];
        let label = self.task_label(both.id);
        let (Some(live), Some(desired)) = (by_interaction(both.live), by_interaction(both.desired)) else {
            return self.tell(&path, &format!("{label} conditions"), leaves);
        };
        let told = self.found.len();
        let desired_of: HashMap<_, _> = desired.iter().copied().collect();
        let live_of: HashMap<_, _> = live.iter().copied().collect();
        let added = desired.iter().filter(|(id, _)| !live_of.contains_key(id));
        for (id, _) in live.iter().chain(added) {
            let (before, after) = (live_of.get(id).copied(), desired_of.get(id).copied());
            let same =
                before.zip(after).is_some_and(|(one, other)| self.comparison.same(Place::Exact, one, other));
            if same {
                continue;
            }
            let name = after.or(before).map_or("", |condition| text_at(condition, "name"));
            let what = match (before, after) {
                (None, _) => " added",
                (_, None) => " removed",
                _ => "",
            };
            let name = if name.is_empty() { id } else { name };
            let label = format!("{label} condition \"{name}\"{what}");
            self.push(&[&path[..], &[id]].concat(), label, before.cloned(), after.cloned());
        }
        if self.found.len() == told {
            let order =
                |list: &[(&str, &Value)]| list.iter().map(|(id, _)| (*id).to_owned()).collect::<Vec<_>>();
            let (before, after) = (order(&live).into(), order(&desired).into());
            self.push(&path, format!("{label} order of conditions"), Some(before), Some(after));
        }
    }
}

/// The conditions of a task by their interactions, if each has one of its own.
fn by_interaction(task: &Value) -> Option<Vec<(&str, &Value)>> {
    let listed = task.get("conditions")?.as_array()?;
    let found: Vec<_> = listed.iter().map(|it| (text_at(it, "interactionId"), it)).collect();
    let ids: HashMap<_, _> = found.iter().copied().collect();
    (ids.len() == found.len()).then_some(found)
}
