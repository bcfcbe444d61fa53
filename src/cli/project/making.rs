//! One new project: never made twice, found again where the answer got lost.

use std::{collections::HashSet, time::Duration};

use chrono::Utc;
use serde_json::Value;
use tokio::time::Instant;

use super::call::{digest_of_name, journalled, step};
use crate::{
    api::{self, Request},
    apply::Report,
    cli::{
        Error,
        connect::{Connection, connection_to},
        finish::to_its_end,
        record::Record,
        session::Session,
        settle,
    },
    config::is_project_name,
    live,
    render::Ui,
    resource::{
        Address, Observed,
        project::{self, LiveProject, NewProject, list, list_of_company, made_id},
    },
    state::{AuditEvent, AuditLoose, JournalRecord, JournalStep, StepOutcome},
};

/// Under which name lock and audit keep what is about no project yet.
pub(super) const COMPANY: &str = "company";

/// How long a project may take to show up, or to go, in the list (Projects, calls on a project).
pub(super) const PATIENCE: Duration = Duration::from_secs(60);

/// How a project is made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum By {
    /// As a copy of the project that is spoken for.
    Clone,
    /// As Descope makes a new one.
    Company,
}

/// A name that a project can have.
pub(super) fn name(text: &str) -> Result<String, String> {
    let good = is_project_name(text).then(|| text.to_owned());
    good.ok_or_else(|| "a project's name has 1 to 100 letters, digits, spaces and hyphens".to_owned())
}

/// A tag that a project can have.
pub(super) fn tag(text: &str) -> Result<String, String> {
    let good = (1..=50).contains(&text.chars().count()).then(|| text.to_owned());
    good.ok_or_else(|| "a tag has 1 to 50 characters".to_owned())
}

/// Refuses to make a project of a name that is there: it may be what an earlier run, cut short, has made.
pub(super) async fn must_be_new(
    connection: &Connection,
    new: &NewProject,
    by: By,
) -> Result<Vec<Observed<LiveProject>>, Error> {
    let there = live::projects_by(&connection.client, &listing(by)).await?;
    match there.iter().find(|it| it.object.name == new.name) {
        Some(same) => Err(Error::ProjectExists { id: same.object.id.clone(), name: new.name.clone() }),
        None => Ok(there),
    }
}

/// Makes the project and returns its id. The company's lock is held, so that no two runs of this host make it.
pub(super) async fn make(
    session: &Session,
    connection: &Connection,
    (new, by): (&NewProject, By),
    command: &str,
    ui: &Ui,
) -> Result<String, Error> {
    session.state.prepare(COMPANY)?;
    let (lock, taken_from) = session.lock(COMPANY, command, ui).await?;
    let there = must_be_new(connection, new, by).await?;
    let known: HashSet<String> = there.into_iter().map(|project| project.object.id).collect();
    let address = Address::new(project::KIND, project::ID);
    let trail = settle::trail(session, COMPANY, taken_from.as_deref()).await?;
    ui.note(&format!("making project '{}'", new.name));
    let call = async {
        lock.check()?;
        to_its_end(send(session, connection, (new, by), &known), ui).await
    };
    let step = step("create", address.as_str(), None, digest_of_name(&new.name));
    let made = journalled(session, COMPANY, trail, step, call).await;
    lock.release()?;
    let id = made?;
    // The project's own trail begins with its making.
    let own = Record::begin(session, &id).await?;
    let told = own.tell([AuditEvent::concluded("create", address.as_str(), "succeeded")]).await;
    own.end(told).await?;
    Ok(id)
}

/// Settles what runs had begun to make that never ended, and tells it, once: whether the project is there.
pub(super) async fn settle_company(
    session: &Session,
    connection: &Connection,
    by: By,
    ui: &Ui,
) -> Result<(), Error> {
    if session.state.unfinished_journals(COMPANY)?.is_empty() {
        return Ok(());
    }
    let (lock, trail) = settle::begin(session, COMPANY, ui).await?;
    let there = live::projects_by(&connection.client, &listing(by)).await?;
    for run in session.state.unfinished_journals(COMPANY)?.iter().filter(|run| **run != session.run_id) {
        let record = session.state.read_journal(COMPANY, run)?;
        let AuditLoose { ended, writes } = session.state.audit_loose_ends(COMPANY, run)?;
        for step in &writes {
            let made = there.iter().find(|it| digest_of_name(&it.object.name) == step.desired_sha);
            let outcome = became(&record, step, made.is_some());
            trail.settled(run, step, outcome).await?;
            ui.warn(&told(run, made.map(|it| &it.object), outcome));
        }
        if !ended {
            trail.never_ended(run).await?;
        }
        session.state.settle_journal(COMPANY, run)?;
    }
    trail.finish(&Report::default()).await?;
    Ok(lock.release()?)
}

/// How the making of a project ended: no other of its name was there before.
fn became(record: &JournalRecord, step: &JournalStep, is_there: bool) -> StepOutcome {
    let age = Utc::now().signed_duration_since(record.started_at).to_std().unwrap_or_default();
    match record.outcome_of(&step.address, &step.action) {
        // It was announced in the audit and not in the journal, so it was never sent.
        None => StepOutcome::Failed,
        Some(StepOutcome::Unknown) if is_there => StepOutcome::Succeeded,
        Some(StepOutcome::Unknown) if age > PATIENCE => StepOutcome::Failed,
        Some(outcome) => outcome,
    }
}

fn told(run: &str, made: Option<&LiveProject>, outcome: StepOutcome) -> String {
    let what = match (made, outcome) {
        (Some(project), _) => {
            format!("the project that it was making is there: '{}', {}", project.name, project.id)
        }
        (None, StepOutcome::Failed) => "the project that it was making is not there".to_owned(),
        (None, _) => "whether the project that it was making comes to be is not known".to_owned(),
    };
    format!("run {run} never ended; {what}")
}

fn listing(by: By) -> Request {
    if by == By::Clone { list() } else { list_of_company() }
}

async fn send(
    session: &Session,
    connection: &Connection,
    (new, by): (&NewProject, By),
    known: &HashSet<String>,
) -> Result<String, Error> {
    let request = if by == By::Clone { new.clone_call() } else { new.make_call() };
    // A copy takes as long as a snapshot.
    let answer = connection.client.for_snapshots().send(&request).await;
    let error = match answer.and_then(|answer| answer.json::<Value>()) {
        Ok(answer) => match made_id(&answer) {
            Some(id) => return Ok(id.to_owned()),
            None => api::Error::unexpected(request.path, &"it names no project"),
        },
        Err(error) if error.is_uncertain() => error,
        Err(error) => return Err(error.into()),
    };
    let patience = PATIENCE.min(session.config.settings.max_wait);
    match found(connection, &listing(by), &new.name, known, patience).await {
        Some(id) => Ok(id),
        None => Err(Error::ProjectUnknown { name: new.name.clone(), source: error }),
    }
}

/// Looks for a new project of this name for as long as it may take to show up.
async fn found(
    connection: &Connection,
    listing: &Request,
    name: &str,
    known: &HashSet<String>,
    patience: Duration,
) -> Option<String> {
    let deadline = Instant::now() + patience;
    let mut pause = Duration::from_millis(250);
    loop {
        let listed = live::projects_by(&connection.client, listing).await.unwrap_or_default();
        let new =
            listed.into_iter().map(|it| it.object).find(|it| it.name == name && !known.contains(&it.id));
        if let Some(project) = new {
            return Some(project.id);
        }
        if Instant::now() + pause >= deadline {
            return None;
        }
        tokio::time::sleep(pause).await;
        pause = (pause * 2).min(Duration::from_secs(4));
    }
}

/// Waits until calls on the new project are no longer refused for coming too early, so that the next command may come at
/// once.
pub(super) async fn until_it_answers(
    session: &Session,
    connection: &Connection,
    id: &str,
    ui: &Ui,
) -> Result<(), Error> {
    let young = connection_to(session, id.to_owned(), connection.sandbox(), ui)?.for_young_project();
    if let Err(error) = live::flows(&young.client).await {
        ui.note(&format!("the project is there, but does not answer yet: {error}"));
    }
    young.close().await
}

/// The line that makes the configuration mean the project from here on.
pub(super) fn line_to_paste(session: &Session, id: &str) -> String {
    let target = &session.config.target;
    match (&target.project_variable, session.environment_name()) {
        (Some(variable), _) => format!("export {variable}={id}"),
        (None, Some(environment)) => {
            format!("project_id: {id}    # in the block of environment '{environment}'")
        }
        (None, None) => format!("export DESCOPE_PROJECT_ID={id}"),
    }
}
