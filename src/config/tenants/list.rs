//! The lists below `tenants`, one after the other → entries, with defaults below and overrides above each.

use std::{
    borrow::Cow,
    collections::{HashMap, HashSet},
};

use super::{
    Entry, Frame, List,
    draft::{Draft, Which},
    formats,
};
use crate::{
    config::{
        environment::Profile,
        expand::{References, Scope, names_environment},
        fields::Fields,
        problems::{Problem, Problems},
        suggest,
        tree::{Kind, Node},
    },
    resource::{Path, tenant::Tenant},
};

/// Looking for the nearest of 50,000 ids takes its time: only so many mistakes get a suggestion.
const SUGGESTIONS: usize = 20;

type Overrides<'a> = HashMap<Cow<'a, str>, (Node<'a>, Node<'a>)>;

/// All entries, those that are not in the selected environment included.
pub(super) fn read<'a>(frame: &Frame<'a>, fields: &mut Fields<'a, '_>) -> List<'a> {
    let defaults = Draft::read(frame.sections.tenant_defaults.iter(), Which::Defaults, fields);
    let lists = frame.sections.tenants.as_deref().unwrap_or_default();
    let selected = frame.profiles.iter().position(|profile| Some(profile.name) == frame.selected);
    let overrides = selected.and_then(|at| frame.profiles.get(at)).map(|profile| overrides(profile, fields));
    let overrides = overrides.unwrap_or_default();
    let count = lists.iter().map(|list| list.items().count()).sum();
    let mut found = List {
        entries: Vec::with_capacity(count),
        tenants: Vec::with_capacity(count),
        sensitive: defaults.sensitive.iter().flatten().cloned().collect(),
        defaults: defaults.attributes(),
    };
    let layers = Layers { frame, selected, defaults, overrides };
    for item in lists.iter().flat_map(|list| list.items()) {
        layers.add(item, &mut found, fields);
    }
    let List { entries, sensitive, .. } = &mut found;
    for (number, profile) in frame.profiles.iter().enumerate() {
        if Some(number) == selected {
            check_ids(&layers.overrides, entries, number, profile, fields);
        } else {
            sensitive.extend(check_unselected(frame.scope, number, profile, entries, fields));
        }
    }
    found
}

/// What lies below and above each item.
struct Layers<'f, 'a> {
    frame: &'f Frame<'a>,
    selected: Option<usize>,
    defaults: Draft,
    overrides: Overrides<'a>,
}

impl<'a> Layers<'_, 'a> {
    fn add(&self, item: Node<'a>, found: &mut List<'a>, fields: &mut Fields<'a, '_>) {
        if item.kind() != Kind::Map {
            let message = format!("an item of 'tenants' must be a map, and this is {}", item.noun());
            let problem = Problem::error("wrong_type", message).at(item);
            fields.problems.report(problem.hint("as in: - id: acme-corp"));
            return;
        }
        let only = item.value("environments");
        let environments = only.and_then(|node| environments(node, self.frame.profiles, fields));
        let is_in =
            self.selected.is_none_or(|at| environments.as_ref().is_none_or(|only| only.contains(&at)));
        // Variables of a tenant may be set in its own environments only.
        let scope = self.frame.scope;
        fields.scope = if is_in { scope } else { scope.with(References::Skip) };
        let own = Draft::read(item.entries(), Which::Item, fields);
        fields.scope = if is_in { scope } else { scope.with(References::Tolerate) };
        let id = id(item, fields);
        fields.scope = scope;
        found.sensitive.extend(own.sensitive.iter().flatten().cloned());
        let Some((id_node, id)) = id else { return };
        let tenant = is_in.then(|| {
            let tenant = self.tenant(&id, item, own, fields);
            found.sensitive.extend(tenant.sensitive.iter().cloned());
            found.tenants.push(tenant);
            found.tenants.len() - 1
        });
        found.entries.push(Entry { id, id_node, node: item, environments, tenant });
    }

    fn tenant(&self, id: &str, item: Node<'a>, own: Draft, fields: &mut Fields<'a, '_>) -> Tenant {
        let own = match self.overrides.get(id) {
            Some((_, above)) => Draft::read(above.entries(), Which::Override, fields).over(&own),
            None => own,
        };
        let place = item.place();
        own.over(&self.defaults).into_tenant(id.to_owned(), Some(place))
    }
}

fn id<'a>(item: Node<'a>, fields: &mut Fields<'_, '_>) -> Option<(Node<'a>, Cow<'a, str>)> {
    let Some(node) = item.value("id") else {
        fields.problems.report(
            Problem::error("missing_id", "a tenant needs an 'id'").at(item).hint("as in: id: acme-corp"),
        );
        return None;
    };
    let id = fields.filled(node, "id")?;
    formats::check_id(node, &id, fields);
    Some((node, id))
}

/// The numbers of the environments that an item is limited to.
pub(in crate::config) fn environments(
    node: Node<'_>,
    profiles: &[Profile<'_>],
    fields: &mut Fields<'_, '_>,
) -> Option<Vec<usize>> {
    let mut numbers = Vec::new();
    for (item, name) in fields.texts(node, "environments")? {
        if let Some(number) = profiles.iter().position(|profile| profile.name == name) {
            numbers.push(number);
        } else {
            let message = format!("environment '{name}' is not defined");
            let hint = suggest::did_you_mean(&name, profiles.iter().map(|profile| profile.name));
            fields.problems.report(Problem::error("unknown_environment", message).at(item).maybe_hint(hint));
        }
    }
    Some(numbers)
}

/// The overrides of an environment by id, `${…}` in the ids expanded.
fn overrides<'a>(profile: &Profile<'a>, fields: &mut Fields<'_, '_>) -> Overrides<'a> {
    let mut found = Overrides::new();
    let map = profile.block.keys.value("tenants").and_then(|node| fields.map(node, "tenants"));
    for (key, value) in map.iter().flat_map(|map| map.entries()) {
        let Some(id) = fields.scope.expand(key, fields.problems) else { continue };
        if fields.map(value, &id).is_none() {
            continue;
        }
        if let Some((first, _)) = found.get(&id) {
            let message = format!("'{id}' is overridden twice");
            fields
                .problems
                .report(Problem::error("duplicate_key", message).at(key).related(*first, "the first one"));
        } else {
            found.insert(id, (key, value));
        }
    }
    found
}

/// Reports overrides of what is not there.
fn check_ids(
    overrides: &Overrides<'_>,
    entries: &[Entry<'_>],
    number: usize,
    profile: &Profile<'_>,
    fields: &mut Fields<'_, '_>,
) {
    if overrides.is_empty() {
        return;
    }
    let ids: HashMap<&str, &Entry<'_>> = entries.iter().map(|entry| (entry.id.as_ref(), entry)).collect();
    let mut suggestions = SUGGESTIONS;
    for (id, (key, _)) in overrides {
        match ids.get(id.as_ref()) {
            Some(entry) if entry.is_in(number) => {}
            Some(entry) => {
                let message = format!("'{id}' is overridden in '{}', where it is not", profile.name);
                let related = entry.node.value("environments").unwrap_or(entry.node);
                let problem = Problem::error("unknown_tenant", message).at(*key);
                fields.problems.report(problem.related(related, "only in these environments"));
            }
            None => {
                let problem = unknown_tenant(id, profile, ids.keys().copied(), &mut suggestions);
                fields.problems.report(problem.at(*key));
            }
        }
    }
}

fn unknown_tenant<'i>(
    id: &str,
    profile: &Profile<'_>,
    known: impl Iterator<Item = &'i str>,
    suggestions: &mut usize,
) -> Problem {
    let near = (*suggestions > 0).then(|| suggest::closest(id, known)).flatten();
    *suggestions = suggestions.saturating_sub(1);
    let message = format!("environment '{}' overrides tenant '{id}', which is not defined", profile.name);
    let hint = near.map_or_else(
        || "add it to 'tenants', or take the override out".to_owned(),
        |near| format!("did you mean '{near}'?"),
    );
    Problem::error("unknown_tenant", message).hint(hint)
}

/// What can be known of the overrides of an environment that is not selected: keys, kinds of values, ids. Returns what
/// they call sensitive.
fn check_unselected<'a>(
    scope: Scope<'a>,
    number: usize,
    profile: &Profile<'a>,
    entries: &[Entry<'a>],
    fields: &mut Fields<'a, '_>,
) -> Vec<Path> {
    let mut sensitive = Vec::new();
    let Some(node) = profile.block.keys.value("tenants") else { return sensitive };
    fields.scope = scope.with(References::Skip);
    for (key, value) in fields.map(node, "tenants").iter().flat_map(|map| map.entries()) {
        if let Some(map) = fields.map(value, key.text()) {
            let above = Draft::read(map.entries(), Which::Override, fields);
            sensitive.extend(above.sensitive.unwrap_or_default());
        }
    }
    fields.scope = scope;
    let there = scope.in_environment(profile.name).with(References::Tolerate);
    let mut unheard = Problems::default();
    let present = entries.iter().filter(|entry| entry.is_in(number));
    let ids: HashSet<_> = present.filter_map(|entry| id_in(entry, there, &mut unheard)).collect();
    let mut suggestions = SUGGESTIONS;
    for (key, _) in node.entries() {
        let Some(id) = there.expand(key, &mut unheard).filter(|id| !ids.contains(id)) else { continue };
        let problem = unknown_tenant(&id, profile, ids.iter().map(AsRef::as_ref), &mut suggestions);
        fields.problems.report(problem.at(key));
    }
    sensitive
}

/// The id that an entry has in another environment.
pub(super) fn id_in<'a>(
    entry: &Entry<'a>,
    scope: Scope<'_>,
    problems: &mut Problems,
) -> Option<Cow<'a, str>> {
    if names_environment(entry.id_node.text()) {
        scope.expand(entry.id_node, problems)
    } else {
        Some(entry.id.clone())
    }
}
