//! A request that wants to leave → a ticket, once the service has room for it.
//!
//! At most `requests` in any `window`, as the server counts: each slot is held from before the sending until one
//! window after the answer. Everything that is free goes at once, in the order of asking.
//!
//! Why not a leaky bucket: with a burst of N it lets nearly 2 N through in one window, without a burst the first N
//! take a whole window. Slots do neither.

mod file;
mod shared;
mod slots;
#[cfg(test)]
mod tests;
mod ticket;
mod window;

use std::{
    path::Path,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

pub(crate) use ticket::Ticket;
use tokio::{
    sync::{Mutex as Queue, Notify},
    time::{Instant, timeout_at},
};

use self::{
    shared::{Shared, WallClock},
    slots::Moment,
    window::{Turn, Wait, Window},
};
use crate::{
    api::{
        options::{Notice, Observer, Why},
        retry::Schedule,
    },
    units::RateLimit,
};

/// A wait shorter than this isn't worth telling.
const WORTH_TELLING: Duration = Duration::from_millis(500);

/// How long to stand back while a neighbour has the lock of the slots file; it needs some microseconds.
const STAND_BACK: Duration = Duration::from_millis(1);

/// What a limiter is made from.
pub(crate) struct Limits<'a> {
    /// At most so many in any window.
    pub(crate) rate: RateLimit,
    /// When a request without an answer is given up, as a rule.
    pub(crate) timeout: Duration,
    /// How long to pause when the service doesn't say.
    pub(crate) schedule: Schedule,
    /// Where slots are shared with other processes.
    pub(crate) slots_file: Option<&'a Path>,
    /// Who is told about waits.
    pub(crate) observer: Observer,
}

/// The turn would come after the deadline.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct TooLate {
    /// When it would come, from now.
    pub(crate) resumes_in: Duration,
    /// What had to be waited for.
    pub(crate) why: Why,
}

/// Lets requests through, first come first served.
pub(crate) struct Limiter {
    origin: Instant,
    /// Whoever has this is the first in the queue; tokio's mutex is fair.
    queue: Queue<()>,
    state: Mutex<State>,
    /// Rung when the wait of the first in the queue may have changed.
    changed: Notify,
    observer: Observer,
    /// Whether nobody is to wait any more.
    stopped: AtomicBool,
}

struct State {
    window: Window,
    shared: Option<Shared>,
}

impl Limiter {
    /// A limiter that knows what earlier processes left in the slots file.
    pub(crate) fn new(limits: Limits<'_>) -> Arc<Self> {
        Self::with_clock(limits, shared::system_clock())
    }

    fn with_clock(limits: Limits<'_>, wall: WallClock) -> Arc<Self> {
        let origin = Instant::now();
        let mut window = Window::new(limits.rate, limits.timeout, limits.schedule, shared::new_writer());
        let mut shared = limits.slots_file.and_then(|path| Shared::open(path, wall, origin));
        if let Some(Err(error)) = shared.as_mut().map(|file| file.catch_up(&mut window)) {
            shared::give_up(&mut shared, &error);
        }
        Arc::new(Self {
            origin,
            queue: Queue::new(()),
            state: Mutex::new(State { window, shared }),
            changed: Notify::new(),
            observer: limits.observer,
            stopped: AtomicBool::new(false),
        })
    }

    /// Waits for the turn of one request, until `deadline` at the latest. Once sent, it is given up after `timeout`.
    ///
    /// # Errors
    /// As soon as it is known that the turn comes too late, without waiting for that; or told to wait no more.
    pub(crate) async fn acquire(
        self: &Arc<Self>,
        deadline: Instant,
        timeout: Duration,
    ) -> Result<Ticket, TooLate> {
        let Ok(_first) = timeout_at(deadline, self.queue.lock()).await else {
            return Err(TooLate { resumes_in: Duration::ZERO, why: self.reason() });
        };
        let mut told = None;
        loop {
            // Made before looking, so that a change in between is not missed.
            let changed = self.changed.notified();
            let (turn, now) = self.take(timeout);
            let wait = match turn {
                Some(Turn::Go(pass)) => {
                    if told.is_some() {
                        (self.observer)(Notice::Resumed);
                    }
                    return Ok(Ticket::new(Arc::clone(self), pass));
                }
                Some(Turn::Wait(wait)) => wait,
                None => Wait { until: now + STAND_BACK, at_least: Duration::ZERO, why: Why::OwnLimit },
            };
            if self.stopped.load(Ordering::Relaxed) {
                return Err(TooLate { resumes_in: wait.at_least, why: Why::Stopped });
            }
            if self.origin + now + wait.at_least >= deadline {
                return Err(TooLate { resumes_in: wait.at_least, why: wait.why });
            }
            self.tell(&wait, now, &mut told);
            // A change is an earlier slot or a longer pause; either way, look again.
            let _ = timeout_at(deadline.min(self.origin + wait.until), changed).await;
        }
    }

    /// Ends every wait, now and later; what needs no waiting still goes.
    pub(crate) fn stop_waiting(&self) {
        self.stopped.store(true, Ordering::Relaxed);
        self.changed.notify_waiters();
    }

    /// Everything waits here for as long as it does at `other`.
    pub(crate) fn pause_with(&self, other: &Self) {
        let pause = other.state().window.pause_left(other.now());
        let now = self.now();
        self.state().window.pause(now, pause);
        self.changed.notify_waiters();
    }

    /// Tells of a wait, once, and again if it turns out to be another one.
    fn tell(&self, wait: &Wait, now: Moment, told: &mut Option<(Moment, Why)>) {
        let ends = now.saturating_add(wait.at_least);
        let is_news = told.is_none_or(|(before, why)| why != wait.why || ends > before + WORTH_TELLING);
        if is_news && wait.at_least >= WORTH_TELLING {
            *told = Some((ends, wait.why));
            (self.observer)(Notice::Waiting { resumes_in: wait.at_least, why: wait.why });
        }
    }

    /// The limit now.
    pub(crate) fn rate(&self) -> RateLimit {
        self.state().window.rate()
    }

    /// How many requests could go at once.
    pub(crate) fn free(&self) -> usize {
        let now = self.now();
        self.state().window.free(now)
    }

    /// Decides, and writes the slot down before anything is sent; `None` while a neighbour has the file.
    fn take(&self, timeout: Duration) -> (Option<Turn>, Moment) {
        let mut state = self.state();
        let State { window, shared } = &mut *state;
        let turn = match shared.as_mut().map(|file| file.take(window, timeout)) {
            Some(Ok(turn)) => turn,
            Some(Err(error)) => {
                shared::give_up(shared, &error);
                Some(window.take(self.now(), timeout))
            }
            None => Some(window.take(self.now(), timeout)),
        };
        (turn, self.now())
    }

    /// Applies `change` to the window and writes down until when `slot` is held now.
    fn update<T>(&self, slot: slots::SlotId, change: impl FnOnce(&mut Window, Moment) -> T) -> T {
        let mut state = self.state();
        let State { window, shared } = &mut *state;
        let now = self.now();
        let outcome = change(window, now);
        if let Some(Err(error)) = shared.as_mut().map(|file| file.tell(window, slot)) {
            shared::give_up(shared, &error);
        }
        drop(state);
        self.changed.notify_waiters();
        outcome
    }

    fn reason(&self) -> Why {
        let now = self.now();
        if self.state().window.is_paused(now) { Why::RateLimited } else { Why::OwnLimit }
    }

    fn now(&self) -> Moment {
        self.origin.elapsed()
    }

    fn state(&self) -> MutexGuard<'_, State> {
        // Nothing in here can panic half-way through a change.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
