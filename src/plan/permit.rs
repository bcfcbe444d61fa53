//! (change, flags and configuration) → whether it may run: what must be allowed first is withheld.

use std::collections::HashSet;

use serde_json::Value;

use super::{Action, Cause, Change, Need, Plan, Scope, Withheld, order::makes_a_parent, tenants::ById};
use crate::resource::{Address, Attributes, Desired, tenant};

/// Withholds what a flag or the configuration must allow first.
pub(super) fn guard(plan: &mut Plan, desired: &Desired, scope: &Scope, by_id: &ById<'_>) {
    let made: HashSet<Address> =
        plan.changes.iter().filter(|it| makes_a_parent(it)).map(|it| it.address.clone()).collect();
    for change in &mut plan.changes {
        let protecting = desired.protect.iter().find(|pattern| pattern.matches(&change.address));
        if let Some(pattern) = protecting.filter(|_| change.action.destroys()) {
            change.withheld = Some(Withheld::Protected(format!("'protect: {pattern}'")));
        }
        if let Some(Need::Made(parent)) = change.needs.first().filter(|_| change.action.destroys())
            && !made.contains(parent)
            && !by_id.contains_key(parent.id())
        {
            change.withheld = Some(Withheld::NoParent(parent.id().to_owned()));
        }
        if change.withheld.is_none() && scope.withhold_console && change.cause == Cause::Console {
            change.withheld = Some(Withheld::Console);
        }
        if change.withheld.is_none() && !scope.allow_lockout && enforces_absent_sso(change) {
            change.withheld = Some(Withheld::Lockout);
        }
    }
}

fn enforces_absent_sso(change: &Change) -> bool {
    let keeps_sso = change.has_sso && !change.action.destroys();
    let enforced = |after: &Attributes| after.get("enforce_sso") == Some(&Value::Bool(true));
    let turned_on = match &change.action {
        Action::Update { .. } => change.fields.iter().any(|field| field.path.words() == ["enforce_sso"]),
        _ => true,
    };
    let loses_exclusions = was_enforced(change) && tenant::loses_exclusions(&change.fields);
    !keeps_sso && loses_exclusions || !keeps_sso && turned_on && change.action.after().is_some_and(enforced)
}

/// Whether SSO is enforced, and stays so.
fn was_enforced(change: &Change) -> bool {
    let live = change.seen.get(tenant::TENANT_PATH).and_then(|object| object.get("enforceSSO"));
    let stays = change.action.after().and_then(|after| after.get("enforce_sso")).and_then(Value::as_bool);
    live == Some(&Value::Bool(true)) && stays != Some(false)
}
