//! A plan → the requests it will cost and the time they will take.

use std::time::Duration;

use super::{Change, Plan};
use crate::{resource::is_listed, units::RateLimit};

/// Requests of an apply beside its changes: the objects read again before the first write, and once after the last.
pub const FIXED_REQUESTS: u64 = 2;

/// A round trip that nobody has measured yet.
const ROUND_TRIP: Duration = Duration::from_millis(100);
/// Requests that are under way at once, as far as anybody can say beforehand.
const ABREAST: u64 = 16;

/// What an apply will cost.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Estimate {
    /// Requests when all goes well.
    pub requests: u64,
    /// The time they take, in whole seconds.
    pub seconds: u64,
}

impl Plan {
    /// What applying this plan will cost under `rate`.
    pub fn estimate(&self, rate: RateLimit) -> Estimate {
        // What no list shows is read again by itself, once more than a change counts.
        let singly = |change: &Change| change.steps.iter().any(|step| !is_listed(step.look.path));
        let writes: u64 = self.runnable().map(|change| change.requests() + u64::from(singly(change))).sum();
        if writes == 0 {
            return Estimate { requests: 0, seconds: 0 };
        }
        // Where only what no list shows changes there is nothing that the list could prove.
        let listed = self.runnable().flat_map(|change| &change.steps).any(|step| is_listed(step.look.path));
        let requests = writes + FIXED_REQUESTS - u64::from(!listed);
        let rounds = u32::try_from(writes.div_ceil(ABREAST) + FIXED_REQUESTS).unwrap_or(u32::MAX);
        let time = rate.at_best(requests).saturating_add(ROUND_TRIP.saturating_mul(rounds));
        let started = u64::from(time.subsec_nanos() > 0);
        Estimate { requests, seconds: (time.as_secs() + started).max(1) }
    }
}

#[cfg(test)]
mod tests {
    use crate::{
        plan::{
            Estimate, Scope,
            tests::{desired, live, plan_in, tenant},
        },
        units::RateLimit,
    };

    #[test]
    fn a_second_that_is_begun_counts_and_there_is_always_one() {
        let creates = |count: usize| {
            let tenants: Vec<_> = (0..count).map(|n| tenant(&format!("tenant-{n}"), &[])).collect();
            plan_in(&desired(&tenants), &live(&[]), &Scope::default())
                .estimate("100/10s".parse::<RateLimit>().unwrap())
        };
        assert_eq!(creates(1), Estimate { requests: 3, seconds: 1 });
        // Two windows, and 0.1 s for every round of sixteen and the two around them.
        assert_eq!(creates(98).seconds, 1);
        assert_eq!(creates(99).seconds, 11);
        assert_eq!(creates(128).seconds, 11);
        assert_eq!(creates(129), Estimate { requests: 131, seconds: 12 });
    }
}
