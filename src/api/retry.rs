//! When to try again what failed in passing.

use std::time::Duration;

use backon::{BackoffBuilder, ExponentialBuilder};

/// The pauses before the second to the sixth try: 1, 2, 4, 8 and 16 s, each with up to as much again by chance.
pub fn retry_delays() -> impl Iterator<Item = Duration> + Send {
    ExponentialBuilder::default()
        .with_min_delay(Duration::from_secs(1))
        .with_max_delay(Duration::from_secs(16))
        .with_factor(2.0)
        .with_max_times(5)
        .with_jitter()
        .build()
}

/// The pause after the nth "too many" in a row that names none: 1, 2, 4, 8, then 16 s.
pub(super) fn penalty(incidents: u32) -> Duration {
    Duration::from_secs(1 << incidents.saturating_sub(1).min(4))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn five_tries_follow_the_first_each_after_twice_the_time() {
        let delays: Vec<_> = retry_delays().collect();
        assert_eq!(delays.len(), 5);
        for (delay, least) in delays.iter().zip([1, 2, 4, 8, 16]) {
            assert!((least..=2 * least).contains(&delay.as_secs()), "{delays:?}");
        }
    }

    #[test]
    fn penalties_grow_to_sixteen_seconds() {
        let seconds: Vec<_> = (0..8).map(|count| penalty(count).as_secs()).collect();
        assert_eq!(seconds, [1, 1, 2, 4, 8, 16, 16, 16]);
    }
}
