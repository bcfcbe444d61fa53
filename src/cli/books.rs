//! What a run leaves on disk beside its trail: the backup before, the baseline after.

use std::collections::HashMap;

use serde_json::Value;

use super::{reconcile::Order, session::Session};
use crate::{
    apply::{Outcome, Report, Status, Trail},
    plan::{Action, Change, Plan, whole_baseline},
    resource::{self, Address, Attributes, Live, kept_as, paths_of},
    state::{self, BackedUp, Backup, Baseline},
};

/// Writes down what is in sync now, and ends journal and audit; returns the audit's head.
pub(super) async fn close(
    session: &Session,
    plan: &Plan,
    report: &Report,
    project: &str,
    trail: Trail,
) -> Result<Option<String>, state::Error> {
    // The trail first: a baseline that can't be written must not leave the run without an end.
    let head = trail.finish(report).await?;
    let mut baseline = session.state.baseline(project)?;
    note_in_sync(&mut baseline, plan, report);
    baseline.run_id = Some(session.run_id.clone());
    baseline.updated_at = Some(chrono::Utc::now());
    session.state.write_baseline(&baseline)?;
    Ok(head)
}

/// Puts what succeeded into the baseline.
fn note_in_sync(baseline: &mut Baseline, plan: &Plan, report: &Report) {
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
            whole_baseline(change, returned.and_then(|it| resource::digest(change.address.kind(), it)))
        } else {
            managed(change, after, baseline)
        };
        if let Err(error) = baseline.set(address, &kept) {
            tracing::warn!(%error, address, "not kept in the baseline");
        }
    }
}

/// The managed attributes as the configuration has them; sensitive values are left out.
fn managed(change: &Change, after: &Attributes, baseline: &Baseline) -> Attributes {
    let mut kept: Attributes =
        baseline.attributes(change.address.as_str()).ok().flatten().unwrap_or_default();
    lay_over(&mut kept, after);
    let gone = change.fields.iter().filter(|it| it.after.is_none());
    gone.for_each(|it| resource::remove(&mut kept, &it.path));
    change.sensitive.iter().for_each(|path| resource::remove(&mut kept, path));
    kept
}

/// Lays attributes over others, maps key by key: one-off work knows only a part of what is managed.
fn lay_over(kept: &mut Attributes, after: &Attributes) {
    for (word, value) in after {
        match (kept.get_mut(word), value) {
            (Some(Value::Object(kept)), Value::Object(after)) => lay_over(kept, after),
            _ => drop(kept.insert(word.clone(), value.clone())),
        }
    }
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
