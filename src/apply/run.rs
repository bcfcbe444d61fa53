//! The changes of a plan, run: parents before children, independent work in parallel, outcomes told as they come.

use std::{sync::atomic::AtomicBool, time::Duration};

use futures_util::{StreamExt, future::BoxFuture, stream::FuturesUnordered};
use tokio::{sync::Semaphore, time::Instant};

use super::{
    Fault, Outcome, READ_LAG, Report, Status, Trail,
    graph::{Graph, Node},
    prove::prove,
    step::{Stuck, Wire, halt, not_done},
    tally::{Ended, Objects, Tally},
};
use crate::{
    api::Client,
    plan::{Change, Plan},
    resource::{Object, Step, Verb, Verdict, is_listed},
    state::{Lock, StepOutcome},
};

/// For so long a reading of a single object counts as "just before".
const FRESH: Duration = Duration::from_secs(5);
/// Requests under way at once, at most.
const MOST_PLACES: usize = 64;

/// How long to wait before a look that found an object as it was before our own write is repeated.
const LOOK_AGAIN: Duration = Duration::from_millis(300);
/// The steps that put something back are counted from here on.
const UNDO: usize = 100;

/// What an apply is made of. The lock and the trail are the proof that it may write.
pub struct Job<'a> {
    /// What to do.
    pub plan: &'a Plan,
    /// The way to Descope.
    pub client: &'a Client,
    /// The project's lock, held.
    pub lock: &'a Lock,
    /// Journal and audit, open.
    pub trail: &'a Trail,
    /// Requests at once, where that is fixed.
    pub parallelism: Option<usize>,
    /// The longest that one change may take, waiting included.
    pub max_wait: Duration,
    /// What is said of each write where the call takes a remark, such as the changelog of a flow.
    pub remark: &'a str,
    /// When the objects were read again before the first write.
    pub read_at: Instant,
    /// Set when the user breaks off.
    pub interrupted: &'a AtomicBool,
    /// Told what happens, as it happens.
    pub observer: &'a (dyn Fn(Event<'_>) + Sync),
    /// Asked after a failure.
    pub decide: &'a (dyn Fn(&Outcome, usize) -> BoxFuture<'static, Decision> + Sync),
}

/// What happens during an apply.
#[derive(Debug)]
pub enum Event<'a> {
    /// So many changes are about to run.
    Started(usize),
    /// A change is about to be written.
    Begun(&'a Change),
    /// A change came to its end.
    Ended(&'a Outcome),
    /// Everything was written; now it is read again.
    Proving,
}

/// How to go on after a failure.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Decision {
    /// With whatever does not depend on what failed.
    Continue,
    /// Not at all; what is under way finishes.
    Stop,
}

/// Runs every change of the plan that is not withheld, then reads everything again to prove it.
pub async fn run(job: &Job<'_>) -> Report {
    let mut tally = Tally::new(job.plan);
    let places = Semaphore::new(job.parallelism.unwrap_or(MOST_PLACES).clamp(1, MOST_PLACES));
    let wire = Wire {
        client: job.client,
        lock: job.lock,
        places: &places,
        max_wait: job.max_wait,
        remark: job.remark,
    };
    let mut graph = Graph::of(job.plan);
    let mut running = FuturesUnordered::new();
    let mut asking: Option<BoxFuture<'static, Decision>> = None;
    (job.observer)(Event::Started(job.plan.runnable().count()));
    loop {
        while asking.is_none() && tally.may_start(job) && running.len() < abreast(job) {
            let Some(node) = graph.take() else { break };
            let Some(change) = job.plan.changes.get(node.change) else { continue };
            let objects = tally.objects(node, change);
            // What gives something up first has begun with that.
            if node.release || change.release.is_none() {
                (job.observer)(Event::Begun(change));
            }
            running.push(run_node(job, wire, node, change, objects));
        }
        // While somebody thinks about an answer, what is under way goes on.
        tokio::select! {
            decision = answer(&mut asking), if asking.is_some() => {
                asking = None;
                tally.stopped = decision == Decision::Stop;
            }
            Some(ended) = running.next(), if !running.is_empty() => {
                let outcome = tally.take_in(job, &mut graph, ended);
                let left = graph.len();
                if let Some(outcome) = outcome.filter(|_| asking.is_none() && left > 0 && tally.may_start(job)) {
                    asking = Some((job.decide)(&outcome, left));
                }
            }
            else => break,
        }
    }
    for node in graph.drain() {
        tally.skip(job, node, None);
    }
    let half_done = tally.half_done();
    put_back(job, wire, &mut tally, half_done).await;
    (job.observer)(Event::Proving);
    prove(job, wire, &mut tally.outcomes, &tally.expected).await;
    // What the service took only in part goes back to what it was, where that can be.
    let lost = tally.lost();
    put_back(job, wire, &mut tally, lost).await;
    tally.report(job)
}

async fn answer(asking: &mut Option<BoxFuture<'static, Decision>>) -> Decision {
    match asking {
        Some(asking) => asking.await,
        None => std::future::pending().await,
    }
}

/// Puts back what changes had given up, deleted or altered, that did not come to their end.
async fn put_back(
    job: &Job<'_>,
    wire: Wire<'_>,
    tally: &mut Tally<'_>,
    half_done: impl IntoIterator<Item = (usize, Objects)>,
) {
    for (at, mut objects) in half_done {
        let Some(change) = job.plan.changes.get(at).filter(|change| !change.undo.is_empty()) else {
            continue;
        };
        let mut result = Ok(None);
        for (n, step) in change.undo.iter().enumerate() {
            let mut attempts = 0;
            result = match step.verb() {
                Verb::Delete => still_ours(wire, step, &objects).await.map(|()| None),
                Verb::Create | Verb::Update => Ok(None),
            };
            if result.is_ok() {
                result = run_step(job, wire, change, (UNDO + n, step), &mut objects, &mut attempts).await;
            }
            if result.is_err() {
                break;
            }
        }
        tally.amend(at, result.map(drop).map_err(|stuck| stuck.fault.message));
    }
}

/// Whether what is to be taken away again is what this run left there, and nobody else's by now.
async fn still_ours(wire: Wire<'_>, step: &Step, objects: &Objects) -> Result<(), Stuck> {
    let left = objects.get(step.look.path).and_then(Option::as_ref);
    match (wire.look(step).await, left) {
        (Err(error), _) => Err(not_tried(&error)),
        (Ok(Some(now)), Some(left)) => match step.shape.differences(left, &now).first() {
            Some(first) => Err(moved_meanwhile(step, &first.key)),
            None => Ok(()),
        },
        _ => Ok(()),
    }
}

/// The report of a plan in which everything is withheld, or nothing is to do.
pub fn untried(plan: &Plan, run_id: &str) -> Report {
    let outcomes = Tally::new(plan).outcomes.into_iter().flatten().collect();
    Report { run_id: run_id.to_owned(), outcomes, unchanged: plan.unchanged.len(), ..Report::default() }
}

/// Changes that are under way at once: the pool, and a few more that write their intent meanwhile.
fn abreast(job: &Job<'_>) -> usize {
    let pool = job.parallelism.unwrap_or_else(|| job.client.pool_size()).clamp(1, MOST_PLACES);
    pool + pool / 4
}

async fn run_node(job: &Job<'_>, wire: Wire<'_>, node: Node, change: &Change, mut objects: Objects) -> Ended {
    let started = Instant::now();
    let steps: Vec<&Step> =
        if node.release { change.release.iter().collect() } else { change.steps.iter().collect() };
    let mut attempts = 0;
    let (mut stuck, mut halted) = (None, None);
    let last = steps.len();
    for (at, step) in steps.into_iter().enumerate() {
        let number = if node.release { 0 } else { at + 1 };
        match run_step(job, wire, change, (number, step), &mut objects, &mut attempts).await {
            Ok(None) => {}
            // The write is done, whatever became of what is recorded of it.
            Ok(Some(halt)) if at + 1 == last => halted = Some(halt.fault),
            Ok(Some(failure)) | Err(failure) => {
                stuck = Some(failure);
                break;
            }
        }
    }
    let took = started.elapsed();
    Ended { node, attempts, took, stuck, halted, objects }
}

/// Runs one step. Where it is done and could not be recorded, it says why nothing more may be written.
async fn run_step(
    job: &Job<'_>,
    wire: Wire<'_>,
    change: &Change,
    (at, step): (usize, &Step),
    objects: &mut Objects,
    attempts: &mut u32,
) -> Result<Option<Stuck>, Stuck> {
    let path = step.look.path;
    let mut before = objects.get(path).cloned().flatten();
    if step.needs_a_look() && !is_fresh(job, change, path) {
        let own = at > 1 || (at == 1 && change.release.is_some());
        before = Some(look_just_before(wire, step, before.as_ref(), own).await?);
    }
    if let (Some(before), Some(written)) = (&mut before, written_before(change, at, path, objects)) {
        step.catch_up(before, written);
    }
    if step.needs_a_look() && step.judge(before.as_ref(), before.as_ref()) == Verdict::Done {
        // It is as desired already: nothing to write.
        objects.insert(path, before);
        return Ok(None);
    }
    let ticket = job.trail.intend(change, at, step, before.as_ref()).await.map_err(|error| halt(&error))?;
    let result = wire.write(step, before.as_ref()).await;
    let (outcome, after) = match &result {
        Ok(settled) => (StepOutcome::Succeeded, settled.after.as_ref()),
        Err((stuck, _)) if stuck.status == Status::Unknown => (StepOutcome::Unknown, None),
        Err(_) => (StepOutcome::Failed, None),
    };
    let told = job.trail.tell(ticket, outcome, after).await;
    let settled = match result {
        Ok(settled) => settled,
        Err((stuck, tries)) => {
            *attempts += tries;
            return Err(stuck);
        }
    };
    *attempts += settled.attempts;
    if step.verb() == Verb::Delete {
        // Whatever was known of the old object says nothing of a new one.
        objects.clear();
    }
    objects.insert(path, settled.after);
    Ok(told.err().map(|error| halt(&error)))
}

/// Reads an object that is about to be written. After a write of our `own` the read may lag: then it is read again.
async fn look_just_before(
    wire: Wire<'_>,
    step: &Step,
    planned: Option<&Object>,
    own: bool,
) -> Result<Object, Stuck> {
    let deadline = Instant::now() + if own { READ_LAG } else { Duration::ZERO };
    loop {
        let stuck = match wire.look(step).await {
            Err(error) => return Err(not_tried(&error)),
            Ok(None) => gone(),
            Ok(Some(now)) => match planned.and_then(|planned| step.moved(planned, &now).into_iter().next()) {
                None => return Ok(now),
                Some(first) => moved_meanwhile(step, &first.key),
            },
        };
        if Instant::now() >= deadline {
            return Err(stuck);
        }
        tokio::time::sleep(LOOK_AGAIN).await;
    }
}

/// The object that an earlier step of the change, at another path, has just written.
fn written_before<'a>(change: &Change, at: usize, path: &str, objects: &'a Objects) -> Option<&'a Object> {
    let earlier =
        change.steps.iter().take(at.saturating_sub(1)).rev().find(|earlier| earlier.look.path != path)?;
    objects.get(earlier.look.path)?.as_ref()
}

/// Whether an object that is read singly was read so shortly ago that reading it again would tell nothing new.
fn is_fresh(job: &Job<'_>, change: &Change, path: &'static str) -> bool {
    !is_listed(path) && change.seen.contains_key(path) && job.read_at.elapsed() < FRESH
}

fn not_tried(error: &crate::api::Error) -> Stuck {
    let fatal = error.status() == Some(401);
    Stuck { status: not_done(error), fatal, ..Stuck::failed(Fault::from(error)) }
}

fn gone() -> Stuck {
    let hint = "somebody deleted it; plan again";
    Stuck::failed(Fault::new("gone", "it is no longer there", Some(hint)))
}

fn moved_meanwhile(step: &Step, key: &str) -> Stuck {
    let message = format!("field '{}' changed in Descope since the plan was shown", step.shape.word(key));
    Stuck::failed(Fault::new("stale_plan", message, Some("plan again")))
}
