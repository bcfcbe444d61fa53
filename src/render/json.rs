//! Plans, reports and errors as JSON documents, with the keys that scripts depend on.

use serde::Serialize;
use serde_json::{Map, Value, json};

use super::{
    Failure, Header,
    quote::{MASK, masked, name},
};
use crate::{
    apply::{Outcome, Report, Status},
    plan::{Change, Counts, Need, Orphan, Plan, Traced, Warning},
    resource::Address,
    units::RateLimit,
};

pub(super) const FORMAT_VERSION: &str = "1.0";

/// The plan's document. With `full`, unchanged objects are in it, too, as `no-op`.
pub(super) fn plan(plan: &Plan, header: &Header, rate: RateLimit, full: bool) -> Value {
    let Counts { create, update, replace, delete, withheld } = plan.counts();
    let estimate = plan.estimate(rate);
    let unchanged = plan.unchanged.iter().map(no_op).filter(|_| full);
    let orphan =
        |it: &Orphan| json!({"address": it.address, "id": it.address.id(), "name": name(it.name.as_deref())});
    let warning = |warning: &Warning| json!({"code": warning.code, "message": warning.message, "address": warning.address});
    let mut plan = document([
        ("environment", json!(header.environment)),
        ("project_id", json!(header.project_id)),
        ("sandbox", json!(header.sandbox)),
        ("config_files", json!(header.files)),
        ("changes", plan.changes.iter().map(change).chain(unchanged).collect()),
        ("orphans", plan.orphans.iter().map(orphan).collect()),
        (
            "summary",
            json!({
                "create": create, "update": update, "replace": replace, "delete": delete,
                "unchanged": plan.unchanged.len(), "orphan": plan.orphans.len(), "withheld": withheld,
            }),
        ),
        ("requests", json!(estimate.requests)),
        ("seconds", json!(estimate.seconds)),
        ("warnings", plan.warnings.iter().map(warning).collect()),
    ]);
    if let (Some(backup), Some(map)) = (&header.against, plan.as_object_mut()) {
        map.insert("against".to_owned(), json!(backup));
    }
    plan
}

fn change(change: &Change) -> Value {
    let hide = |value: &Option<Value>, sensitive: bool| match value {
        Some(_) if sensitive => json!(MASK),
        value => json!(value),
    };
    let fields: Vec<_> = change
        .fields
        .iter()
        .map(|field| {
            let mut document = json!({
                "path": field.path,
                "before": hide(&field.before, field.sensitive),
                "after": hide(&field.after, field.sensitive),
            });
            if let (Some(label), Some(map)) = (&field.label, document.as_object_mut()) {
                map.insert("label".to_owned(), json!(label));
            }
            document
        })
        .collect();
    let attributes =
        |attributes: Option<&Map<String, Value>>| attributes.map(|it| masked(it, &change.sensitive));
    let mut document = json!({
        "address": change.address,
        "kind": change.address.kind(),
        "id": change.address.id(),
        "action": change.action.word(),
        "before": attributes(change.action.before()),
        "after": attributes(change.action.after()),
        "fields": fields,
        "unmanaged_kept": change.unmanaged_kept,
        "cause": change.cause.word(),
        "depends_on": change.needs.iter().map(Need::address).collect::<Vec<_>>(),
        "requests": change.requests(),
    });
    if let (false, Some(map)) = (change.breaking.is_empty(), document.as_object_mut()) {
        map.insert("breaking".to_owned(), json!(change.breaking));
    }
    if let (Traced::By { at, actor }, Some(map)) = (&change.traced, document.as_object_mut()) {
        map.insert("changed_at".to_owned(), json!(at));
        map.insert("changed_by".to_owned(), json!(actor));
    }
    if let (Some(withheld), Some(map)) = (&change.withheld, document.as_object_mut()) {
        map.insert("withheld".to_owned(), json!(withheld.reason(&change.address)));
    }
    document
}

fn no_op(address: &Address) -> Value {
    json!({
        "address": address, "kind": address.kind(), "id": address.id(), "action": "no-op", "before": null,
        "after": null, "fields": [], "unmanaged_kept": 0, "cause": "unknown", "depends_on": [], "requests": 0,
    })
}

/// The document of an apply: the plan, and what became of it.
pub(super) fn report(plan: Value, report: &Report) -> Value {
    document([("plan", plan), ("result", result(report))])
}

/// What became of an apply.
pub(super) fn result(report: &Report) -> Value {
    let count = |status: Status| report.outcomes.iter().filter(|outcome| outcome.status == status).count();
    let done = |action: &str| {
        report
            .outcomes
            .iter()
            .filter(|outcome| outcome.status == Status::Succeeded && outcome.action == action)
            .count()
    };
    json!({
            "run_id": report.run_id,
            "results": report.outcomes.iter().map(outcome).collect::<Vec<_>>(),
            "summary": {
                "created": done("create"), "updated": done("update"), "replaced": done("replace"),
                "deleted": done("delete"), "failed": count(Status::Failed), "skipped": count(Status::Skipped),
                "withheld": count(Status::Withheld), "unknown": count(Status::Unknown),
                "unchanged": report.unchanged,
            },
            "backup_id": report.backup_id,
            "rollback_command": report.rollback_command,
            "retry_command": report.retry_command,
            "audit_head": report.audit_head,
    })
}

pub(super) fn outcome(outcome: &Outcome) -> Value {
    let error = outcome
        .fault
        .as_ref()
        .map(|fault| json!({"code": fault.code, "message": fault.message, "hint": fault.hint}));
    json!({
        "address": outcome.address,
        "id": outcome.address.id(),
        "action": outcome.action,
        "status": outcome.status.word(),
        "attempts": outcome.attempts,
        "duration_ms": outcome.duration_ms,
        "error": error,
    })
}

/// The document of an error.
pub(super) fn failure(failure: &Failure) -> Value {
    json!({
        "format_version": FORMAT_VERSION,
        "error": {
            "code": failure.code,
            "message": failure.message,
            "hint": failure.hint,
            "causes": failure.causes,
            "diagnostics": failure.diagnostics.iter().map(super::failure::diagnostic).collect::<Vec<_>>(),
        },
    })
}

/// A document of the keys of a value, the format version before them.
#[derive(Serialize)]
pub(super) struct Document<'a, T> {
    format_version: &'static str,
    #[serde(flatten)]
    keys: &'a T,
}

impl<'a, T: Serialize> Document<'a, T> {
    pub(super) fn of(keys: &'a T) -> Self {
        Self { format_version: FORMAT_VERSION, keys }
    }
}

/// The document of a list.
pub(super) fn items(items: Vec<Value>) -> Value {
    document([("items", Value::Array(items))])
}

/// A document of these entries; big ones are moved into it, not copied.
fn document<const N: usize>(entries: [(&str, Value); N]) -> Value {
    let version = [("format_version", json!(FORMAT_VERSION))];
    Value::Object(version.into_iter().chain(entries).map(|(key, value)| (key.to_owned(), value)).collect())
}

/// Whether a configuration is valid.
pub(super) fn validity(valid: bool, diagnostics: &[crate::config::Diagnostic]) -> Value {
    json!({
        "format_version": FORMAT_VERSION,
        "valid": valid,
        "diagnostics": diagnostics.iter().map(super::failure::diagnostic).collect::<Vec<_>>(),
    })
}
