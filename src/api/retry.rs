//! When to try again: 1, 2, 4, 8, 16 seconds.

use std::time::Duration;

use backon::{BackoffBuilder, ExponentialBuilder};

/// The delays between attempts: doubling from `first`, to sixteen times that.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Schedule {
    /// The first delay; nothing in production is different from one second.
    pub first: Duration,
}

impl Schedule {
    /// 1, 2, 4, 8, 16 seconds.
    pub const STANDARD: Self = Self { first: Duration::from_secs(1) };

    /// How often a request is repeated after a server or network error.
    pub const RETRIES: usize = 5;

    /// The delays before each repetition. Each is up to twice its step, at random, so that many callers who failed
    /// together don't return together.
    pub fn delays(self) -> impl Iterator<Item = Duration> + Send + use<> {
        ExponentialBuilder::new()
            .with_factor(2.0)
            .with_min_delay(self.first)
            .with_max_delay(self.first.saturating_mul(16))
            .with_max_times(Self::RETRIES)
            .with_jitter()
            .build()
    }

    /// The pause of the whole client after the `count`th rate-limit answer in a row that didn't say for how long.
    pub(crate) fn pause(self, count: u32) -> Duration {
        self.first.saturating_mul(1 << count.saturating_sub(1).min(4))
    }
}

/// The delays before each repetition of a request that failed for a server or network error: 1, 2, 4, 8, 16 seconds,
/// each lengthened at random.
pub fn retry_delays() -> impl Iterator<Item = Duration> + Send {
    Schedule::STANDARD.delays()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn there_are_five_delays_and_each_is_between_its_step_and_twice_that() {
        for _ in 0..50 {
            let delays: Vec<f64> = retry_delays().map(|delay| delay.as_secs_f64()).collect();
            assert_eq!(delays.len(), 5);
            for (delay, step) in delays.iter().zip([1.0, 2.0, 4.0, 8.0, 16.0]) {
                assert!((step..=2.0 * step).contains(delay), "{delay} at {step}");
            }
        }
    }

    #[test]
    fn delays_are_not_the_same_twice() {
        assert_ne!(retry_delays().collect::<Vec<_>>(), retry_delays().collect::<Vec<_>>());
    }

    #[test]
    fn pauses_double_up_to_sixteen() {
        let pauses: Vec<u64> = (1..=7).map(|count| Schedule::STANDARD.pause(count).as_secs()).collect();
        assert_eq!(pauses, [1, 2, 4, 8, 16, 16, 16]);
    }
}
