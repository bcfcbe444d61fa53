//! text ↔ durations and rates, as the YAML, the flags and the variables write them.

use std::{fmt, str::FromStr, time::Duration};

use serde::{Serialize, Serializer};

/// Why a duration or a rate could not be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("'{text}' is not {expected}")]
pub struct ParseUnitError {
    text: String,
    expected: &'static str,
}

impl ParseUnitError {
    fn new(text: &str, expected: &'static str) -> Self {
        Self { text: text.to_owned(), expected }
    }
}

const DURATION: &str = "a duration such as 500ms, 30s, 5m, 12h, 7d or 4w";
const RATE: &str = "a rate such as 200/60s (requests per window)";

/// Reads `500ms`, `30s`, `5m`, `12h`, `7d` or `4w`: a whole number and one unit.
///
/// # Errors
/// Anything else, negative numbers and bare numbers included.
pub fn parse_duration(text: &str) -> Result<Duration, ParseUnitError> {
    let fail = || ParseUnitError::new(text, DURATION);
    let digits = text.bytes().take_while(u8::is_ascii_digit).count();
    let (number, unit) = text.split_at(digits);
    let number: u64 = number.parse().map_err(|_| fail())?;
    if unit == "ms" {
        return Ok(Duration::from_millis(number));
    }
    let seconds: u64 = match unit {
        "s" => 1,
        "m" => 60,
        "h" => 3_600,
        "d" => 86_400,
        "w" => 604_800,
        _ => return Err(fail()),
    };
    number.checked_mul(seconds).map(Duration::from_secs).ok_or_else(fail)
}

/// Writes a duration in the largest unit that holds it as a whole number.
pub fn format_duration(duration: Duration) -> String {
    let millis = duration.as_millis();
    if !millis.is_multiple_of(1000) {
        return format!("{millis}ms");
    }
    let seconds = duration.as_secs();
    [("w", 604_800), ("d", 86_400), ("h", 3_600), ("m", 60)]
        .into_iter()
        .find(|(_, size)| seconds > 0 && seconds.is_multiple_of(*size))
        .map_or_else(|| format!("{seconds}s"), |(unit, size)| format!("{}{unit}", seconds / size))
}

/// At most `requests` in any window of `window`, as the server counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RateLimit {
    /// Requests in one window; at least 1.
    pub requests: u32,
    /// Length of the window; at least a millisecond.
    pub window: Duration,
}

impl RateLimit {
    /// The limit used when nothing else is said: 200 in any 60 s.
    pub const DEFAULT: Self = Self { requests: 200, window: Duration::from_secs(60) };

    /// Half of this limit, never under one request a window.
    #[must_use]
    pub fn halved(self) -> Self {
        Self { requests: (self.requests / 2).max(1), window: self.window }
    }

    /// How long `count` requests take at best under this limit, network time aside.
    pub fn at_best(self, count: u64) -> Duration {
        let windows = count.saturating_sub(1) / u64::from(self.requests.max(1));
        self.window.saturating_mul(u32::try_from(windows).unwrap_or(u32::MAX))
    }
}

impl FromStr for RateLimit {
    type Err = ParseUnitError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let fail = || ParseUnitError::new(text, RATE);
        let (requests, window) = text.split_once('/').ok_or_else(fail)?;
        let requests: u32 = requests.parse().map_err(|_| fail())?;
        let window = parse_duration(window).map_err(|_| fail())?;
        if requests == 0 || window.is_zero() {
            return Err(fail());
        }
        Ok(Self { requests, window })
    }
}

impl fmt::Display for RateLimit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // The window reads best as it is usually written: in seconds.
        let window = if self.window.subsec_millis() == 0 {
            format!("{}s", self.window.as_secs())
        } else {
            format_duration(self.window)
        };
        write!(f, "{}/{window}", self.requests)
    }
}

impl Serialize for RateLimit {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_are_a_whole_number_and_one_unit() {
        assert_eq!(parse_duration("30s"), Ok(Duration::from_secs(30)));
        assert_eq!(parse_duration("4w"), Ok(Duration::from_secs(4 * 604_800)));
        assert_eq!(parse_duration("50ms"), Ok(Duration::from_millis(50)));
        for wrong in ["", "5", "s", "-5s", "1.5h", "5 m", "5M", "99999999999999999999w", "١s"] {
            assert!(parse_duration(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn a_duration_is_written_in_its_largest_whole_unit() {
        for text in ["10m", "4w", "90s", "36h", "1500ms", "0s"] {
            let duration = parse_duration(text).expect("a duration");
            assert_eq!(format_duration(duration), text);
        }
        assert_eq!(format_duration(Duration::from_secs(3_600)), "1h");
    }

    #[test]
    fn rates_read_back_as_written() {
        for text in ["200/60s", "1/1s", "5/500ms"] {
            assert_eq!(text.parse::<RateLimit>().expect("a rate").to_string(), text);
        }
        assert_eq!("100/1m".parse::<RateLimit>().expect("a rate").to_string(), "100/60s");
        for wrong in ["200", "0/60s", "200/0s", "200/60", "-1/60s", "a/60s"] {
            assert!(wrong.parse::<RateLimit>().is_err(), "{wrong}");
        }
    }

    #[test]
    fn four_hundred_requests_take_one_window_more() {
        let rate = RateLimit::DEFAULT;
        assert_eq!(rate.at_best(200), Duration::ZERO);
        assert_eq!(rate.at_best(400), Duration::from_secs(60));
        assert_eq!(rate.at_best(401), Duration::from_secs(120));
    }
}
