//! Asking for a lock: made at once, waited for, or taken over from the dead.

use std::{
    fmt,
    fs::File,
    path::{Path, PathBuf},
    time::Duration,
};

use tokio::{
    task::spawn_blocking,
    time::{Instant, sleep},
};

use super::{
    super::{Error, Process, State, disk},
    DEAD_AFTER, Holder, Lease, Lock, LockRecord, file, record,
};

/// How often a waiter looks.
const POLL: Duration = Duration::from_millis(250);

/// What a waiter is told meanwhile.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum LockNotice {
    /// Another holds the lock; we wait.
    Waiting {
        /// Who; none where the lock file cannot be read.
        holder: Option<Box<LockRecord>>,
        /// How long at most.
        patience: Duration,
    },
    /// The holder was dead; we took its lock away.
    TakenOver {
        /// Who it was; none where the lock file could not be read.
        holder: Option<Box<LockRecord>>,
        /// How we know.
        because: DeadBecause,
    },
}

/// How we know that a holder is dead.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DeadBecause {
    /// Its process, on this host and of this boot, has ended.
    ProcessEnded,
    /// Its heartbeat stood still for so long while we watched.
    StoodStill(Duration),
}

impl fmt::Display for DeadBecause {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::ProcessEnded => f.write_str("its process has ended"),
            Self::StoodStill(still) => write!(f, "its heartbeat stood still for {} s", still.as_secs()),
        }
    }
}

/// One look at the place of the lock.
enum Look {
    /// There was none; ours is there now.
    Made(File),
    /// It was there a moment ago.
    Vanished,
    /// Another's.
    Found(Vec<u8>),
}

/// What stands in the place of the lock, and since when it has stood still.
struct Watch {
    found: Vec<u8>,
    since: Instant,
}

impl Watch {
    fn of(found: Vec<u8>) -> Self {
        Self { found, since: Instant::now() }
    }

    fn holder(&self) -> Option<Box<LockRecord>> {
        LockRecord::parse(&self.found).map(Box::new)
    }

    /// Whether its holder is dead, as `observer` can tell. Where the process can be asked, the heartbeat is not.
    fn verdict(&self, observer: &Process) -> Option<DeadBecause> {
        let still = self.since.elapsed();
        match self.holder().and_then(|holder| holder.process.is_dead(observer)) {
            Some(true) => Some(DeadBecause::ProcessEnded),
            Some(false) => None,
            None => (still >= DEAD_AFTER).then_some(DeadBecause::StoodStill(still)),
        }
    }
}

impl State {
    /// Takes the lock of `project` for `holder`, waiting up to `wait` for another to give it back. The lock of a
    /// dead run is taken over. `observer` hears of both.
    ///
    /// # Errors
    /// Another holds it all that time, or the file cannot be written.
    pub async fn lock(
        &self,
        project: &str,
        holder: Holder,
        wait: Duration,
        observer: &(dyn Fn(LockNotice) + Send + Sync),
    ) -> Result<Lock, Error> {
        let path = self.lock_path(project)?;
        let process = holder.process.clone();
        let identity = LockRecord::new(holder, self.clock().now()).identity(&path)?;
        let begun = Instant::now();
        let mut watch: Option<Watch> = None;
        loop {
            match self.look(&path, &identity).await? {
                Look::Made(made) => {
                    return Ok(Lock::start(Lease::new(project.to_owned(), path, identity, made)));
                }
                Look::Vanished => watch = None,
                Look::Found(found) => {
                    let first = watch.is_none();
                    let seen =
                        watch.take().filter(|seen| seen.found == found).unwrap_or_else(|| Watch::of(found));
                    let holder = seen.holder();
                    if let Some(because) = seen.verdict(&process) {
                        if take_over(path.clone(), seen.found).await? {
                            observer(LockNotice::TakenOver { holder, because });
                        }
                        continue;
                    }
                    if first {
                        observer(LockNotice::Waiting { holder, patience: wait });
                    }
                    watch = Some(seen);
                }
            }
            let left = wait.saturating_sub(begun.elapsed());
            if left.is_zero() {
                return Err(held(project, watch.as_ref()));
            }
            sleep(POLL.min(left)).await;
        }
    }

    /// Makes the lock file if there is none.
    async fn look(&self, path: &Path, identity: &[u8]) -> Result<Look, Error> {
        let (disk, path) = (self.disk(), path.to_owned());
        let content = record::encode(identity, 0);
        blocking(&path.clone(), move || {
            if let Some(found) = disk::read(&path)? {
                return Ok(Look::Found(found));
            }
            Ok(file::create(disk, &path, &content)?.map_or(Look::Vanished, Look::Made))
        })
        .await
    }
}

/// Moves a dead lock away, if it is still the one that was judged.
async fn take_over(path: PathBuf, judged: Vec<u8>) -> Result<bool, Error> {
    blocking(&path.clone(), move || file::take_away(&path, |found| found == judged)).await
}

/// Runs what waits for the disk beside the tasks, not in front of them.
async fn blocking<T: Send + 'static>(
    path: &Path,
    work: impl FnOnce() -> Result<T, Error> + Send + 'static,
) -> Result<T, Error> {
    spawn_blocking(work).await.unwrap_or_else(|_| Err(Error::WriterGone { path: path.to_owned() }))
}

fn held(project: &str, watch: Option<&Watch>) -> Error {
    Error::LockHeld {
        project: project.to_owned(),
        holder: watch.and_then(Watch::holder),
        still: watch.map_or(Duration::ZERO, |watch| watch.since.elapsed()),
    }
}
