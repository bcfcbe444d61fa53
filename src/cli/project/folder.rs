//! A folder on disk ↔ the files of a snapshot, and the file with its secrets.

use std::{fs, io, path::Path};

use crate::{
    cli::Error,
    resource::project::snapshot::{Files, Secrets, from_disk, is_part},
};

/// The file that every snapshot has.
const WHOLE: &str = "project.json";

/// Levels of folders that a snapshot may have.
const DEPTH: usize = 8;

/// The relative paths of the snapshot's files in a folder, sorted; none where there is no folder.
pub(super) fn paths(folder: &Path) -> Result<Vec<String>, Error> {
    let mut found = Vec::new();
    if folder.is_dir() {
        walk(folder, "", DEPTH, &mut found).map_err(|error| unread(folder, &error))?;
    }
    found.sort();
    Ok(found)
}

/// Links are not followed: they may lead anywhere.
fn walk(folder: &Path, prefix: &str, depth: usize, found: &mut Vec<String>) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let Ok(name) = entry.file_name().into_string() else { continue };
        let path = format!("{prefix}{name}");
        let sort = entry.file_type()?;
        let hidden = name.starts_with('.') || name.starts_with("__MACOSX");
        if sort.is_dir() && !hidden && depth > 0 {
            walk(&entry.path(), &format!("{path}/"), depth - 1, found)?;
        } else if sort.is_file() && is_part(&path) {
            found.push(path);
        }
    }
    Ok(())
}

/// The files of the snapshot in a folder.
pub(super) fn read(folder: &Path) -> Result<Files, Error> {
    let mut files = Files::new();
    for path in paths(folder)? {
        let bytes = fs::read(folder.join(&path)).map_err(|error| unread(&folder.join(&path), &error))?;
        let file = from_disk(&path, &bytes).map_err(|error| Error::Snapshot(error.to_string()))?;
        files.extend(file.map(|file| (path, file)));
    }
    // A part of a snapshot would take everything else away.
    if !files.contains_key(WHOLE) {
        return Err(Error::Snapshot(format!(
            "'{}' holds no snapshot of a project: it has no {WHOLE}",
            folder.display()
        )));
    }
    Ok(files)
}

/// The secrets in a file; none where there is no file yet. No message repeats any of it.
pub(super) fn read_secrets(file: Option<&Path>) -> Result<Secrets, Error> {
    let Some(file) = file else { return Ok(Secrets::default()) };
    let text = match fs::read_to_string(file) {
        Ok(text) => text,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Secrets::default()),
        Err(error) => return Err(unread(file, &error)),
    };
    serde_json::from_str(&text).map_err(|error| {
        let (line, column) = (error.line(), error.column());
        Error::Snapshot(format!("{}:{line}:{column}: this is no file of secrets", file.display()))
    })
}

/// Writes the secrets, for nobody else to read.
pub(super) fn write_secrets(file: &Path, secrets: &Secrets) -> Result<(), Error> {
    let value = serde_json::to_value(secrets).map_err(Error::BackupBody)?;
    let folder = file.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let written = (|| {
        let passing = tempfile::Builder::new().tempfile_in(folder)?;
        fs::write(passing.path(), crate::resource::flow::to_go_json(&value))?;
        passing.persist(file).map_err(|error| error.error)
    })();
    written.map(drop).map_err(|source| Error::Out { path: file.to_owned(), source })
}

fn unread(path: &Path, error: &io::Error) -> Error {
    Error::Snapshot(format!("'{}' can't be read: {error}", path.display()))
}
