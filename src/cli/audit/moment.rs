//! RFC 3339, or a duration ago → a moment.

use chrono::{DateTime, TimeDelta, Utc};

use crate::units::parse_duration;

/// Reads `2026-07-01T12:00:00Z`, or `24h` for 24 hours before now.
pub(super) fn moment(text: &str) -> Result<DateTime<Utc>, String> {
    moment_before(text, Utc::now())
}

fn moment_before(text: &str, now: DateTime<Utc>) -> Result<DateTime<Utc>, String> {
    if let Ok(moment) = DateTime::parse_from_rfc3339(text) {
        return Ok(moment.to_utc());
    }
    let fail =
        || "write a moment such as 2026-07-01T12:00:00Z, or how long ago it was, such as 24h".to_owned();
    let ago = parse_duration(text).map_err(|_| fail())?;
    let ago = TimeDelta::from_std(ago).map_err(|_| fail())?;
    now.checked_sub_signed(ago).ok_or_else(fail)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_moment_is_a_date_and_time_or_a_duration_ago() {
        let now: DateTime<Utc> = "2026-07-02T12:00:00Z".parse().unwrap();
        for (text, moment) in [
            ("2026-07-01T12:00:00Z", "2026-07-01T12:00:00Z"),
            ("2026-07-01T14:00:00+02:00", "2026-07-01T12:00:00Z"),
            ("24h", "2026-07-01T12:00:00Z"),
            ("0s", "2026-07-02T12:00:00Z"),
        ] {
            assert_eq!(moment_before(text, now), Ok(moment.parse().unwrap()), "{text}");
        }
        for wrong in ["", "yesterday", "2026-07-01", "24", "-1h", "99999999999w", "999999999d"] {
            assert!(moment_before(wrong, now).is_err(), "{wrong}");
        }
    }
}
