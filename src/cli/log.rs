//! The log of a run: off unless asked for, to stderr or to a file.

use std::{fs::OpenOptions, sync::Mutex};

use tracing::level_filters::LevelFilter;
use tracing_subscriber::{
    Layer, filter::Targets, fmt::layer, layer::SubscriberExt, registry, util::SubscriberInitExt,
};

use super::{error::Error, globals::Globals};

/// Starts logging as the flags say. Only this crate's own words are logged: other crates' may hold headers.
pub(super) fn start(globals: &Globals) -> Result<(), Error> {
    let level = match (globals.log_level, &globals.log_file) {
        (Some(level), _) => level,
        (None, Some(_)) => LevelFilter::INFO,
        (None, None) => return Ok(()),
    };
    let ours = Targets::new().with_target("descope_mgmt", level);
    // A second subscriber in one process only happens in tests, where the first one serves.
    let _ = match &globals.log_file {
        None => registry().with(layer().with_writer(std::io::stderr).with_filter(ours)).try_init(),
        Some(path) => {
            let mut options = OpenOptions::new();
            options.create(true).append(true);
            std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
            let file = options.open(path).map_err(|source| Error::Log { path: path.clone(), source })?;
            let lines = layer().json().with_writer(Mutex::new(file));
            registry().with(lines.with_filter(ours)).try_init()
        }
    };
    Ok(())
}
