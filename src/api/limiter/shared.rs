//! The window and its neighbours: what is held here goes to the slots file, what they hold comes from it.
//!
//! The file speaks of wall-clock time, the window of its own clock. They are set against each other whenever the
//! file is read or written, so a jump of the wall clock shifts what is exchanged at that moment and nothing else.

use std::{
    io,
    path::Path,
    sync::Arc,
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use tokio::time::Instant;

use super::{
    file::{Entry, SlotFile},
    slots::{Moment, SlotId},
    window::{Turn, Window},
};

/// Milliseconds since 1970.
pub(crate) type WallClock = Arc<dyn Fn() -> u64 + Send + Sync>;

/// How often to ask for the lock again before standing back: it is held for microseconds.
const ASKS: usize = 50;

/// The clock of this machine.
pub(crate) fn system_clock() -> WallClock {
    Arc::new(|| SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, millis))
}

/// A number that no other limiter has.
pub(crate) fn new_writer() -> u64 {
    // Its random part is 80 bits long.
    u64::try_from(ulid::Ulid::generate().random() & u128::from(u64::MAX)).unwrap_or_default()
}

/// Goes on without the file.
pub(crate) fn give_up(shared: &mut Option<Shared>, error: &io::Error) {
    if let Some(gone) = shared.take() {
        warn(gone.file.path(), error);
    }
}

/// The slots file and the two clocks.
pub(crate) struct Shared {
    file: SlotFile,
    wall: WallClock,
    /// Where the moments of the window are counted from.
    origin: Instant,
}

impl Shared {
    /// Opens the slots file, or warns and goes on without.
    pub(crate) fn open(path: &Path, wall: WallClock, origin: Instant) -> Option<Self> {
        match SlotFile::open(path) {
            Ok(file) => Some(Self { file, wall, origin }),
            Err(error) => {
                warn(path, &error);
                None
            }
        }
    }

    /// Hears what the neighbours hold, and writes what was left over from last time.
    pub(crate) fn catch_up(&mut self, window: &mut Window) -> io::Result<()> {
        if self.begin(window)? {
            self.finish(window)?;
        }
        Ok(())
    }

    /// Hears the neighbours, decides, and writes a taken slot down. `None` while one of them has the file.
    pub(crate) fn take(&mut self, window: &mut Window, timeout: Duration) -> io::Result<Option<Turn>> {
        if !self.begin(window)? {
            return Ok(None);
        }
        let turn = window.take(self.origin.elapsed(), timeout);
        if let Turn::Go(pass) = turn {
            self.note(window, pass.id);
        }
        self.finish(window)?;
        Ok(Some(turn))
    }

    /// Writes down until when `slot` is held; on the next occasion, if a neighbour has the file.
    pub(crate) fn tell(&mut self, window: &mut Window, slot: SlotId) -> io::Result<()> {
        self.note(window, slot);
        self.catch_up(window)
    }

    fn begin(&mut self, window: &mut Window) -> io::Result<bool> {
        for _ in 0..ASKS {
            if let Some(entries) = self.file.begin()? {
                // The wall clock first: what passes between the two readings makes a slot free late, never early.
                let wall = (self.wall)();
                let now = self.origin.elapsed();
                for Entry { id, free_at } in entries {
                    window.hear(id, now + Moment::from_millis(free_at.saturating_sub(wall)), now);
                }
                return Ok(true);
            }
            std::thread::yield_now();
        }
        Ok(false)
    }

    fn note(&mut self, window: &Window, slot: SlotId) {
        // A slot that isn't held has been free for ever.
        let free_at = match window.slots().moment_of(slot) {
            Some(moment) => self.to_wall()(moment),
            None => 0,
        };
        self.file.note(Entry { id: slot, free_at });
    }

    fn finish(&mut self, window: &Window) -> io::Result<()> {
        if self.file.is_bloated(window.slots().held()) {
            let to_wall = self.to_wall();
            let entries = window.slots().iter().map(|(id, moment)| Entry { id, free_at: to_wall(moment) });
            if self.file.compact(entries).is_ok() {
                return Ok(());
            }
        }
        self.file.commit()
    }

    /// From moments to milliseconds since 1970, so that no slot frees early there either: the wall clock is read
    /// last, and both it and the time until the moment are rounded up.
    fn to_wall(&self) -> impl Fn(Moment) -> u64 + use<> {
        let now = self.origin.elapsed();
        let wall = (self.wall)();
        move |moment| wall.saturating_add(millis(moment.saturating_sub(now))).saturating_add(2)
    }
}

fn millis(duration: Moment) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}

fn warn(path: &Path, error: &io::Error) {
    tracing::warn!(path = %path.display(), %error, "the rate limit isn't shared with other runs: its file can't be used");
}
