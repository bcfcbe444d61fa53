//! What was written, read again: a field that the service dropped or altered is reported by name.

use std::time::Duration;

use tokio::time::Instant;

use super::{
    Fault, Outcome, READ_LAG, Status,
    run::Job,
    step::{UNDEFINED, Wire},
};
use crate::{
    live,
    plan::{Action, Change},
    resource::{Difference, Object, Shape, Step, Verb},
};

/// The code of a fault where the service took a write only in part.
pub(super) const LOST: &str = "lost_in_writing";

/// How an object should be found after its change.
pub(super) struct Expected<'a> {
    /// The change, by its place in the plan.
    at: usize,
    change: &'a Change,
    path: &'static str,
    shape: &'static Shape,
    /// `None`: it should be gone.
    object: Option<Object>,
    /// Whether keys that are not expected say something, too.
    whole: bool,
    /// A step that reads it by itself.
    step: &'a Step,
}

impl<'a> Expected<'a> {
    /// What to expect of every object of a change.
    pub(super) fn all(
        at: usize,
        change: &'a Change,
        mut objects: std::collections::HashMap<&'static str, Option<Object>>,
    ) -> Vec<Self> {
        let mut paths: Vec<&Step> = Vec::new();
        for step in &change.steps {
            if !paths.iter().any(|known| known.look.path == step.look.path) {
                paths.push(step);
            }
        }
        let made = matches!(change.action, Action::Create { .. } | Action::Replace { .. });
        paths
            .into_iter()
            .filter_map(|step| {
                let path = step.look.path;
                let object = objects.remove(path)?;
                // What a create does not name gets the service's defaults.
                let whole = !(made
                    && change.steps.iter().any(|it| it.look.path == path && it.verb() == Verb::Create));
                Some(Self { at, change, path, shape: crate::resource::shape(path), object, whole, step })
            })
            .collect()
    }

    /// Whether the object is as expected, or, where the service says things in other words, no longer as before and
    /// nothing of it lost.
    fn is_settled(&self, now: Option<&Object>) -> bool {
        let Some(differences) = self.differs(now) else { return true };
        if self.shape.lost.is_none() || differences.is_empty() {
            return false;
        }
        let before = self.change.seen.get(self.path);
        let moved =
            |now: &Object| before.is_none_or(|before| !self.shape.differences(before, now).is_empty());
        now.is_some_and(moved) && self.lost(now).is_empty()
    }

    /// What of the object got lost in writing, where its shape can tell.
    fn lost(&self, now: Option<&Object>) -> Vec<String> {
        match (self.shape.lost, &self.object, now) {
            (Some(lost), Some(expected), Some(now)) => lost(expected, now),
            _ => Vec::new(),
        }
    }

    /// How the object differs from what is expected; `None` where it does not.
    fn differs(&self, now: Option<&Object>) -> Option<Vec<Difference>> {
        match (&self.object, now) {
            (None, None) => None,
            (None, Some(_)) | (Some(_), None) => Some(Vec::new()),
            (Some(expected), Some(now)) => {
                let mut differences = self.shape.differences(expected, now);
                differences.retain(|it| self.whole || expected.contains_key(&it.key));
                Some(differences).filter(|differences| !differences.is_empty())
            }
        }
    }
}

/// Reads every changed object again, for as long as reads may lag, and turns a success that is none into a failure.
pub(super) async fn prove(
    job: &Job<'_>,
    wire: Wire<'_>,
    outcomes: &mut [Option<Outcome>],
    expected: &[Expected<'_>],
) {
    let mut open: Vec<&Expected<'_>> = expected.iter().collect();
    let deadline = Instant::now() + READ_LAG;
    let mut pause = Duration::from_millis(500);
    while !open.is_empty() {
        let found = live::find(job.client, open.iter().map(|it| (it.path, it.change.address.id()))).await;
        let last = Instant::now() + pause >= deadline;
        match found {
            Ok(found) => open.retain(|it| {
                let now = found.object(it.path, it.change.address.id());
                let settled = it.is_settled(now.as_ref());
                if settled && it.shape.lost.is_some() {
                    keep(outcomes, it, now);
                }
                !settled
            }),
            Err(error) if last || error.code() == "interrupted" => {
                for it in &open {
                    fail(outcomes, it, Status::Unknown, unread(&error));
                }
                return;
            }
            Err(_) => {}
        }
        if last {
            break;
        }
        if !open.is_empty() {
            tokio::time::sleep(pause).await;
            pause = (pause * 2).min(Duration::from_secs(2));
        }
    }
    for it in open {
        // A list may lag, or leave something out; only the object itself is a proof.
        match wire.look(it.step).await {
            Ok(now) if it.is_settled(now.as_ref()) => {
                if it.shape.lost.is_some() {
                    keep(outcomes, it, now);
                }
            }
            Ok(now) => {
                fail(outcomes, it, Status::Failed, not_as_desired(it, now.as_ref()));
                // What was found must be found again before it is put back: it may be somebody else's by then.
                keep(outcomes, it, now);
            }
            Err(error) => fail(outcomes, it, Status::Unknown, unread(&error)),
        }
    }
}

fn fail(outcomes: &mut [Option<Outcome>], expected: &Expected<'_>, status: Status, fault: Fault) {
    if let Some(Some(outcome)) = outcomes.get_mut(expected.at) {
        outcome.status = status;
        outcome.fault = Some(fault.masked(expected.change));
    }
}

/// Keeps what the service made of the write: later comparisons start from that.
fn keep(outcomes: &mut [Option<Outcome>], expected: &Expected<'_>, now: Option<Object>) {
    if let Some(Some(outcome)) = outcomes.get_mut(expected.at) {
        outcome.returned = now;
    }
}

fn unread(error: &crate::api::Error) -> Fault {
    let message = format!("it was written, but could not be read again to prove it: {error}");
    Fault::new("not_proved", message, Some("run the same command again: an empty plan is the proof"))
}

fn not_as_desired(expected: &Expected<'_>, now: Option<&Object>) -> Fault {
    let lost = expected.lost(now);
    if !lost.is_empty() {
        let message = format!("the service did not keep all that was written: {}", lost.join(", "));
        return Fault::new(LOST, message, Some("make what is missing in the project first, then run again"));
    }
    let differences = expected.differs(now).unwrap_or_default();
    let words: Vec<_> = differences.iter().map(|it| describe(expected.shape, it)).collect();
    let message = match (&expected.object, now.is_some()) {
        (None, _) => "the service said it was deleted, but it is still there".to_owned(),
        (Some(_), false) => "the service said it was written, but it is not there".to_owned(),
        (Some(_), true) => format!("the service did not keep what was written: {}", words.join(", ")),
    };
    let sso = differences.iter().any(|it| ["authType", "domains", "enforceSSO"].contains(&it.key.as_str()));
    if sso && expected.change.has_sso {
        let message = format!("THE SSO SET-UP OF THIS TENANT CHANGED: {message}");
        let hint = "check its SSO in the Descope console at once, before its users sign in again";
        return Fault::new("sso_changed", message, Some(hint));
    }
    let undefined = differences.iter().any(|it| it.key == "customAttributes");
    let hint = if undefined { UNDEFINED } else { "plan again and look at the difference" };
    Fault::new("not_as_desired", message, Some(hint))
}

/// The YAML words of a difference; of two maps, the words of their keys.
fn describe(shape: &Shape, difference: &Difference) -> String {
    let word = shape.word(&difference.key);
    match (difference.expected.as_object(), difference.found.as_object()) {
        (Some(expected), found) => {
            let empty = Object::new();
            let inner = shape.differences(expected, found.unwrap_or(&empty));
            inner.iter().map(|it| format!("{word}.{}", it.key)).collect::<Vec<_>>().join(", ")
        }
        _ => word.to_owned(),
    }
}
