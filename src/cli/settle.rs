//! Journals of runs that never ended → outcomes in the audit: what became of each write that nobody saw end.

use std::borrow::Cow;

use super::{Error, connect::Connection, session::Session};
use crate::{
    apply::{Report, Trail},
    live::{self, Found},
    render::Ui,
    resource::{
        Address, path_of,
        project::{self, snapshot::Files},
    },
    state::{AuditLoose, Baseline, JournalRecord, JournalStep, Lock, StepOutcome, digest},
};

/// Settles unfinished runs where nothing else is to be written. Takes the lock only if there are any.
pub(super) async fn settle_alone(session: &Session, connection: &Connection, ui: &Ui) -> Result<(), Error> {
    let project = connection.client.project_id();
    if session.state.unfinished_journals(project)?.is_empty() {
        return Ok(());
    }
    let (lock, trail) = begin(session, project, ui).await?;
    settle(session, connection, &trail, ui).await?;
    trail.finish(&Report::default()).await?;
    Ok(lock.release()?)
}

/// The lock and the trail of a run that only settles what others left.
pub(super) async fn begin(session: &Session, project: &str, ui: &Ui) -> Result<(Lock, Trail), Error> {
    session.state.prepare(project)?;
    let (lock, taken_from) = session.lock(project, "settle", ui).await?;
    let trail = trail(session, project, taken_from.as_deref()).await?;
    Ok((lock, trail))
}

/// A trail without a plan, which says first from whom the lock was taken over.
pub(super) async fn trail(
    session: &Session,
    project: &str,
    taken_from: Option<&str>,
) -> Result<Trail, Error> {
    let trail = Trail::open(&session.state, session.audit_context(project), None).await?;
    trail.took_over(project, taken_from).await?;
    Ok(trail)
}

/// The baseline, but for what runs had begun to write that never ended: whoever made that differ can't be told from it.
pub(super) fn beyond_doubt<'a>(
    session: &Session,
    project: &str,
    baseline: &'a Baseline,
) -> Cow<'a, Baseline> {
    let mut baseline = Cow::Borrowed(baseline);
    // What can't be read is told by the run that settles it.
    for run in session.state.unfinished_journals(project).unwrap_or_default() {
        let Ok(record) = session.state.read_journal(project, &run) else { continue };
        for (step, _) in &record.steps {
            baseline.to_mut().forget(&step.address);
        }
    }
    baseline
}

/// Tells the audit how the open writes of unfinished runs ended, as far as the live objects show it. The caller holds
/// the lock, so whoever wrote those journals is dead.
pub(super) async fn settle(
    session: &Session,
    connection: &Connection,
    trail: &Trail,
    ui: &Ui,
) -> Result<(), Error> {
    let project = connection.client.project_id();
    let unfinished = session.state.unfinished_journals(project)?;
    let others: Vec<_> = unfinished.into_iter().filter(|run| *run != session.run_id).collect();
    if others.is_empty() {
        return Ok(());
    }
    let mut open = Vec::new();
    for run in others {
        let record = session.state.read_journal(project, &run)?;
        open.push((record, session.state.audit_loose_ends(project, &run)?));
    }
    let sites: Vec<_> = open.iter().flat_map(|(_, loose)| &loose.writes).filter_map(site).collect();
    let wanted = sites.iter().map(|(path, id)| (*path, id.as_str()));
    let found = live::find(&connection.client, wanted).await?;
    let imports = open.iter().flat_map(|(_, loose)| &loose.writes).any(is_import);
    // Where the license exports nothing, nobody can tell what became of an import.
    let whole = if imports { live::snapshot(&connection.client).await.ok() } else { None };
    let whole = whole.as_ref().and_then(digest_of_files);
    for (record, AuditLoose { ended, writes }) in open {
        let run = &record.run_id;
        for step in &writes {
            trail.settled(run, step, outcome(&record, step, &found, whole.as_ref())).await?;
        }
        if !ended {
            trail.never_ended(run).await?;
            ui.warn(&told(run, writes.len()));
        }
        session.state.settle_journal(project, run)?;
    }
    Ok(())
}

fn told(run: &str, count: usize) -> String {
    let what = if count == 1 { "1 write".to_owned() } else { format!("{count} writes") };
    format!(
        "run {run} never ended; {what} of unknown outcome settled in the audit, this plan goes on from what is live"
    )
}

/// Whether a write overwrote the whole project: only an export of all of it can tell what became of it.
fn is_import(step: &JournalStep) -> bool {
    step.address == project::SNAPSHOT
}

/// The digest of an export of the whole project.
pub(super) fn digest_of_files(files: &Files) -> Option<String> {
    digest(&serde_json::to_string(files).ok()?).ok()
}

/// Where the object lies that a step wrote.
fn site(step: &JournalStep) -> Option<(&'static str, String)> {
    let address = step.address.parse::<Address>().ok()?;
    Some((path_of(address.kind(), &step.action)?, address.id().to_owned()))
}

/// How a write ended whose end the audit does not tell: as the journal has it, else as the object shows that is there now.
fn outcome(record: &JournalRecord, step: &JournalStep, found: &Found, whole: Option<&String>) -> StepOutcome {
    match record.outcome_of(&step.address, &step.action) {
        // It was announced in the audit and not in the journal, so it was never sent.
        None => return StepOutcome::Failed,
        Some(StepOutcome::Unknown) => {}
        Some(known) => return known,
    }
    if is_import(step) {
        return whole.map_or(StepOutcome::Unknown, |whole| judge(step, Some(whole)));
    }
    let Some((path, id)) = site(step) else { return StepOutcome::Unknown };
    judge(step, found.raw(path, &id).and_then(|raw| digest(raw.get()).ok()).as_ref())
}

fn judge(step: &JournalStep, now: Option<&String>) -> StepOutcome {
    match (step.before_sha.as_ref(), step.desired_sha.as_ref(), now) {
        // A delete names no desired object, a create none from before.
        (_, None, None) | (None, Some(_), Some(_)) => StepOutcome::Succeeded,
        (None, Some(_), None) => StepOutcome::Failed,
        (_, desired, now) if desired == now => StepOutcome::Succeeded,
        (before, _, now) if before == now => StepOutcome::Failed,
        _ => StepOutcome::Unknown,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn step(before: Option<&str>, desired: Option<&str>) -> JournalStep {
        let sha = |text: Option<&str>| text.map(|text| digest(text).unwrap());
        JournalStep {
            step: "tenant.a/1".into(),
            address: "tenant.a".into(),
            action: "update".into(),
            before_sha: sha(before),
            desired_sha: sha(desired),
        }
    }

    #[test]
    fn the_live_object_shows_how_a_write_ended() {
        let there = || digest(r#"{"n":2}"#).ok();
        assert_eq!(
            judge(&step(Some(r#"{"n":1}"#), Some(r#"{"n":2}"#)), there().as_ref()),
            StepOutcome::Succeeded
        );
        assert_eq!(
            judge(&step(Some(r#"{"n":2}"#), Some(r#"{"n":3}"#)), there().as_ref()),
            StepOutcome::Failed
        );
        assert_eq!(
            judge(&step(Some(r#"{"n":0}"#), Some(r#"{"n":3}"#)), there().as_ref()),
            StepOutcome::Unknown
        );
        assert_eq!(judge(&step(None, Some(r#"{"name":"A"}"#)), there().as_ref()), StepOutcome::Succeeded);
        assert_eq!(judge(&step(None, Some(r#"{"name":"A"}"#)), None), StepOutcome::Failed);
        assert_eq!(judge(&step(Some(r#"{"n":2}"#), None), None), StepOutcome::Succeeded);
        assert_eq!(judge(&step(Some(r#"{"n":2}"#), None), there().as_ref()), StepOutcome::Failed);
    }
}
