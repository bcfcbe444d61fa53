//! What counts in a flow, written in one way only, and its digest.

use std::cmp::Ordering;

use serde_json::{Number, Value};
use sha2::{Digest, Sha256};

use super::{content::text_at, names::Names, place::Place};
use crate::resource::Object;

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

/// The items sorted by their ids; such as share one by all that they say.
pub(super) fn by_id<'v>(
    canonical: &Canonical<'_>,
    place: Place,
    key: &str,
    items: &'v [Value],
) -> Vec<&'v Value> {
    let mut sorted: Vec<&Value> = items.iter().collect();
    sorted.sort_by(|one, other| match text_at(one, key).cmp(text_at(other, key)) {
        Ordering::Equal => canonical.text(place.item(), one).cmp(&canonical.text(place.item(), other)),
        order => order,
    });
    sorted
}

/// What the items of a set say, sorted, each once.
pub(super) fn set(canonical: &Canonical<'_>, items: &[Value]) -> Vec<Vec<u8>> {
    let mut texts: Vec<_> = items.iter().map(|item| canonical.text(Place::Exact, item)).collect();
    texts.sort_unstable();
    texts.dedup();
    texts
}

/// The digits of a number; the same ones for 1 and 1.0.
pub(super) fn number(number: &Number) -> String {
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
pub(super) struct Canonical<'n> {
    pub(super) names: &'n Names<'n>,
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
