//! The log of a run: off unless asked for, to stderr or to a file.

use std::{fs::OpenOptions, sync::Mutex};

use tracing::level_filters::LevelFilter;

use super::{error::Error, globals::Globals};

/// Starts logging as the flags say. Only this crate's own words are logged: other crates' may hold headers.
pub(super) fn start(globals: &Globals) -> Result<(), Error> {
    let level = match (globals.log_level, &globals.log_file) {
        (Some(level), _) => level,
        (None, Some(_)) => LevelFilter::INFO,
        (None, None) => return Ok(()),
    };
    let filter = tracing_subscriber::EnvFilter::new(format!("off,descope_mgmt={level}"));
    let builder = tracing_subscriber::fmt().with_env_filter(filter);
    // A second subscriber in one process only happens in tests, where the first one serves.
    let _ = match &globals.log_file {
        None => builder.with_writer(std::io::stderr).with_ansi(false).try_init(),
        Some(path) => {
            let mut options = OpenOptions::new();
            options.create(true).append(true);
            std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
            let file = options.open(path).map_err(|source| Error::Log { path: path.clone(), source })?;
            builder.json().with_writer(Mutex::new(file)).try_init()
        }
    };
    Ok(())
}
