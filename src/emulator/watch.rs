//! Requests → counts and a log, for whoever tests a client.

use std::{
    collections::{BTreeMap, VecDeque},
    sync::{Mutex, MutexGuard, PoisonError},
};

use serde::Serialize;
use serde_json::{Map, Value, json};
use tokio::time::Instant;

use super::{access, exchange::Call};

/// Requests that the log remembers.
const REMEMBERED: usize = 20_000;

/// What was seen since the start. The emulator's own paths don't count.
#[derive(Debug)]
pub(super) struct Watch {
    started: Instant,
    seen: Mutex<Seen>,
}

#[derive(Debug, Default)]
struct Seen {
    counts: Counts,
    log: VecDeque<(u64, Call)>,
}

#[derive(Debug, Clone, Default, Serialize)]
pub(super) struct Counts {
    /// All requests, refused ones too.
    requests: u64,
    by_path: BTreeMap<String, u64>,
    /// Requests over the rate limit.
    limit_violations: u64,
    in_flight: u64,
    most_in_flight: u64,
    /// Requests that changed something.
    writes: u64,
    /// Requests that a fault hit.
    faults: u64,
}

/// A request that is being answered.
#[derive(Debug)]
pub(super) struct Flight<'a>(&'a Watch);

impl Drop for Flight<'_> {
    fn drop(&mut self) {
        self.0.seen().counts.in_flight -= 1;
    }
}

impl Watch {
    pub(super) fn new() -> Self {
        Self { started: Instant::now(), seen: Mutex::default() }
    }

    /// A request has come; it is in flight until the value is dropped.
    pub(super) fn arrive(&self, call: &Call) -> Flight<'_> {
        let at = u64::try_from(self.started.elapsed().as_millis()).unwrap_or(u64::MAX);
        let mut seen = self.seen();
        let Seen { counts, log } = &mut *seen;
        counts.requests += 1;
        counts.in_flight += 1;
        counts.most_in_flight = counts.most_in_flight.max(counts.in_flight);
        match counts.by_path.get_mut(&call.path) {
            Some(count) => *count += 1,
            None => drop(counts.by_path.insert(call.path.clone(), 1)),
        }
        if log.len() == REMEMBERED {
            log.pop_front();
        }
        log.push_back((at, call.clone()));
        Flight(self)
    }

    /// A request was over the rate limit; says how many were.
    pub(super) fn violated(&self) -> u64 {
        let counts = &mut self.seen().counts;
        counts.limit_violations += 1;
        counts.limit_violations
    }

    /// A request changed something.
    pub(super) fn wrote(&self) {
        self.seen().counts.writes += 1;
    }

    /// A fault hit a request.
    pub(super) fn faulted(&self) {
        self.seen().counts.faults += 1;
    }

    /// The counts so far.
    pub(super) fn counts(&self) -> Counts {
        self.seen().counts.clone()
    }

    /// The last requests, oldest first, at most this many.
    pub(super) fn log(&self, last: usize) -> Vec<Value> {
        let seen = self.seen();
        let skipped = seen.log.len().saturating_sub(last);
        seen.log.iter().skip(skipped).map(|(at, call)| shown(*at, call)).collect()
    }

    fn seen(&self) -> MutexGuard<'_, Seen> {
        self.seen.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn shown(at: u64, call: &Call) -> Value {
    let pairs = |pairs: &[(String, String)]| -> Map<String, Value> {
        pairs.iter().map(|(key, value)| (key.clone(), value.as_str().into())).collect()
    };
    let body = match call.body.as_ref() {
        b"" => Value::Null,
        body => serde_json::from_slice(body).unwrap_or_else(|_| String::from_utf8_lossy(body).into()),
    };
    json!({
        "at_ms": at,
        "method": call.method,
        "path": call.path,
        "query": pairs(&call.query),
        "headers": pairs(&call.headers),
        "project": access::project_of(call.authorization()),
        "body": body,
    })
}
