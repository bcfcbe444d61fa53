//! An edited text → its file, in one step, with the mode and the owner that the file had.

use std::{
    fs,
    io::{self, Write},
    os::unix::fs::{MetadataExt, chown},
    path::Path,
};

use super::{EditError, Edited};

/// Writes edited files, each in one step: whoever reads one meanwhile sees all of it, old or new.
///
/// # Errors
/// One changed since it was read, or can't be written. Nothing is written where the first of them fails.
pub fn save(files: &[Edited]) -> Result<(), EditError> {
    for file in files {
        let now = fs::read_to_string(&file.path).map_err(|source| failed(file, source))?;
        if now != file.before {
            return Err(EditError::Moved { path: file.path.clone() });
        }
    }
    files.iter().try_for_each(|file| put(file).map_err(|source| failed(file, source)))
}

fn failed(file: &Edited, source: io::Error) -> EditError {
    EditError::Disk { path: file.path.clone(), source }
}

fn put(file: &Edited) -> io::Result<()> {
    // A link stays a link: what it points to is replaced.
    let path = file.path.canonicalize()?;
    let folder = path.parent().unwrap_or(Path::new("/"));
    let was = fs::metadata(&path)?;
    let mut passing = tempfile::Builder::new().prefix(".tmp-").tempfile_in(folder)?;
    passing.write_all(file.after.as_bytes())?;
    let is = passing.as_file().metadata()?;
    if (is.uid(), is.gid()) != (was.uid(), was.gid()) {
        chown(passing.path(), Some(was.uid()), Some(was.gid()))?;
    }
    // The mode comes last: a change of owner clears bits of it.
    fs::set_permissions(passing.path(), was.permissions())?;
    passing.as_file().sync_all()?;
    passing.persist(&path).map_err(|error| error.error)?;
    Ok(())
}
