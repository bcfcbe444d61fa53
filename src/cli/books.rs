//! What a run leaves on disk beside its trail: the backup before, the baseline after.

use std::collections::HashMap;

use super::{reconcile::Order, run::Settled, session::Session};
use crate::{
    apply::{Outcome, Report, Status, Trail},
    plan::{Action, Change, InSync, Owner, Plan, whole_baseline},
    resource::{self, Address, Attributes, Live, kept_as, paths_of},
    state::{self, BackedUp, Backup, Baseline},
};

/// Writes down what is in sync now, and ends journal and audit; returns the audit's head.
pub(super) async fn close(
    session: &Session,
    settled: &Settled<'_>,
    report: &Report,
    project: &str,
    trail: Trail,
) -> Result<Option<String>, state::Error> {
    // The trail first: a baseline that can't be written must not leave the run without an end.
    let head = trail.finish(report).await?;
    let mut baseline = session.state.baseline(project)?;
    if baseline.run_id.as_deref() == settled.baseline_of {
        note(&mut baseline, settled.in_sync);
    }
    note_done(&mut baseline, settled.plan, report);
    write(session, baseline)?;
    Ok(head)
}

/// Writes down what is in sync without our doing. Where somebody else is at work it is left to the next run, and where
/// it can't be written, nothing is lost but the cause of a later difference.
pub(super) async fn note_in_sync(session: &Session, project: &str, settled: &Settled<'_>) {
    if settled.in_sync.is_empty() {
        return;
    }
    let noted = async {
        let lock = session.lock_if_free(project).await?;
        let mut baseline = session.state.baseline(project)?;
        // Whoever wrote it meanwhile knows better.
        if baseline.run_id.as_deref() == settled.baseline_of {
            note(&mut baseline, settled.in_sync);
            write(session, baseline)?;
        }
        lock.release()
    };
    if let Err(error) = noted.await {
        tracing::warn!(%error, "what is in sync is not kept in the baseline");
    }
}

fn write(session: &Session, mut baseline: Baseline) -> Result<(), state::Error> {
    baseline.run_id = Some(session.run_id.clone());
    baseline.updated_at = Some(chrono::Utc::now());
    session.state.write_baseline(&baseline)
}

fn note(baseline: &mut Baseline, entries: &[InSync]) {
    for (address, kept) in entries {
        let Some(kept) = kept else {
            baseline.forget(address.as_str());
            continue;
        };
        if let Err(error) = baseline.set(address.as_str(), kept) {
            tracing::warn!(%error, %address, "not kept in the baseline");
        }
    }
}

/// Puts what succeeded into the baseline.
fn note_done(baseline: &mut Baseline, plan: &Plan, report: &Report) {
    let succeeded = report.outcomes.iter().filter(|outcome| outcome.status == Status::Succeeded);
    let done: HashMap<&Address, &Outcome> = succeeded.map(|outcome| (&outcome.address, outcome)).collect();
    for change in &plan.changes {
        let Some(outcome) = done.get(&change.address) else { continue };
        let address = change.address.as_str();
        let Some(after) = change.action.after() else {
            baseline.forget(address);
            continue;
        };
        let kept = if change.versions.is_some() {
            let returned = outcome.returned.as_ref();
            whole_baseline(after, returned.and_then(|it| resource::digest(change.address.kind(), it)))
        } else {
            managed(change, after, baseline)
        };
        if let Err(error) = baseline.set(address, &kept) {
            tracing::warn!(%error, address, "not kept in the baseline");
        }
    }
}

/// The managed attributes as the configuration has them.
fn managed(change: &Change, after: &Attributes, baseline: &Baseline) -> Attributes {
    let known = baseline.attributes(change.address.as_str()).ok().flatten();
    let gone = change.fields.iter().filter(|it| it.after.is_none()).map(|it| &it.path);
    let owner = Owner { project: &baseline.project_id, address: &change.address };
    owner.kept(known, after, gone, &change.sensitive)
}

/// The backup of everything that the plan touches, as it was read last.
pub(super) fn backup(
    session: &Session,
    plan: &Plan,
    fresh: &Live,
    order: &Order<'_>,
    project: &str,
) -> Backup {
    let index = fresh.index();
    let mut resources = Vec::new();
    for change in plan.runnable() {
        let id = change.address.id();
        if matches!(change.action, Action::Create { .. }) {
            resources.push(BackedUp { address: change.address.to_string(), body: None });
            continue;
        }
        let paths = paths_of(change.address.kind()).iter();
        let found = paths.filter_map(|path| Some((path, index.get(&(*path, id))?)));
        resources.extend(found.map(|(path, raw)| BackedUp {
            address: format!("{}.{id}", kept_as(path)),
            body: Some((*raw).to_owned()),
        }));
    }
    session.backup(project, order.command, resources)
}
