//! Edited texts → their files, each in one step, with the mode and the owner that the file had.

use std::{
    fs,
    io::{self, Write},
    os::unix::fs::{MetadataExt, chown},
    path::{Path, PathBuf},
};

use tempfile::NamedTempFile;

use super::{EditError, Edited};

/// Writes edited files, each in one step: whoever reads one meanwhile sees all of it, old or new.
///
/// # Errors
/// One changed since it was read, or can't be written. Then none of them is.
pub fn save(files: &[Edited]) -> Result<(), EditError> {
    // All of it is on the disk before the first file becomes another one.
    let passing = files.iter().map(Passing::of).collect::<Result<Vec<_>, _>>()?;
    for (at, passing) in passing.into_iter().enumerate() {
        if let Err(error) = passing.settle() {
            files.iter().take(at).for_each(put_back);
            return Err(error);
        }
    }
    Ok(())
}

/// A new text, beside the file that it takes the place of.
struct Passing<'a> {
    file: &'a Edited,
    path: PathBuf,
    text: NamedTempFile,
}

impl<'a> Passing<'a> {
    fn of(file: &'a Edited) -> Result<Self, EditError> {
        must_be_as_read(file)?;
        let prepared = prepare(&file.path, &file.after);
        let (path, text) = prepared.map_err(|source| failed(file, source))?;
        Ok(Self { file, path, text })
    }

    fn settle(self) -> Result<(), EditError> {
        must_be_as_read(self.file)?;
        self.text.persist(&self.path).map_err(|error| failed(self.file, error.error))?;
        Ok(())
    }
}

/// Takes an edit back. Where even that fails, the file is as it was shown.
fn put_back(file: &Edited) {
    if let Ok((path, text)) = prepare(&file.path, &file.before) {
        let _ = text.persist(path);
    }
}

fn must_be_as_read(file: &Edited) -> Result<(), EditError> {
    let now = fs::read_to_string(&file.path).map_err(|source| failed(file, source))?;
    if now == file.before { Ok(()) } else { Err(EditError::Moved { path: file.path.clone() }) }
}

fn failed(file: &Edited, source: io::Error) -> EditError {
    EditError::Disk { path: file.name.as_ref().into(), source }
}

/// The text on the disk beside `path`, ready to be renamed to what that is.
fn prepare(path: &Path, text: &str) -> io::Result<(PathBuf, NamedTempFile)> {
    // A link stays a link: what it points to is replaced.
    let path = path.canonicalize()?;
    let folder = path.parent().unwrap_or(Path::new("/"));
    let was = fs::metadata(&path)?;
    must_be_writable(&path, &was)?;
    let mut passing = tempfile::Builder::new().prefix(".tmp-").tempfile_in(folder)?;
    passing.write_all(text.as_bytes())?;
    let is = passing.as_file().metadata()?;
    if (is.uid(), is.gid()) != (was.uid(), was.gid()) {
        chown(passing.path(), Some(was.uid()), Some(was.gid()))?;
    }
    // The mode comes last: a change of owner clears bits of it.
    fs::set_permissions(passing.path(), was.permissions())?;
    passing.as_file().sync_all()?;
    Ok((path, passing))
}

/// A rename asks for the folder only, but who made a file read-only means the file.
fn must_be_writable(path: &Path, was: &fs::Metadata) -> io::Result<()> {
    if was.permissions().readonly() {
        return Err(io::Error::new(io::ErrorKind::PermissionDenied, "the file is read-only"));
    }
    fs::OpenOptions::new().write(true).open(path).map(drop)
}
