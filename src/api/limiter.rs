//! At most N requests in any window, as the server counts; the full burst at once; first come, first served.

use std::{
    path::Path,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
    time::{Duration, SystemTime},
};

use tokio::{sync::Notify, time::Instant};

use super::{Error, Notice, Observer, retry::penalty, slots::Slots, slots_file::SlotsFile};
use crate::units::RateLimit;

/// A wait is worth a word from here on.
const WORTH_A_WORD: Duration = Duration::from_millis(900);
/// How long to sleep at most before looking at what other processes did.
const LOOK_AGAIN: Duration = Duration::from_secs(5);

/// Lets requests through, at most so many in any window.
#[derive(Clone)]
pub struct Limiter(Arc<Shared>);

struct Shared {
    /// One waits at the head of the queue, the others behind; the lock is fair.
    turnstile: tokio::sync::Mutex<()>,
    state: Mutex<State>,
    changed: Notify,
    stopped: AtomicBool,
    epoch: (Instant, SystemTime),
    timeout: Duration,
    observer: Observer,
}

struct State {
    rate: RateLimit,
    slots: Slots,
    file: Option<SlotsFile>,
    paused_until: Option<Instant>,
    incidents: u32,
}

/// The right to send one request. When it goes, the slot starts to free.
#[must_use = "the slot is taken as long as the permit lives"]
pub struct Permit {
    limiter: Limiter,
    slot: Option<u64>,
    /// When the request was let through.
    pub sent_at: Instant,
}

impl Limiter {
    /// A limiter for `rate`; an answer may take up to `timeout`. Slots are shared through `file`, if there is one.
    pub fn new(
        rate: RateLimit,
        timeout: Duration,
        file: Option<&Path>,
        own: &str,
        observer: Observer,
    ) -> Self {
        let epoch = (Instant::now(), SystemTime::now());
        let file = file.and_then(|path| {
            let opened = SlotsFile::open(path, own, millis(epoch.1));
            opened.inspect_err(|error| tracing::warn!(%error, "send times can't be kept across runs")).ok()
        });
        let state = State { rate, slots: Slots::default(), file, paused_until: None, incidents: 0 };
        Self(Arc::new(Shared {
            turnstile: tokio::sync::Mutex::new(()),
            state: Mutex::new(state),
            changed: Notify::new(),
            stopped: AtomicBool::new(false),
            epoch,
            timeout,
            observer,
        }))
    }

    /// Waits for a slot, until `deadline` at most.
    ///
    /// # Errors
    /// The deadline comes before a slot does, or the run is told to stop waiting.
    pub async fn acquire(&self, path: &'static str, deadline: Instant) -> Result<Permit, Error> {
        let _head = self.0.turnstile.lock().await;
        let mut told = false;
        loop {
            if self.0.stopped.load(Ordering::Relaxed) {
                return Err(Error::Interrupted { path });
            }
            let changed = self.0.changed.notified();
            let now = Instant::now();
            let (until, notice) = match self.try_take(now) {
                Ok(slot) => return Ok(Permit { limiter: self.clone(), slot, sent_at: now }),
                Err(wait) => wait,
            };
            if until > deadline {
                return Err(Error::RateLimited { path });
            }
            if !told && until.saturating_duration_since(now) > WORTH_A_WORD {
                (self.0.observer)(&notice);
                told = true;
            }
            tokio::select! {
                () = tokio::time::sleep_until(until.min(now + LOOK_AGAIN)) => {}
                () = changed => {}
            }
        }
    }

    /// Takes a slot, or says until when to wait and why.
    fn try_take(&self, now: Instant) -> Result<Option<u64>, (Instant, Notice)> {
        let mut state = self.state();
        if let Some(until) = state.paused_until.filter(|until| *until > now) {
            return Err((until, Notice::RateLimited { resumes_in: until - now }));
        }
        let State { rate, slots, file, .. } = &mut *state;
        let (limit, window) = (rate.requests as usize, rate.window);
        let time = self.0.at(now);
        let (window, timeout) = (whole_millis(window), whole_millis(self.0.timeout));
        let has_room = |slots: &mut Slots| slots.taken(time) < limit;
        let taken = match file {
            None => has_room(slots).then_some(None),
            Some(shared) => {
                match shared.take_if(slots, time + 2 * window + timeout, time + timeout + window, has_room) {
                    Ok(slot) => slot.map(Some),
                    Err(error) => {
                        tracing::warn!(%error, "send times can't be kept across runs any more");
                        *file = None;
                        has_room(slots).then_some(None)
                    }
                }
            }
        };
        if let Some(slot) = taken {
            slots.take();
            return Ok(slot);
        }
        // Where no answer is in yet, the wait ends when one comes.
        let frees = slots.frees_at(limit).unwrap_or(time + timeout + window);
        let wait = Duration::from_millis(frees.saturating_sub(time).max(1));
        Err((now + wait, Notice::OwnLimit { resumes_in: wait }))
    }

    /// The service said "too many" to a request sent at `sent_at`: everything waits, and the rate is halved.
    ///
    /// What was sent before the pause began belongs to one incident, for which the rate is halved once.
    pub fn penalise(&self, sent_at: Instant, retry_after: Option<Duration>) {
        let mut state = self.state();
        let now = Instant::now();
        let is_new = state.paused_until.is_none_or(|until| sent_at >= until);
        if is_new {
            state.incidents += 1;
            state.rate = state.rate.halved();
        }
        let pause = retry_after.unwrap_or_else(|| penalty(state.incidents));
        let until = now + pause;
        state.paused_until = Some(state.paused_until.map_or(until, |known| known.max(until)));
        drop(state);
        self.0.changed.notify_waiters();
    }

    /// An answer came that was no "too many": the next pause starts small again.
    pub fn praise(&self) {
        self.state().incidents = 0;
    }

    /// Ends every wait, now and later.
    pub fn stop_waiting(&self) {
        self.0.stopped.store(true, Ordering::Relaxed);
        self.0.changed.notify_waiters();
    }

    /// The limit in force.
    pub fn rate(&self) -> RateLimit {
        self.state().rate
    }

    /// Slots that are free now.
    pub fn free(&self) -> usize {
        let now = self.0.at(Instant::now());
        let mut state = self.state();
        let limit = state.rate.requests as usize;
        limit.saturating_sub(state.slots.taken(now))
    }

    fn state(&self) -> MutexGuard<'_, State> {
        // The state is consistent after every statement: a panic elsewhere can't have left it half-done.
        self.0.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Permit {
    fn drop(&mut self) {
        let shared = &self.limiter.0;
        let mut state = self.limiter.state();
        // One more, as the clocks of both sides round.
        let frees = shared.at(Instant::now()) + whole_millis(state.rate.window) + 1;
        state.slots.answered(frees);
        if let (Some(file), Some(slot)) = (&mut state.file, self.slot)
            && let Err(error) = file.answered(slot, frees)
        {
            tracing::warn!(%error, "a send time was not kept");
        }
        drop(state);
        shared.changed.notify_waiters();
    }
}

impl Shared {
    /// Milliseconds since 1970: the wall clock at the start, and from there on a clock that can't jump.
    fn at(&self, now: Instant) -> u64 {
        millis(self.epoch.1) + whole_millis(now.saturating_duration_since(self.epoch.0))
    }
}

fn millis(time: SystemTime) -> u64 {
    whole_millis(time.duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default())
}

fn whole_millis(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX / 4)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use tokio::task::JoinSet;

    use super::*;
    use crate::api::silent;

    const TIMEOUT: Duration = Duration::from_secs(60);

    fn limiter(requests: u32, window: Duration) -> Limiter {
        Limiter::new(RateLimit { requests, window }, TIMEOUT, None, "run", silent())
    }

    fn far() -> Instant {
        Instant::now() + Duration::from_secs(1_000_000)
    }

    /// One request: (latency to the answer, part of it that passes before the server counts it), in thousandths.
    type Trip = (u64, u64);

    /// Sends the trips by so many workers; returns when the server counted each, and when the last answer came.
    async fn send(limiter: &Limiter, workers: usize, trips: &[Trip]) -> (Vec<Instant>, Duration) {
        let started = Instant::now();
        let trips = Arc::new(Mutex::new(trips.to_vec()));
        let mut tasks = JoinSet::new();
        for _ in 0..workers {
            let (limiter, trips) = (limiter.clone(), Arc::clone(&trips));
            tasks.spawn(async move {
                let mut counted = Vec::new();
                loop {
                    let Some((latency, part)) = trips.lock().unwrap().pop() else { return counted };
                    let permit = limiter.acquire("/", far()).await.unwrap();
                    let before = latency * part / 1000;
                    tokio::time::sleep(Duration::from_millis(before)).await;
                    counted.push(Instant::now());
                    tokio::time::sleep(Duration::from_millis(latency - before)).await;
                    drop(permit);
                }
            });
        }
        let mut counted: Vec<Instant> = tasks.join_all().await.concat();
        counted.sort();
        (counted, started.elapsed())
    }

    fn in_any_window(counted: &[Instant], window: Duration) -> usize {
        let within =
            |at: usize| counted[at..].iter().take_while(|later| **later - counted[at] < window).count();
        (0..counted.len()).map(within).max().unwrap_or(0)
    }

    fn paused(work: impl Future<Output = ()>) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_time().start_paused(true).build();
        runtime.unwrap().block_on(work);
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]

        #[test]
        fn no_window_ever_holds_more_than_the_limit(
            requests in 1_u32..30,
            window in 1_u64..60_000,
            workers in 1_usize..24,
            trips in prop::collection::vec((0_u64..3_000, 0_u64..=1000), 1..150),
        ) {
            paused(async move {
                let window = Duration::from_millis(window);
                let (counted, _) = send(&limiter(requests, window), workers, &trips).await;
                assert_eq!(counted.len(), trips.len());
                assert!(in_any_window(&counted, window) <= requests as usize);
            });
        }

        #[test]
        fn the_best_possible_time_is_missed_by_five_percent_at_most(
            requests in 10_u32..60,
            windows in 1_usize..5,
            trips in prop::collection::vec((20_u64..400, 0_u64..=1000), 60..61),
        ) {
            paused(async move {
                let window = Duration::from_secs(60);
                let count = requests as usize * windows;
                let trips: Vec<Trip> = trips.into_iter().cycle().take(count + 1).collect();
                let (_, took) = send(&limiter(requests, window), 64, &trips).await;
                let best = window * u32::try_from(windows).unwrap();
                assert!(took <= best.mul_f64(1.05), "{took:?} instead of {best:?}");
            });
        }
    }

    #[tokio::test(start_paused = true)]
    async fn a_full_burst_goes_at_once_and_twice_as_much_takes_one_window() {
        let limiter = limiter(200, Duration::from_secs(60));
        let started = Instant::now();
        let burst = send(&limiter, 200, &[(50, 500); 200]).await;
        assert!(burst.1 < Duration::from_millis(60), "{:?}", burst.1);
        send(&limiter, 64, &[(50, 500); 200]).await;
        let took = started.elapsed();
        assert!(took > Duration::from_secs(60) && took < Duration::from_millis(60_500), "{took:?}");
    }

    #[tokio::test(start_paused = true)]
    async fn the_next_process_knows_what_the_last_one_sent() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("P2");
        let rate = RateLimit { requests: 3, window: Duration::from_secs(60) };
        let first = Limiter::new(rate, TIMEOUT, Some(&path), "first", silent());
        for _ in 0..3 {
            drop(first.acquire("/", far()).await.unwrap());
        }
        let second = Limiter::new(rate, TIMEOUT, Some(&path), "second", silent());
        let refused = second.acquire("/", Instant::now() + Duration::from_secs(50)).await;
        assert!(matches!(refused, Err(Error::RateLimited { .. })));
        let started = Instant::now();
        drop(second.acquire("/", far()).await.unwrap());
        assert!(started.elapsed() > Duration::from_secs(55), "{:?}", started.elapsed());
    }

    #[tokio::test(start_paused = true)]
    async fn one_burst_of_refusals_pauses_all_and_halves_the_rate_once() {
        let limiter = limiter(100, Duration::from_secs(60));
        let sent_at = Instant::now();
        for _ in 0..10 {
            limiter.penalise(sent_at, Some(Duration::from_secs(7)));
        }
        assert_eq!(limiter.rate().requests, 50);
        let permit = limiter.acquire("/", far()).await.unwrap();
        assert_eq!(permit.sent_at - sent_at, Duration::from_secs(7));
        limiter.penalise(permit.sent_at, None);
        assert_eq!(limiter.rate().requests, 25);
    }

    #[tokio::test(start_paused = true)]
    async fn whoever_waits_is_told_to_stop_waiting() {
        let limiter = limiter(1, Duration::from_secs(60));
        let _held = limiter.acquire("/", far()).await.unwrap();
        let waiting = tokio::spawn({
            let limiter = limiter.clone();
            async move { limiter.acquire("/", far()).await.map(drop) }
        });
        tokio::task::yield_now().await;
        limiter.stop_waiting();
        assert_eq!(waiting.await.unwrap(), Err(Error::Interrupted { path: "/" }));
    }
}
