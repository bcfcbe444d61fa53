//! Journal and audit of one run: what is about to be written, and how it ended, on disk before anybody goes on.

use futures_util::future::try_join_all;
use serde_json::Value;
use tokio::time::Instant;

use super::{Report, Status};
use crate::{
    plan::{Cause, Change, Plan},
    resource::{Address, Object, Step},
    state::{
        Audit, AuditContext, AuditEvent, Error, Journal, JournalStep, RunPlan, State, StepOutcome, digest,
    },
};

/// Journal and audit of one run, both open.
#[derive(Debug)]
pub struct Trail {
    audit: Audit,
    journal: Journal,
    run_id: String,
}

/// What somebody chose about an object.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Choice {
    /// The object.
    pub address: Address,
    /// What there was to choose about: the cause of a drift, or `orphan`.
    pub seen: &'static str,
    /// What was chosen: `config`, `live`, `delete`, `adopt` or `leave`.
    pub chosen: &'static str,
}

impl Choice {
    /// Its lines in the audit.
    pub fn events(&self) -> [AuditEvent; 2] {
        let address = self.address.as_str();
        [AuditEvent::drift_seen(address, self.seen), AuditEvent::resolved(address, self.chosen)]
    }
}

/// A write that was announced and whose end is still to be told.
#[derive(Debug)]
pub struct Ticket {
    step: JournalStep,
    begun: Instant,
}

impl Trail {
    /// Opens both, and says that the run starts, and what it sets out to do.
    ///
    /// # Errors
    /// One of them can't be written: then nothing may be written to Descope.
    pub async fn open(state: &State, context: AuditContext, plan: Option<RunPlan>) -> Result<Self, Error> {
        let (project, run_id) = (context.project_id.clone(), context.run_id.clone());
        let audit = state.audit(context)?;
        let journal = state.journal(&project, &run_id, plan)?;
        audit.append(AuditEvent::run_started()).await?;
        Ok(Self { audit, journal, run_id })
    }

    /// The hash of the newest line of the audit.
    pub fn head(&self) -> Option<String> {
        self.audit.head()
    }

    /// Says that the run ended, and how.
    ///
    /// # Errors
    /// It could not be written down; the next run looks at this one again.
    pub async fn finish(self, report: &Report) -> Result<Option<String>, Error> {
        let all = report.outcomes.iter().all(|outcome| outcome.status == Status::Succeeded);
        let outcome = match () {
            () if report.interrupted => "interrupted",
            () if report.fatal.is_some() => "stopped",
            () if all => "succeeded",
            () => "partly",
        };
        self.end(outcome).await
    }

    /// Says that the run ended in this way; returns the audit's head.
    ///
    /// # Errors
    /// It could not be written down; the next run looks at this one again.
    pub async fn end(self, outcome: &'static str) -> Result<Option<String>, Error> {
        self.audit.append(AuditEvent::run_ended(outcome)).await?;
        self.journal.finish().await?;
        Ok(self.audit.head())
    }

    /// Tells of every drift that this plan applies over, and that somebody chose to.
    ///
    /// # Errors
    /// It could not be written down.
    pub async fn resolve(&self, plan: &Plan) -> Result<(), Error> {
        let drifted = plan.runnable().filter(|change| matches!(change.cause, Cause::Console | Cause::Both));
        let choice = |change: &Change| Choice {
            address: change.address.clone(),
            seen: change.cause.word(),
            chosen: "config",
        };
        self.chosen(&drifted.map(choice).collect::<Vec<_>>()).await
    }

    /// Tells what somebody chose.
    ///
    /// # Errors
    /// It could not be written down.
    pub async fn chosen(&self, choices: &[Choice]) -> Result<(), Error> {
        let events = choices.iter().flat_map(Choice::events);
        // At once, so that they share a write; in this order all the same.
        try_join_all(events.map(|event| self.audit.append(event))).await?;
        Ok(())
    }

    /// Tells how a write of an earlier run ended, which that run could not.
    ///
    /// # Errors
    /// It could not be written down.
    pub async fn settled(&self, run: &str, step: &JournalStep, outcome: StepOutcome) -> Result<(), Error> {
        let event = AuditEvent {
            request_id: Some(run.to_owned()),
            ..AuditEvent::concluded(&step.action, &step.address, word(outcome))
                .with_digests(step.before_sha.clone(), step.desired_sha.clone())
        };
        self.audit.append(event).await
    }

    /// Tells of an earlier run that it never came to its end.
    ///
    /// # Errors
    /// It could not be written down.
    pub async fn never_ended(&self, run: &str) -> Result<(), Error> {
        self.audit.append(AuditEvent::run_ended("never ended").about_run(Some(run))).await
    }

    /// Tells which run this one finishes, where it does.
    ///
    /// # Errors
    /// It could not be written down.
    pub async fn resumes(&self, run: Option<&str>) -> Result<(), Error> {
        let Some(run) = run else { return Ok(()) };
        self.audit.append(AuditEvent::resumed(run)).await
    }

    /// Tells which backup was made before the first write.
    ///
    /// # Errors
    /// It could not be written down.
    pub async fn backed_up(&self, backup: &str) -> Result<(), Error> {
        self.audit.append(AuditEvent::concluded("back up", &format!("backup.{backup}"), "succeeded")).await
    }

    /// Tells from which run the project's lock was taken over, where it was.
    ///
    /// # Errors
    /// It could not be written down.
    pub async fn took_over(&self, project: &str, run: Option<&str>) -> Result<(), Error> {
        let Some(run) = run else { return Ok(()) };
        let event = AuditEvent::concluded("take over", &format!("lock.{project}"), "succeeded");
        self.audit.append(event.about_run(Some(run))).await
    }

    /// Announces a write. Only when this returns may it be sent.
    pub(super) async fn intend(
        &self,
        change: &Change,
        at: usize,
        step: &Step,
        before: Option<&Object>,
    ) -> Result<Ticket, Error> {
        let after = (step.verb() != crate::resource::Verb::Delete).then(|| step.after(before));
        let step = JournalStep {
            step: format!("{}/{at}", change.address),
            address: change.address.to_string(),
            action: step.label.to_owned(),
            before_sha: before.and_then(sha),
            desired_sha: after.as_ref().and_then(sha),
        };
        self.announce(step).await
    }

    /// Announces a write that is a step of no plan. Only when this returns may it be sent.
    ///
    /// # Errors
    /// It could not be written down.
    pub async fn announce(&self, step: JournalStep) -> Result<Ticket, Error> {
        let event = AuditEvent::intended(&step.action, &step.address)
            .with_digests(step.before_sha.clone(), step.desired_sha.clone());
        let event = AuditEvent { request_id: Some(self.run_id.clone()), ..event };
        let (audited, journalled) = tokio::join!(self.audit.append(event), self.journal.intend(step.clone()));
        audited.and(journalled)?;
        Ok(Ticket { step, begun: Instant::now() })
    }

    /// Tells how an announced write ended.
    pub(super) async fn tell(
        &self,
        ticket: Ticket,
        outcome: StepOutcome,
        after: Option<&Object>,
    ) -> Result<(), Error> {
        self.note(ticket, outcome, after.and_then(sha)).await
    }

    /// Tells how a write ended that is a step of no plan.
    ///
    /// # Errors
    /// It could not be written down; the next run looks at it again.
    pub async fn conclude(&self, ticket: Ticket, outcome: StepOutcome) -> Result<(), Error> {
        let after = ticket.step.desired_sha.clone().filter(|_| outcome == StepOutcome::Succeeded);
        self.note(ticket, outcome, after).await
    }

    async fn note(&self, ticket: Ticket, outcome: StepOutcome, after: Option<String>) -> Result<(), Error> {
        let Ticket { step, begun } = ticket;
        let event = AuditEvent {
            request_id: Some(self.run_id.clone()),
            duration_ms: Some(u64::try_from(begun.elapsed().as_millis()).unwrap_or(u64::MAX)),
            ..AuditEvent::concluded(&step.action, &step.address, word(outcome))
                .with_digests(step.before_sha.clone(), after)
        };
        let (audited, journalled) =
            tokio::join!(self.audit.append(event), self.journal.conclude(step, outcome));
        audited.and(journalled)
    }
}

/// The word that the audit has for an outcome.
fn word(outcome: StepOutcome) -> &'static str {
    match outcome {
        StepOutcome::Succeeded => "succeeded",
        StepOutcome::Failed => "failed",
        StepOutcome::Unknown => "unknown",
    }
}

/// The digest of an object, the same however its keys are ordered. Values themselves are written nowhere.
fn sha(object: &Object) -> Option<String> {
    let text = serde_json::to_string(&Value::Object(object.clone())).ok()?;
    digest(&text).ok()
}
