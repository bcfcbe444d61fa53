//! Slots ↔ `rate/<project_id>`: a log that outlives the process and is shared with its neighbours.
//!
//! A line is `<slot id> <epoch ms at which it frees>`; a later line on a slot overrides an earlier one. A slot is
//! written before its request is sent, without a sync: the page cache survives the death of a process, which is the
//! only loss that matters here. Whoever reads, decides and writes holds the lock of the file.

use std::{
    fs::{File, Metadata, OpenOptions, TryLockError},
    io::{self, Read, Seek, SeekFrom, Write},
    os::unix::fs::{MetadataExt, OpenOptionsExt},
    path::{Path, PathBuf},
};

use super::slots::SlotId;

/// Bytes under which compacting isn't worth a rename.
const SMALL: u64 = 64 * 1024;

/// What one line says: the slot is held until then.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Entry {
    /// The slot.
    pub(crate) id: SlotId,
    /// When it frees, in milliseconds since 1970.
    pub(crate) free_at: u64,
}

impl Entry {
    fn parse(line: &str) -> Option<Self> {
        let (id, free_at) = line.split_once(' ')?;
        Some(Self { id: id.parse().ok()?, free_at: free_at.parse().ok()? })
    }

    fn write_to(self, text: &mut String) {
        use std::fmt::Write;
        // Writing to a String can't fail.
        let _ = writeln!(text, "{} {}", self.id, self.free_at);
    }
}

/// The open log.
#[derive(Debug)]
pub(crate) struct SlotFile {
    path: PathBuf,
    file: File,
    read_to: u64,
    torn: bool,
    /// Entries that wait for the next turn, because the lock was taken when they came up.
    pending: String,
}

impl SlotFile {
    /// Opens the log at `path`, or makes it, readable by its owner only.
    pub(crate) fn open(path: &Path) -> io::Result<Self> {
        Ok(Self {
            path: path.to_owned(),
            file: open_log(path)?,
            read_to: 0,
            torn: false,
            pending: String::new(),
        })
    }

    /// Where it is.
    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    /// Takes the lock and returns what the neighbours wrote since; `None` while somebody else has it.
    pub(crate) fn begin(&mut self) -> io::Result<Option<Vec<Entry>>> {
        // Twice, because the log may have been compacted (renamed over) while its old self was being locked.
        for _ in 0..2 {
            match self.file.try_lock() {
                Ok(()) => {}
                Err(TryLockError::WouldBlock) => return Ok(None),
                Err(TryLockError::Error(error)) => return Err(error),
            }
            let ours = self.file.metadata()?;
            if self.is_current(&ours) {
                return self.read_news(ours.len()).map(Some);
            }
            self.reopen()?;
        }
        Ok(None)
    }

    /// Keeps `entry` for the next `commit`.
    pub(crate) fn note(&mut self, entry: Entry) {
        entry.write_to(&mut self.pending);
    }

    /// Appends what was noted in one write and lets go of the lock.
    pub(crate) fn commit(&mut self) -> io::Result<()> {
        if !self.pending.is_empty() {
            if self.torn {
                // A neighbour died in the middle of a line: keep ours off it.
                self.pending.insert(0, '\n');
            }
            self.file.write_all(self.pending.as_bytes())?;
            self.read_to += self.pending.len() as u64;
            self.pending.clear();
            self.torn = false;
        }
        self.file.unlock()
    }

    /// Whether the log has outgrown `held` live entries so far that it should be written anew.
    pub(crate) fn is_bloated(&self, held: usize) -> bool {
        const LINE: u64 = 48;
        self.read_to > SMALL && self.read_to > (held as u64).saturating_mul(4 * LINE)
    }

    /// Replaces the log by `entries` alone. Only between `begin` and `commit`, which it stands for.
    pub(crate) fn compact(&mut self, entries: impl Iterator<Item = Entry>) -> io::Result<()> {
        let mut text = String::new();
        entries.for_each(|entry| entry.write_to(&mut text));
        text.push_str(&self.pending);
        // The log lies in a folder of its own, so there is a parent.
        let folder = self.path.parent().unwrap_or(Path::new("."));
        let mut fresh = tempfile::NamedTempFile::new_in(folder)?;
        // A log that a group shares stays shared.
        fresh.as_file().set_permissions(self.file.metadata()?.permissions())?;
        fresh.write_all(text.as_bytes())?;
        fresh.persist(&self.path).map_err(|error| error.error)?;
        self.pending.clear();
        self.reopen()
    }

    fn reopen(&mut self) -> io::Result<()> {
        // Dropping the old file lets go of its lock.
        self.file = open_log(&self.path)?;
        self.read_to = 0;
        self.torn = false;
        Ok(())
    }

    /// Whether the log is still the file at its path. Where that can't be told, opening it anew will say why.
    fn is_current(&self, ours: &Metadata) -> bool {
        std::fs::metadata(&self.path)
            .is_ok_and(|there| ours.ino() == there.ino() && ours.dev() == there.dev())
    }

    fn read_news(&mut self, length: u64) -> io::Result<Vec<Entry>> {
        if length < self.read_to {
            // Somebody emptied it by hand.
            self.read_to = 0;
        }
        if length == self.read_to {
            return Ok(Vec::new());
        }
        self.file.seek(SeekFrom::Start(self.read_to))?;
        let mut bytes = Vec::new();
        self.file.read_to_end(&mut bytes)?;
        self.read_to += bytes.len() as u64;
        self.torn = bytes.last().is_some_and(|last| *last != b'\n');
        Ok(String::from_utf8_lossy(&bytes).lines().filter_map(Entry::parse).collect())
    }
}

fn open_log(path: &Path) -> io::Result<File> {
    OpenOptions::new().read(true).append(true).create(true).mode(0o600).open(path)
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    fn entry(number: u64) -> Entry {
        Entry { id: SlotId { writer: 1, number }, free_at: 1_000 + number }
    }

    fn append(file: &mut SlotFile, number: u64) {
        file.begin().unwrap().expect("the lock");
        file.note(entry(number));
        file.commit().unwrap();
    }

    #[test]
    fn a_neighbour_reads_what_was_written_and_only_once() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("P1");
        let (mut one, mut two) = (SlotFile::open(&path).unwrap(), SlotFile::open(&path).unwrap());
        append(&mut one, 1);
        assert_eq!(two.begin().unwrap(), Some(vec![entry(1)]));
        two.note(entry(2));
        two.commit().unwrap();
        assert_eq!(two.begin().unwrap(), Some(vec![]));
        two.commit().unwrap();
        assert_eq!(one.begin().unwrap(), Some(vec![entry(2)]));
    }

    #[test]
    fn only_one_has_the_lock_and_a_note_waits_for_it() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("P1");
        let (mut one, mut two) = (SlotFile::open(&path).unwrap(), SlotFile::open(&path).unwrap());
        one.begin().unwrap().expect("the lock");
        two.note(entry(5));
        assert_eq!(two.begin().unwrap(), None);
        one.commit().unwrap();
        two.begin().unwrap().expect("the lock, now");
        two.commit().unwrap();
        assert_eq!(one.begin().unwrap(), Some(vec![entry(5)]));
    }

    #[test]
    fn a_torn_or_foreign_line_costs_no_other_line() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("P1");
        std::fs::write(&path, b"hello\n\xff\xfe 12\n0000000000000001-3 1003\n0000000000000001-4 10").unwrap();
        let mut file = SlotFile::open(&path).unwrap();
        let read = file.begin().unwrap().expect("the lock");
        assert_eq!(read.first(), Some(&entry(3)));
        file.note(entry(9));
        file.commit().unwrap();
        let read = SlotFile::open(&path).unwrap().begin().unwrap().expect("the lock");
        assert_eq!(read.last(), Some(&entry(9)));
    }

    #[test]
    fn compacting_keeps_the_given_entries_and_the_mode_and_neighbours_follow() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("P1");
        let (mut one, mut two) = (SlotFile::open(&path).unwrap(), SlotFile::open(&path).unwrap());
        append(&mut one, 1);
        append(&mut one, 2);
        one.begin().unwrap().expect("the lock");
        one.note(entry(3));
        one.compact([entry(2)].into_iter()).unwrap();
        assert_eq!(two.begin().unwrap(), Some(vec![entry(2), entry(3)]));
        two.commit().unwrap();
        append(&mut two, 4);
        assert_eq!(one.begin().unwrap(), Some(vec![entry(2), entry(3), entry(4)]));
        assert_eq!(std::fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
    }

    #[test]
    fn a_log_is_bloated_once_it_is_no_longer_small_and_mostly_says_what_is_over() {
        let folder = tempfile::tempdir().unwrap();
        let mut file = SlotFile::open(&folder.path().join("P1")).unwrap();
        for (bytes, held, bloated) in [
            (64 * 1024, 0, false),
            (64 * 1024 + 1, 0, true),
            (64 * 1024 + 1, 1, true),
            (192 * 400, 400, false),
            (192 * 400 + 1, 400, true),
            (192 * 400 + 1, 401, false),
            (10, 0, false),
        ] {
            file.read_to = bytes;
            assert_eq!(file.is_bloated(held), bloated, "{bytes} bytes, {held} held");
        }
    }

    #[test]
    fn a_folder_that_cannot_be_looked_into_is_an_error_and_no_log_that_was_removed() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("inner/P1");
        std::fs::create_dir(path.parent().unwrap()).unwrap();
        let mut file = SlotFile::open(&path).unwrap();
        std::fs::remove_dir_all(path.parent().unwrap()).unwrap();
        // A file where the folder was: not "not found", and nothing that could be made again.
        std::fs::write(path.parent().unwrap(), "").unwrap();
        let error = file.begin().unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::NotADirectory);
    }

    #[test]
    fn a_removed_log_is_made_again() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("P1");
        let mut file = SlotFile::open(&path).unwrap();
        append(&mut file, 1);
        std::fs::remove_file(&path).unwrap();
        append(&mut file, 2);
        let read = SlotFile::open(&path).unwrap().begin().unwrap();
        assert_eq!(read, Some(vec![entry(2)]));
    }
}
