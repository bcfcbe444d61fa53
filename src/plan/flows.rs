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
        compared.changes.extend(live.flows.get(id).map(|now| delete(id, &now.object, live, desired)));
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
        action: Action::Create { after: flow::summary(&flow.content, Some(&flow.origin), &digest) },
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
    let next_version = major_change(flow, applied);
    if next_version.is_none() && wanted.same(now) {
        return None;
    }
    let (desired, live) = (flow.content.digest(), now.digest());
    let cause = match cause(applied, &desired, &live) {
        None if next_version.is_some() => Cause::Config,
        cause => cause?,
    };
    let differences = flow::differences(now, &wanted);
    let version = next_version.as_ref().map(|_| version_field(flow, applied));
    let removed = differences.iter().filter_map(|difference| difference.breaking.clone());
    let breaking: Vec<String> = next_version.into_iter().chain(removed).collect();
    let is_restored = matches!(flow.origin, Origin::Backup(_));
    let withheld = !breaking.is_empty() && !allow_breaking && !is_restored;
    Some(Change {
        name: flow.content.name().to_owned(),
        action: Action::Update {
            before: flow::summary(now, None, &live),
            after: flow::summary(&flow.content, Some(&flow.origin), &desired),
        },
        fields: version.into_iter().chain(differences.into_iter().map(field)).collect(),
        cause,
        versions: Some(versions(applied, &desired, &live)),
        withheld: withheld.then_some(Withheld::Breaking),
        breaking,
        steps: vec![flow::replace(&wanted)],
        undo: vec![flow::replace(now)],
        seen: BTreeMap::from([(flow::EXPORT_PATH, now.shared())]),
        place: flow.place.clone(),
        ..blank(address.clone())
    })
}

pub(super) fn field(difference: FlowDifference) -> FieldChange {
    let FlowDifference { path, label, before, after, breaking: _ } = difference;
    FieldChange { label: Some(label), ..FieldChange::new(Path::new(path), before, after) }
}

/// The version of the template as a difference of its own: the content may be the same.
fn version_field(flow: &Flow, applied: Option<&AppliedWhole>) -> FieldChange {
    let before = applied.and_then(|applied| applied.template.clone()).map(Value::from);
    let field = FieldChange::new(Path::new(["template"]), before, Some(flow.origin.to_string().into()));
    FieldChange { label: Some("template".to_owned()), ..field }
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

fn delete(id: &str, now: &Content, live: &Live, desired: &Desired) -> Change {
    let (users, needs) = users(id, live, desired);
    let digest = now.digest();
    Change {
        name: now.name().to_owned(),
        action: Action::Delete { before: flow::summary(now, None, &digest) },
        cause: Cause::Config,
        versions: Some(versions(None, "", &digest)),
        withheld: (!users.is_empty()).then_some(Withheld::Used(users)),
        needs,
        steps: vec![flow::delete(id)],
        seen: BTreeMap::from([(flow::EXPORT_PATH, now.shared())]),
        ..blank(Address::new(flow::KIND, id))
    }
}

/// The flows that still run this one after the plan, and those that must go, or stop running it, first.
fn users(id: &str, live: &Live, desired: &Desired) -> (Vec<Address>, Vec<Need>) {
    let runs = |content: &Content| flow::sub_flows(content).any(|other| other == id);
    let (mut users, mut needs) = (Vec::new(), Vec::new());
    let running = live.flows.iter().filter(|(other, flow)| *other != id && runs(&flow.object));
    for other in running.map(|(other, _)| other) {
        let address = Address::new(flow::KIND, other);
        let wanted = desired.flows.iter().flatten().find(|flow| flow.id == *other);
        if desired.doomed_flows.contains(other) {
            needs.push(Need::Gone(address));
        } else if wanted.is_some_and(|wanted| !runs(&wanted.content)) {
            needs.push(Need::Made(address));
        } else {
            users.push(address);
        }
    }
    (users, needs)
}

/// Makes each flow wait for those that it runs. Of flows that run each other in a circle the first one found waits
/// for none of the others.
fn order(changes: &mut [Change], desired: &Desired) {
    let flows: BTreeMap<&str, &Flow> =
        desired.flows.iter().flatten().map(|flow| (flow.id.as_str(), flow)).collect();
    let runs: BTreeMap<&str, BTreeSet<String>> = flows
        .iter()
        .map(|(id, flow)| {
            let names = flow::sub_flows(&flow.content).map(str::to_owned);
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
    let is_moving = |it: &&mut Change| it.address.kind() == flow::KIND && moving.contains(it.address.id());
    for change in changes.iter_mut().filter(is_moving) {
        let id = change.address.id().to_owned();
        let awaited = runs.get(id.as_str()).into_iter().flatten().filter(|name| moving.contains(*name));
        let needs = awaited.filter(|name| !(reaches(name, &id) && id < **name));
        change.needs.extend(needs.map(|name| Need::Made(Address::new(flow::KIND, name))));
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
        seen: BTreeMap::from([(theme::EXPORT_PATH, now.object().clone().into())]),
        place: wanted.place.clone(),
        ..blank(address.clone())
    })
}
