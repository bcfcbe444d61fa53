//! What happens during a run, one JSON object a line, as it happens.

use serde_json::{Map, Value, json};

use super::json::FORMAT_VERSION;
use crate::{
    api::{Notice, Why},
    apply::Event,
    plan::Change,
};

/// A line: the format's version and the event's type, then its keys.
pub(super) fn line(kind: &str, keys: Value) -> Value {
    let mut line = Map::new();
    line.insert("format_version".to_owned(), json!(FORMAT_VERSION));
    line.insert("type".to_owned(), json!(kind));
    match keys {
        Value::Object(keys) => line.extend(keys.into_iter().filter(|(key, _)| key != "format_version")),
        other => {
            line.insert("value".to_owned(), other);
        }
    }
    Value::Object(line)
}

/// The summary of a plan's document, which is its last line.
pub(super) fn plan_summary(document: &Value) -> Value {
    let keys = ["environment", "project_id", "sandbox", "summary", "requests", "seconds"];
    let found = keys.iter().filter_map(|key| Some(((*key).to_owned(), document.get(key)?.clone())));
    line("summary", Value::Object(found.collect()))
}

/// What happens during an apply.
pub(super) fn event(event: &Event<'_>) -> Value {
    match event {
        Event::Started(total) => line("apply_started", json!({"changes": total})),
        Event::Begun(change) => line("change_started", began(change)),
        Event::Ended(outcome) => line("change_ended", super::json::outcome(outcome)),
        Event::Proving => line("proving", json!({})),
    }
}

fn began(change: &Change) -> Value {
    json!({"address": change.address, "id": change.address.id(), "action": change.action.word()})
}

/// What the way to Descope says.
pub(super) fn notice(notice: &Notice) -> Value {
    let message = notice.to_string();
    let seconds = |duration: &std::time::Duration| duration.as_secs_f64();
    match notice {
        Notice::Waiting { resumes_in, why } => {
            let why = match why {
                Why::RateLimited => "rate_limited",
                Why::OwnLimit => "own_limit",
                Why::Stopped => "stopped",
            };
            line("waiting", json!({"why": why, "seconds": seconds(resumes_in), "message": message}))
        }
        Notice::Resumed => line("resumed", json!({"message": message})),
        Notice::Slow { what, since } => {
            line("slow", json!({"request": what, "seconds": seconds(since), "message": message}))
        }
        Notice::Slowed { rate } => line("slowed", json!({"rate": rate.to_string(), "message": message})),
        Notice::Retrying { what, attempt, delay, why } => line(
            "retrying",
            json!({"request": what, "attempt": attempt, "seconds": seconds(delay), "why": why, "message": message}),
        ),
    }
}
