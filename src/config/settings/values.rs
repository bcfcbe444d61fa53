//! Settings with a shape of their own: text or node ↔ value.

use std::{fmt, str::FromStr};

use crate::{
    config::{
        fields::Fields,
        problems::Problem,
        tree::{Kind, Node},
    },
    units::{RateLimit, parse_duration},
};

/// How many requests may be sent to one project, for all paths and for some.
#[derive(Debug, Clone, PartialEq)]
pub struct Rates {
    /// The limit over all requests.
    pub default: RateLimit,
    /// Limits over the requests whose path matches a glob, in the order of the file.
    pub paths: Vec<(glob::Pattern, RateLimit)>,
}

/// Keys below `retention`.
pub(in crate::config) const RETENTION: &[&str] = &["keep_last", "keep_days"];

/// How long backups are kept: a backup goes when neither number holds it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Retention {
    /// So many of the newest ones stay.
    pub keep_last: u64,
    /// Those of so many days stay.
    pub keep_days: u64,
}

impl Default for Retention {
    fn default() -> Self {
        Self { keep_last: 50, keep_days: 90 }
    }
}

impl From<RateLimit> for Rates {
    fn from(default: RateLimit) -> Self {
        Self { default, paths: Vec::new() }
    }
}

impl fmt::Display for Rates {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.default)?;
        self.paths.iter().try_for_each(|(glob, limit)| write!(f, ", {glob} {limit}"))
    }
}

impl fmt::Display for Retention {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "keep_last {}, keep_days {}", self.keep_last, self.keep_days)
    }
}

/// One limit, or a map of path globs to limits; `*` is the limit over all.
pub(super) fn rates(node: Node<'_>, fields: &mut Fields<'_, '_>) -> Option<Rates> {
    if node.kind() != Kind::Map {
        return rate(node, fields).map(Rates::from);
    }
    let mut rates = Rates::default();
    for (key, value) in node.entries() {
        let Some(limit) = rate(value, fields) else { continue };
        match glob::Pattern::new(key.text()) {
            Ok(_) if key.text() == "*" => rates.default = limit,
            Ok(glob) if key.text().starts_with('/') => rates.paths.push((glob, limit)),
            _ => {
                let message = format!("'{}' is not a glob of paths", key.text());
                let hint = "write \"*\" for all requests, or a path such as \"/v1/mgmt/user/*\"";
                fields.problems.report(Problem::error("bad_glob", message).at(key).hint(hint));
            }
        }
    }
    Some(rates)
}

fn rate(node: Node<'_>, fields: &mut Fields<'_, '_>) -> Option<RateLimit> {
    let text = fields.text(node, "rate_limit")?;
    let limit = text.parse().ok();
    limit.or_else(|| {
        fields.wrong(node, "rate_limit", "a rate", Some("write requests per window, as in 200/60s"))
    })
}

/// Whether a setting that a flag or a variable gives looks as it has to; folders are not looked at.
///
/// # Errors
/// Says what is expected.
pub fn check_setting(flag: &str, text: &str) -> Result<(), &'static str> {
    let duration = || parse_duration(text);
    let (good, expected) = match flag {
        "rate-limit" => (text.parse::<RateLimit>().is_ok(), "a rate such as 200/60s"),
        "parallelism" => (text.parse::<Concurrency>().is_ok(), "'auto' or a number from 1 to 64"),
        "timeout" => (duration().is_ok_and(|time| !time.is_zero()), "a duration such as 60s"),
        "max-wait" => (duration().is_ok(), "a duration such as 15m"),
        "lock-timeout" => (duration().is_ok(), "a duration such as 10s"),
        _ => (true, ""),
    };
    if good { Ok(()) } else { Err(expected) }
}

/// How many requests run at once.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Concurrency {
    /// As many as is found to be good.
    Auto,
    /// So many.
    Fixed(usize),
}

impl FromStr for Concurrency {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        if text == "auto" {
            return Ok(Self::Auto);
        }
        text.parse().ok().filter(|count| (1..=64).contains(count)).map(Self::Fixed).ok_or(())
    }
}

impl fmt::Display for Concurrency {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Auto => f.write_str("auto"),
            Self::Fixed(count) => write!(f, "{count}"),
        }
    }
}

impl From<Concurrency> for Option<usize> {
    fn from(concurrency: Concurrency) -> Self {
        match concurrency {
            Concurrency::Auto => None,
            Concurrency::Fixed(count) => Some(count),
        }
    }
}

pub(super) fn retention(node: Node<'_>, fields: &mut Fields<'_, '_>) -> Option<Retention> {
    let map = fields.map(node, "retention")?;
    let mut retention = Retention::default();
    for (key, value) in map.entries() {
        match key.text() {
            "keep_last" => retention.keep_last = fields.number(value, "keep_last")?,
            "keep_days" => retention.keep_days = fields.number(value, "keep_days")?,
            _ => fields.unknown_key(key, "'retention'", RETENTION),
        }
    }
    Some(retention)
}
