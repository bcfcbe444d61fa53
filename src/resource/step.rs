//! One write of a change as plain data: what to read first, what to send, and how to tell whether it took effect.
//!
//! The service knows no partial update: what is left out of a write is reset. So an update is a set of edits
//! that is laid over the object as it was read just before; everything else goes back as it came.

use std::{borrow::Cow, sync::Arc};

use serde_json::Value;

use super::{Body, Difference, Object, Shape};
use crate::api::{Lane, Request};

/// What a step does to its object.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verb {
    /// Makes an object that is not there.
    Create,
    /// Changes an object that is there.
    Update,
    /// Takes an object away.
    Delete,
}

/// What becomes of one key of the object.
#[derive(Debug, Clone, PartialEq)]
pub enum Assign {
    /// It takes this value.
    Set(Value),
    /// It takes the value that it has in this object, which may be too big to be copied.
    As(Arc<Object>),
    /// It is a map: these keys take these values, those go, the rest stays.
    Merge {
        /// The keys that take a value.
        set: Object,
        /// The keys that go.
        remove: Vec<String>,
    },
}

/// What a step changes.
#[derive(Debug, Clone, PartialEq)]
pub enum Edit {
    /// The object is made with these keys.
    Create(Object),
    /// These keys change, everything else stays as it is.
    Update(Vec<(Cow<'static, str>, Assign)>),
    /// The object goes; these keys say how.
    Delete(Object),
}

/// What a look at the object says of a write whose outcome is in doubt.
#[derive(Debug, Clone, PartialEq)]
pub enum Verdict {
    /// The object is as desired: the write took effect.
    Done,
    /// The object is as it was before: the write took no effect and may be sent again.
    Untouched,
    /// Neither: these keys are not as desired.
    Differs(Vec<Difference>),
}

/// One write of a change.
#[derive(Debug, Clone, PartialEq)]
pub struct Step {
    /// What the step is called in the journal and in messages.
    pub label: &'static str,
    /// Reads the object that the step writes.
    pub look: Request,
    /// The path that is written to.
    pub path: &'static str,
    /// The object's id.
    pub id: String,
    /// The key that carries the id in the body, if one does.
    pub key: Option<&'static str>,
    /// What must not run beside the write.
    pub lane: Lane,
    /// What changes.
    pub edit: Edit,
    /// What is the same for every object of this call.
    pub shape: &'static Shape,
}

impl Step {
    /// What the step does to its object.
    pub fn verb(&self) -> Verb {
        match self.edit {
            Edit::Create(_) => Verb::Create,
            Edit::Update(_) => Verb::Update,
            Edit::Delete(_) => Verb::Delete,
        }
    }

    /// Whether the object must be read just before the write.
    pub fn needs_a_look(&self) -> bool {
        self.verb() == Verb::Update && self.shape.body == Body::Whole
    }

    /// Requests this step costs when all goes well.
    pub fn requests(&self) -> u64 {
        1 + u64::from(self.needs_a_look())
    }

    /// The write, from the object as it was read just before; `remark` goes along where the call takes one.
    pub fn request(&self, before: Option<&Object>, remark: &str) -> Request {
        let mut object = Object::new();
        if let Some(key) = self.key {
            object.insert(key.to_owned(), Value::String(self.id.clone()));
        }
        match &self.edit {
            Edit::Create(keys) | Edit::Delete(keys) => object.extend(keys.clone()),
            Edit::Update(edits) => {
                let mut after = self.after(before);
                match self.shape.body {
                    Body::Whole => after.retain(|key, _| !self.shape.read_only.contains(&key.as_str())),
                    Body::Edited => after.retain(|key, _| edits.iter().any(|(edited, _)| edited == key)),
                }
                if let Some(key) = self.key {
                    after.shift_remove(key);
                }
                object.extend(after);
            }
        }
        let body = if self.verb() == Verb::Delete { object } else { self.enveloped(object, remark) };
        Request::write(self.path, Value::Object(body), self.lane.clone())
    }

    fn enveloped(&self, object: Object, remark: &str) -> Object {
        let Some(envelope) = self.shape.envelope else { return object };
        let around = [(envelope, Value::Object(object))];
        let remark = self.shape.remark.map(|key| (key, Value::String(remark.to_owned())));
        around.into_iter().chain(remark).map(|(key, value)| (key.to_owned(), value)).collect()
    }

    /// The object in the answer to its look; `None` where it is not there.
    pub fn found_in(&self, mut answer: Object) -> Option<Object> {
        let object = match self.shape.listed {
            None => self.shape.unwrap(answer),
            Some(key) => {
                let is_it = |item: &Object| item.get("id").and_then(Value::as_str) == Some(&self.id);
                let list = answer.get_mut(key).and_then(Value::as_array_mut).map(std::mem::take);
                let objects = list.into_iter().flatten().filter_map(|item| match item {
                    Value::Object(object) => Some(object),
                    _ => None,
                });
                objects.into_iter().find(is_it)?
            }
        };
        Some(object).filter(|object| !object.is_empty())
    }

    /// The object as it is to be after an update or a create of `before`.
    pub fn after(&self, before: Option<&Object>) -> Object {
        let mut object = before.cloned().unwrap_or_default();
        match &self.edit {
            Edit::Create(keys) => object.extend(keys.clone()),
            Edit::Update(edits) => edits.iter().for_each(|(key, assign)| lay_over(&mut object, key, assign)),
            Edit::Delete(_) => {}
        }
        object
    }

    /// Lays what an earlier step wrote over the copies of it that this object holds.
    ///
    /// A read may lag behind that write, and sending its old copy back would undo it.
    pub fn catch_up(&self, before: &mut Object, written: &Object) {
        for key in self.shape.copied {
            if let Some(value) = written.get(*key) {
                before.insert((*key).to_owned(), value.clone());
            }
        }
    }

    /// The edited keys that are no longer what they were at the time of `planned`.
    pub fn moved(&self, planned: &Object, now: &Object) -> Vec<Difference> {
        let Edit::Update(edits) = &self.edit else { return Vec::new() };
        let mut moved = self.shape.differences(planned, now);
        moved.retain(|difference| edits.iter().any(|(key, _)| *key == difference.key));
        moved
    }

    /// Whether `now` is our own write of an object that was `before`, half done: in each part as before or as desired.
    /// What holds anything else is somebody else's. Tells it only of what the service may say in other words.
    pub fn is_half_done(&self, before: Option<&Object>, now: &Object) -> bool {
        let (before, after) =
            (Value::from(before.cloned().unwrap_or_default()), Value::from(self.after(before)));
        let shape = self.shape;
        shape.lost.is_some()
            && now.iter().all(|(key, now)| {
                let (before, after) = (before.get(key), after.get(key));
                shape.same(key, before, Some(now))
                    || shape.same(key, after, Some(now))
                    || is_mixed(before, after, now)
            })
    }

    /// What `now` says of this step, where the object was `before`.
    pub fn judge(&self, before: Option<&Object>, now: Option<&Object>) -> Verdict {
        match (&self.edit, now) {
            (Edit::Delete(_), None) => Verdict::Done,
            (Edit::Create(_), None) => Verdict::Untouched,
            (Edit::Update(_), None) => Verdict::Differs(Vec::new()),
            (Edit::Delete(_), Some(now)) => match before.map(|before| self.shape.differences(before, now)) {
                Some(differences) if !differences.is_empty() => Verdict::Differs(differences),
                _ => Verdict::Untouched,
            },
            (Edit::Create(keys), Some(now)) => {
                let mut differences = self.shape.differences(keys, now);
                // What the create did not name is the service's own default.
                differences.retain(|difference| keys.contains_key(&difference.key));
                verdict(differences)
            }
            (Edit::Update(edits), Some(now)) => {
                // A call that sends only its edited keys is answered for by them alone.
                let meant = |it: &Difference| {
                    self.shape.body == Body::Whole || edits.iter().any(|(key, _)| *key == it.key)
                };
                let mut differences = self.shape.differences(&self.after(before), now);
                differences.retain(meant);
                let untouched =
                    before.is_some_and(|before| !self.shape.differences(before, now).iter().any(meant));
                if untouched && !differences.is_empty() { Verdict::Untouched } else { verdict(differences) }
            }
        }
    }
}

/// Whether a value holds nothing that is not in one of the two. Items of lists are looked for in both.
fn is_mixed(before: Option<&Value>, after: Option<&Value>, now: &Value) -> bool {
    if before == Some(now) || after == Some(now) {
        return true;
    }
    let has = |list: Option<&Value>, item: &Value| {
        list.and_then(Value::as_array).is_some_and(|list| list.contains(item))
    };
    match now {
        Value::Object(map) => map.iter().all(|(key, now)| {
            let in_key = |side: Option<&'_ Value>| side.and_then(|side| side.get(key)).cloned();
            is_mixed(in_key(before).as_ref(), in_key(after).as_ref(), now)
        }),
        Value::Array(items) => items.iter().all(|item| has(before, item) || has(after, item)),
        _ => false,
    }
}

fn verdict(differences: Vec<Difference>) -> Verdict {
    if differences.is_empty() { Verdict::Done } else { Verdict::Differs(differences) }
}

fn lay_over(object: &mut Object, key: &str, assign: &Assign) {
    match assign {
        Assign::Set(value) => {
            object.insert(key.to_owned(), value.clone());
        }
        Assign::As(other) => object.extend(other.get(key).map(|value| (key.to_owned(), value.clone()))),
        Assign::Merge { set, remove } => {
            let slot = object.entry(key).or_insert_with(|| Value::Object(Object::new()));
            if !slot.is_object() {
                *slot = Value::Object(Object::new());
            }
            if let Value::Object(map) = slot {
                map.retain(|name, _| !remove.contains(name));
                map.extend(set.clone());
            }
        }
    }
}

#[cfg(test)]
mod tests;
