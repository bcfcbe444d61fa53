//! Rate limit and latency → how many requests to have under way at once. Pure.

use std::{
    sync::atomic::{AtomicU64, Ordering},
    time::Duration,
};

use crate::units::RateLimit;

/// Never more at once than this.
pub(crate) const MOST: usize = 64;

/// What is assumed before anything was measured.
const UNMEASURED: Duration = Duration::from_millis(200);

/// Into what part of a window its burst should fit: then sending it costs no more than 2 % over the optimum.
const PARTS: u32 = 50;

/// How many requests to have under way at once, 1 to 64.
///
/// Slots free in the bursts in which they were taken, so what counts isn't the average rate but how fast a window's
/// worth goes out once it may: within a fiftieth of the window. While a full pool's worth is `free`, all 64.
pub(crate) fn size(rate: RateLimit, free: usize, latency: Option<Duration>) -> usize {
    if free >= MOST {
        return MOST;
    }
    let latency = latency.unwrap_or(UNMEASURED).as_nanos();
    let slice = (rate.window / PARTS).as_nanos().max(1);
    let needed = (u128::from(rate.requests) * latency).div_ceil(slice) + 1;
    let most = u128::from(rate.requests).min(MOST as u128);
    usize::try_from(needed.min(most)).unwrap_or(MOST).max(1)
}

/// The latency as it is lately: each new value counts for a fifth.
#[derive(Debug, Default)]
pub(crate) struct Latency {
    /// In microseconds; 0 is "not measured yet".
    micros: AtomicU64,
}

impl Latency {
    /// Takes in the latency of one request.
    pub(crate) fn record(&self, latency: Duration) {
        let new = u64::try_from(latency.as_micros()).unwrap_or(u64::MAX).max(1);
        let blend = |old: u64| if old == 0 { new } else { old - old / 5 + new / 5 };
        let _ = self.micros.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |old| Some(blend(old).max(1)));
    }

    /// The latency lately, if any was measured.
    pub(crate) fn lately(&self) -> Option<Duration> {
        Some(self.micros.load(Ordering::Relaxed)).filter(|micros| *micros > 0).map(Duration::from_micros)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const fn millis(millis: u64) -> Duration {
        Duration::from_millis(millis)
    }

    fn rate(text: &str) -> RateLimit {
        text.parse().unwrap()
    }

    #[test]
    fn a_free_burst_or_no_real_limit_takes_the_whole_pool() {
        assert_eq!(size(RateLimit::DEFAULT, 200, None), 64);
        assert_eq!(size(rate("1000000/1s"), 10, Some(millis(50))), 64);
    }

    #[test]
    fn a_used_up_limit_takes_what_sends_the_next_burst_in_time() {
        assert_eq!(size(RateLimit::DEFAULT, 0, Some(millis(50))), 10);
        assert_eq!(size(RateLimit::DEFAULT, 0, Some(millis(2_000))), 64);
        assert_eq!(size(RateLimit::DEFAULT, 0, Some(Duration::ZERO)), 1);
    }

    #[test]
    fn there_is_never_use_for_more_than_the_limit_and_always_for_one() {
        assert_eq!(size(rate("3/1s"), 3, None), 3);
        assert_eq!(size(rate("1/60s"), 0, Some(millis(1))), 1);
    }

    #[test]
    fn the_latency_follows_what_is_measured() {
        let latency = Latency::default();
        assert_eq!(latency.lately(), None);
        latency.record(millis(100));
        assert_eq!(latency.lately(), Some(millis(100)));
        latency.record(millis(200));
        assert_eq!(latency.lately(), Some(millis(120)));
        for _ in 0..100 {
            latency.record(millis(10));
        }
        assert!(latency.lately().unwrap() < millis(11));
    }
}
