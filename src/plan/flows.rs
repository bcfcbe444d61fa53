//! (desired flows and theme, live ones, what was last applied) → changes, each on its own.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::{
    Action, Cause, Change, Need, Withheld,
    tenants::{Compared, blank},
    whole::{AppliedWhole, cause, versions},
};
use crate::{
    resource::{
        Address, Attributes, Desired, FieldChange, Live, Path,
        flow::{self, Content, Flow, FlowDifference, Origin},
        theme,
    },
    state::Baseline,
};

/// Compares every desired flow, and the theme, with the live one.
pub(super) fn compare_all(
    desired: &Desired,
    live: &Live,
    baseline: &Baseline,
    allow_breaking: bool,
    compared: &mut Compared,
) {
    for flow in desired.flows.iter().flatten() {
        let address = flow.address();
        let applied = AppliedWhole::of(baseline, &address);
        match live.flows.get(&flow.id) {
            None => compared.changes.push(create(flow, address, applied.as_ref())),
            Some(now) => match update(flow, &address, &now.object, applied.as_ref(), allow_breaking) {
                None => compared.unchanged.push(address),
                Some(change) => compared.changes.push(change),
            },
        }
    }
    for id in &desired.doomed_flows {
        compared.changes.extend(live.flows.get(id).map(|now| delete(id, &now.object, live)));
    }
    order(&mut compared.changes, desired);
    if let Some(wanted) = &desired.theme {
        let address = Address::new(theme::KIND, theme::ID);
        let applied = AppliedWhole::of(baseline, &address);
        match restyle(wanted, &address, live, applied.as_ref()) {
            None => compared.unchanged.push(address),
            Some(change) => compared.changes.push(change),
        }
    }
}

fn create(flow: &Flow, address: Address, applied: Option<&AppliedWhole>) -> Change {
    let digest = flow.content.digest();
    Change {
        name: flow.content.name().to_owned(),
        action: Action::Create { after: flow::summary(&flow.content, Some(&flow.origin)) },
        // What was applied once and is gone was taken away by somebody else.
        cause: applied.map_or(Cause::Unknown, |_| Cause::Console),
        versions: Some(versions(applied, &digest, "")),
        steps: vec![flow::create(&flow.content)],
        undo: vec![flow::delete(&flow.id)],
        place: flow.place.clone(),
        ..blank(address)
    }
}

fn update(
    flow: &Flow,
    address: &Address,
    now: &Content,
    applied: Option<&AppliedWhole>,
    allow_breaking: bool,
) -> Option<Change> {
    let wanted = flow.content.over(now);
    if wanted.same(now) {
        return None;
    }
    let (desired, live) = (flow.content.digest(), now.digest());
    let cause = cause(applied, &desired, &live)?;
    let differences = flow::differences(now, &wanted);
    let breaking = breaking(flow, &differences, applied);
    let is_restored = matches!(flow.origin, Origin::Backup(_));
    let withheld = !breaking.is_empty() && !allow_breaking && !is_restored;
    Some(Change {
        name: flow.content.name().to_owned(),
        action: Action::Update {
            before: flow::summary(now, None),
            after: flow::summary(&flow.content, Some(&flow.origin)),
        },
        fields: differences.into_iter().map(field).collect(),
        cause,
        versions: Some(versions(applied, &desired, &live)),
        withheld: withheld.then_some(Withheld::Breaking),
        breaking,
        steps: vec![flow::replace(&wanted)],
        undo: vec![flow::replace(now)],
        seen: BTreeMap::from([(flow::EXPORT_PATH, now.object().clone())]),
        place: flow.place.clone(),
        ..blank(address.clone())
    })
}

pub(super) fn field(difference: FlowDifference) -> FieldChange {
    let FlowDifference { path, label, before, after, breaking: _ } = difference;
    FieldChange { label: Some(label), ..FieldChange::new(Path::new(path), before, after) }
}

/// Why others may break by an update, a sentence each.
fn breaking(flow: &Flow, differences: &[FlowDifference], applied: Option<&AppliedWhole>) -> Vec<String> {
    let version = major_change(flow, applied);
    let removed = differences.iter().filter_map(|difference| difference.breaking.clone());
    version.into_iter().chain(removed).collect()
}

/// Whether the major version of the template is another one than this project runs.
fn major_change(flow: &Flow, applied: Option<&AppliedWhole>) -> Option<String> {
    let Origin::Template { name, version } = &flow.origin else { return None };
    let (old_name, old) = applied?.template.as_deref()?.split_once('@')?;
    let old: flow::template::Version = old.parse().ok()?;
    (old_name == name && old.major != version.major).then(|| {
        format!(
            "Flow '{}' version change: v{} -> v{} (breaking changes possible)",
            flow.id, old.major, version.major
        )
    })
}

fn delete(id: &str, now: &Content, live: &Live) -> Change {
    let runs = |content: &Content| flow::dependencies(content).sub_flows.iter().any(|it| it.name == id);
    let users = live.flows.iter().filter(|(other, flow)| *other != id && runs(&flow.object));
    let users: Vec<Address> = users.map(|(other, _)| Address::new(flow::KIND, other)).collect();
    Change {
        name: now.name().to_owned(),
        action: Action::Delete { before: flow::summary(now, None) },
        cause: Cause::Config,
        versions: Some(versions(None, "", &now.digest())),
        withheld: (!users.is_empty()).then_some(Withheld::Used(users)),
        steps: vec![flow::delete(id)],
        seen: BTreeMap::from([(flow::EXPORT_PATH, now.object().clone())]),
        ..blank(Address::new(flow::KIND, id))
    }
}

/// Makes each flow wait for those that it runs. Of flows that run each other in a circle the first one found waits
/// for none of the others.
fn order(changes: &mut [Change], desired: &Desired) {
    let flows: BTreeMap<&str, &Flow> =
        desired.flows.iter().flatten().map(|flow| (flow.id.as_str(), flow)).collect();
    let runs: BTreeMap<&str, BTreeSet<String>> = flows
        .iter()
        .map(|(id, flow)| {
            let names = flow::dependencies(&flow.content).sub_flows.into_iter().map(|it| it.name);
            (*id, names.filter(|name| name != id && flows.contains_key(name.as_str())).collect())
        })
        .collect();
    let moving: BTreeSet<String> = changes
        .iter()
        .filter(|change| change.address.kind() == flow::KIND && change.action.after().is_some())
        .map(|change| change.address.id().to_owned())
        .collect();
    let reaches = |from: &str, to: &str| {
        let (mut seen, mut open) = (BTreeSet::new(), vec![from]);
        while let Some(id) = open.pop() {
            if id == to {
                return true;
            }
            if seen.insert(id) {
                open.extend(runs.get(id).into_iter().flatten().map(String::as_str));
            }
        }
        false
    };
    for change in changes.iter_mut().filter(|change| moving.contains(change.address.id())) {
        let id = change.address.id().to_owned();
        let awaited = runs.get(id.as_str()).into_iter().flatten().filter(|name| moving.contains(*name));
        let needs = awaited.filter(|name| !(reaches(name, &id) && id < **name));
        let needs: Vec<Need> = needs.map(|name| Need::Made(Address::new(flow::KIND, name))).collect();
        if change.address.kind() == flow::KIND {
            change.needs.extend(needs);
        }
    }
}

fn restyle(
    wanted: &theme::DesiredTheme,
    address: &Address,
    live: &Live,
    applied: Option<&AppliedWhole>,
) -> Option<Change> {
    let now = &live.theme.as_ref()?.object;
    if wanted.theme.same(now) {
        return None;
    }
    let (desired, digest) = (wanted.theme.digest(), now.digest());
    let cause = cause(applied, &desired, &digest)?;
    let differences = theme::differences(now, &wanted.theme);
    let attributes = |digest: &str, origin: Option<&str>| {
        let file = origin.map(|origin| ("file".to_owned(), Value::from(origin)));
        file.into_iter().chain([("sha256".to_owned(), Value::from(digest))]).collect::<Attributes>()
    };
    Some(Change {
        name: theme::ID.to_owned(),
        action: Action::Update {
            before: attributes(&digest, None),
            after: attributes(&desired, Some(&wanted.origin)),
        },
        fields: differences,
        cause,
        versions: Some(versions(applied, &desired, &digest)),
        steps: vec![theme::replace(&wanted.theme)],
        undo: vec![theme::replace(now)],
        seen: BTreeMap::from([(theme::EXPORT_PATH, now.object().clone())]),
        place: wanted.place.clone(),
        ..blank(address.clone())
    })
}
