//! (ids, how long they are kept, now) → the backups that may go.

use chrono::{DateTime, TimeDelta, Utc};
use ulid::Ulid;

use super::super::{Error, State, disk};

/// How long backups are kept: one goes when neither number holds it, and never the newest.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Keep {
    /// So many of the newest stay.
    pub last: u64,
    /// Those of so many days stay.
    pub days: u64,
}

impl Keep {
    /// Those of `ids` that may go at `now`, oldest first. What is not named as this tool names backups stays.
    pub fn expendable(self, ids: impl IntoIterator<Item = String>, now: DateTime<Utc>) -> Vec<String> {
        let named = ids.into_iter().filter_map(|id| Some((backup_made_at(&id)?, id)));
        let mut backups: Vec<(DateTime<Utc>, String)> = named.collect();
        backups.sort_unstable();
        let newest = usize::try_from(self.last.max(1)).unwrap_or(usize::MAX);
        backups.truncate(backups.len().saturating_sub(newest));
        backups.into_iter().filter(|(at, _)| !self.is_recent(*at, now)).map(|(_, id)| id).collect()
    }

    fn is_recent(self, at: DateTime<Utc>, now: DateTime<Utc>) -> bool {
        let days = i64::try_from(self.days).ok().and_then(TimeDelta::try_days);
        // More days than a calendar has hold everything.
        days.is_none_or(|days| now.signed_duration_since(at) < days)
    }
}

/// When a backup was made, as its id tells; none where the id is not one of ours.
pub fn backup_made_at(id: &str) -> Option<DateTime<Utc>> {
    // A text beyond the largest ULID is read all the same, as another one.
    let ulid = Ulid::from_string(id).ok().filter(|ulid| ulid.to_string() == id)?;
    DateTime::from_timestamp_millis(i64::try_from(ulid.timestamp_ms()).ok()?)
}

impl State {
    /// Removes a backup for good; fine if it is gone already.
    ///
    /// # Errors
    /// It cannot be removed.
    pub fn delete_backup(&self, project: &str, id: &str) -> Result<(), Error> {
        disk::remove(&self.backup_path(project, id)?)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn now() -> DateTime<Utc> {
        "2026-07-01T00:00:00Z".parse().unwrap()
    }

    /// The id of a backup made so many days ago.
    fn id(days: i64) -> String {
        let at = now() - TimeDelta::days(days);
        Ulid::from_parts(u64::try_from(at.timestamp_millis()).unwrap(), 7).to_string()
    }

    fn ids(days: &[i64]) -> Vec<String> {
        days.iter().map(|days| id(*days)).collect()
    }

    #[test]
    fn a_backup_goes_only_when_neither_rule_holds_it() {
        let all = || ids(&[1, 50, 5, 100, 10]);
        for (keep, gone) in [
            (Keep { last: 2, days: 0 }, ids(&[100, 50, 10])),
            (Keep { last: 0, days: 50 }, ids(&[100, 50])),
            (Keep { last: 2, days: 51 }, ids(&[100])),
            (Keep { last: 4, days: 1 }, ids(&[100])),
            (Keep { last: 5, days: 0 }, ids(&[])),
            (Keep { last: 0, days: u64::MAX }, ids(&[])),
            (Keep { last: u64::MAX, days: 0 }, ids(&[])),
        ] {
            assert_eq!(keep.expendable(all(), now()), gone, "{keep:?}");
        }
    }

    #[test]
    fn the_newest_stays_whatever_the_rules_say() {
        let keep = Keep { last: 0, days: 0 };
        assert_eq!(keep.expendable(ids(&[300]), now()), ids(&[]));
        assert_eq!(keep.expendable(ids(&[300, 400]), now()), ids(&[400]));
        assert_eq!(keep.expendable(ids(&[]), now()), ids(&[]));
    }

    #[test]
    fn what_is_not_named_as_backups_are_stays_and_counts_for_nothing() {
        let strangers = ["copy-of-mine", "ZZZZZZZZZZZZZZZZZZZZZZZZZZ", "00000000"].map(str::to_owned);
        let all = strangers.into_iter().chain(ids(&[5, 400]));
        assert_eq!(Keep { last: 1, days: 1 }.expendable(all, now()), ids(&[400]));
    }

    #[test]
    fn a_backup_from_a_clock_that_ran_ahead_stays() {
        let keep = Keep { last: 1, days: 90 };
        assert_eq!(keep.expendable(ids(&[-10, -20, 100]), now()), ids(&[100]));
    }

    proptest! {
        #[test]
        fn never_fewer_stay_than_asked_and_never_a_recent_one_goes(
            ages in proptest::collection::vec(0_i64..500, 0..40), last in 0_u64..50, days in 0_u64..400,
        ) {
            let gone = Keep { last, days }.expendable(ids(&ages), now());
            let left = ages.len() - gone.len();
            prop_assert!(left >= ages.len().min(usize::try_from(last.max(1)).unwrap()));
            let oldest_allowed = id(i64::try_from(days).unwrap());
            prop_assert!(gone.iter().all(|id| *id <= oldest_allowed));
        }
    }
}
