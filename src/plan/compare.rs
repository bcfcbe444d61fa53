//! (two live projects, what the configuration has of each) → what differs between them. Pure.
//!
//! What makes a project that project is no difference: its ids, its name, its label, when things were made.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use serde_json::Value;

use crate::resource::{
    Address, Attributes, Desired, FieldChange, Live, Observed, Path, Place, flow, project, same_value,
    tenant::{self, LiveTenant},
    theme,
};

/// One of two environments.
#[derive(Debug, Clone, Copy)]
pub struct Side<'a> {
    /// What is live in it.
    pub live: &'a Live,
    /// What the configuration says of it: which tenants are one item, and what is sensitive.
    pub desired: &'a Desired,
}

/// What differs between two environments.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Comparison {
    /// The objects that differ, sorted by address.
    pub differences: Vec<Unlike>,
    /// How many objects are the same in both.
    pub same: usize,
}

/// One object that differs.
#[derive(Debug, Clone, PartialEq)]
pub struct Unlike {
    /// The object, as the first environment calls it where it has it.
    pub address: Address,
    /// What the second environment calls it, where that is another id.
    pub counterpart: Option<Address>,
    /// Where it is.
    pub presence: Presence,
    /// Its name, for people; `None` where it is masked in every output.
    pub name: Option<String>,
    /// Each attribute that differs, first environment -> second; empty where only one has the object.
    pub fields: Vec<FieldChange>,
}

/// In which of two environments an object is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Presence {
    /// Only in the first.
    OnlyFrom,
    /// Only in the second.
    OnlyTo,
    /// In both.
    Both,
}

/// Compares everything that was read of both.
pub fn compare(from: Side<'_>, to: Side<'_>) -> Comparison {
    let mut found = Comparison::default();
    tenants(from, to, &mut found);
    flows(from.live, to.live, &mut found);
    if let (Some(a), Some(b)) = (&from.live.theme, &to.live.theme) {
        let fields = theme::differences(&a.object, &b.object);
        found.note(Address::new(theme::KIND, theme::ID), None, Some(theme::ID), fields);
    }
    if let (Some(a), Some(b)) = (&from.live.project, &to.live.project) {
        let only_tags = |it: &project::LiveProject| {
            let mut attributes = project::live_attributes(it);
            attributes.retain(|word, _| word == "tags");
            attributes
        };
        let fields = unlike(&only_tags(&a.object), &only_tags(&b.object), &[]);
        found.note(Address::new(project::KIND, project::ID), None, Some(project::ID), fields);
    }
    found.differences.sort_by(|a, b| a.address.cmp(&b.address));
    found
}

impl Comparison {
    fn note(
        &mut self,
        address: Address,
        counterpart: Option<Address>,
        name: Option<&str>,
        fields: Vec<FieldChange>,
    ) {
        if fields.is_empty() {
            self.same += 1;
            return;
        }
        let (presence, name) = (Presence::Both, name.map(str::to_owned));
        self.differences.push(Unlike { address, counterpart, presence, name, fields });
    }

    fn note_single(&mut self, address: Address, presence: Presence, name: Option<&str>) {
        let (name, fields) = (name.map(str::to_owned), Vec::new());
        self.differences.push(Unlike { address, counterpart: None, presence, name, fields });
    }
}

type ById<'a> = BTreeMap<&'a str, &'a Observed<LiveTenant>>;

fn tenants(from: Side<'_>, to: Side<'_>, found: &mut Comparison) {
    fn index(live: &Live) -> ById<'_> {
        live.tenants.iter().map(|it| (it.object.id.as_str(), it)).collect()
    }
    let (left, right) = (index(from.live), index(to.live));
    let pairs = pairs(from, to, &left, &right);
    let taken: HashSet<&str> = pairs.values().copied().collect();
    for (id, tenant) in &left {
        let address = Address::new(tenant::KIND, id);
        let Some((other, counterpart)) = pairs.get(id).and_then(|other| Some((*other, right.get(other)?)))
        else {
            let name = shown_name(&tenant.object, sensitive(from.desired, id));
            found.note_single(address, Presence::OnlyFrom, name);
            continue;
        };
        let mut before = attributes(from.live, tenant);
        if let Some(Value::String(parent)) = before.get_mut("parent")
            && let Some(twin) = pairs.get(parent.as_str())
        {
            (*twin).clone_into(parent);
        }
        let hidden = [sensitive(from.desired, id), sensitive(to.desired, other)].concat();
        let fields = unlike(&before, &attributes(to.live, counterpart), &hidden);
        let called = (other != *id).then(|| Address::new(tenant::KIND, other));
        found.note(address, called, shown_name(&tenant.object, &hidden), fields);
    }
    for (id, tenant) in right.iter().filter(|(id, _)| !taken.contains(*id)) {
        let name = shown_name(&tenant.object, sensitive(to.desired, id));
        found.note_single(Address::new(tenant::KIND, id), Presence::OnlyTo, name);
    }
}

/// Which tenant of the second environment is which of the first: the same item of the configuration, else the same id.
fn pairs<'a>(from: Side<'a>, to: Side<'a>, left: &ById<'a>, right: &ById<'a>) -> HashMap<&'a str, &'a str> {
    fn items(desired: &Desired) -> impl Iterator<Item = (&Place, &str)> {
        let tenants = desired.tenants.iter().flatten();
        tenants.filter_map(|tenant| Some((tenant.place.as_ref()?, tenant.id.as_str())))
    }
    let place = |place: &'a Place| (&*place.file, place.line, place.column);
    let second: HashMap<_, &str> = items(to.desired).map(|(at, id)| (place(at), id)).collect();
    let same_item = items(from.desired).filter_map(|(at, id)| Some((id, *second.get(&place(at))?)));
    let mut pairs: HashMap<&str, &str> =
        same_item.filter(|(one, other)| left.contains_key(one) && right.contains_key(other)).collect();
    let taken: HashSet<&str> = pairs.values().copied().collect();
    let rest = left.keys().filter(|id| right.contains_key(*id) && !taken.contains(*id));
    for id in rest {
        pairs.entry(id).or_insert(id);
    }
    pairs
}

fn attributes(live: &Live, tenant: &Observed<LiveTenant>) -> Attributes {
    let mut attributes = tenant::live_attributes(&tenant.object);
    if let Some(settings) = live.settings.get(&tenant.object.id) {
        attributes.insert("settings".to_owned(), Value::Object(tenant::live_settings(&settings.object)));
    }
    attributes
}

fn sensitive<'a>(desired: &'a Desired, id: &str) -> &'a [Path] {
    let configured = desired.tenants.iter().flatten().find(|tenant| tenant.id == id);
    configured.map_or_else(|| desired.sensitive.of(id), |tenant| &tenant.sensitive)
}

fn shown_name<'a>(tenant: &'a LiveTenant, sensitive: &[Path]) -> Option<&'a str> {
    (!tenant::hides(sensitive, "name")).then_some(&tenant.name)
}

/// The attributes that differ; of two maps, their entries.
fn unlike(before: &Attributes, after: &Attributes, hidden: &[Path]) -> Vec<FieldChange> {
    let empty = Attributes::new();
    let words: BTreeSet<&String> = before.keys().chain(after.keys()).collect();
    let mut fields = Vec::new();
    for word in words {
        let (a, b) = (before.get(word), after.get(word));
        let inner = |side: Option<&'_ Value>| side.is_none_or(Value::is_object);
        if inner(a) && inner(b) {
            fn map<'a>(side: Option<&'a Value>, empty: &'a Attributes) -> &'a Attributes {
                side.and_then(Value::as_object).unwrap_or(empty)
            }
            let entries = unlike_entries(word, map(a, &empty), map(b, &empty));
            fields.extend(entries);
        } else if !same(word, a, b) {
            fields.push(FieldChange::new(Path::new([word]), a.cloned(), b.cloned()));
        }
    }
    for field in &mut fields {
        field.sensitive = hidden.iter().any(|path| field.path.is_within(path));
    }
    fields
}

fn unlike_entries(word: &str, before: &Attributes, after: &Attributes) -> Vec<FieldChange> {
    let names: BTreeSet<&String> = before.keys().chain(after.keys()).collect();
    let differing = names.into_iter().filter(|name| match (before.get(*name), after.get(*name)) {
        (Some(a), Some(b)) => !same_value(a, b),
        _ => true,
    });
    let field = |name: &String| {
        FieldChange::new(Path::new([word, name]), before.get(name).cloned(), after.get(name).cloned())
    };
    differing.map(field).collect()
}

/// Whether an attribute of one or both is the same in both. Domains have no upper case.
fn same(word: &str, a: Option<&Value>, b: Option<&Value>) -> bool {
    let (Some(a), Some(b)) = (a, b) else { return false };
    let lower = |value: &Value| match value {
        Value::Array(items) if word == "domains" => items
            .iter()
            .map(|it| it.as_str().map_or_else(|| it.clone(), |text| text.to_lowercase().into()))
            .collect(),
        other => other.clone(),
    };
    same_value(&lower(a), &lower(b))
}

fn flows(from: &Live, to: &Live, found: &mut Comparison) {
    let ids: BTreeSet<&String> = from.flows.keys().chain(to.flows.keys()).collect();
    for id in ids {
        let address = Address::new(flow::KIND, id);
        match (from.flows.get(id), to.flows.get(id)) {
            (Some(a), Some(b)) => {
                let told = flow::differences(&a.object, &b.object).into_iter().map(super::flows::field);
                found.note(address, None, Some(a.object.name()), told.collect());
            }
            (Some(only), None) => found.note_single(address, Presence::OnlyFrom, Some(only.object.name())),
            (None, Some(only)) => found.note_single(address, Presence::OnlyTo, Some(only.object.name())),
            (None, None) => {}
        }
    }
}

#[cfg(test)]
mod tests;
