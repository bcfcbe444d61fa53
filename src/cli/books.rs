//! What a run leaves on disk beside its trail: the backup before, the baseline after.

use std::collections::HashSet;

use serde_json::Value;

use super::{reconcile::Order, session::Session};
use crate::{
    apply::{Report, Status, Trail},
    plan::{Action, Plan},
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

/// Puts what succeeded into the baseline, as the configuration has it; sensitive values are left out.
fn note_in_sync(baseline: &mut Baseline, plan: &Plan, report: &Report) {
    let done: HashSet<&Address> = report
        .outcomes
        .iter()
        .filter(|outcome| outcome.status == Status::Succeeded)
        .map(|outcome| &outcome.address)
        .collect();
    for change in plan.changes.iter().filter(|change| done.contains(&change.address)) {
        let address = change.address.as_str();
        let Some(after) = change.action.after() else {
            baseline.forget(address);
            continue;
        };
        let mut kept: Attributes = baseline.attributes(address).ok().flatten().unwrap_or_default();
        lay_over(&mut kept, after);
        change
            .fields
            .iter()
            .filter(|it| it.after.is_none())
            .for_each(|it| resource::remove(&mut kept, &it.path));
        change.sensitive.iter().for_each(|path| resource::remove(&mut kept, path));
        if let Err(error) = baseline.set(address, &kept) {
            tracing::warn!(%error, address, "not kept in the baseline");
        }
    }
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
