//! Files for a repository, as commands write them.

use std::{fs, path::Path};

/// Writes a file in one step: whoever reads it meanwhile sees the former one. A link stays one, and what is no file,
/// such as a pipe, is written to.
pub(super) fn put(path: &Path, text: &str) -> std::io::Result<()> {
    let path = &path.canonicalize().unwrap_or_else(|_| path.to_owned());
    if path.exists() && !path.is_file() {
        return fs::write(path, text);
    }
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    fs::create_dir_all(folder)?;
    let passing = tempfile::Builder::new().permissions(readable()).tempfile_in(folder)?;
    fs::write(passing.path(), text)?;
    passing.persist(path).map_err(|error| error.error)?;
    Ok(())
}

/// A file for a repository, not a record: everybody may read it, as far as the umask lets them.
fn readable() -> fs::Permissions {
    std::os::unix::fs::PermissionsExt::from_mode(0o666)
}
