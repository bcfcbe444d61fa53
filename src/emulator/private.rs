//! The emulator's own paths, below `/__emulator/`: seeding, faults, counts, log. No key, never counted.
//!
//! | call | body → answer |
//! |---|---|
//! | `GET stats` | → counts |
//! | `GET log[?last=N]` | → the last requests, oldest first |
//! | `GET flows[?project=ID]` | → `{flows: {id: [version…]}}`: every import of each flow, with its changelog |
//! | `POST tenants` | `{project_id?, tenants: [object…]}`: stored raw, each with `__users` and `__settings` if given |
//! | `POST snapshot` | `{project_id?, files: {path: file}}`: overwrites the configuration, seen at once |
//! | `POST attributes` | `{project_id?, names: [name…]}`: defined from now on |
//! | `POST faults` | `{faults?: ["PATH=KIND[:COUNT]"…], clear?}`: armed too, or instead |
//! | `DELETE faults` | none is armed any more |
//!
//! A body that is only the list does as well; where no project is named the first one is meant.

use serde::de::DeserializeOwned;
use serde_json::{Map, Value, json};

use super::{
    answer::{Answer, Refusal},
    calls,
    exchange::{Call, Shared, lock},
    fault::Fault,
    store::{Effect, Files},
};

/// Answers a request to the path below `/__emulator/`.
pub(super) fn answer(shared: &Shared, path: &str, call: &Call) -> Answer {
    let answer = match (call.method.as_str(), path) {
        ("GET", "stats") => Ok(Answer::json(&shared.watch.counts())),
        ("GET", "log") => log(shared, call),
        ("GET", "flows") => flows(shared, call),
        ("POST", "tenants") => tenants(shared, call),
        ("POST", "snapshot") => snapshot(shared, call),
        ("POST", "attributes") => attributes(shared, call),
        ("POST", "faults") => faults(shared, call),
        ("DELETE", "faults") => {
            lock(&shared.faults).clear();
            Ok(Answer::done())
        }
        _ => Err(Refusal::no_call()),
    };
    answer.unwrap_or_else(Answer::from)
}

fn log(shared: &Shared, call: &Call) -> Result<Answer, Refusal> {
    let last = match query(call, "last") {
        Some(last) => last.parse().map_err(|_| Refusal::unreadable("'last' is not a number"))?,
        None => usize::MAX,
    };
    Ok(Answer::json(&shared.watch.log(last)))
}

fn flows(shared: &Shared, call: &Call) -> Result<Answer, Refusal> {
    let id = query(call, "project").unwrap_or(&shared.first_project);
    let mut store = lock(&shared.store);
    let project = store.project(id).ok_or_else(Refusal::no_project)?;
    let versions = project.now().flows.iter().map(|(id, stored)| (id.clone(), json!(stored.versions)));
    Ok(Answer::json(&json!({"flows": versions.collect::<Map<_, _>>()})))
}

fn tenants(shared: &Shared, call: &Call) -> Result<Answer, Refusal> {
    let mut body = Body::of(call, "tenants")?;
    let raws: Vec<Map<String, Value>> = body.list()?;
    let (id, count) = (body.project(shared)?, raws.len());
    let mut store = lock(&shared.store);
    let project = store.project(&id).ok_or_else(Refusal::no_project)?;
    project.seed(raws).map_err(|error| Refusal::unreadable(&error.to_string()))?;
    store.keep().map_err(|error| Refusal::internal(&error.to_string()))?;
    Ok(Answer::json(&json!({"stored": count})))
}

fn snapshot(shared: &Shared, call: &Call) -> Result<Answer, Refusal> {
    let mut body = Body::of(call, "files")?;
    let files: Files = body.take("files")?.ok_or_else(|| Refusal::unreadable("'files' is missing"))?;
    let id = body.project(shared)?;
    let mut store = lock(&shared.store);
    calls::plant(&mut store, &shared.rules, &id, &files)?;
    store.keep().map_err(|error| Refusal::internal(&error.to_string()))?;
    Ok(Answer::done())
}

fn attributes(shared: &Shared, call: &Call) -> Result<Answer, Refusal> {
    let mut body = Body::of(call, "names")?;
    let (names, id) = (body.list::<String>()?, body.project(shared)?);
    let mut store = lock(&shared.store);
    let project = store.project(&id).ok_or_else(Refusal::no_project)?;
    let all = project.now().attributes.iter().cloned().chain(names).collect();
    project.plant(Effect::Attributes(all));
    store.keep().map_err(|error| Refusal::internal(&error.to_string()))?;
    Ok(Answer::done())
}

fn faults(shared: &Shared, call: &Call) -> Result<Answer, Refusal> {
    let mut body = Body::of(call, "faults")?;
    let clear = body.take::<bool>("clear")?.unwrap_or_default();
    let texts = if clear { body.take("faults")?.unwrap_or_default() } else { body.list::<String>()? };
    let faults = texts.iter().map(|text| text.parse()).collect::<Result<Vec<Fault>, _>>();
    let faults = faults.map_err(|error| Refusal::unreadable(&error.to_string()))?;
    let mut armed = lock(&shared.faults);
    if clear {
        armed.clear();
    }
    armed.add(faults);
    Ok(Answer::done())
}

/// A body: a list under its name, and what is said beside it.
struct Body {
    name: &'static str,
    fields: Map<String, Value>,
}

impl Body {
    /// The body of a call; where it is only the list, that is what is under `name`.
    fn of(call: &Call, name: &'static str) -> Result<Self, Refusal> {
        let fields = match serde_json::from_slice(&call.body) {
            Ok(Value::Object(fields)) => fields,
            Ok(list) => Map::from_iter([(name.to_owned(), list)]),
            Err(error) => return Err(Refusal::unreadable(&error.to_string())),
        };
        Ok(Self { name, fields })
    }

    fn list<T: DeserializeOwned>(&mut self) -> Result<Vec<T>, Refusal> {
        self.take(self.name)?.ok_or_else(|| Refusal::unreadable(&format!("'{}' is missing", self.name)))
    }

    /// The project that is named, else the first one.
    fn project(&mut self, shared: &Shared) -> Result<String, Refusal> {
        Ok(self.take("project_id")?.unwrap_or_else(|| shared.first_project.clone()))
    }

    fn take<T: DeserializeOwned>(&mut self, key: &str) -> Result<Option<T>, Refusal> {
        let value = self.fields.remove(key).unwrap_or_default();
        serde_json::from_value(value).map_err(|error| Refusal::unreadable(&format!("'{key}': {error}")))
    }
}

fn query<'a>(call: &'a Call, key: &str) -> Option<&'a str> {
    call.query.iter().find(|(name, _)| name == key).map(|(_, value)| value.as_str())
}
