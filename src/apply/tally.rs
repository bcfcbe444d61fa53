//! What is known of every change so far, and what it all comes to.

use std::{collections::HashMap, sync::atomic::Ordering, time::Duration};

use super::{
    Fault, Outcome, Report, Status,
    graph::{Graph, Node},
    prove::{Expected, LOST},
    run::{Event, Job},
    step::Stuck,
};
use crate::{
    plan::{Change, Plan},
    resource::Object,
};

/// What a change leaves for others to know.
pub(super) struct Ended {
    pub(super) node: Node,
    pub(super) attempts: u32,
    pub(super) took: Duration,
    /// Why it did not come to its end; `None` where it did.
    pub(super) stuck: Option<Stuck>,
    /// Why nothing more may be written, although this came to its end.
    pub(super) halted: Option<Fault>,
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
    /// Objects left behind by changes that gave something up, or deleted it, and did not come to their end.
    half_done: HashMap<usize, Objects>,
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
            half_done: HashMap::new(),
        }
    }

    pub(super) fn may_start(&self, job: &Job<'_>) -> bool {
        !self.stopped && self.fatal.is_none() && !job.interrupted.load(Ordering::Relaxed)
    }

    /// The objects that a node starts from.
    pub(super) fn objects(&mut self, node: Node, change: &Change) -> Objects {
        match self.released.get_mut(&node.change).filter(|_| !node.release) {
            Some((objects, _, _)) => std::mem::take(objects),
            None => change.seen.iter().map(|(path, object)| (*path, Some(Object::clone(object)))).collect(),
        }
    }

    /// Takes in how a node ended, and what can no longer happen because of it; returns the outcome of a failure.
    pub(super) fn take_in(&mut self, job: &Job<'_>, graph: &mut Graph, ended: Ended) -> Option<Outcome> {
        let Ended { node, attempts, took, stuck, halted, objects } = ended;
        self.fatal = self.fatal.take().or(halted);
        let Some(stuck) = stuck else {
            graph.done(node);
            self.succeeded(job, node, attempts, took, objects);
            return None;
        };
        let outcome = self.failed(job, node, attempts, took, stuck, objects);
        for lost in graph.failed(node) {
            self.skip(job, lost, Some(node));
        }
        outcome
    }

    fn succeeded(&mut self, job: &Job<'_>, node: Node, attempts: u32, took: Duration, objects: Objects) {
        let at = node.change;
        if node.release {
            self.released.insert(at, (objects, attempts, took));
            return;
        }
        let Some(change) = self.plan.changes.get(at) else { return };
        self.expected.extend(Expected::all(at, change, objects));
        self.end(job, at, Status::Succeeded, attempts, took, None);
    }

    fn failed(
        &mut self,
        job: &Job<'_>,
        node: Node,
        attempts: u32,
        took: Duration,
        stuck: Stuck,
        objects: Objects,
    ) -> Option<Outcome> {
        let at = node.change;
        let Stuck { status, fault, fatal, half_done } = stuck;
        let deleted = objects.values().any(Option::is_none);
        let gave_up = self.released.contains_key(&at);
        // What may have come to its end after all is left alone.
        if (deleted || gave_up) && status != Status::Unknown {
            self.half_done.insert(at, objects);
        } else if let Some(found) = half_done {
            self.half_done.insert(at, self.found(at, found));
        }
        let fault = match self.plan.changes.get(at) {
            Some(change) => fault.masked(change),
            None => fault,
        };
        if fatal && self.fatal.is_none() {
            self.fatal = Some(fault.clone());
        }
        self.end(job, at, status, attempts, took, Some(fault))
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

    /// The changes that gave something up, or deleted it, and did not come to their end, with what is there now.
    pub(super) fn half_done(&mut self) -> Vec<(usize, Objects)> {
        let never_begun = |at: &usize| {
            self.outcomes
                .get(*at)
                .is_some_and(|it| it.as_ref().is_some_and(|it| it.status == Status::Skipped))
        };
        let released: Vec<usize> = self.released.keys().copied().filter(never_begun).collect();
        let mut all = std::mem::take(&mut self.half_done);
        for at in released {
            let objects = self.released.get_mut(&at).map(|it| std::mem::take(&mut it.0)).unwrap_or_default();
            all.entry(at).or_insert(objects);
        }
        let mut all: Vec<_> = all.into_iter().collect();
        all.sort_by_key(|(at, _)| *at);
        all
    }

    /// The changes whose writes the service took only in part, as the proof found.
    pub(super) fn lost(&self) -> Vec<(usize, Objects)> {
        let lost = self.outcomes.iter().enumerate().filter(|(_, outcome)| {
            let fault = outcome.as_ref().and_then(|outcome| outcome.fault.as_ref());
            fault.is_some_and(|fault| fault.code == LOST)
        });
        let found =
            |at, outcome: &Option<Outcome>| outcome.as_ref()?.returned.clone().map(|it| self.found(at, it));
        lost.filter_map(|(at, outcome)| Some((at, found(at, outcome)?))).collect()
    }

    /// The object of a change as it was found, by the path it is read from.
    fn found(&self, at: usize, object: Object) -> Objects {
        let step = self.plan.changes.get(at).and_then(|change| change.steps.first());
        step.map(|step| (step.look.path, Some(object))).into_iter().collect()
    }

    /// Says of a half-done change whether what it had was put back.
    pub(super) fn amend(&mut self, at: usize, put_back: Result<(), String>) {
        let Some(Some(outcome)) = self.outcomes.get_mut(at) else { return };
        let Some(change) = self.plan.changes.get(at) else { return };
        let replaced = outcome.action == "replace";
        let released = self.released.contains_key(&at);
        if !replaced && !released {
            outcome.fault = Some(put_back_whole(outcome.fault.take(), put_back).masked(change));
            return;
        }
        let why = outcome.fault.take().map(|fault| fault.message).unwrap_or_default();
        let (code, message, hint) = match put_back {
            Ok(()) if replaced => (
                "deleted_and_put_back",
                format!(
                    "it was deleted, could not be made anew, and was put back without its users and keys: {why}"
                ),
                "correct what the message names, then run again",
            ),
            Ok(()) => (
                "given_up_and_put_back",
                format!("it had given up its name or domains, and has them back: {why}"),
                "run the same command again",
            ),
            Err(error) if replaced => (
                "deleted_not_made_anew",
                format!("IT WAS DELETED AND NOT MADE ANEW: {why}; putting it back failed, too: {error}"),
                "put it back with the rollback command below",
            ),
            Err(error) => (
                "given_up_not_put_back",
                format!("IT GAVE UP ITS NAME OR DOMAINS AND DID NOT GET THEM BACK: {why}; {error}"),
                "run the same command again, or put it back with the rollback command below",
            ),
        };
        outcome.status = Status::Failed;
        outcome.fault = Some(Fault::new(code, message, Some(hint)).masked(change));
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
            ..outcome(change, status, fault.map(|fault| fault.masked(change)))
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

/// What is said of an object that a change had altered on the way.
fn put_back_whole(fault: Option<Fault>, put_back: Result<(), String>) -> Fault {
    let why = fault.map(|fault| fault.message).unwrap_or_default();
    match put_back {
        Ok(()) => Fault::new(
            "rolled_back",
            format!("it was put back as it was before this run: {why}"),
            Some("correct what the message names, then run again"),
        ),
        Err(error) => Fault::new(
            "not_rolled_back",
            format!("IT IS HALF DONE AND COULD NOT BE PUT BACK: {why}; {error}"),
            Some("put it back with the rollback command below"),
        ),
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
        returned: None,
    }
}
