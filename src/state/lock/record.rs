//! What a lock file says, and how it is written: the heartbeat last, in a field of fixed width.

use std::{fmt, path::Path};

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::super::{Actor, Error, Process, format::FormatVersion};

/// Who asks for a lock.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Holder {
    /// The run.
    pub run_id: String,
    /// Who runs it, and where.
    pub actor: Actor,
    /// The process that runs it.
    pub process: Process,
    /// The command, as it was typed.
    pub command: String,
}

/// Who holds a lock.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LockRecord {
    #[serde(default)]
    format_version: FormatVersion,
    /// The run.
    pub owner: String,
    /// Who runs it.
    pub user: String,
    /// Where.
    pub host: String,
    /// The process that runs it.
    #[serde(flatten)]
    pub process: Process,
    /// The command, as it was typed.
    pub command: String,
    /// Since when.
    pub acquired_at: DateTime<Utc>,
    /// How often the holder has said that it lives: one more every ten seconds.
    #[serde(skip_serializing)]
    pub heartbeat: u64,
}

impl fmt::Display for LockRecord {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { owner, user, host, process, command, acquired_at, .. } = self;
        let since = acquired_at.format("%Y-%m-%d %H:%M:%SZ");
        write!(f, "{user} on {host} since {since} ('{command}', run {owner}, pid {})", process.pid)
    }
}

impl LockRecord {
    pub(super) fn new(holder: Holder, acquired_at: DateTime<Utc>) -> Self {
        let Holder { run_id, actor: Actor { user, host }, process, command } = holder;
        let format_version = FormatVersion::default();
        Self { format_version, owner: run_id, user, host, process, command, acquired_at, heartbeat: 0 }
    }

    /// Whether the process that holds it is alive, as `observer` can tell: none for one of another host, boot or
    /// container.
    pub fn is_alive(&self, observer: &Process) -> Option<bool> {
        self.process.is_dead(observer).map(|dead| !dead)
    }

    /// What a lock file says; none if it is not readable.
    pub(super) fn parse(bytes: &[u8]) -> Option<Self> {
        serde_json::from_slice(bytes).ok()
    }

    /// All of the file before the number of the heartbeat: the same as long as the lock is.
    pub(super) fn identity(&self, path: &Path) -> Result<Vec<u8>, Error> {
        let mut text = serde_json::to_vec(self).map_err(|error| Error::malformed("lock", path, error))?;
        text.truncate(text.len().saturating_sub(1));
        text.extend_from_slice(HEARTBEAT);
        Ok(text)
    }
}

const HEARTBEAT: &[u8] = b",\"heartbeat\":";

/// The whole file of a lock of this identity. Its length does not depend on the number.
pub(super) fn encode(identity: &[u8], heartbeat: u64) -> Vec<u8> {
    [identity, format!("{heartbeat:<20}}}\n").as_bytes()].concat()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_lock_reads_back_as_written_whatever_its_heartbeat() {
        let holder = Holder {
            run_id: "01J".into(),
            actor: Actor { user: "ada".into(), host: "build-7".into() },
            process: Process { boot_id: None, pid_namespace: None, pid: 7, pid_started: None },
            command: "apply".into(),
        };
        let record = LockRecord::new(holder, DateTime::UNIX_EPOCH);
        let identity = record.identity(Path::new("lock")).unwrap();
        for heartbeat in [0, 1, u64::MAX] {
            let bytes = encode(&identity, heartbeat);
            assert_eq!(bytes.len(), encode(&identity, 0).len());
            assert_eq!(LockRecord::parse(&bytes), Some(LockRecord { heartbeat, ..record.clone() }));
        }
        assert_eq!(record.to_string(), "ada on build-7 since 1970-01-01 00:00:00Z ('apply', run 01J, pid 7)");
    }

    #[test]
    fn whoever_holds_a_lock_is_alive_or_dead_or_nobody_can_tell() {
        let here = Process::detect();
        let held_by = |process: &Process| {
            let actor = Actor { user: "ada".into(), host: "build-7".into() };
            let (run_id, command) = ("01J".to_owned(), "apply".to_owned());
            LockRecord::new(Holder { run_id, actor, process: process.clone(), command }, DateTime::UNIX_EPOCH)
        };
        if here.boot_id.is_some() {
            assert_eq!(held_by(&here).is_alive(&here), Some(true));
            let earlier = Process { pid_started: Some(1), ..here.clone() };
            assert_eq!(held_by(&earlier).is_alive(&here), Some(false));
        }
        let elsewhere = Process { boot_id: Some("another".into()), ..here.clone() };
        assert_eq!(held_by(&elsewhere).is_alive(&here), None);
    }
}
