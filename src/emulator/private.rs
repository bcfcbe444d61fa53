//! The emulator's own paths, below `/__emulator/`: seeding, faults, counts, log. No key, never counted.
//!
//! | call | body → answer |
//! |---|---|
//! | `GET stats` | → counts |
//! | `GET log[?last=N]` | → the last requests, oldest first |
//! | `POST tenants[?project=P]` | `[tenant…]` or `{project, tenants}`: stored raw, with `users` and `settings` |
//! | `POST attributes[?project=P]` | `[name…]` or `{project, attributes}`: defined from now on |
//! | `POST faults` | `["PATH=KIND[:COUNT]"…]`: armed too |
//! | `DELETE faults` | none is armed any more |

use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use super::{
    answer::{Answer, Refusal},
    exchange::{Call, Shared, lock},
    fault::Fault,
    store::Effect,
};

/// Answers a request to the path below `/__emulator/`.
pub(super) fn answer(shared: &Shared, path: &str, call: &Call) -> Answer {
    let answer = match (call.method.as_str(), path) {
        ("GET", "stats") => Ok(Answer::json(&shared.watch.counts())),
        ("GET", "log") => log(shared, call),
        ("POST", "tenants") => tenants(shared, call),
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

fn tenants(shared: &Shared, call: &Call) -> Result<Answer, Refusal> {
    let (id, raws) = meant(shared, call, "tenants")?;
    let count = raws.as_array().map_or(0, Vec::len);
    let raws = parsed(raws)?;
    let mut store = lock(&shared.store);
    let project = store.project(&id).ok_or_else(Refusal::no_project)?;
    project.seed(raws).map_err(|error| Refusal::unreadable(&error.to_string()))?;
    store.keep(&id).map_err(|error| Refusal::internal(&error.to_string()))?;
    Ok(Answer::json(&json!({"stored": count})))
}

fn attributes(shared: &Shared, call: &Call) -> Result<Answer, Refusal> {
    let (id, names) = meant(shared, call, "attributes")?;
    let names: Vec<String> = parsed(names)?;
    let mut store = lock(&shared.store);
    let project = store.project(&id).ok_or_else(Refusal::no_project)?;
    let all = project.now().attributes.iter().cloned().chain(names).collect();
    project.plant(Effect::Attributes(all));
    store.keep(&id).map_err(|error| Refusal::internal(&error.to_string()))?;
    Ok(Answer::done())
}

fn faults(shared: &Shared, call: &Call) -> Result<Answer, Refusal> {
    let texts: Vec<String> = parsed(body(call)?)?;
    let faults = texts.iter().map(|text| text.parse()).collect::<Result<Vec<Fault>, _>>();
    lock(&shared.faults).add(faults.map_err(|error| Refusal::unreadable(&error.to_string()))?);
    Ok(Answer::done())
}

/// The project that a body is for, and what it holds: the body itself, or its value under `key`.
fn meant(shared: &Shared, call: &Call, key: &str) -> Result<(String, Value), Refusal> {
    let mut body = body(call)?;
    let named = body.get("project").and_then(Value::as_str).map(str::to_owned);
    let project = query(call, "project").map(str::to_owned).or(named);
    let held = match &mut body {
        Value::Object(fields) => fields.remove(key).unwrap_or_default(),
        _ => body,
    };
    Ok((project.unwrap_or_else(|| shared.first_project.clone()), held))
}

fn body(call: &Call) -> Result<Value, Refusal> {
    serde_json::from_slice(&call.body).map_err(|error| Refusal::unreadable(&error.to_string()))
}

fn parsed<T: DeserializeOwned>(value: Value) -> Result<T, Refusal> {
    serde_json::from_value(value).map_err(|error| Refusal::unreadable(&error.to_string()))
}

fn query<'a>(call: &'a Call, key: &str) -> Option<&'a str> {
    call.query.iter().find(|(name, _)| name == key).map(|(_, value)| value.as_str())
}
