//! The limiter against a server that counts, on tokio's paused clock.
//!
//! A worker takes a ticket, its request travels, the server counts it on arrival, the answer travels back. Never may
//! the server see more than the limit in any window, and never may the whole take much longer than the best.

use std::{
    collections::VecDeque,
    future::Future,
    path::Path,
    sync::{Arc, Mutex},
    time::Duration,
};

use tokio::{task::JoinSet, time::sleep};

mod processes;
mod properties;
mod waits;

use super::*;
use crate::api::options::no_observer;

const LONG: Duration = Duration::from_secs(86_400);
const TIMEOUT: Duration = Duration::from_secs(30);

/// The way of one request: so long to the server, so long back (or nothing, until the time-out).
#[derive(Debug, Clone, Copy)]
struct Trip {
    there: Duration,
    back: Option<Duration>,
}

fn millis(millis: u64) -> Duration {
    Duration::from_millis(millis)
}

fn trip(there: u64, back: u64) -> Trip {
    Trip { there: millis(there), back: Some(millis(back)) }
}

fn rate(requests: u32, window: Duration) -> RateLimit {
    RateLimit { requests, window }
}

fn limits(rate: RateLimit, file: Option<&Path>) -> Limits<'_> {
    Limits { rate, timeout: TIMEOUT, schedule: Schedule::STANDARD, slots_file: file, observer: no_observer() }
}

/// An observer, and what it heard.
fn ears() -> (Observer, Arc<Mutex<Vec<Notice>>>) {
    let told = Arc::new(Mutex::new(Vec::new()));
    let ears = Arc::clone(&told);
    (Arc::new(move |notice| ears.lock().unwrap().push(notice)), told)
}

/// A wall clock that goes with the paused one.
fn wall(start: Instant) -> WallClock {
    Arc::new(move || 1_764_000_000_000 + u64::try_from(start.elapsed().as_millis()).unwrap())
}

fn paused<T>(test: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread()
        .enable_time()
        .start_paused(true)
        .build()
        .unwrap()
        .block_on(test)
}

/// When the server counted each request, since `start`.
#[derive(Clone)]
struct Server {
    start: Instant,
    seen: Arc<Mutex<Vec<Duration>>>,
}

impl Server {
    fn new() -> Self {
        Self { start: Instant::now(), seen: Arc::default() }
    }

    fn count(&self) {
        self.seen.lock().unwrap().push(self.start.elapsed());
    }

    fn seen(&self) -> Vec<Duration> {
        let mut seen = self.seen.lock().unwrap().clone();
        seen.sort();
        seen
    }

    /// The most requests in any window.
    fn most_in(&self, window: Duration) -> usize {
        let (mut inside, mut most) = (VecDeque::new(), 0);
        for at in self.seen() {
            inside.push_back(at);
            while inside.front().is_some_and(|first| *first + window <= at) {
                inside.pop_front();
            }
            most = most.max(inside.len());
        }
        most
    }
}

/// Makes all `trips`, `workers` at a time, and returns how long that took.
async fn run(limiter: &Arc<Limiter>, server: &Server, workers: usize, trips: Vec<Trip>) -> Duration {
    let start = Instant::now();
    let queue = Arc::new(Mutex::new(VecDeque::from(trips)));
    let mut crew = JoinSet::new();
    for _ in 0..workers {
        let (limiter, server, queue) = (Arc::clone(limiter), server.clone(), Arc::clone(&queue));
        crew.spawn(async move {
            while let Some(trip) = { queue.lock().unwrap().pop_front() } {
                let ticket = limiter.acquire(Instant::now() + LONG, TIMEOUT).await.unwrap();
                sleep(trip.there).await;
                server.count();
                match trip.back {
                    Some(back) => sleep(back).await,
                    None => sleep(TIMEOUT.saturating_sub(trip.there)).await,
                }
                ticket.welcomed();
            }
        });
    }
    crew.join_all().await;
    start.elapsed()
}

#[tokio::test(start_paused = true)]
async fn two_hundred_go_at_once_and_four_hundred_take_one_window_more() {
    for (count, windows) in [(200, 0), (400, 1), (401, 2), (1_000, 4)] {
        let limiter = Limiter::new(limits(RateLimit::DEFAULT, None));
        let server = Server::new();
        let took = run(&limiter, &server, count, vec![trip(25, 25); count]).await;
        let best = RateLimit::DEFAULT.window * windows;
        assert!(took >= best && took < best + millis(500), "{count} took {took:?}");
        assert!(server.most_in(RateLimit::DEFAULT.window) <= 200);
    }
}

#[tokio::test(start_paused = true)]
async fn five_thousand_by_sixteen_workers_stay_within_five_per_cent_of_the_best() {
    let limiter = Limiter::new(limits(RateLimit::DEFAULT, None));
    let server = Server::new();
    let trips = (0..5_000_u64).map(|number| trip(20 + number * 7 % 380, 20 + number * 11 % 380)).collect();
    let took = run(&limiter, &server, 16, trips).await;
    assert_eq!(server.seen().len(), 5_000);
    assert_eq!(server.most_in(RateLimit::DEFAULT.window), 200);
    let best = RateLimit::DEFAULT.at_best(5_000);
    assert!(took < best.mul_f64(1.05), "{took:?} against {best:?}");
}

#[tokio::test(start_paused = true)]
async fn a_huge_limit_costs_nothing() {
    let limiter = Limiter::new(limits(rate(1_000_000, Duration::from_secs(1)), None));
    let server = Server::new();
    let took = run(&limiter, &server, 64, vec![trip(25, 25); 1_000]).await;
    assert!(took <= millis(50 * 1_000_u64.div_ceil(64) + 50), "{took:?}");
}

#[tokio::test(start_paused = true)]
async fn whoever_asks_first_goes_first() {
    let limiter = Limiter::new(limits(rate(1, millis(100)), None));
    let order = Arc::new(Mutex::new(Vec::new()));
    let mut crew = JoinSet::new();
    for number in 0..20 {
        let (limiter, order) = (Arc::clone(&limiter), Arc::clone(&order));
        crew.spawn(async move {
            limiter.acquire(Instant::now() + LONG, TIMEOUT).await.unwrap().welcomed();
            order.lock().unwrap().push(number);
        });
        tokio::task::yield_now().await;
    }
    crew.join_all().await;
    assert_eq!(*order.lock().unwrap(), (0..20).collect::<Vec<_>>());
}

#[tokio::test(start_paused = true)]
async fn a_pause_stops_those_who_wait_already_and_is_told_once() {
    let (observer, told) = ears();
    let limiter = Limiter::new(Limits { observer, ..limits(rate(10, millis(1_000)), None) });
    let start = Instant::now();
    let mut tickets = Vec::new();
    for _ in 0..10 {
        tickets.push(limiter.acquire(start + LONG, TIMEOUT).await.unwrap());
    }
    let waiting = tokio::spawn({
        let limiter = Arc::clone(&limiter);
        async move { limiter.acquire(Instant::now() + LONG, TIMEOUT).await.map(|_| Instant::now()) }
    });
    sleep(millis(10)).await;
    for ticket in tickets {
        ticket.refused(Some(Duration::from_secs(30)));
    }
    assert_eq!(waiting.await.unwrap().unwrap() - start, millis(30_010));
    let told = told.lock().unwrap();
    let wait = |seconds, why| Notice::Waiting { resumes_in: Duration::from_secs(seconds), why };
    assert_eq!(
        *told,
        [
            wait(1, Why::OwnLimit),
            Notice::Slowed { rate: rate(5, millis(1_000)) },
            wait(30, Why::RateLimited),
            Notice::Resumed,
        ]
    );
}

#[tokio::test(start_paused = true)]
async fn a_turn_that_comes_too_late_is_refused_at_once() {
    let limiter = Limiter::new(limits(rate(1, Duration::from_secs(60)), None));
    let start = Instant::now();
    limiter.acquire(start + LONG, TIMEOUT).await.unwrap().welcomed();
    let late = limiter.acquire(start + Duration::from_secs(59), TIMEOUT).await.unwrap_err();
    assert_eq!(late, TooLate { resumes_in: Duration::from_secs(60), why: Why::OwnLimit });
    assert_eq!(Instant::now(), start);
    sleep(Duration::from_secs(30)).await;
    let late = limiter.acquire(start + Duration::from_secs(59), TIMEOUT).await.unwrap_err();
    assert_eq!(late, TooLate { resumes_in: Duration::from_secs(30), why: Why::OwnLimit });
    assert_eq!(start.elapsed(), Duration::from_secs(30));
}

#[tokio::test(start_paused = true)]
async fn a_connection_that_ended_without_an_answer_frees_its_slot_a_window_later() {
    let limiter = Limiter::new(limits(rate(1, Duration::from_secs(60)), None));
    let start = Instant::now();
    let ticket = limiter.acquire(start + LONG, TIMEOUT).await.unwrap();
    sleep(Duration::from_secs(5)).await;
    ticket.ended();
    limiter.acquire(start + LONG, TIMEOUT).await.unwrap().unsent();
    assert_eq!(start.elapsed(), Duration::from_secs(65));
}

#[tokio::test(start_paused = true)]
async fn a_ticket_lost_on_the_way_holds_its_slot_until_a_window_after_the_time_out() {
    let limiter = Limiter::new(limits(rate(1, Duration::from_secs(60)), None));
    let start = Instant::now();
    drop(limiter.acquire(start + LONG, TIMEOUT).await.unwrap());
    limiter.acquire(start + LONG, TIMEOUT).await.unwrap().unsent();
    assert_eq!(start.elapsed(), Duration::from_secs(90));
    limiter.acquire(start + LONG, TIMEOUT).await.unwrap().welcomed();
    assert_eq!(start.elapsed(), Duration::from_secs(90), "what was never sent holds nothing");
}
