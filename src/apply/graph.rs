//! The changes of a plan as a graph: what may start now, what waits, what can no longer happen.

use std::collections::{BTreeSet, HashMap};

use crate::{
    plan::{Change, Need, Plan},
    resource::Address,
};

/// A part of a change that runs in one go.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct Node {
    /// The change, by its place in the plan.
    pub(super) change: usize,
    /// Whether this is only its first step, in which it gives up what others wait for.
    pub(super) release: bool,
}

/// What may start now, what waits.
#[derive(Debug, Default)]
pub(super) struct Graph {
    ready: BTreeSet<Node>,
    waits: HashMap<Node, usize>,
    followers: HashMap<Node, Vec<Node>>,
}

impl Graph {
    /// The graph of all changes that are not withheld.
    pub(super) fn of(plan: &Plan) -> Self {
        let index: HashMap<&Address, usize> = plan
            .changes
            .iter()
            .enumerate()
            .filter(|(_, change)| change.withheld.is_none())
            .map(|(at, change)| (&change.address, at))
            .collect();
        let mut graph = Self::default();
        for (&address, &at) in &index {
            let Some(change) = plan.changes.get(at) else { continue };
            debug_assert_eq!(&change.address, address);
            let main = Node { change: at, release: false };
            let mut before: BTreeSet<Node> =
                change.needs.iter().filter_map(|need| awaited(need, &index, &plan.changes)).collect();
            if change.release.is_some() {
                let release = Node { change: at, release: true };
                before.insert(release);
                graph.add(release, &BTreeSet::new());
            }
            graph.add(main, &before);
        }
        graph
    }

    fn add(&mut self, node: Node, before: &BTreeSet<Node>) {
        if before.is_empty() {
            self.ready.insert(node);
        } else {
            self.waits.insert(node, before.len());
        }
        for &earlier in before {
            self.followers.entry(earlier).or_default().push(node);
        }
    }

    /// Takes the first node that may start.
    pub(super) fn take(&mut self) -> Option<Node> {
        self.ready.pop_first()
    }

    /// Says that a node is done; what waited only for it may start.
    pub(super) fn done(&mut self, node: Node) {
        for follower in self.followers.remove(&node).unwrap_or_default() {
            let Some(waits) = self.waits.get_mut(&follower) else { continue };
            *waits -= 1;
            if *waits == 0 {
                self.waits.remove(&follower);
                self.ready.insert(follower);
            }
        }
    }

    /// Says that a node failed; returns what can no longer happen because of it, nearest first.
    pub(super) fn failed(&mut self, node: Node) -> Vec<Node> {
        let mut lost = Vec::new();
        let mut open = self.followers.remove(&node).unwrap_or_default();
        while let Some(follower) = open.pop() {
            let waiting = self.waits.remove(&follower).is_some();
            if waiting {
                lost.push(follower);
                open.extend(self.followers.remove(&follower).unwrap_or_default());
            }
        }
        lost
    }

    /// How many nodes have not started.
    pub(super) fn len(&self) -> usize {
        self.ready.len() + self.waits.len()
    }

    /// Everything that has not started; the graph is empty afterwards.
    pub(super) fn drain(&mut self) -> BTreeSet<Node> {
        let mut rest = std::mem::take(&mut self.ready);
        rest.extend(std::mem::take(&mut self.waits).into_keys());
        rest
    }
}

fn awaited(need: &Need, index: &HashMap<&Address, usize>, changes: &[Change]) -> Option<Node> {
    let at = *index.get(need.address())?;
    let gives_up_first = matches!(need, Need::Freed(_)) && changes.get(at)?.release.is_some();
    Some(Node { change: at, release: gives_up_first })
}
