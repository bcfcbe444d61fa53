//! Holder → lease on a project, as `locks/<project_id>.json`: one writer at a time, as far as the folder reaches.
//!
//! The heartbeat is written in place into the very file we made. Who judged us dead has moved that file away, so a
//! late heartbeat of ours can never overwrite the lock of another.

mod file;
mod record;
mod wait;

use std::{
    fs::File,
    os::unix::fs::FileExt,
    path::PathBuf,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
    time::{Duration, SystemTime},
};

use tokio::{
    task::{AbortHandle, spawn_blocking},
    time::{Instant, MissedTickBehavior, interval_at},
};

use super::{Error, State, disk};

pub use record::{Holder, LockRecord};
pub use wait::{DeadBecause, LockNotice};

/// How often a holder says that it lives.
const BEAT: Duration = Duration::from_secs(10);
/// How long a heartbeat must stand still before its holder counts as dead.
const DEAD_AFTER: Duration = Duration::from_secs(60);

/// The lease on a project. Nothing is written to Descope without one. Dropped, it is given back.
#[derive(Debug)]
pub struct Lock {
    lease: Arc<Lease>,
    beating: AbortHandle,
}

impl Lock {
    fn start(lease: Lease) -> Self {
        let lease = Arc::new(lease);
        let beating = tokio::spawn(beat_on(lease.clone())).abort_handle();
        Self { lease, beating }
    }

    /// Makes sure that the lease is still ours. To be called before each write; takes microseconds on a local disk.
    ///
    /// # Errors
    /// It was lost, or nobody can tell: nothing more may be written.
    pub fn check(&self) -> Result<(), Error> {
        if self.lease.is_stale() { self.lease.beat() } else { self.lease.verify() }
    }

    /// Gives the lease back.
    ///
    /// # Errors
    /// It was lost before, or the file cannot be removed.
    pub fn release(self) -> Result<(), Error> {
        // Dropping it afterwards finds nothing of ours any more.
        self.lease.give_back()
    }
}

impl Drop for Lock {
    fn drop(&mut self) {
        self.beating.abort();
        if let Err(error) = self.lease.give_back() {
            tracing::debug!(%error, "the lock could not be given back");
        }
    }
}

async fn beat_on(lease: Arc<Lease>) {
    let mut ticks = interval_at(Instant::now() + BEAT, BEAT);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        ticks.tick().await;
        let beating = lease.clone();
        if let Ok(Err(error)) = spawn_blocking(move || beating.beat()).await {
            tracing::warn!(%error, "the heartbeat of the lock failed");
        }
        if lease.lost.load(Ordering::Acquire) {
            return;
        }
    }
}

/// A lock file that was ours when we made it.
#[derive(Debug)]
struct Lease {
    project: String,
    path: PathBuf,
    /// The beginning of the file, which no other lock has.
    identity: Vec<u8>,
    /// The file we made, wherever it has gone since.
    file: File,
    pulse: Mutex<Pulse>,
    lost: AtomicBool,
    given_back: AtomicBool,
}

#[derive(Debug)]
struct Pulse {
    heartbeat: u64,
    at: Instant,
    /// The monotonic clock may stand still while the host sleeps.
    wall: SystemTime,
}

impl Pulse {
    fn now(heartbeat: u64) -> Self {
        Self { heartbeat, at: Instant::now(), wall: SystemTime::now() }
    }
}

impl Lease {
    fn new(project: String, path: PathBuf, identity: Vec<u8>, file: File) -> Self {
        Self {
            project,
            path,
            identity,
            file,
            pulse: Mutex::new(Pulse::now(0)),
            lost: AtomicBool::new(false),
            given_back: AtomicBool::new(false),
        }
    }

    /// Whether heartbeats were missed, so that another may be about to judge us dead.
    fn is_stale(&self) -> bool {
        let pulse = self.pulse.lock().unwrap_or_else(PoisonError::into_inner);
        let wall = pulse.wall.elapsed().unwrap_or_default();
        pulse.at.elapsed().max(wall) >= 2 * BEAT
    }

    /// Makes sure that our file is where we put it.
    fn verify(&self) -> Result<(), Error> {
        if self.lost.load(Ordering::Acquire) {
            return Err(self.lost_to(None));
        }
        let found = disk::read(&self.path)?;
        if found.as_ref().is_some_and(|found| found.starts_with(&self.identity)) {
            return Ok(());
        }
        self.lost.store(true, Ordering::Release);
        Err(self.lost_to(found.as_deref().and_then(LockRecord::parse)))
    }

    /// Makes sure that the lease is ours and says that we live.
    fn beat(&self) -> Result<(), Error> {
        let failed = |error| Error::io("write the heartbeat in", &self.path, error);
        let mut pulse = self.pulse.lock().unwrap_or_else(PoisonError::into_inner);
        // Who judges us dead looks once more under this lock.
        let _ = disk::lock_in_time(&self.file, false);
        let result = self.verify().and_then(|()| {
            let content = record::encode(&self.identity, pulse.heartbeat + 1);
            self.file.write_all_at(&content, 0).and_then(|()| self.file.sync_data()).map_err(failed)
        });
        let _ = self.file.unlock();
        result.map(|()| *pulse = Pulse::now(pulse.heartbeat + 1))
    }

    fn give_back(&self) -> Result<(), Error> {
        if self.given_back.swap(true, Ordering::AcqRel) {
            return Ok(());
        }
        if file::take_away(&self.path, |found| found.starts_with(&self.identity))? {
            return Ok(());
        }
        let holder = disk::read(&self.path)?.as_deref().and_then(LockRecord::parse);
        Err(self.lost_to(holder))
    }

    fn lost_to(&self, holder: Option<LockRecord>) -> Error {
        Error::LockLost { project: self.project.clone(), holder: holder.map(Box::new) }
    }
}

impl State {
    /// Who holds the lock of a project; none if nobody does.
    ///
    /// # Errors
    /// The file cannot be read, or is no lock.
    pub fn lock_record(&self, project: &str) -> Result<Option<LockRecord>, Error> {
        let path = self.lock_path(project)?;
        let parse = |bytes: Vec<u8>| super::format::parse("lock", &path, &bytes);
        disk::read(&path)?.map(parse).transpose()
    }

    /// Breaks the lock of a project if the run `owner` still holds it (none: if it is unreadable). Says whether it did.
    ///
    /// # Errors
    /// The file cannot be removed.
    pub fn break_lock(&self, project: &str, owner: Option<&str>) -> Result<bool, Error> {
        file::take_away(&self.lock_path(project)?, |found| {
            LockRecord::parse(found).as_ref().map(|record| record.owner.as_str()) == owner
        })
    }

    fn lock_path(&self, project: &str) -> Result<PathBuf, Error> {
        self.project_file("locks", project, "json")
    }
}

#[cfg(test)]
mod tests;
