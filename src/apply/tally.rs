//! What is known of every change so far, and what it all comes to.

use std::{collections::HashMap, sync::atomic::Ordering, time::Duration};

use super::{
    Fault, Outcome, Report, Status,
    graph::Node,
    prove::Expected,
    run::{Event, Job},
};
use crate::{
    plan::{Change, Plan},
    resource::Object,
};

/// What a change leaves for others to know.
pub(super) struct Ended {
    pub(super) node: Node,
    pub(super) status: Status,
    pub(super) attempts: u32,
    pub(super) took: Duration,
    pub(super) fault: Option<Fault>,
    pub(super) fatal: bool,
    pub(super) objects: Objects,
}

/// The objects of a change by the path they are read from, as they are now; whole where they were read whole.
pub(super) type Objects = HashMap<&'static str, Option<Object>>;

/// What is known of every change so far.
pub(super) struct Tally<'a> {
    plan: &'a Plan,
    pub(super) outcomes: Vec<Option<Outcome>>,
    /// Objects left behind by a release, for the steps that follow it.
    released: HashMap<usize, (Objects, u32, Duration)>,
    pub(super) expected: Vec<Expected<'a>>,
    fatal: Option<Fault>,
    pub(super) stopped: bool,
}

impl<'a> Tally<'a> {
    pub(super) fn new(plan: &'a Plan) -> Self {
        let withheld = |change: &Change| {
            let reason = change.withheld.as_ref()?.reason(&change.address);
            Some(outcome(change, Status::Withheld, Some(Fault::new("withheld", reason, None))))
        };
        Self {
            plan,
            outcomes: plan.changes.iter().map(withheld).collect(),
            released: HashMap::new(),
            expected: Vec::new(),
            fatal: None,
            stopped: false,
        }
    }

    pub(super) fn may_start(&self, job: &Job<'_>) -> bool {
        !self.stopped && self.fatal.is_none() && !job.interrupted.load(Ordering::Relaxed)
    }

    /// The objects that a node starts from.
    pub(super) fn objects(&mut self, node: Node, change: &Change) -> Objects {
        match self.released.get_mut(&node.change).filter(|_| !node.release) {
            Some((objects, _, _)) => std::mem::take(objects),
            None => change.seen.iter().map(|(path, object)| (*path, Some(object.clone()))).collect(),
        }
    }

    pub(super) fn succeeded(&mut self, job: &Job<'_>, ended: Ended) {
        let at = ended.node.change;
        if ended.node.release {
            self.released.insert(at, (ended.objects, ended.attempts, ended.took));
            return;
        }
        let Some(change) = self.plan.changes.get(at) else { return };
        self.expected.extend(Expected::all(at, change, ended.objects));
        self.end(job, at, Status::Succeeded, ended.attempts, ended.took, None);
    }

    pub(super) fn failed(&mut self, job: &Job<'_>, ended: Ended) -> Option<Outcome> {
        if ended.fatal && self.fatal.is_none() {
            self.fatal.clone_from(&ended.fault);
        }
        self.end(job, ended.node.change, ended.status, ended.attempts, ended.took, ended.fault)
    }

    pub(super) fn skip(&mut self, job: &Job<'_>, node: Node, because: Option<Node>) {
        let cause = because.and_then(|node| self.plan.changes.get(node.change)).map(|change| &change.address);
        let fault = match cause {
            Some(address) => {
                Fault::new("dependency_failed", format!("depends on {address}, which failed"), None)
            }
            None if job.interrupted.load(Ordering::Relaxed) => {
                Fault::new("interrupted", "the run was interrupted before its turn came", None)
            }
            None => Fault::new("stopped", "the run was stopped before its turn came", None),
        };
        self.end(job, node.change, Status::Skipped, 0, Duration::ZERO, Some(fault));
    }

    /// Notes how a change ended, once; the first word on it stands.
    fn end(
        &mut self,
        job: &Job<'_>,
        at: usize,
        status: Status,
        attempts: u32,
        took: Duration,
        fault: Option<Fault>,
    ) -> Option<Outcome> {
        let change = self.plan.changes.get(at)?;
        let slot = self.outcomes.get_mut(at).filter(|slot| slot.is_none())?;
        let (before, took_before) = self.released.get(&at).map_or((0, Duration::ZERO), |it| (it.1, it.2));
        let ended = Outcome {
            attempts: attempts + before,
            duration_ms: u64::try_from((took + took_before).as_millis()).unwrap_or(u64::MAX),
            ..outcome(change, status, fault)
        };
        (job.observer)(Event::Ended(&ended));
        *slot = Some(ended.clone());
        Some(ended)
    }

    pub(super) fn report(self, job: &Job<'_>) -> Report {
        Report {
            outcomes: self.outcomes.into_iter().flatten().collect(),
            unchanged: self.plan.unchanged.len(),
            interrupted: job.interrupted.load(Ordering::Relaxed),
            fatal: self.fatal,
            ..Report::default()
        }
    }
}

fn outcome(change: &Change, status: Status, fault: Option<Fault>) -> Outcome {
    Outcome {
        address: change.address.clone(),
        action: change.action.word(),
        status,
        attempts: 0,
        duration_ms: 0,
        fault,
    }
}
