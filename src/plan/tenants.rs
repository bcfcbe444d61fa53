//! (desired tenants, live tenants) → changes and orphans, each on its own.

use std::{
    collections::{BTreeMap, HashMap, HashSet},
    sync::Arc,
};

use super::{Action, Cause, Change, Need, Orphan, Scope, Traced, Withheld};
use crate::resource::{
    Address, Attributes, Desired, Live, Object, Observed,
    tenant::{self, LiveTenant, SETTINGS_PATH, TENANT_PATH, Tenant},
};

/// The live tenants by id.
pub(super) type ById<'a> = HashMap<&'a str, &'a Observed<LiveTenant>>;

/// What comparing yields.
#[derive(Default)]
pub(super) struct Compared {
    pub(super) changes: Vec<Change>,
    pub(super) orphans: Vec<Orphan>,
    pub(super) unchanged: Vec<Address>,
}

/// Compares every desired tenant with its live one, and finds the live ones that nobody asked for.
pub(super) fn compare_all(desired: &Desired, live: &Live, by_id: &ById<'_>, scope: &Scope) -> Compared {
    let mut compared = Compared::default();
    let Some(tenants) = &desired.tenants else { return compared };
    for tenant in tenants {
        let address = tenant.address();
        let Some(observed) = by_id.get(tenant.id.as_str()) else {
            compared.changes.push(create(tenant, address));
            continue;
        };
        let settings = live.settings.get(&tenant.id);
        match tenant::compare(tenant, observed, settings) {
            None => compared.unchanged.push(address),
            Some(comparison) => {
                compared.changes.push(update(tenant, address, observed, comparison, live, scope));
            }
        }
    }
    let wanted: HashSet<&str> = tenants.iter().map(|tenant| tenant.id.as_str()).collect();
    for observed in live.tenants.iter().filter(|observed| !wanted.contains(observed.object.id.as_str())) {
        let LiveTenant { id, name, .. } = &observed.object;
        let address = Address::new(tenant::KIND, id);
        let sensitive = desired.sensitive.of(id);
        if scope.prunes(&address) {
            let sensitive = sensitive.to_vec();
            compared.changes.push(Change { sensitive, ..delete(address, observed, scope) });
        } else if scope.contains(&address) {
            let name = (!tenant::hides(sensitive, "name")).then(|| name.clone());
            compared.orphans.push(Orphan { address, name, absent_from: desired.by });
        }
    }
    compared
}

fn create(tenant: &Tenant, address: Address) -> Change {
    Change {
        name: tenant.name.clone().unwrap_or_default(),
        action: Action::Create { after: tenant::desired_attributes(tenant) },
        needs: tenant.parent.iter().map(|parent| Need::Made(Address::new(tenant::KIND, parent))).collect(),
        steps: tenant::create(tenant),
        sensitive: tenant.sensitive.clone(),
        place: tenant.place.clone(),
        ..blank(address)
    }
}

fn update(
    tenant: &Tenant,
    address: Address,
    observed: &Observed<LiveTenant>,
    comparison: tenant::Comparison,
    live: &Live,
    scope: &Scope,
) -> Change {
    let tenant::Comparison { fields, before, after, unmanaged_kept, replace, steps } = comparison;
    let mut change = Change {
        name: tenant.name.clone().unwrap_or_else(|| observed.object.name.clone()),
        unmanaged_kept,
        lockout: tenant::lockout(&fields, observed.object.enforce_sso),
        has_sso: observed.object.has_sso(),
        seen: BTreeMap::from([(TENANT_PATH, object(observed))]),
        sensitive: tenant.sensitive.clone(),
        place: tenant.place.clone(),
        fields,
        ..blank(address)
    };
    if replace {
        change.action = Action::Replace { before, after };
        // What the configuration does not manage must come through, too.
        let settings = live.settings.get(&tenant.id);
        let kept = tenant::made_anew(tenant, observed, settings);
        change.steps = tenant::replace(kept.as_ref().unwrap_or(tenant), scope.cascade);
        change.undo = tenant::put_back(observed, settings);
        change.needs =
            tenant.parent.iter().map(|parent| Need::Made(Address::new(tenant::KIND, parent))).collect();
        let allowed = scope.allows_replace(&change.address);
        let prevented = tenant.lifecycle.prevent_destroy;
        change.withheld = match (prevented, allowed) {
            (true, _) => Some(Withheld::Protected("lifecycle.prevent_destroy".to_owned())),
            (false, false) => Some(Withheld::Replace),
            (false, true) => None,
        };
    } else {
        change.action = Action::Update { before, after };
        change.steps = steps;
    }
    // The settings of a replaced tenant go with it; the new one's are read when it is there.
    if !replace
        && change.steps.iter().any(|step| step.look.path == SETTINGS_PATH)
        && let Some(settings) = live.settings.get(&tenant.id)
    {
        change.seen.insert(SETTINGS_PATH, object(settings));
    }
    change
}

fn delete(address: Address, observed: &Observed<LiveTenant>, scope: &Scope) -> Change {
    let LiveTenant { id, name, .. } = &observed.object;
    Change {
        name: name.clone(),
        action: Action::Delete { before: tenant::live_attributes(&observed.object) },
        steps: tenant::delete(id, scope.cascade),
        has_sso: observed.object.has_sso(),
        seen: BTreeMap::from([(TENANT_PATH, object(observed))]),
        ..blank(address)
    }
}

pub(super) fn blank(address: Address) -> Change {
    Change {
        address,
        name: String::new(),
        action: Action::Create { after: Attributes::new() },
        fields: Vec::new(),
        unmanaged_kept: 0,
        cause: Cause::Unknown,
        traced: Traced::NotAsked,
        applied: Vec::new(),
        versions: None,
        breaking: Vec::new(),
        needs: Vec::new(),
        withheld: None,
        release: None,
        undo: Vec::new(),
        steps: Vec::new(),
        seen: BTreeMap::new(),
        lockout: false,
        has_sso: false,
        sensitive: Vec::new(),
        place: None,
    }
}

fn object<T>(observed: &Observed<T>) -> Arc<Object> {
    Arc::new(serde_json::from_str(observed.raw.get()).unwrap_or_default())
}
