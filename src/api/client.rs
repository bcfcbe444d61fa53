//! The client: every request passes the limiter, is sent, and is repeated where that is harmless.

use std::{
    fmt,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
    time::Duration,
};

use serde::Deserialize;
use tokio::time::{Instant, sleep, sleep_until, timeout};
use url::Url;

use super::{
    answer::Answer,
    credentials::header,
    error::Error,
    exchange::Exchange,
    limiter::{Limiter, Limits},
    options::{Notice, Observer, Options, Why},
    pool,
    request::Request,
    retry::Schedule,
};
use crate::units::RateLimit;

/// See "Headers" of the API contract: the license tier of the company.
pub(crate) const LICENSE: &str = "/v1/mgmt/license";

/// How long the license handshake may take.
const HANDSHAKE: Duration = Duration::from_secs(5);

/// After so long without an answer it is said, and said again after as long as that.
const SLOW: Duration = Duration::from_secs(1);
const SLOW_AGAIN: Duration = Duration::from_secs(5);

/// How often a first contact is repeated: a wrong address is likelier than an outage, and its message is awaited.
const FIRST_CONTACT_RETRIES: usize = 2;

/// A client of one project. Clones share the limit, the pauses and the connections.
#[derive(Clone)]
pub struct Client {
    shared: Arc<Shared>,
    timeout: Duration,
    /// Whether the project was just made, so that calls on it may come too early.
    young: bool,
}

struct Shared {
    exchange: Exchange,
    limiter: Arc<Limiter>,
    path_limiters: Vec<(glob::Pattern, Arc<Limiter>)>,
    observer: Observer,
    schedule: Schedule,
    max_wait: Duration,
    parallelism: Option<usize>,
    snapshot_timeout: Duration,
    latency: pool::Latency,
    sent: AtomicU64,
    handshaken: AtomicBool,
    /// When it was last said that an answer is long in coming.
    slow_told: Mutex<Option<Instant>>,
}

impl Client {
    /// A client made from `options`. Nothing is sent yet.
    ///
    /// # Errors
    /// Options that no request can be made from.
    pub fn new(options: Options) -> Result<Self, Error> {
        Self::with_schedule(options, Schedule::STANDARD)
    }

    /// The same with other delays between attempts.
    ///
    /// # Errors
    /// Options that no request can be made from.
    pub fn with_schedule(options: Options, schedule: Schedule) -> Result<Self, Error> {
        let exchange = Exchange::new(&options)?;
        let limiter = Limiter::new(Limits {
            rate: options.rate,
            timeout: options.timeout,
            schedule,
            slots_file: options.slots_file.as_deref(),
            observer: Arc::clone(&options.observer),
        });
        let own = |rate| {
            let observer = Arc::clone(&options.observer);
            Limiter::new(Limits { rate, timeout: options.timeout, schedule, slots_file: None, observer })
        };
        let path_limiters = options.path_rates.into_iter().map(|(path, rate)| (path, own(rate))).collect();
        let shared = Shared {
            exchange,
            limiter,
            path_limiters,
            observer: options.observer,
            schedule,
            max_wait: options.max_wait,
            parallelism: options.parallelism,
            snapshot_timeout: options.snapshot_timeout,
            latency: pool::Latency::default(),
            sent: AtomicU64::new(0),
            handshaken: AtomicBool::new(false),
            slow_told: Mutex::new(None),
        };
        Ok(Self { shared: Arc::new(shared), timeout: options.timeout, young: false })
    }

    /// This client with another time-out of one attempt, for requests whose answers take longer.
    #[must_use]
    pub fn with_timeout(&self, timeout: Duration) -> Self {
        Self { timeout, ..self.clone() }
    }

    /// This client with patience for a project that was just made: for some seconds its calls are refused, and did
    /// nothing.
    #[must_use]
    pub fn for_young_project(&self) -> Self {
        Self { young: true, ..self.clone() }
    }

    /// This client with the patience that a snapshot of a whole project takes.
    #[must_use]
    pub fn for_snapshots(&self) -> Self {
        self.with_timeout(self.shared.snapshot_timeout)
    }

    /// Asks for the license tier, which names the rate-limit bucket of later requests. Without an answer in 5 s they
    /// go without. Only the first call does anything; requests may be sent beside it.
    pub async fn handshake(&self) {
        #[derive(Deserialize)]
        #[serde(rename_all = "camelCase")]
        struct License {
            rate_limit_tier: String,
        }
        if self.shared.handshaken.swap(true, Ordering::Relaxed) {
            return;
        }
        let request = Request::read(LICENSE);
        let brief = self.with_timeout(HANDSHAKE);
        let asked = timeout(HANDSHAKE, brief.attempt(&request, Instant::now() + HANDSHAKE)).await;
        let told = match asked {
            Ok(answer) => answer.and_then(|answer| answer.json::<License>()),
            Err(_) => Err(Error::Timeout { request: request.name(), limit: HANDSHAKE }),
        };
        match told.and_then(|license| header("license tier", &license.rate_limit_tier)) {
            Ok(tier) if !tier.is_empty() => self.shared.exchange.license_is(tier),
            Ok(_) => tracing::debug!("the license handshake named no tier"),
            Err(error) => tracing::debug!(%error, "no license handshake"),
        }
    }

    /// Sends `request` and returns the answer of a success.
    ///
    /// Waits for the limiter first. What surely did nothing (429, no connection) is repeated; what may have done
    /// something (a time-out, a dropped connection, a 5xx) is repeated only if the request only reads, otherwise
    /// the caller looks first: see [`Error::is_uncertain`] and [`super::retry_delays`].
    ///
    /// # Errors
    /// No success, or none within the patience. An attempt under way is never cut short by the patience.
    pub async fn send(&self, request: &Request) -> Result<Answer, Error> {
        let deadline = Instant::now() + self.shared.max_wait;
        let mut delays = self.shared.schedule.delays().enumerate();
        let mut attempts = 0;
        loop {
            attempts += 1;
            let error = match self.counted(request, deadline).await {
                Ok(answer) => return Ok(Answer { attempts, ..answer }),
                Err(error) => error,
            };
            if error.is_rate_limit() {
                // The whole client pauses already; the next turn comes after that.
                tracing::debug!(attempts, %error, "waiting for the service to take more");
                self.shared.pause_all_with(self.shared.limiter_for(request.path));
                continue;
            }
            let may_repeat = error.is_unsent()
                || (self.young && error.is_unsettled())
                || (request.only_reads() && error.is_passing());
            let Some((count, delay)) = delays.next().filter(|_| may_repeat) else { return Err(error) };
            let is_hopeless = !self.shared.exchange.is_acquainted() && count >= FIRST_CONTACT_RETRIES;
            if is_hopeless || Instant::now() + delay >= deadline {
                return Err(error);
            }
            self.tell_retry(request, attempts + 1, delay, &error);
            sleep(delay).await;
        }
    }

    /// How many attempts were sent so far, the license handshake aside.
    pub fn requests_sent(&self) -> u64 {
        self.shared.sent.load(Ordering::Relaxed)
    }

    /// How many requests to have under way at once, 1 to 64; changes with the limit and the latency.
    pub fn pool_size(&self) -> usize {
        match self.shared.parallelism {
            Some(fixed) => fixed.clamp(1, pool::MOST),
            None => pool::size(self.rate(), self.shared.limiter.free(), self.shared.latency.lately()),
        }
    }

    /// The rate limit now: halved by every incident of rate-limit answers.
    pub fn rate(&self) -> RateLimit {
        self.shared.limiter.rate()
    }

    /// How many requests may go at once before the limit makes one wait.
    pub fn slots_free(&self) -> usize {
        self.shared.limiter.free()
    }

    /// The project that is spoken for; may be empty.
    pub fn project_id(&self) -> &str {
        self.shared.exchange.project_id()
    }

    /// Where the API is.
    pub fn base_url(&self) -> &Url {
        self.shared.exchange.base_url()
    }

    /// Ends every wait for the limiter, now and later; what is on the wire finishes, what needs no waiting goes.
    pub fn stop_waiting(&self) {
        self.shared.limiters().for_each(|limiter| limiter.stop_waiting());
    }

    async fn counted(&self, request: &Request, deadline: Instant) -> Result<Answer, Error> {
        let answer = self.attempt(request, deadline).await;
        if answer.as_ref().err().is_none_or(Error::has_left) {
            self.shared.sent.fetch_add(1, Ordering::Relaxed);
        }
        if let Ok(answer) = &answer {
            self.shared.latency.record(answer.latency);
        }
        answer
    }

    async fn attempt(&self, request: &Request, deadline: Instant) -> Result<Answer, Error> {
        let limiter = self.shared.limiter_for(request.path);
        let ticket = limiter.acquire(deadline, self.timeout).await.map_err(|late| {
            let (request, max_wait) = (request.name(), self.shared.max_wait);
            match late.why {
                Why::Stopped => Error::Interrupted { request },
                why => Error::OutOfPatience { request, max_wait, resumes_in: late.resumes_in, why },
            }
        })?;
        self.impatiently(request, self.shared.exchange.perform(request, self.timeout, ticket)).await
    }

    /// Says so when an answer is long in coming: nobody shall look at a screen on which nothing happens.
    async fn impatiently<T>(&self, request: &Request, work: impl Future<Output = T>) -> T {
        // Of all that waits for an answer this is the largest part: it does not belong into every future around it.
        let mut work = Box::pin(work);
        let begun = Instant::now();
        let mut next = begun + SLOW;
        loop {
            tokio::select! {
                biased;
                done = &mut work => return done,
                () = sleep_until(next) => self.shared.tell_slow(request, begun),
            }
            next += SLOW_AGAIN;
        }
    }

    fn tell_retry(&self, request: &Request, attempt: u32, delay: Duration, error: &Error) {
        tracing::debug!(attempt, ?delay, %error, "trying again");
        let (what, why) = (request.name(), error.to_string());
        (self.shared.observer)(Notice::Retrying { what, attempt, delay, why });
    }
}

impl Shared {
    /// One such request speaks for all.
    fn tell_slow(&self, request: &Request, begun: Instant) {
        let mut told = self.slow_told.lock().unwrap_or_else(PoisonError::into_inner);
        if told.is_none_or(|told| told.elapsed() >= SLOW_AGAIN) {
            *told = Some(Instant::now());
            (self.observer)(Notice::Slow { what: request.name(), since: begun.elapsed() });
        }
    }

    fn limiters(&self) -> impl Iterator<Item = &Arc<Limiter>> {
        std::iter::once(&self.limiter).chain(self.path_limiters.iter().map(|(_, limiter)| limiter))
    }

    fn limiter_for(&self, path: &str) -> &Arc<Limiter> {
        let own = self.path_limiters.iter().find(|(pattern, _)| pattern.matches(path));
        own.map_or(&self.limiter, |(_, limiter)| limiter)
    }

    fn pause_all_with(&self, paused: &Arc<Limiter>) {
        self.limiters()
            .filter(|other| !Arc::ptr_eq(other, paused))
            .for_each(|other| other.pause_with(paused));
    }
}

impl fmt::Debug for Client {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Client")
            .field("base_url", &self.base_url().as_str())
            .field("project_id", &self.project_id())
            .finish_non_exhaustive()
    }
}
