//! Flags, variables, the environment block, `settings`, defaults → settings, each from the first that says it.

mod read;
#[cfg(test)]
mod tests;
mod values;

use std::{path::PathBuf, time::Duration};

use crate::units::RateLimit;

pub(super) use read::{ENVIRONMENT_SETTINGS, SHARED_IDS, read};
pub(super) use values::RETENTION;
pub use values::{Rates, Retention, check_setting};

/// How the tool works, apart from what it manages.
#[derive(Debug, Clone, PartialEq)]
pub struct Settings {
    /// How many requests it may send.
    pub rate: Rates,
    /// How many requests run at once, 1 to 64; `None` finds out by itself.
    pub parallelism: Option<usize>,
    /// How long one request may take; `None` leaves the default of 60 s, 300 s for snapshots.
    pub timeout: Option<Duration>,
    /// How long one change may take, waiting included.
    pub max_wait: Duration,
    /// How long to wait for the project lock.
    pub lock_timeout: Duration,
    /// Where state is kept.
    pub state_dir: PathBuf,
    /// The group that shares the state folder; `None`: nobody else reads it.
    pub state_group: Option<String>,
    /// Where backups are kept; `None`: in the state folder.
    pub backup_dir: Option<PathBuf>,
    /// How long backups are kept.
    pub retention: Retention,
    /// Where templates of flows lie.
    pub templates_dir: PathBuf,
    /// Whether a protected environment may share tenant ids with another one.
    pub allow_shared_tenant_ids: bool,
}

impl Settings {
    /// How long one request may take when nothing else is said.
    pub const TIMEOUT: Duration = Duration::from_secs(60);
    /// How long a snapshot may take when nothing else is said.
    pub const SNAPSHOT_TIMEOUT: Duration = Duration::from_secs(300);
    /// How long a change may take when nothing else is said.
    pub const MAX_WAIT: Duration = Duration::from_secs(900);
    /// How long to wait for the lock when nothing else is said.
    pub const LOCK_TIMEOUT: Duration = Duration::from_secs(10);
}

/// One effective value and where it came from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Origin {
    /// What it is called: `settings.rate_limit`, `environment`, `project_id`.
    pub name: String,
    /// The value; a secret is `(set)`.
    pub value: String,
    /// `flag --rate-limit`, `variable DESCOPE_MGMT_RATE_LIMIT`, `descope.yaml:12:3` or `default`.
    pub from: String,
}

impl Origin {
    pub(super) fn new(name: &str, value: impl Into<String>, from: impl Into<String>) -> Self {
        Self { name: name.to_owned(), value: value.into(), from: from.into() }
    }
}

impl Default for Rates {
    fn default() -> Self {
        Self { default: RateLimit::DEFAULT, paths: Vec::new() }
    }
}
