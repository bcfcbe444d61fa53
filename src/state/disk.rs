//! Bytes ↔ files: private or shared modes, never half a file, on the disk when it says so.

use std::{
    ffi::OsStr,
    fs::{self, DirBuilder, File, OpenOptions, Permissions, TryLockError},
    io::{self, BufWriter, Write},
    os::unix::fs::{DirBuilderExt, PermissionsExt, chown},
    path::Path,
    thread,
    time::{Duration, Instant},
};

use tempfile::NamedTempFile;

use super::Error;

/// Who may use the files: their owner alone, or a group.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Disk {
    /// The id of the group that shares the files, if any does.
    group: Option<u32>,
}

/// How a new file takes its place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Place {
    /// It must be the first of its name.
    New,
    /// It may replace what is there.
    Replace,
    /// The same, but after a crash of the host the former file may be back, whole.
    ReplaceInTime,
}

impl Disk {
    /// Files of their owner, or of the group of this name.
    pub(super) fn new(group: Option<&str>) -> Result<Self, Error> {
        let Some(name) = group else { return Ok(Self::default()) };
        match nix::unistd::Group::from_name(name) {
            Ok(Some(group)) => Ok(Self { group: Some(group.gid.as_raw()) }),
            _ => Err(Error::UnknownGroup { name: name.to_owned() }),
        }
    }

    fn folder_mode(self) -> u32 {
        if self.group.is_some() { 0o2770 } else { 0o700 }
    }

    fn file_mode(self) -> u32 {
        if self.group.is_some() { 0o660 } else { 0o600 }
    }

    /// Makes `path` and what is missing above it. Folders that exist keep their modes.
    pub(super) fn ensure_folder(self, path: &Path) -> Result<(), Error> {
        if path.is_dir() {
            return Ok(());
        }
        if let Some(parent) = path.parent().filter(|parent| *parent != Path::new("")) {
            self.ensure_folder(parent)?;
        }
        match DirBuilder::new().mode(0o700).create(path) {
            Ok(()) => self.share(path, self.folder_mode()),
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists && path.is_dir() => Ok(()),
            Err(error) => Err(Error::io("create the folder", path, error)),
        }
    }

    /// Hands what we just made to the group; the mode comes last, as a change of group clears bits of it.
    fn share(self, path: &Path, mode: u32) -> Result<(), Error> {
        let Some(group) = self.group else { return Ok(()) };
        chown(path, None, Some(group)).map_err(|error| Error::io("give to the group", path, error))?;
        fs::set_permissions(path, Permissions::from_mode(mode))
            .map_err(|error| Error::io("set the mode of", path, error))
    }

    /// An empty file with a passing name in `folder`, of the right mode and group.
    pub(super) fn temporary(self, folder: &Path) -> Result<NamedTempFile, Error> {
        let file = tempfile::Builder::new()
            .prefix(".tmp-")
            .tempfile_in(folder)
            .map_err(|error| Error::io("write in", folder, error.kind().into()))?;
        self.share(file.path(), self.file_mode())?;
        Ok(file)
    }

    /// Writes `path` in one step: under a passing name, on the disk, then renamed. Readers see all of it or none.
    pub(super) fn write(
        self,
        path: &Path,
        place: Place,
        content: impl FnOnce(&mut dyn Write) -> io::Result<()>,
    ) -> Result<(), Error> {
        let folder = folder_of(path);
        self.ensure_folder(folder)?;
        let failed = |error| Error::io("write", path, error);
        let mut file = self.temporary(folder)?;
        let mut buffered = BufWriter::with_capacity(1 << 16, file.as_file_mut());
        content(&mut buffered).and_then(|()| buffered.flush()).map_err(failed)?;
        drop(buffered);
        file.as_file().sync_all().map_err(failed)?;
        match place {
            Place::New => file.persist_noclobber(path),
            Place::Replace | Place::ReplaceInTime => file.persist(path),
        }
        .map_err(|error| failed(error.error))?;
        if place == Place::ReplaceInTime { Ok(()) } else { sync_folder(folder) }
    }

    /// Opens `path` for reading and appending; makes it if it is missing.
    pub(super) fn open_append(self, path: &Path) -> Result<File, Error> {
        let folder = folder_of(path);
        self.ensure_folder(folder)?;
        if !path.exists() {
            // By a passing name, so that it has its mode and group from its first moment.
            match self.temporary(folder)?.persist_noclobber(path) {
                Ok(_) => sync_folder(folder)?,
                Err(error) if error.error.kind() == io::ErrorKind::AlreadyExists => {}
                Err(error) => return Err(Error::io("create", path, error.error)),
            }
        }
        let mut options = OpenOptions::new();
        options.read(true).append(true).open(path).map_err(|error| Error::io("append to", path, error))
    }

    /// Makes `folder` and proves that a file can be written in it.
    pub(super) fn probe(self, folder: &Path) -> Result<(), Error> {
        self.probe_room(folder, BLOCK.len())
    }

    /// Makes `folder` and proves that so many bytes have room in it.
    pub(super) fn probe_room(self, folder: &Path, bytes: usize) -> Result<(), Error> {
        self.ensure_folder(folder)?;
        let mut file = self.temporary(folder)?;
        let failed = |error| Error::io("write in", folder, error);
        (0..bytes.div_ceil(BLOCK.len()))
            .try_for_each(|_| file.as_file_mut().write_all(&BLOCK).map_err(failed))
    }
}

/// What room is counted in.
const BLOCK: [u8; 4096] = [0; 4096];

/// For so long a file may be locked by a process that lives: they hold it for one write each.
const BUSY: Duration = if cfg!(test) { Duration::from_secs(2) } else { Duration::from_secs(10) };

/// Locks a file for this process, or for many readers. Says whether it did: who holds it may have been suspended.
pub(super) fn lock_in_time(file: &File, shared: bool) -> io::Result<bool> {
    let begun = Instant::now();
    loop {
        let tried = if shared { file.try_lock_shared() } else { file.try_lock() };
        match tried {
            Ok(()) => return Ok(true),
            Err(TryLockError::Error(error)) => return Err(error),
            Err(TryLockError::WouldBlock) if begun.elapsed() >= BUSY => return Ok(false),
            Err(TryLockError::WouldBlock) => thread::sleep(Duration::from_millis(2)),
        }
    }
}

/// Reads a whole file; none if it does not exist.
pub(super) fn read(path: &Path) -> Result<Option<Vec<u8>>, Error> {
    match fs::read(path) {
        Ok(bytes) => Ok(Some(bytes)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(Error::io("read", path, error)),
    }
}

/// Removes a file for good; none is fine.
pub(super) fn remove(path: &Path) -> Result<(), Error> {
    match fs::remove_file(path) {
        Ok(()) => sync_folder(folder_of(path)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        Err(error) => Err(Error::io("remove", path, error)),
    }
}

/// The names of the files `<name>.<extension>` in `folder`, sorted, without the extension; none if it does not exist.
pub(super) fn names(folder: &Path, extension: &str) -> Result<Vec<String>, Error> {
    let failed = |error| Error::io("list", folder, error);
    let entries = match fs::read_dir(folder) {
        Ok(entries) => entries,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(failed(error)),
    };
    let mut names = Vec::new();
    for entry in entries {
        let path = entry.map_err(failed)?.path();
        if let (Some(stem), true) = (path.file_stem(), path.extension() == Some(OsStr::new(extension))) {
            names.extend(stem.to_str().filter(|stem| !stem.starts_with('.')).map(str::to_owned));
        }
    }
    names.sort_unstable();
    Ok(names)
}

/// Makes names in `folder` durable. File systems that know no such thing are taken at their word.
pub(super) fn sync_folder(folder: &Path) -> Result<(), Error> {
    match File::open(folder).and_then(|folder| folder.sync_all()) {
        Err(error) if !matches!(error.kind(), io::ErrorKind::InvalidInput | io::ErrorKind::Unsupported) => {
            Err(Error::io("write in", folder, error))
        }
        _ => Ok(()),
    }
}

/// The folder that holds `path`.
pub(super) fn folder_of(path: &Path) -> &Path {
    path.parent().filter(|parent| *parent != Path::new("")).unwrap_or(Path::new("."))
}

/// Whether `text` may be the name of a file: letters, digits, `-`, `_` and `.`, no leading dot, at most 128 long.
pub(super) fn fit_name<'a>(what: &'static str, text: &'a str) -> Result<&'a str, Error> {
    let fit = (1..=128).contains(&text.len())
        && !text.starts_with('.')
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte));
    if fit { Ok(text) } else { Err(Error::UnfitName { what, text: text.to_owned() }) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said<T: std::fmt::Debug>(result: Result<T, Error>) -> String {
        result.unwrap_err().to_string()
    }

    #[test]
    fn only_what_is_missing_counts_as_missing() {
        let folder = tempfile::tempdir().unwrap();
        let (file, missing) = (folder.path().join("file"), folder.path().join("missing"));
        fs::write(&file, "x").unwrap();
        assert_eq!(read(&missing).unwrap(), None);
        assert!(said(read(folder.path())).starts_with("Cannot read"));
        remove(&missing).unwrap();
        assert!(said(remove(folder.path())).starts_with("Cannot remove"));
        assert_eq!(names(&missing, "json").unwrap(), [""; 0]);
        assert!(said(names(&file, "json")).starts_with("Cannot list"));
    }

    #[test]
    fn names_are_those_of_whole_files_of_one_kind() {
        let folder = tempfile::tempdir().unwrap();
        for name in ["b.json", "a.json", ".tmp-1.json", "c.jsonl", "json"] {
            fs::write(folder.path().join(name), "").unwrap();
        }
        assert_eq!(names(folder.path(), "json").unwrap(), ["a", "b"]);
    }

    #[test]
    fn a_folder_that_cannot_be_synced_is_an_error_unless_its_file_system_knows_no_such_thing() {
        let folder = tempfile::tempdir().unwrap();
        sync_folder(folder.path()).unwrap();
        assert!(said(sync_folder(&folder.path().join("missing"))).starts_with("Cannot write in"));
        if let Some(error) = File::open("/proc").and_then(|it| it.sync_all()).err() {
            assert!(matches!(error.kind(), io::ErrorKind::InvalidInput | io::ErrorKind::Unsupported));
            sync_folder(Path::new("/proc")).unwrap();
        }
    }

    #[test]
    fn a_file_is_no_folder() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("file");
        fs::write(&file, "").unwrap();
        assert!(said(Disk::default().ensure_folder(&file)).starts_with("Cannot create the folder"));
        Disk::default().ensure_folder(&folder.path().join("a/b")).unwrap();
        Disk::default().ensure_folder(&folder.path().join("a/b")).unwrap();
    }

    #[test]
    fn what_cannot_be_made_is_told_and_what_another_made_meanwhile_is_opened() {
        let folder = tempfile::tempdir().unwrap();
        let disk = Disk::default();
        assert!(said(disk.open_append(&folder.path().join("x".repeat(300)))).starts_with("Cannot create"));
        let path = folder.path().join("trail");
        disk.open_append(&path).unwrap().write_all(b"one").unwrap();
        disk.open_append(&path).unwrap().write_all(b"two").unwrap();
        assert_eq!(read(&path).unwrap().unwrap(), b"onetwo");
        // A name that leads nowhere is taken, and no file is there to append to.
        let nowhere = folder.path().join("link");
        std::os::unix::fs::symlink(folder.path().join("missing/target"), &nowhere).unwrap();
        assert!(said(disk.open_append(&nowhere)).starts_with("Cannot append to"));
    }

    #[test]
    fn a_new_file_never_takes_the_place_of_another_and_a_later_one_does() {
        let folder = tempfile::tempdir().unwrap();
        let (path, disk) = (folder.path().join("a/b/file"), Disk::default());
        let write = |place, text: &str| disk.write(&path, place, |out| out.write_all(text.as_bytes()));
        write(Place::New, "one").unwrap();
        assert!(said(write(Place::New, "two")).starts_with("Cannot write"));
        assert_eq!(read(&path).unwrap().unwrap(), b"one");
        for (place, text) in [(Place::Replace, "three"), (Place::ReplaceInTime, "four")] {
            write(place, text).unwrap();
            assert_eq!(read(&path).unwrap().unwrap(), text.as_bytes());
        }
        let failed = disk.write(&path, Place::Replace, |_| Err(io::ErrorKind::StorageFull.into()));
        assert!(failed.is_err());
        assert_eq!(fs::read_dir(folder.path().join("a/b")).unwrap().count(), 1, "nothing half-written stays");
    }
}
