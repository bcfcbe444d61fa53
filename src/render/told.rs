//! What is said of a plan whatever the format: words, notes and closing lines.

use chrono::{DateTime, Utc};

use super::quote::{plain, span};
use crate::{
    plan::{Action, CREATED_BY_RUN, Cause, Change, Counts, Orphan, Plan, Traced},
    resource::{DesiredBy, FieldChange},
    units::RateLimit,
};

pub(super) fn plural(count: usize) -> &'static str {
    if count == 1 { "" } else { "s" }
}

/// The word for what happens to an object, or for how it differs where drift is told.
pub(super) fn word(action: &Action, drift: bool) -> &'static str {
    match action {
        _ if !drift => action.word(),
        Action::Create { .. } => "missing",
        Action::Update { .. } | Action::Replace { .. } => "differs",
        Action::Delete { .. } => "surplus",
    }
}

/// Why a change is kept back, or else who made the difference where that needs care; long ago as seen from `now`.
pub(super) fn note(change: &Change, now: Option<DateTime<Utc>>) -> Option<String> {
    let withheld = change.withheld.as_ref().map(|withheld| withheld.reason(&change.address));
    let withheld = withheld.map(|reason| match change.action {
        Action::Replace { .. } => reason,
        _ => format!("withheld: {reason}"),
    });
    let traced = trace(&change.traced, now);
    let cause = match change.cause {
        Cause::Console => Some(format!("(changed outside this tool{traced})")),
        Cause::Both => Some(format!("(conflict: changed here and outside this tool{traced})")),
        Cause::Config | Cause::Unknown => None,
    };
    withheld.or(cause)
}

/// When somebody made a change and who, behind what is said of the change.
fn trace(traced: &Traced, now: Option<DateTime<Utc>>) -> String {
    match traced {
        Traced::NotAsked => String::new(),
        Traced::Untraceable => "; who and when is unknown".to_owned(),
        Traced::Unknown => "; Descope's audit does not know who".to_owned(),
        Traced::By { at, actor } => {
            let actor = if actor.is_empty() { "unknown" } else { actor };
            // What is kept, such as a comment, says when; "2 h ago" would be another text with every run.
            let when = now.map_or_else(
                || at.format("%Y-%m-%d %H:%M UTC").to_string(),
                |now| ago(now.signed_duration_since(at).num_seconds()),
            );
            format!(", {when}, actor {}", plain(actor))
        }
    }
}

/// How long ago, roughly.
fn ago(seconds: i64) -> String {
    match seconds {
        ..60 => "just now".to_owned(),
        60..3_600 => format!("{} min ago", seconds / 60),
        3_600..172_800 => format!("{} h ago", seconds / 3_600),
        _ => format!("{} days ago", seconds / 86_400),
    }
}

/// An attribute as it is told: the live value first, or last where drift is told.
pub(super) fn seen_from(field: &FieldChange, drift: bool) -> FieldChange {
    let field = field.clone();
    if drift { FieldChange { before: field.after, after: field.before, ..field } } else { field }
}

/// What is to be known of an orphan: what does not have it, and what becomes of it.
pub(super) fn orphan(orphan: &Orphan) -> String {
    match orphan.absent_from {
        DesiredBy::Configuration => format!(
            "not in configuration; --prune deletes, `tenant import {}` adopts",
            plain(orphan.address.id())
        ),
        DesiredBy::Backup => "not in the backup; --prune deletes it".to_owned(),
    }
}

/// Whether a restore has nothing to do but to delete what its backup's run created, and may not.
fn waits_for_prune(plan: &Plan) -> bool {
    let made = |orphan: &Orphan| orphan.absent_from == DesiredBy::Backup;
    plan.orphans.iter().any(made) || plan.warnings.iter().any(|it| it.code == CREATED_BY_RUN)
}

/// The closing lines of a plan: how much of what, and what it costs.
pub(super) fn summary(plan: &Plan, rate: RateLimit) -> Vec<String> {
    let Counts { create, update, replace, delete, withheld } = plan.counts();
    let orphans = plan.orphans.len();
    let mut tail = String::new();
    if orphans > 0 {
        tail += &format!(" {orphans} orphan{}.", plural(orphans));
    }
    if !plan.unchanged.is_empty() {
        tail += &format!(" {} unchanged.", plan.unchanged.len());
    }
    if plan.is_empty() && waits_for_prune(plan) {
        let why = "what is left was created by the run of the backup";
        return vec![format!("No changes: nothing is rolled back without --prune, as {why}.{tail}")];
    }
    if plan.is_empty() {
        return vec![format!("No changes.{tail}")];
    }
    let kinds = [(create, "create"), (update, "update"), (replace, "replace"), (delete, "delete")];
    let parts: Vec<_> = kinds
        .iter()
        .filter(|(count, _)| *count > 0)
        .map(|(count, word)| format!("{count} to {word}"))
        .collect();
    let withheld = if withheld > 0 { format!(" {withheld} withheld.") } else { String::new() };
    let mut lines = vec![format!("Plan: {}.{withheld}{tail}", parts.join(", "))];
    let estimate = plan.estimate(rate);
    if estimate.requests > 0 {
        let (requests, span) = (estimate.requests, span(estimate.seconds));
        lines.push(format!("      {requests} requests, about {span} at {rate}."));
    }
    lines
}

/// The closing line of a drift: how much of what.
pub(super) fn drift_summary(plan: &Plan) -> Vec<String> {
    let Counts { create, update, replace, .. } = plan.counts();
    let parts = [(create, "missing"), (update + replace, "differing"), (plan.orphans.len(), "orphaned")];
    let parts: Vec<_> =
        parts.iter().filter(|(count, _)| *count > 0).map(|(count, word)| format!("{count} {word}")).collect();
    let found =
        if parts.is_empty() { "No drift.".to_owned() } else { format!("Drift: {}.", parts.join(", ")) };
    vec![format!("{found} {} as configured.", plan.unchanged.len())]
}
