//! Changes that somebody made outside this tool → who and when, where Descope's audit knows.

use std::collections::{BTreeSet, HashMap};

use super::{connect::Connection, session::Session};
use crate::{
    live::{self, AuditRecord},
    plan::{Cause, Change, Plan, Traced, Warning},
    resource::tenant,
};

/// What was found out, to be noted in every plan of this run.
#[derive(Debug, Default)]
pub(super) struct Who {
    asked: bool,
    found: HashMap<String, AuditRecord>,
    warning: Option<Warning>,
}

/// Asks Descope's audit about the tenants that somebody changed outside this tool; nothing is asked where nobody did.
pub(super) async fn who(session: &Session, connection: &Connection, plan: &Plan) -> Who {
    let tenants: BTreeSet<&str> =
        plan.changes.iter().filter(|it| is_asked(it)).map(|it| it.address.id()).collect();
    if tenants.is_empty() {
        return Who::default();
    }
    // Without our own trail nothing of it can be told apart from what others did; then what comes last is shown.
    let own = session.state.audit_own(connection.client.project_id()).unwrap_or_default();
    let ours = |id: &str, record: &AuditRecord| {
        let written = own.written.get(&format!("{}.{id}", tenant::KIND));
        record.is_of(|text| own.runs.contains(text)) || written.is_some_and(|at| record.occurred <= *at)
    };
    match live::last_changes(&connection.client, &tenants, ours).await {
        Ok(found) => Who { asked: true, found, warning: None },
        Err(error) => {
            let message = format!("Descope's audit could not be asked who made the changes: {error}");
            let warning = Some(Warning { code: "audit_not_searched", message, address: None });
            Who { warning, ..Who::default() }
        }
    }
}

fn is_asked(change: &Change) -> bool {
    matches!(change.cause, Cause::Console | Cause::Both) && change.address.kind() == tenant::KIND
}

/// Whether it was changed outside this tool and is no tenant: what Descope's audit calls the changes of flows, themes and
/// projects is not established, and its records name tenants alone.
fn is_elsewhere(change: &Change) -> bool {
    matches!(change.cause, Cause::Console | Cause::Both) && change.address.kind() != tenant::KIND
}

impl Who {
    /// Notes it in a plan.
    pub(super) fn note(&self, plan: &mut Plan) {
        plan.warnings.extend(self.warning.clone());
        for change in plan.changes.iter_mut().filter(|change| is_elsewhere(change)) {
            change.traced = Traced::Untraceable;
        }
        for change in plan.changes.iter_mut().filter(|change| self.asked && is_asked(change)) {
            change.traced = match self.found.get(change.address.id()) {
                Some(record) => Traced::By { at: record.occurred, actor: record.actor.clone() },
                None => Traced::Unknown,
            };
        }
    }
}
