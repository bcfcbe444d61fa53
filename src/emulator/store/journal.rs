//! Contents ↔ a JSON file and, beside it, the journal of what happened since.
//!
//! Every effect is appended to the journal before its request is answered, so a killed process loses nothing
//! that was acknowledged. The file itself is written at start and stop, and when the journal has grown long.
//! Effects are absolute: after a crash between the two steps a journal is replayed over a file that has it
//! already, and nothing changes.

use std::{
    collections::BTreeMap,
    fs::{self, File, OpenOptions, TryLockError},
    io::{self, BufRead, BufReader, BufWriter, Seek, SeekFrom, Write},
    path::{Path, PathBuf},
};

use serde::{Deserialize, Serialize};

use super::{
    project::Project,
    snapshot::{self, Contents},
    tables::Effect,
};
use crate::emulator::error::Error;

/// A journal longer than this is folded into the file.
const LONG: u64 = 64 * 1024 * 1024;

/// The state file, locked for as long as this lives.
#[derive(Debug)]
pub(super) struct Journal {
    path: PathBuf,
    beside: PathBuf,
    file: File,
    length: u64,
}

#[derive(Debug, Serialize)]
struct Line<'a> {
    project: &'a str,
    effect: &'a Effect,
}

#[derive(Debug, Deserialize)]
struct OwnedLine {
    project: String,
    effect: Effect,
}

impl Journal {
    /// Locks the state file and reads what it and its journal hold.
    pub(super) fn open(path: &Path) -> Result<(Self, Contents), Error> {
        let write = |source| Error::Write { path: path.to_owned(), source };
        if let Some(folder) = path.parent().filter(|folder| !folder.as_os_str().is_empty()) {
            fs::create_dir_all(folder).map_err(write)?;
        }
        let beside = journal_path(path);
        let mut file = open_privately(&beside).map_err(write)?;
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => return Err(Error::Locked { path: path.to_owned() }),
            Err(TryLockError::Error(source)) => return Err(write(source)),
        }
        let mut contents = snapshot::read(path)?;
        let length = replay(&beside, &mut file, &mut contents)?;
        // What comes after a line torn by a kill must not be glued to it.
        file.set_len(length).map_err(write)?;
        file.seek(SeekFrom::End(0)).map_err(write)?;
        Ok((Self { path: path.to_owned(), beside, file, length }, contents))
    }

    /// Notes these effects before they are answered for.
    pub(super) fn append(&mut self, project: &str, effects: &[Effect]) -> Result<(), Error> {
        let mut lines = Vec::new();
        for effect in effects {
            serde_json::to_writer(&mut lines, &Line { project, effect })
                .map_err(|e| self.failed(e.into()))?;
            lines.push(b'\n');
        }
        if let Err(source) = self.file.write_all(&lines) {
            // Half a line would damage the next one.
            self.file.set_len(self.length).map_err(|e| self.failed(e))?;
            self.file.seek(SeekFrom::End(0)).map_err(|e| self.failed(e))?;
            return Err(self.failed(source));
        }
        self.length += lines.len() as u64;
        Ok(())
    }

    /// Whether the journal is long enough to be folded.
    pub(super) fn is_long(&self) -> bool {
        self.length > LONG
    }

    /// Writes the file durably and empties the journal. Does nothing where the journal is empty, unless
    /// something `changed` beside it.
    pub(super) fn fold(&mut self, projects: &BTreeMap<String, Project>, changed: bool) -> Result<(), Error> {
        if self.length == 0 && !changed {
            return Ok(());
        }
        snapshot::write(&self.path, projects)?;
        self.file.set_len(0).map_err(|source| self.failed(source))?;
        self.file.seek(SeekFrom::Start(0)).map_err(|source| self.failed(source))?;
        self.length = 0;
        Ok(())
    }

    fn failed(&self, source: io::Error) -> Error {
        Error::Write { path: self.beside.clone(), source }
    }
}

/// Applies the journal's whole lines and returns their length; a last line without an end was never answered for.
fn replay(path: &Path, file: &mut File, contents: &mut Contents) -> Result<u64, Error> {
    let read = |source| Error::Read { path: path.to_owned(), source };
    file.seek(SeekFrom::Start(0)).map_err(read)?;
    let mut reader = BufReader::new(file);
    let (mut line, mut length) = (Vec::new(), 0);
    for number in 1.. {
        line.clear();
        let size = reader.read_until(b'\n', &mut line).map_err(read)?;
        if !line.ends_with(b"\n") {
            break;
        }
        let OwnedLine { project, effect } = serde_json::from_slice(&line)
            .map_err(|source| Error::Damaged { path: path.to_owned(), line: number, source })?;
        // A project is in the file before its first effect is in the journal.
        if effect == Effect::Gone {
            contents.remove(&project);
        } else if let Some(tables) = contents.get_mut(&project) {
            tables.apply(&effect);
        }
        length += size as u64;
    }
    Ok(length)
}

fn journal_path(path: &Path) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(".journal");
    name.into()
}

fn open_privately(path: &Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.create(true).read(true).write(true).truncate(false);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)
}

/// Writes a file durably: a temporary one, synced, renamed, the folder synced.
pub(super) fn write_durably(
    path: &Path,
    write: impl FnOnce(&mut BufWriter<&File>) -> io::Result<()>,
) -> io::Result<()> {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let temporary = tempfile::NamedTempFile::new_in(folder)?;
    let mut writer = BufWriter::new(temporary.as_file());
    write(&mut writer)?;
    writer.flush()?;
    drop(writer);
    temporary.as_file().sync_all()?;
    temporary.persist(path)?;
    File::open(folder)?.sync_all()
}
