//! (live flow, desired flow) → what differs, as people speak of flows: by task, rule, screen, component, reference.
//!
//! One change is told once, where it is made. The copy of a screen in a task, the label of a button in the screen's
//! interactions, the inputs that a task takes from its screen and the tasks of a method that comes or goes are not
//! told again.

mod conditions;
mod losses;
mod methods;
mod references;
mod rules;
mod screens;
mod side;
mod tasks;
#[cfg(test)]
mod tests;

use std::collections::{BTreeSet, HashSet};

use serde_json::Value;

use super::{
    Content, Dependencies, compare::Comparison, dependencies, leaves::Leaf, names::Names, place::Place,
};
use methods::Folded;
use side::Side;

/// One difference between two flows.
#[derive(Debug, Clone, PartialEq)]
pub struct FlowDifference {
    /// Where: stable words from the outside in, ids in place of positions.
    pub path: Vec<String>,
    /// What differs, for people: `screen "Sign in": button text`.
    pub label: String,
    /// What is live; `None` where there is nothing. Connectors, tasks and screens stand by name where they have one.
    pub before: Option<Value>,
    /// What is desired; `None` where it shall go.
    pub after: Option<Value>,
    /// Why it can break what works now; `None` where it does not.
    pub breaking: Option<String>,
}

/// What differs between two flows; empty only where they are the same.
pub fn differences(live: &Content, desired: &Content) -> Vec<FlowDifference> {
    if live.same(desired) {
        return Vec::new();
    }
    let mut diff = Diff::new(live, desired);
    diff.member("flowId", "id");
    diff.metadata();
    diff.methods();
    diff.tasks();
    diff.screens();
    diff.references();
    let added = desired.object().keys().filter(|key| !live.object().contains_key(*key));
    for key in live.object().keys().chain(added) {
        if !["flowId", "metadata", "contents", "screens", "references"].contains(&key.as_str()) {
            diff.member(key, key);
        }
    }
    diff.untold_losses();
    diff.found
}

/// What the telling of differences needs to know.
struct Diff<'a> {
    live: Side<'a>,
    desired: Side<'a>,
    comparison: Comparison<'a>,
    /// Tasks that only the live flow has, of methods that go.
    going: Folded<'a>,
    /// Tasks that only the desired flow has, of methods that come.
    coming: Folded<'a>,
    /// Connectors that only the live flow uses.
    lost_connectors: BTreeSet<String>,
    /// Connectors that a difference has named already.
    told_connectors: HashSet<String>,
    found: Vec<FlowDifference>,
}

impl<'a> Diff<'a> {
    fn new(live: &'a Content, desired: &'a Content) -> Self {
        let (live, desired) = (Side::of(live), Side::of(desired));
        let comparison = Comparison::of(live.content.object(), desired.content.object());
        let used = |side: &Side, other: &Names| -> BTreeSet<String> {
            let Dependencies { connectors, .. } = dependencies(side.content);
            // Being referred to is no use; and an id may have a name on the other side only.
            let used = connectors.into_iter().filter(|it| !it.pointer.starts_with("/references"));
            used.map(|it| other.name(&it.name).map_or(it.name.clone(), str::to_owned)).collect()
        };
        Self {
            going: Folded::of(&live, &desired),
            coming: Folded::of(&desired, &live),
            lost_connectors: &used(&live, &comparison.right) - &used(&desired, &comparison.left),
            told_connectors: HashSet::new(),
            comparison,
            live,
            desired,
            found: Vec::new(),
        }
    }

    /// The differences in one key of the flow that has no room of its own.
    fn member(&mut self, key: &str, label: &str) {
        let on = |side: &Side<'a>| Place::Flow.get(side.content.object(), key);
        let leaves = self.comparison.leaves_of_member(on(&self.live), on(&self.desired));
        self.tell(&[key], label, leaves);
    }

    /// Tells each place in which something differs.
    fn tell(&mut self, path: &[&str], label: &str, leaves: Vec<Leaf>) {
        for Leaf { path: inner, before, after } in leaves {
            let label =
                if inner.is_empty() { label.to_owned() } else { format!("{label} {}", inner.join(".")) };
            let path = path.iter().map(|word| (*word).to_owned()).chain(inner).collect();
            self.found.push(FlowDifference { path, label, before, after, breaking: None });
        }
    }

    fn push(&mut self, path: &[&str], label: String, before: Option<Value>, after: Option<Value>) {
        self.push_breaking(path, label, (before, after), None);
    }

    fn push_breaking(
        &mut self,
        path: &[&str],
        label: String,
        (before, after): (Option<Value>, Option<Value>),
        breaking: Option<String>,
    ) {
        let path = path.iter().map(|word| (*word).to_owned()).collect();
        self.found.push(FlowDifference { path, label, before, after, breaking });
    }
}
