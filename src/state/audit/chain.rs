//! Events → chained lines at the end of the file, under a short lock of its own.

use std::{
    fs::File,
    path::{Path, PathBuf},
    sync::{Arc, Mutex, PoisonError},
};

use serde::{Deserialize, Serialize};

use super::{
    super::{
        Clock, Error,
        canonical::{digest_without, sha256},
        commit::Sink,
        disk::{self, Disk, Place},
        format::{self, FORMAT},
        lines,
    },
    WHAT,
    entry::{AuditContext, AuditEntry, AuditEvent},
};

/// The place of a line in the chain.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Link {
    /// Its number.
    pub(super) seq: u64,
    /// Its hash; none before the first line.
    pub(super) hash: Option<String>,
}

/// What the `.head` file says.
#[derive(Serialize)]
struct Head<'a> {
    format_version: &'static str,
    #[serde(flatten)]
    link: &'a Link,
}

/// Where the next line goes.
#[derive(Debug, Default)]
struct End {
    /// Length of the file in bytes.
    length: u64,
    /// What the next line follows.
    link: Link,
}

/// The end of a trail that lines are chained to.
pub(super) struct Chain {
    disk: Disk,
    path: PathBuf,
    context: AuditContext,
    clock: Clock,
    /// The end as we left it: still the end if the file has the same length.
    end: Option<End>,
    /// The hash of the last line, for those who ask.
    shown: Arc<Mutex<Option<String>>>,
}

impl Chain {
    pub(super) fn new(
        disk: Disk,
        path: PathBuf,
        context: AuditContext,
        clock: Clock,
        shown: Arc<Mutex<Option<String>>>,
    ) -> Self {
        Self { disk, path, context, clock, end: None, shown }
    }

    /// Makes the file if it is missing, repairs it, and proves that it and its head can be written.
    pub(super) fn open(&mut self) -> Result<(), Error> {
        self.disk.probe(disk::folder_of(&self.path))?;
        self.append(Vec::new())
    }

    /// Finds the end and adds notes to `events` about what is wrong with it.
    fn find_end(&self, file: &mut File, length: u64, notes: &mut Vec<AuditEvent>) -> Result<End, Error> {
        let failed = |error| Error::io("read", &self.path, error);
        let tail = lines::read_tail(file, length).map_err(failed)?;
        let (length, last) = if tail.torn.is_empty() {
            (tail.complete, tail.last)
        } else if is_intact(&tail.torn) {
            // Only the end of the line is missing.
            lines::append(file, length, b"\n").map_err(|error| Error::io("append to", &self.path, error))?;
            (length + 1, Some(tail.torn))
        } else {
            file.set_len(tail.complete).map_err(|error| Error::io("repair", &self.path, error))?;
            tracing::warn!(path = %self.path.display(), bytes = tail.torn.len(), "dropped a torn audit line");
            let outcome = format!("dropped a torn line of {} bytes", tail.torn.len());
            notes.push(AuditEvent::new("repair", &outcome).with_digests(Some(sha256(&tail.torn)), None));
            (tail.complete, tail.last)
        };
        Ok(End { length, link: self.last_link(last.as_deref(), notes)? })
    }

    /// What the next line follows: the last line, or the head where that is further.
    ///
    /// Following the head keeps the gap that a cut-off tail left visible for ever.
    fn last_link(&self, last: Option<&[u8]>, notes: &mut Vec<AuditEvent>) -> Result<Link, Error> {
        let head = match read_head(&self.path) {
            // What cannot be read proves nothing; it is written anew, with a note.
            Err(Error::Malformed { .. }) => {
                notes.push(AuditEvent::new("repair", "the head file was unreadable"));
                Link::default()
            }
            found => found?.unwrap_or_default(),
        };
        let line = match last {
            None => Link::default(),
            Some(last) => match serde_json::from_slice(last) {
                Ok(link) => link,
                Err(_) if head.seq > 0 => Link { seq: head.seq, ..Link::default() },
                Err(error) => return Err(Error::malformed(WHAT, &self.path, error)),
            },
        };
        if head.seq > line.seq {
            tracing::warn!(path = %self.path.display(), "the audit trail was cut off");
            let outcome = format!("lines {} to {} are missing", line.seq + 1, head.seq);
            notes.push(AuditEvent::new("gap", &outcome));
        }
        Ok(if head.seq >= line.seq && head.hash.is_some() { head } else { line })
    }

    /// Chains `events` to `link`, which is then the last of them; returns their lines.
    fn chain(&self, events: Vec<AuditEvent>, link: &mut Link) -> serde_json::Result<Vec<u8>> {
        let mut bytes = Vec::new();
        for event in events {
            // A number that can't be followed was made up; repeated, it shows.
            let seq = link.seq.saturating_add(1);
            let entry = AuditEntry::chained(&self.context, event, self.clock.now(), seq, link.hash.take())?;
            serde_json::to_writer(&mut bytes, &entry)?;
            bytes.push(b'\n');
            *link = Link { seq, hash: Some(entry.hash) };
        }
        Ok(bytes)
    }

    /// A head that lags behind does no harm, so it need not be as durable as the lines.
    fn write_head(&self, link: &Link) -> Result<(), Error> {
        self.disk.write(&head_path(&self.path), Place::ReplaceInTime, |out| {
            serde_json::to_writer(&mut *out, &Head { format_version: FORMAT, link })?;
            out.write_all(b"\n")
        })
    }
}

impl Sink for Chain {
    type Entry = AuditEvent;

    fn path(&self) -> &Path {
        &self.path
    }

    fn append(&mut self, batch: Vec<AuditEvent>) -> Result<(), Error> {
        let failed = |error| Error::io("append to", &self.path, error);
        // Opened anew each time: the file may have been moved away meanwhile. Closing it frees the lock.
        let mut file = self.disk.open_append(&self.path)?;
        if !disk::lock_in_time(&file, false).map_err(|error| Error::io("lock", &self.path, error))? {
            return Err(Error::Busy { path: self.path.clone() });
        }
        let length = file.metadata().map_err(failed)?.len();
        let mut events = Vec::new();
        let mut end = match self.end.take() {
            Some(end) if end.length == length => end,
            _ => self.find_end(&mut file, length, &mut events)?,
        };
        events.extend(batch);
        let bytes =
            self.chain(events, &mut end.link).map_err(|error| Error::malformed(WHAT, &self.path, error))?;
        if !bytes.is_empty() {
            lines::append(&mut file, end.length, &bytes).map_err(failed)?;
            self.write_head(&end.link)?;
            end.length += bytes.len() as u64;
        }
        self.shown.lock().unwrap_or_else(PoisonError::into_inner).clone_from(&end.link.hash);
        self.end = Some(end);
        Ok(())
    }
}

/// The file beside a trail that says what its last line is.
pub(super) fn head_path(path: &Path) -> PathBuf {
    path.with_extension("head")
}

/// What the head file of a trail says; none if there is none.
pub(super) fn read_head(path: &Path) -> Result<Option<Link>, Error> {
    let path = head_path(path);
    disk::read(&path)?.map(|bytes| format::parse("audit head", &path, &bytes)).transpose()
}

/// Whether `line` is a whole line with the hash of what it says.
fn is_intact(line: &[u8]) -> bool {
    let Ok(text) = std::str::from_utf8(line) else { return false };
    let stated = serde_json::from_str(text).ok().and_then(|Link { hash, .. }| hash);
    stated.is_some_and(|stated| digest_without(text, "hash").is_ok_and(|actual| actual == stated))
}
