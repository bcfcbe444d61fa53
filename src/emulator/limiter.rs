//! Arrivals → how long the next one must wait: a sliding log, as strict as any window can be.

use std::collections::{HashMap, VecDeque};

use tokio::time::Instant;

use crate::units::RateLimit;

/// The arrivals of each project within the last window.
#[derive(Debug)]
pub(super) struct Limiter {
    limit: RateLimit,
    arrivals: HashMap<String, VecDeque<Instant>>,
}

impl Limiter {
    pub(super) fn new(limit: RateLimit) -> Self {
        Self { limit, arrivals: HashMap::new() }
    }

    /// Lets a request in, or says after how many seconds the next one is let in. Refused ones don't count.
    pub(super) fn admit(&mut self, project: &str, now: Instant) -> Result<(), u64> {
        let arrivals = self.arrivals.entry(project.to_owned()).or_default();
        while arrivals.front().is_some_and(|first| now.duration_since(*first) >= self.limit.window) {
            arrivals.pop_front();
        }
        let most = usize::try_from(self.limit.requests).unwrap_or(usize::MAX);
        match arrivals.front() {
            Some(first) if arrivals.len() >= most => {
                let left = self.limit.window.saturating_sub(now.duration_since(*first));
                // Whole seconds, never too early.
                Err(left.as_secs() + u64::from(left.subsec_nanos() > 0))
            }
            _ => {
                arrivals.push_back(now);
                Ok(())
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn no_window_holds_more_than_the_limit() {
        let mut limiter = Limiter::new("2/10s".parse().unwrap());
        let start = Instant::now();
        let at = |millis| start + Duration::from_millis(millis);
        assert_eq!(limiter.admit("P", at(0)), Ok(()));
        assert_eq!(limiter.admit("P", at(9_000)), Ok(()));
        assert_eq!(limiter.admit("P", at(9_500)), Err(1));
        assert_eq!(limiter.admit("P", at(10_000)), Ok(()));
        assert_eq!(limiter.admit("P", at(10_001)), Err(9));
        assert_eq!(limiter.admit("P", at(19_000)), Ok(()));
    }

    #[test]
    fn each_project_has_its_own_limit() {
        let mut limiter = Limiter::new("1/10s".parse().unwrap());
        let now = Instant::now();
        assert_eq!((limiter.admit("P", now), limiter.admit("Q", now)), (Ok(()), Ok(())));
        assert_eq!(limiter.admit("P", now), Err(10));
    }
}
