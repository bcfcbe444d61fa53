//! The slots that processes share through a file: `<slot> <time at which it frees>` lines, the last word counts.
//!
//! A line is written before each sending and again after the answer. The page cache survives the death of the
//! process, so nothing is lost to a kill, and nobody waits for a disk.

use std::{
    fs::{File, OpenOptions},
    io::{self, Read, Seek, SeekFrom, Write},
    os::unix::fs::OpenOptionsExt,
    path::Path,
};

use super::slots::Slots;

/// The file is rewritten without its dead lines once it is this long, in bytes.
const LONG: u64 = 256 * 1024;

/// The slots that processes share.
#[derive(Debug)]
pub(super) struct SlotsFile {
    file: File,
    read_up_to: u64,
    own: String,
    count: u64,
}

impl SlotsFile {
    /// Opens or makes the file. `own` tells this process's lines from others'.
    pub(super) fn open(path: &Path, own: &str, now: u64) -> io::Result<Self> {
        let file = OpenOptions::new().read(true).append(true).create(true).mode(0o600).open(path)?;
        let mut opened = Self { file, read_up_to: 0, own: own.to_owned(), count: 0 };
        if opened.file.metadata()?.len() > LONG {
            opened.compact(now)?;
        }
        Ok(opened)
    }

    /// Runs `decide` on the slots while no other process can take one; `take` is called where it says yes.
    pub(super) fn take_if(
        &mut self,
        slots: &mut Slots,
        latest: u64,
        frees: u64,
        decide: impl FnOnce(&mut Slots) -> bool,
    ) -> io::Result<Option<u64>> {
        self.file.lock()?;
        let taken = self.read_news(slots, latest).and_then(|()| {
            if !decide(slots) {
                return Ok(None);
            }
            self.count += 1;
            self.append(self.count, frees).map(|()| Some(self.count))
        });
        self.file.unlock()?;
        taken
    }

    /// Says when a slot of this process frees.
    pub(super) fn answered(&mut self, slot: u64, frees: u64) -> io::Result<()> {
        self.append(slot, frees)
    }

    fn append(&mut self, slot: u64, frees: u64) -> io::Result<()> {
        // One write per line: lines of several processes don't mix.
        self.file.write_all(format!("{}-{slot} {frees}\n", self.own).as_bytes())
    }

    /// Takes in what other processes wrote since the last time. Times beyond `latest` are nobody's honest word.
    fn read_news(&mut self, slots: &mut Slots, latest: u64) -> io::Result<()> {
        let length = self.file.metadata()?.len();
        if length < self.read_up_to {
            // Somebody rewrote the file.
            self.read_up_to = 0;
        }
        if length == self.read_up_to {
            return Ok(());
        }
        self.file.seek(SeekFrom::Start(self.read_up_to))?;
        let mut news = Vec::new();
        Read::by_ref(&mut self.file).take(length - self.read_up_to).read_to_end(&mut news)?;
        // A line without an end is still being written.
        let whole = news.iter().rposition(|byte| *byte == b'\n').map_or(0, |at| at + 1);
        self.read_up_to += whole as u64;
        for line in String::from_utf8_lossy(news.get(..whole).unwrap_or_default()).lines() {
            if let Some((slot, frees)) = parse(line).filter(|(_, frees)| *frees <= latest)
                && !slot.strip_prefix(&self.own).is_some_and(|rest| rest.starts_with('-'))
            {
                slots.foreign(slot, frees);
            }
        }
        Ok(())
    }

    fn compact(&mut self, now: u64) -> io::Result<()> {
        self.file.lock()?;
        let result = self.rewrite(now);
        self.file.unlock()?;
        result
    }

    fn rewrite(&mut self, now: u64) -> io::Result<()> {
        let mut text = String::new();
        self.file.seek(SeekFrom::Start(0))?;
        self.file.read_to_string(&mut text)?;
        let alive: Vec<&str> =
            text.lines().filter(|line| parse(line).is_some_and(|(_, frees)| frees > now)).collect();
        self.file.set_len(0)?;
        alive.iter().try_for_each(|line| self.file.write_all(format!("{line}\n").as_bytes()))
    }
}

fn parse(line: &str) -> Option<(&str, u64)> {
    let (slot, frees) = line.split_once(' ')?;
    Some((slot, frees.parse().ok()?)).filter(|(slot, _)| !slot.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn taken(file: &mut SlotsFile, slots: &mut Slots, now: u64, limit: usize) -> Option<u64> {
        file.take_if(slots, now + 1_000_000, now + 100, |slots| slots.taken(now) < limit).unwrap()
    }

    #[test]
    fn two_processes_share_the_slots_of_one_file() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("P2");
        let (mut one, mut its) = (SlotsFile::open(&path, "one", 0).unwrap(), Slots::default());
        let (mut two, mut others) = (SlotsFile::open(&path, "two", 0).unwrap(), Slots::default());
        let slot = taken(&mut one, &mut its, 0, 2).unwrap();
        its.take();
        assert!(taken(&mut two, &mut others, 0, 2).is_some());
        others.take();
        assert_eq!(taken(&mut two, &mut others, 0, 2), None);
        one.answered(slot, 50).unwrap();
        assert_eq!(taken(&mut two, &mut others, 49, 2), None);
        assert!(taken(&mut two, &mut others, 50, 2).is_some());
    }

    #[test]
    fn broken_lines_and_times_that_cannot_be_are_passed_over() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("P2");
        std::fs::write(&path, b"\xff\xfe nonsense\nx 99999999999999999\ny abc\n\n z 5\na-1 90\nunfinished 9")
            .unwrap();
        let (mut file, mut slots) = (SlotsFile::open(&path, "me", 0).unwrap(), Slots::default());
        assert_eq!(taken(&mut file, &mut slots, 0, 1), None);
        assert_eq!(slots.taken(0), 1);
        assert!(taken(&mut file, &mut slots, 90, 1).is_some());
    }

    #[test]
    fn a_long_file_loses_its_dead_lines() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("P2");
        let mut text = "dead-1 5\n".repeat(40_000);
        text += "alive-1 500\n";
        std::fs::write(&path, text).unwrap();
        SlotsFile::open(&path, "me", 10).unwrap();
        assert_eq!(std::fs::read_to_string(&path).unwrap(), "alive-1 500\n");
    }
}
