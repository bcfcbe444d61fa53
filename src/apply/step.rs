//! One step: read just before, write, and look again where the answer leaves a doubt.

use std::time::Duration;

use serde_json::Value;
use tokio::{sync::Semaphore, time::Instant};

use super::{Fault, READ_LAG, Status};
use crate::{
    api::{Client, Error, Request, retry_delays},
    resource::{Object, Step, Verb, Verdict, answers, explain, rivals, roll_call},
    state::Lock,
};

/// What to do about custom attributes that the project does not know.
pub(super) const UNDEFINED: &str =
    "define the attribute in the console first (Tenants -> Custom Attributes), then run again";

/// How one step ended, when it did not end well.
#[derive(Debug)]
pub(super) struct Stuck {
    pub(super) status: Status,
    pub(super) fault: Fault,
    /// Whether no other change could fare better.
    pub(super) fatal: bool,
    /// The object, where it is as before in one part and as desired in another: our own write, half done.
    pub(super) half_done: Option<Object>,
}

impl Stuck {
    /// A change that failed by itself and left its object as it was.
    pub(super) fn failed(fault: Fault) -> Self {
        Self { status: Status::Failed, fault, fatal: false, half_done: None }
    }
}

/// The wire, as many requests at once as the pool has places.
#[derive(Clone, Copy)]
pub(super) struct Wire<'a> {
    pub(super) client: &'a Client,
    pub(super) lock: &'a Lock,
    pub(super) places: &'a Semaphore,
    pub(super) max_wait: Duration,
    /// What is said of each write where the call takes a remark.
    pub(super) remark: &'a str,
}

/// What a step left behind.
pub(super) struct Settled {
    /// The object after the step, as far as it is known; `None` after a delete.
    pub(super) after: Option<Object>,
    /// Writes sent for it.
    pub(super) attempts: u32,
}

impl Wire<'_> {
    async fn send(&self, request: &Request) -> Result<Object, Error> {
        // The semaphore is never closed; without a place the request goes all the same.
        let _place = self.places.acquire().await.ok();
        let answer = self.client.send(request).await?;
        answer.json()
    }

    /// Reads an object; `None` where it is not there.
    pub(super) async fn look(&self, step: &Step) -> Result<Option<Object>, Error> {
        match self.send(&step.look).await {
            Ok(answer) => Ok(step.found_in(answer)),
            Err(error) if error.is_not_found() => Ok(None),
            Err(error) if error.is_refusal() => match roll_call(step) {
                // Not every refusal of a read says that the object is not there; a list does.
                Some(request) if !answers(step, &Value::Object(self.send(&request).await?)) => Ok(None),
                _ => Err(error),
            },
            Err(error) => Err(error),
        }
    }

    /// Sends the write until it is done, refused, or beyond telling. `before` is the object as it was read last.
    pub(super) async fn write(&self, step: &Step, before: Option<&Object>) -> Result<Settled, (Stuck, u32)> {
        let request = step.request(before, self.remark);
        let started = Instant::now();
        let mut delays = retry_delays();
        let mut attempts = 0;
        loop {
            // Between two attempts a minute may pass, in which somebody may have taken the lock over.
            self.lock.check().map_err(|error| (halt(&error), attempts))?;
            attempts += 1;
            let Err(error) = self.send(&request).await else {
                return Ok(Settled { after: after(step, before), attempts });
            };
            let (verdict, now) = match self.doubt(step, before, &error, started + self.max_wait).await {
                Ok(found) => found,
                Err(stuck) => return Err((stuck, attempts)),
            };
            match verdict {
                Verdict::Done => return Ok(Settled { after: after(step, before), attempts }),
                Verdict::Untouched => match delays.next() {
                    Some(delay) if error.is_uncertain() && started.elapsed() + delay < self.max_wait => {
                        tokio::time::sleep(delay).await;
                    }
                    _ => return Err((self.refused(step, &error).await, attempts)),
                },
                Verdict::Differs(_) if !error.is_uncertain() => {
                    return Err((self.refused(step, &error).await, attempts));
                }
                Verdict::Differs(differences) => {
                    let half_done = now.filter(|now| step.is_half_done(before, now));
                    let stuck = drifted(step, &error, &differences);
                    return Err((Stuck { half_done, ..stuck }, attempts));
                }
            }
        }
    }

    /// What a look says after an error, and what it saw. An answer that settles the matter by itself needs no look.
    async fn doubt(
        &self,
        step: &Step,
        before: Option<&Object>,
        error: &Error,
        patience_ends: Instant,
    ) -> Result<(Verdict, Option<Object>), Stuck> {
        let absent = step.verb() == Verb::Delete && error.is_not_found();
        let exists =
            step.verb() == Verb::Create && error.status().is_some_and(|status| (400..500).contains(&status));
        if !(error.is_uncertain() || absent || exists) {
            return Ok((Verdict::Untouched, None));
        }
        let shown_by = Instant::now() + if error.is_uncertain() { READ_LAG } else { Duration::ZERO };
        let deadline = shown_by.min(patience_ends);
        let mut pause = Duration::from_millis(250);
        loop {
            match self.look(step).await {
                Ok(now) => {
                    let verdict = step.judge(before, now.as_ref());
                    // What looks untouched may only not be visible yet.
                    if verdict == Verdict::Done || Instant::now() >= deadline {
                        let told = verdict != Verdict::Untouched || deadline == shown_by;
                        return if told { Ok((verdict, now)) } else { Err(unproved(step, error)) };
                    }
                }
                Err(look) if Instant::now() >= deadline => return Err(unknown(step, error, &look)),
                Err(_) => {}
            }
            tokio::time::sleep(pause).await;
            pause = (pause * 2).min(Duration::from_secs(2));
        }
    }

    /// The fault of a write that the service refused, with whoever is in its way.
    async fn refused(&self, step: &Step, error: &Error) -> Stuck {
        let mut fault = Fault::from(error);
        if fault.message.to_lowercase().contains("attribute") && error.status() == Some(400) {
            fault.hint = Some(UNDEFINED.to_owned());
        }
        if error.is_refusal() {
            for request in rivals(step) {
                let Ok(answer) = self.send(&request).await else { continue };
                if let Some(found) = explain(step, &Value::Object(answer)) {
                    fault.message = format!("{found} ({})", fault.message);
                    fault.hint =
                        Some("take it from that tenant first, or correct the configuration".to_owned());
                    break;
                }
            }
        }
        Stuck { status: not_done(error), fatal: error.status() == Some(401), ..Stuck::failed(fault) }
    }
}

/// How a change stands whose request surely did nothing.
pub(super) fn not_done(error: &Error) -> Status {
    if matches!(error, Error::Interrupted { .. }) { Status::Skipped } else { Status::Failed }
}

/// The end of a run that may write no more.
pub(super) fn halt(error: &crate::state::Error) -> Stuck {
    Stuck { fatal: true, ..Stuck::failed(Fault::from(error)) }
}

fn after(step: &Step, before: Option<&Object>) -> Option<Object> {
    (step.verb() != Verb::Delete).then(|| step.after(before))
}

fn drifted(step: &Step, error: &Error, differences: &[crate::resource::Difference]) -> Stuck {
    let words: Vec<_> = differences.iter().map(|it| step.shape.word(&it.key)).collect();
    let found =
        if words.is_empty() { "is gone".to_owned() } else { format!("differs in {}", words.join(", ")) };
    let message = format!(
        "after an answer that failed to arrive the object is neither as before nor as desired: it {found} ({error})"
    );
    let hint = "somebody else may be changing it; plan again and look at the difference";
    Stuck::failed(Fault::new("drift", message, Some(hint)))
}

/// What to do where nobody knows.
const RUN_AGAIN: &str = "run the same command again: it reads what is live and goes on from there";

/// A write that does not show yet, while there is no more time to see whether it will.
fn unproved(step: &Step, error: &Error) -> Stuck {
    let message = format!(
        "whether the {} took effect is unknown: {error}; it does not show yet, and --max-wait is over",
        step.label
    );
    Stuck {
        status: Status::Unknown,
        ..Stuck::failed(Fault::new("outcome_unknown", message, Some(RUN_AGAIN)))
    }
}

fn unknown(step: &Step, error: &Error, look: &Error) -> Stuck {
    let message = format!(
        "whether the {} took effect is unknown: {error}; reading the object failed, too: {look}",
        step.label
    );
    Stuck {
        status: Status::Unknown,
        ..Stuck::failed(Fault::new("outcome_unknown", message, Some(RUN_AGAIN)))
    }
}
