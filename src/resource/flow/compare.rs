//! (flow, flow) → whether they mean the same; flow → a digest that is equal where they do.
//!
//! A flow is read through [`Place`]s, which say of each part what counts in it. Both the comparison and the digest
//! go through them, so they cannot disagree.

use std::cmp::Ordering;

use serde_json::{Number, Value};
use sha2::{Digest, Sha256};

use super::{content::text_at, names::Names};
use crate::resource::Object;

/// A part of a flow, as far as comparing is concerned.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::resource) enum Place {
    /// The flow itself.
    Flow,
    /// Its metadata.
    Metadata,
    /// The translation in the metadata.
    Translation,
    /// Its references.
    References,
    /// A map whose keys are names and whose values are ids that only another project knows.
    Named,
    /// Such an id.
    Id,
    /// A list whose order means nothing.
    Set,
    /// A list of interactions, told apart by their ids.
    Interactions,
    /// Anything in which empty is the same as absent.
    Loose,
    /// The graph of tasks.
    Contents,
    /// The tasks by id.
    Tasks,
    /// One task.
    Task,
    /// A task that shows a screen, and may carry a copy of it.
    ScreenTask,
    /// The screens, told apart by their ids.
    Screens,
    /// One screen.
    Screen,
    /// A theme, which has no more in common with a flow than its references and its stamp.
    Theme,
    /// Anything in which every value is data, an empty one too.
    Exact,
}

impl Place {
    /// What stands under `key` in an object at this place; `None` where it does not count.
    pub(in crate::resource) fn member(self, key: &str, value: &Value) -> Option<Self> {
        let place = match (self, key) {
            (Self::Metadata | Self::Theme, "componentsVersion")
            | (Self::Theme, "version")
            | (Self::Task | Self::ScreenTask, "view")
            | (Self::ScreenTask, "htmlTemplate" | "interactions") => return None,
            (Self::Flow, "metadata") => Self::Metadata,
            (Self::Flow | Self::Theme, "references") => Self::References,
            (Self::Flow, "contents") => Self::Contents,
            (Self::Flow, "screens") => Self::Screens,
            (Self::Metadata, "sharedInteractions") | (Self::Screen, "interactions") => Self::Interactions,
            (Self::Metadata, "translation") => Self::Translation,
            (Self::References, "connectors" | "roles") => Self::Named,
            (Self::Translation, "targetLanguages")
            | (Self::References, "oauth" | "userAttributes" | "tenantAttributes" | "omitted")
            | (Self::Task | Self::ScreenTask, "inputKeys" | "allInputKeys" | "contextKeys") => Self::Set,
            (Self::Contents, "tasks") => Self::Tasks,
            (Self::Tasks, _) if text_at(value, "screenId").is_empty() => Self::Task,
            (Self::Tasks, _) => Self::ScreenTask,
            (Self::Named, _) => Self::Id,
            (Self::Metadata | Self::Translation | Self::References | Self::Loose, _) => Self::Loose,
            _ => Self::Exact,
        };
        let says_nothing = self.prunes() && place.is_empty(value);
        (!says_nothing).then_some(place)
    }

    /// Whether an empty member of an object at this place is the same as none.
    fn prunes(self) -> bool {
        matches!(
            self,
            Self::Flow
                | Self::Theme
                | Self::Metadata
                | Self::Translation
                | Self::References
                | Self::Screen
                | Self::Loose
        )
    }

    /// What the items of a list at this place are.
    pub(super) fn item(self) -> Self {
        match self {
            Self::Screens => Self::Screen,
            Self::Interactions | Self::Loose => Self::Loose,
            _ => Self::Exact,
        }
    }

    /// The key by which the items of a list are told apart.
    pub(super) fn id_key(self) -> Option<&'static str> {
        match self {
            Self::Screens => Some("screenId"),
            Self::Interactions => Some("id"),
            _ => None,
        }
    }

    /// Whether a value at this place says nothing.
    pub(super) fn is_empty(self, value: &Value) -> bool {
        match value {
            Value::Object(map) if self.prunes() => self.members(map).next().is_none(),
            value => says_nothing(value),
        }
    }

    /// The members that count, each with its place.
    pub(super) fn members(self, object: &Object) -> impl Iterator<Item = (&str, &Value, Self)> {
        object.iter().filter_map(move |(key, value)| Some((key.as_str(), value, self.member(key, value)?)))
    }

    /// The member under `key`, if there is one that counts.
    pub(super) fn get<'a>(self, object: &'a Object, key: &str) -> Option<(&'a Value, Self)> {
        let value = object.get(key)?;
        Some((value, self.member(key, value)?))
    }
}

/// Whether a value of metadata says nothing, as the official tool prunes it.
pub(super) fn is_empty(value: &Value) -> bool {
    Place::Loose.is_empty(value)
}

fn says_nothing(value: &Value) -> bool {
    match value {
        Value::Null | Value::Bool(false) => true,
        Value::Bool(true) => false,
        Value::Number(number) => number.as_f64() == Some(0.0),
        Value::String(text) => text.is_empty(),
        Value::Array(items) => items.is_empty(),
        Value::Object(map) => map.is_empty(),
    }
}

/// Whether two values of one key of a flow object mean the same.
///
/// Order of keys, layout and `componentsVersion` mean nothing; in metadata, references and interactions neither do
/// empty values. Screens and interactions are told apart by their ids, whatever their order. The copy that a screen
/// task may carry of its screen says nothing beyond the screen. Here ids of connectors count as they are, since one
/// key does not tell their names: see [`differing_keys`].
pub fn same_key(key: &str, left: Option<&Value>, right: Option<&Value>) -> bool {
    Comparison::default().same_member(Place::Flow, key, left, right)
}

/// The keys in which two flow objects differ, by the rules of [`same_key`] with connectors and roles by name.
pub fn differing_keys<'a>(left: &'a Object, right: &'a Object) -> Vec<&'a str> {
    let comparison = Comparison::of(left, right);
    let added = right.keys().filter(|key| !left.contains_key(*key));
    let keys = left.keys().chain(added).map(String::as_str);
    keys.filter(|key| !comparison.same_member(Place::Flow, key, left.get(*key), right.get(*key))).collect()
}

/// Whether two flow objects mean the same.
pub(super) fn same(left: &Object, right: &Object) -> bool {
    Comparison::of(left, right).same_objects(Place::Flow, left, right)
}

/// The SHA-256 of what counts in a flow object.
pub(super) fn digest(flow: &Object) -> String {
    digest_in(Place::Flow, flow)
}

/// The SHA-256 of what counts in an object that stands at `place`.
pub(in crate::resource) fn digest_in(place: Place, object: &Object) -> String {
    let mut canonical = Vec::new();
    Canonical { names: &Names::of(object) }.write_object(place, object, &mut canonical);
    let digest = Sha256::digest(&canonical);
    digest.iter().fold(String::new(), |text, byte| text + &format!("{byte:02x}"))
}

/// A comparison of two flows, each with the names behind its ids.
#[derive(Debug, Default)]
pub(in crate::resource) struct Comparison<'a> {
    pub(super) left: Names<'a>,
    pub(super) right: Names<'a>,
}

impl<'a> Comparison<'a> {
    pub(super) fn of(left: &'a Object, right: &'a Object) -> Self {
        Self { left: Names::of(left), right: Names::of(right) }
    }

    pub(super) fn same_member(
        &self,
        place: Place,
        key: &str,
        left: Option<&Value>,
        right: Option<&Value>,
    ) -> bool {
        let counts = |value: &'_ Value| place.member(key, value);
        let left = left.and_then(|value| Some((value, counts(value)?)));
        let right = right.and_then(|value| Some((value, counts(value)?)));
        match (left, right) {
            (None, None) => true,
            (Some((left, place)), Some((right, other))) => place == other && self.same(place, left, right),
            _ => false,
        }
    }

    pub(in crate::resource) fn same(&self, place: Place, left: &Value, right: &Value) -> bool {
        match (left, right) {
            _ if place == Place::Id => true,
            (Value::Object(left), Value::Object(right)) => self.same_objects(place, left, right),
            (Value::Array(left), Value::Array(right)) => self.same_lists(place, left, right),
            (Value::String(left), Value::String(right)) => {
                match (self.left.name(left), self.right.name(right)) {
                    (None, None) => left == right,
                    (left, right) => left == right,
                }
            }
            (Value::Number(left), Value::Number(right)) => left == right || number(left) == number(right),
            _ => left == right,
        }
    }

    fn same_objects(&self, place: Place, left: &Object, right: &Object) -> bool {
        let mut count = 0;
        for (key, value, inner) in place.members(left) {
            count += 1;
            let same = place.get(right, key);
            if !same.is_some_and(|(other, there)| inner == there && self.same(inner, value, other)) {
                return false;
            }
        }
        count == place.members(right).count()
    }

    fn same_lists(&self, place: Place, left: &[Value], right: &[Value]) -> bool {
        if place == Place::Set {
            let texts = |items, names| set(&Canonical { names }, items);
            return texts(left, &self.left) == texts(right, &self.right);
        }
        let Some(key) = place.id_key() else { return self.same_in_order(place, left.iter(), right.iter()) };
        let left = by_id(&Canonical { names: &self.left }, place, key, left);
        let right = by_id(&Canonical { names: &self.right }, place, key, right);
        self.same_in_order(place, left.into_iter(), right.into_iter())
    }

    fn same_in_order<'v>(
        &self,
        place: Place,
        left: impl ExactSizeIterator<Item = &'v Value>,
        right: impl ExactSizeIterator<Item = &'v Value>,
    ) -> bool {
        left.len() == right.len() && left.zip(right).all(|(left, right)| self.same(place.item(), left, right))
    }
}

/// The items sorted by their ids; such as share one by all that they say.
fn by_id<'v>(canonical: &Canonical<'_>, place: Place, key: &str, items: &'v [Value]) -> Vec<&'v Value> {
    let mut sorted: Vec<&Value> = items.iter().collect();
    sorted.sort_by(|one, other| match text_at(one, key).cmp(text_at(other, key)) {
        Ordering::Equal => canonical.text(place.item(), one).cmp(&canonical.text(place.item(), other)),
        order => order,
    });
    sorted
}

/// What the items of a set say, sorted, each once.
fn set(canonical: &Canonical<'_>, items: &[Value]) -> Vec<Vec<u8>> {
    let mut texts: Vec<_> = items.iter().map(|item| canonical.text(Place::Exact, item)).collect();
    texts.sort_unstable();
    texts.dedup();
    texts
}

/// The digits of a number; the same ones for 1 and 1.0.
fn number(number: &Number) -> String {
    // Beyond 2^53 different whole numbers share a float.
    const EXACT: f64 = 9_007_199_254_740_992.0;
    match number.as_f64() {
        Some(0.0) => "0".to_owned(),
        Some(float) if number.is_f64() && float.fract() == 0.0 && float.abs() < EXACT => {
            format!("{float:.0}")
        }
        _ => number.to_string(),
    }
}

/// Writes what counts, in one way only.
struct Canonical<'n> {
    names: &'n Names<'n>,
}

impl Canonical<'_> {
    fn text(&self, place: Place, value: &Value) -> Vec<u8> {
        let mut out = Vec::new();
        self.write(place, value, &mut out);
        out
    }

    fn write(&self, place: Place, value: &Value, out: &mut Vec<u8>) {
        match value {
            _ if place == Place::Id => out.extend(b"null"),
            Value::Object(object) => self.write_object(place, object, out),
            Value::Array(items) if place == Place::Set => write_list(set(self, items), out, |item, out| {
                out.extend(item);
            }),
            Value::Array(items) => {
                let items = match place.id_key() {
                    Some(key) => by_id(self, place, key, items),
                    None => items.iter().collect(),
                };
                write_list(items, out, |item, out| self.write(place.item(), item, out));
            }
            Value::String(text) => match self.names.name(text) {
                Some(name) => write_text(&format!("\0{name}"), out),
                None => write_text(text, out),
            },
            Value::Number(it) => out.extend(number(it).bytes()),
            Value::Null | Value::Bool(_) => out.extend(value.to_string().bytes()),
        }
    }

    fn write_object(&self, place: Place, object: &Object, out: &mut Vec<u8>) {
        let mut members: Vec<_> = place.members(object).collect();
        members.sort_unstable_by_key(|(key, ..)| *key);
        out.push(b'{');
        write_list(members, out, |(key, value, inner), out| {
            write_text(key, out);
            out.push(b':');
            self.write(inner, value, out);
        });
        out.push(b'}');
    }
}

fn write_list<T>(
    items: impl IntoIterator<Item = T>,
    out: &mut Vec<u8>,
    mut write: impl FnMut(T, &mut Vec<u8>),
) {
    out.push(b'[');
    for item in items {
        write(item, out);
        out.push(b',');
    }
    out.push(b']');
}

fn write_text(text: &str, out: &mut Vec<u8>) {
    // Writing a text into a vector cannot fail.
    drop(serde_json::to_writer(out, text));
}
