//! Why an emulator can't start or stop.

use std::{io, path::PathBuf};

/// Why an emulator can't start or stop.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The port can't be listened on.
    #[error("the emulator can't listen on 127.0.0.1:{port}")]
    Listen {
        /// The port asked for.
        port: u16,
        /// What the system said.
        source: io::Error,
    },
    /// Another process has the state file.
    #[error("the emulator's state file '{}' is in use by another process", path.display())]
    Locked {
        /// The state file.
        path: PathBuf,
    },
    /// The state file or its journal can't be read.
    #[error("the emulator's state file '{}' can't be read", path.display())]
    Read {
        /// The file concerned.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// The state file or its journal can't be written.
    #[error("the emulator's state file '{}' can't be written", path.display())]
    Write {
        /// The file concerned.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// The state file or its journal is not what an emulator wrote.
    #[error("the emulator's state file '{}' is damaged (line {line})", path.display())]
    Damaged {
        /// The file concerned.
        path: PathBuf,
        /// The line, from 1.
        line: usize,
        /// What is wrong there.
        source: serde_json::Error,
    },
    /// A project can't hold what it should hold from the start.
    #[error("the emulator's project '{project}' can't be seeded: {problem}")]
    Seed {
        /// The project id.
        project: String,
        /// What is wrong with the files.
        problem: String,
    },
    /// The state file was written by a version that this one doesn't understand.
    #[error("the emulator's state file '{}' has format version '{version}', this tool reads 1.x", path.display())]
    Version {
        /// The state file.
        path: PathBuf,
        /// Its format version.
        version: String,
    },
}

impl Error {
    /// A stable word for scripts.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Listen { .. } => "emulator_listen_failed",
            Self::Locked { .. } => "emulator_state_locked",
            Self::Read { .. } => "emulator_state_unreadable",
            Self::Write { .. } => "emulator_state_unwritable",
            Self::Damaged { .. } => "emulator_state_damaged",
            Self::Version { .. } => "emulator_state_version",
            Self::Seed { .. } => "emulator_seed_failed",
        }
    }

    /// What to try next.
    pub fn hint(&self) -> Option<String> {
        let hint = match self {
            Self::Listen { port, .. } => {
                format!("choose another port than {port}, or 0 for any free one")
            }
            Self::Locked { .. } => {
                "wait for the other run against this file, or name another file: --sandbox=FILE".to_owned()
            }
            Self::Read { path, .. } | Self::Write { path, .. } => {
                format!("check that '{}' and its folder are yours to read and write", path.display())
            }
            Self::Damaged { path, .. } => {
                format!("move '{}' away to start with an empty project", path.display())
            }
            Self::Seed { .. } => "correct the files of the snapshot that it is seeded with".to_owned(),
            Self::Version { .. } => "use the newer version of this tool, or name another file".to_owned(),
        };
        Some(hint)
    }
}
