//! The lock file: made only where there is none, taken away only as what it was known to be.

use std::{
    fs::{self, File, OpenOptions},
    io::{self, Write},
    path::Path,
};

use super::super::{
    Error,
    disk::{self, Disk},
};

/// Makes the lock file with this content, whole from its first moment; none if there is one already.
pub(super) fn create(disk: Disk, path: &Path, content: &[u8]) -> Result<Option<File>, Error> {
    let folder = disk::folder_of(path);
    disk.ensure_folder(folder)?;
    let failed = |error| Error::io("write", path, error);
    let mut file = disk.temporary(folder)?;
    file.write_all(content).and_then(|()| file.as_file().sync_all()).map_err(failed)?;
    match file.persist_noclobber(path) {
        Ok(file) => {
            disk::sync_folder(folder)?;
            Ok(Some(file))
        }
        Err(refused) if refused.error.kind() == io::ErrorKind::AlreadyExists => {
            // A network file system may have lost the answer to a link that it made.
            let ours = disk::read(path)?.is_some_and(|found| found == content);
            Ok(ours.then(|| refused.file.into_file()))
        }
        Err(refused) => Err(failed(refused.error)),
    }
}

/// Takes the lock file away if it is still what `expected` knows. Says whether it did.
///
/// Whoever takes it away, or writes its heartbeat, first locks the file that stands there, so that of two only one
/// goes on. Where files cannot be locked, what was moved is looked at once more, and put back if it is another.
pub(super) fn take_away(path: &Path, expected: impl Fn(&[u8]) -> bool) -> Result<bool, Error> {
    let failed = |error| Error::io("take away", path, error);
    let guard = match OpenOptions::new().read(true).write(true).open(path) {
        Ok(guard) => guard,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(false),
        Err(error) => return Err(failed(error)),
    };
    let _ = disk::lock_in_time(&guard, false);
    if !disk::read(path)?.is_some_and(|found| expected(&found)) {
        return Ok(false);
    }
    let folder = disk::folder_of(path);
    let grave = tempfile::Builder::new().prefix(".dead-").tempdir_in(folder).map_err(failed)?;
    let moved = grave.path().join("lock.json");
    match fs::rename(path, &moved) {
        Ok(()) => {}
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(false),
        Err(error) => return Err(failed(error)),
    }
    if !disk::read(&moved)?.is_some_and(|found| expected(&found)) {
        // If a third took the place meanwhile, the second finds out at its next check.
        let _ = fs::hard_link(&moved, path);
        return Ok(false);
    }
    disk::sync_folder(folder)?;
    Ok(true)
}

#[cfg(test)]
mod tests {
    use std::{
        cell::Cell,
        sync::{Barrier, mpsc},
        thread,
        time::Duration,
    };

    use super::*;

    #[test]
    fn of_many_who_judged_a_lock_dead_one_moves_it_and_nobody_moves_the_next() {
        let folder = tempfile::tempdir().unwrap();
        let path = &folder.path().join("P1.json");
        for round in 0..20 {
            let dead = format!("dead {round}").into_bytes();
            fs::write(path, &dead).unwrap();
            let start = Barrier::new(6);
            let winners: Vec<_> = thread::scope(|scope| {
                let racers: Vec<_> = (0..6)
                    .map(|id| {
                        let (start, dead) = (&start, &dead);
                        scope.spawn(move || {
                            let mine = format!("alive {round} {id}").into_bytes();
                            start.wait();
                            let moved = take_away(path, |found| found == dead).unwrap();
                            let made = create(Disk::default(), path, &mine).unwrap().is_some();
                            (moved, made.then_some(mine))
                        })
                    })
                    .collect();
                racers.into_iter().map(|racer| racer.join().unwrap()).collect()
            });
            assert_eq!(winners.iter().filter(|(moved, _)| *moved).count(), 1);
            let made: Vec<_> = winners.into_iter().filter_map(|(_, made)| made).collect();
            assert_eq!(made, [fs::read(path).unwrap()]);
        }
    }
    #[test]
    fn while_one_looks_at_a_dead_lock_no_other_can_move_it() {
        let folder = tempfile::tempdir().unwrap();
        let path = &folder.path().join("P1.json");
        fs::write(path, "dead").unwrap();
        thread::scope(|scope| {
            let (done, other) = mpsc::channel();
            let started = Cell::new(false);
            let moved = take_away(path, |_| {
                if !started.replace(true) {
                    let done = done.clone();
                    scope.spawn(move || done.send(take_away(path, |_| true).unwrap()));
                    assert!(other.recv_timeout(Duration::from_millis(30)).is_err());
                }
                true
            });
            assert!(moved.unwrap());
            drop(done);
            assert!(other.iter().all(|moved| !moved));
        });
    }

    #[test]
    fn only_a_lock_that_is_not_there_is_nothing_to_take_away() {
        let folder = tempfile::tempdir().unwrap();
        assert!(!take_away(&folder.path().join("missing"), |_| true).unwrap());
        assert!(take_away(folder.path(), |_| true).is_err());
        let long = folder.path().join("x".repeat(300));
        assert!(create(Disk::default(), &long, b"x").unwrap_err().to_string().starts_with("Cannot write"));
    }
}
