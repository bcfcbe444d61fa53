//! One call → what happens on the wire: who, how often, what goes wrong, and the answer.

use std::{
    fmt,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use hyper::body::Bytes;
use secrecy::{ExposeSecret, SecretString};
use tokio::{sync::watch, time};

use super::{
    access::{self, Caller},
    answer::{Answer, Refusal},
    calls::{self, Rules},
    error::Error,
    fault::{Armed, FaultKind},
    limiter::Limiter,
    options::{KeySpec, Options},
    store::Store,
    watch::Watch,
};

/// One in so many answers over the limit comes from the edge, without JSON.
const EDGE_EVERY: u64 = 5;

/// One call as it came over the wire.
#[derive(Clone)]
pub(super) struct Call {
    pub(super) method: String,
    pub(super) path: String,
    pub(super) query: Vec<(String, String)>,
    /// All headers but the one with the key.
    pub(super) headers: Vec<(String, String)>,
    pub(super) authorization: Option<SecretString>,
    pub(super) body: Bytes,
}

impl Call {
    /// The header with the key.
    pub(super) fn authorization(&self) -> Option<&str> {
        self.authorization.as_ref().map(ExposeSecret::expose_secret)
    }
}

impl fmt::Debug for Call {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.method, self.path)
    }
}

/// What happens on the wire.
#[derive(Debug)]
pub(super) enum Outcome {
    /// The answer is sent.
    Answered(Answer),
    /// Half of the answer is sent, then the connection is closed.
    Truncated(Answer),
    /// The connection is closed without an answer.
    Dropped,
}

/// What all exchanges share.
#[derive(Debug)]
pub(super) struct Shared {
    pub(super) store: Mutex<Store>,
    pub(super) faults: Mutex<Armed>,
    pub(super) watch: Watch,
    /// The project meant where a test names none.
    pub(super) first_project: String,
    pub(super) rules: Rules,
    keys: Vec<KeySpec>,
    limiter: Option<Mutex<Limiter>>,
    latency: Duration,
    closing: watch::Sender<bool>,
}

impl Shared {
    /// Opens the state file, if any.
    pub(super) fn open(options: Options) -> Result<Self, Error> {
        let mut store = Store::open(options.state.as_deref(), &options.projects, options.read_lag)?;
        let mut faults = Armed::default();
        let rules = Rules::new(&options);
        for seed in options.seeds {
            if store.fresh.contains(&seed.project) {
                let files = seed.files.into_iter().collect();
                calls::plant(&mut store, &rules, &seed.project, &files)
                    .map_err(|refusal| Error::Seed { project: seed.project, problem: refusal.message })?;
            }
        }
        store.keep()?;
        faults.add(options.faults);
        Ok(Self {
            store: Mutex::new(store),
            faults: Mutex::new(faults),
            watch: Watch::new(),
            first_project: options.projects.into_iter().next().map(|spec| spec.id).unwrap_or_default(),
            rules,
            keys: options.keys,
            limiter: options.rate_limit.map(|limit| Mutex::new(Limiter::new(limit))),
            latency: options.latency,
            closing: watch::Sender::new(false),
        })
    }

    /// Says to all exchanges that it is over.
    pub(super) fn close(&self) {
        self.closing.send_replace(true);
    }

    /// Ends when it is over.
    pub(super) async fn closed(&self) {
        // An error says that the sender is gone, which is over too.
        drop(self.closing.subscribe().wait_for(|closing| *closing).await);
    }

    fn admit(&self, call: &Call) -> Result<Caller, Answer> {
        let caller = access::identify(call.authorization(), &self.keys)?;
        let Some(limiter) = &self.limiter else { return Ok(caller) };
        let project = caller.project.as_deref().unwrap_or_default();
        match lock(limiter).admit(project, time::Instant::now()) {
            Ok(()) => Ok(caller),
            Err(seconds) => {
                let edge = self.watch.violated().is_multiple_of(EDGE_EVERY);
                Err(Answer::too_many(seconds, edge))
            }
        }
    }

    fn perform(&self, caller: &Caller, call: &Call) -> Answer {
        let mut store = lock(&self.store);
        if store.is_closed() {
            // It came too late to be kept, so it must not be acknowledged.
            return unavailable();
        }
        let answer = calls::perform(&mut store, &self.rules, caller, call);
        let kept = store.keep();
        drop(store);
        match kept {
            Ok(0) => {}
            Ok(_) => self.watch.wrote(),
            Err(error) => return Refusal::internal(&error.to_string()).into(),
        }
        answer.unwrap_or_else(Answer::from)
    }
}

/// A lock; whoever panicked with it left the value whole, for every change is one assignment or insertion.
pub(super) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Lets one call happen.
pub(super) async fn run(shared: &Arc<Shared>, call: Call) -> Outcome {
    let _flight = shared.watch.arrive(&call);
    // The service counts a request when it arrives, not when it is done.
    let admitted = shared.admit(&call);
    let fault = admitted.as_ref().ok().and_then(|_| lock(&shared.faults).hit(&call.method, &call.path));
    if fault.is_some() {
        shared.watch.faulted();
    }
    let caller = match admitted {
        Ok(caller) => caller,
        Err(answer) => {
            time::sleep(shared.latency).await;
            return Outcome::Answered(answer);
        }
    };
    match fault {
        None => Outcome::Answered(perform_late(shared, caller, call).await),
        Some(FaultKind::Truncate) => Outcome::Truncated(perform_late(shared, caller, call).await),
        Some(FaultKind::DropAfter) => {
            perform_late(shared, caller, call).await;
            Outcome::Dropped
        }
        Some(FaultKind::Hang) => {
            shared.closed().await;
            Outcome::Dropped
        }
        Some(fault) => {
            time::sleep(shared.latency).await;
            undone(fault).map_or(Outcome::Dropped, Outcome::Answered)
        }
    }
}

/// Performs after the latency, even if the client has hung up by then: as the service does.
async fn perform_late(shared: &Arc<Shared>, caller: Caller, call: Call) -> Answer {
    let shared = Arc::clone(shared);
    let performed = tokio::spawn(async move {
        if !shared.latency.is_zero() {
            time::sleep(shared.latency).await;
        }
        shared.perform(&caller, &call)
    });
    performed.await.unwrap_or_else(|error| Refusal::internal(&error.to_string()).into())
}

/// What a fault answers that keeps the request from being done; `None`: nothing.
fn undone(fault: FaultKind) -> Option<Answer> {
    match fault {
        FaultKind::TooMany => Some(Answer::too_many(1, false)),
        FaultKind::ServerError => Some(Refusal::internal("Something went wrong").into()),
        FaultKind::Unavailable => Some(unavailable()),
        FaultKind::Html => {
            let page = "<!DOCTYPE html><html><body><h1>Sign in to the network</h1></body></html>";
            Some(Answer::edge(200, "text/html", page))
        }
        _ => None,
    }
}

fn unavailable() -> Answer {
    Answer::edge(503, "text/plain", "Service Unavailable")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn what_comes_too_late_to_be_kept_is_not_acknowledged() {
        let shared = Shared::open(Options::default()).unwrap();
        let authorization = format!("Bearer {}:{}", shared.first_project, shared.keys[0].key.expose_secret());
        let caller = access::identify(Some(&authorization), &shared.keys).unwrap();
        let call = Call {
            method: "POST".to_owned(),
            path: "/v1/mgmt/tenant/create".to_owned(),
            query: Vec::new(),
            headers: Vec::new(),
            authorization: Some(authorization.into()),
            body: Bytes::from_static(br#"{"name":"A"}"#),
        };
        assert_eq!(shared.perform(&caller, &call).status, 200);
        lock(&shared.store).close().unwrap();
        assert_eq!(shared.perform(&caller, &call).status, 503);
    }
}
