//! Journals of runs that never ended → outcomes in the audit: what became of each write that nobody saw end.

use std::collections::HashMap;

use serde_json::value::RawValue;

use super::{Error, connect::Connection, session::Session};
use crate::{
    apply::{Report, Trail},
    live,
    render::Ui,
    resource::{Address, Live, tenant},
    state::{JournalStep, StepOutcome, digest},
};

/// Settles unfinished runs where nothing else is to be written. Takes the lock only if there are any.
pub(super) async fn settle_alone(session: &Session, connection: &Connection, ui: &Ui) -> Result<(), Error> {
    let project = connection.client.project_id();
    if session.state.unfinished_journals(project)?.is_empty() {
        return Ok(());
    }
    session.state.prepare(project)?;
    let lock = session.lock(project, "settle", ui).await?;
    let live = live::fetch_with(&connection.client, |_| false).await?;
    let trail = Trail::open(&session.state, session.audit_context(project)).await?;
    settle(session, project, &live, &trail, ui).await?;
    trail.finish(&Report::default()).await?;
    Ok(lock.release()?)
}

/// Tells the audit how the open writes of unfinished runs ended, as far as the live objects show it. The caller holds
/// the lock, so whoever wrote those journals is dead.
pub(super) async fn settle(
    session: &Session,
    project: &str,
    live: &Live,
    trail: &Trail,
    ui: &Ui,
) -> Result<(), Error> {
    let unfinished = session.state.unfinished_journals(project)?;
    let others: Vec<_> = unfinished.into_iter().filter(|run| *run != session.run_id).collect();
    if others.is_empty() {
        return Ok(());
    }
    let objects: HashMap<&str, &RawValue> =
        live.tenants.iter().map(|it| (it.object.id.as_str(), &*it.raw)).collect();
    for run in others {
        let record = session.state.read_journal(project, &run)?;
        let mut count = 0;
        for step in record.unknown() {
            trail.settled(&run, step, outcome(step, &objects)).await?;
            count += 1;
        }
        let what = if count == 1 { "1 write".to_owned() } else { format!("{count} writes") };
        ui.warn(&format!("run {run} never ended; {what} of unknown outcome settled in the audit, this plan goes on from what is live"));
        session.state.settle_journal(project, &run)?;
    }
    Ok(())
}

/// How a write ended that nobody saw end, from the object as it is now.
fn outcome(step: &JournalStep, objects: &HashMap<&str, &RawValue>) -> StepOutcome {
    let address = step.address.parse::<Address>().ok().filter(|address| address.kind() == tenant::KIND);
    let Some(address) = address else { return StepOutcome::Unknown };
    let now = objects.get(address.id()).and_then(|raw| digest(raw.get()).ok());
    match (&step.before_sha, &step.desired_sha, &now) {
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
    use serde_json::value::to_raw_value;

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
        let raw = to_raw_value(&serde_json::json!({"n": 2})).unwrap();
        let there = HashMap::from([("a", &*raw)]);
        let nothing = HashMap::new();
        assert_eq!(outcome(&step(Some(r#"{"n":1}"#), Some(r#"{"n":2}"#)), &there), StepOutcome::Succeeded);
        assert_eq!(outcome(&step(Some(r#"{"n":2}"#), Some(r#"{"n":3}"#)), &there), StepOutcome::Failed);
        assert_eq!(outcome(&step(Some(r#"{"n":0}"#), Some(r#"{"n":3}"#)), &there), StepOutcome::Unknown);
        assert_eq!(outcome(&step(None, Some(r#"{"name":"A"}"#)), &there), StepOutcome::Succeeded);
        assert_eq!(outcome(&step(None, Some(r#"{"name":"A"}"#)), &nothing), StepOutcome::Failed);
        assert_eq!(outcome(&step(Some(r#"{"n":2}"#), None), &nothing), StepOutcome::Succeeded);
        assert_eq!(outcome(&step(Some(r#"{"n":2}"#), None), &there), StepOutcome::Failed);
    }
}
