//! Why there is no configuration to work with.

use std::{io, path::PathBuf};

use super::diagnostic::{Diagnostic, Severity};

/// Why there is no configuration to work with.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// No configuration file was named and none lies where they usually do.
    #[error("no configuration file found")]
    NoFile {
        /// The places that were looked at.
        looked: Vec<PathBuf>,
    },
    /// A file or folder that was named is not there, or has nothing to read.
    #[error("configuration '{}', named by {named_by}, {reason}", path.display())]
    Missing {
        /// The file or folder.
        path: PathBuf,
        /// Who named it.
        named_by: &'static str,
        /// What is wrong with it.
        reason: &'static str,
    },
    /// A file could not be read.
    #[error("cannot read '{}'", path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// The environment that was asked for is in no file.
    #[error("environment '{name}', chosen by {chosen_by}, is not defined")]
    UnknownEnvironment {
        /// The name that was asked for.
        name: String,
        /// Who asked.
        chosen_by: &'static str,
        /// The environments that are defined.
        known: Vec<String>,
        /// The one that was probably meant.
        suggestion: Option<String>,
    },
    /// Nothing chooses an environment.
    #[error("no environment is selected")]
    NoEnvironment {
        /// The environments that are defined.
        known: Vec<String>,
    },
    /// The branch chooses several environments.
    #[error("branch '{branch}' matches several environments: {}", matches.join(", "))]
    AmbiguousBranch {
        /// The git branch.
        branch: String,
        /// The environments that claim it.
        matches: Vec<String>,
    },
    /// A protected environment would have been chosen without being named.
    #[error("environment '{name}' is protected and is never chosen {because}")]
    ProtectedEnvironment {
        /// The environment.
        name: String,
        /// What would have chosen it.
        because: String,
    },
    /// The environment block and the variable name different projects.
    #[error("environment '{environment}' is project '{in_block}', but DESCOPE_PROJECT_ID is '{in_variable}'")]
    WrongTarget {
        /// The environment.
        environment: String,
        /// The project of its block.
        in_block: String,
        /// The project of the variable.
        in_variable: String,
    },
    /// The configuration has errors; its warnings come along.
    #[error("the configuration has {}", counted(.0))]
    Invalid(Vec<Diagnostic>),
}

impl Error {
    /// The kind of error, for scripts: stable, `snake_case`.
    pub fn code(&self) -> &'static str {
        match self {
            Self::NoFile { .. } => "no_configuration",
            Self::Missing { .. } => "configuration_missing",
            Self::Read { .. } => "configuration_unreadable",
            Self::UnknownEnvironment { .. } => "unknown_environment",
            Self::NoEnvironment { .. } => "no_environment",
            Self::AmbiguousBranch { .. } => "ambiguous_branch",
            Self::ProtectedEnvironment { .. } => "protected_environment",
            Self::WrongTarget { .. } => "wrong_target",
            Self::Invalid(_) => "invalid_configuration",
        }
    }

    /// What to try next.
    pub fn hint(&self) -> Option<String> {
        Some(match self {
            Self::NoFile { looked } => {
                let looked: Vec<_> = looked.iter().map(|path| path.display().to_string()).collect();
                format!(
                    "looked at {}; write one, or name one with -c; --sandbox needs no account",
                    looked.join(", ")
                )
            }
            Self::Missing { .. } => "name a file, or a folder that holds *.yaml files".to_owned(),
            Self::Read { .. } => "check that the file is there and that you may read it".to_owned(),
            Self::UnknownEnvironment { known, suggestion, .. } => match suggestion {
                Some(name) => format!("did you mean '{name}'? Defined are: {}", defined(known)),
                None => format!("defined are: {}", defined(known)),
            },
            Self::NoEnvironment { known } => format!("choose one with -e: {}", defined(known)),
            Self::AmbiguousBranch { matches, .. } => {
                format!("choose one with -e: {}, or make their `branches` disjoint", matches.join(", "))
            }
            Self::ProtectedEnvironment { name, .. } => format!("type -e {name} if you mean it"),
            Self::WrongTarget { .. } => {
                "unset DESCOPE_PROJECT_ID, or choose the environment of that project with -e".to_owned()
            }
            // Each of them has its own.
            Self::Invalid(_) => return None,
        })
    }

    /// What is wrong with the files, where that is the reason.
    pub fn diagnostics(&self) -> &[Diagnostic] {
        if let Self::Invalid(diagnostics) = self { diagnostics } else { &[] }
    }
}

fn defined(known: &[String]) -> String {
    if known.is_empty() { "none".to_owned() } else { known.join(", ") }
}

fn counted(diagnostics: &[Diagnostic]) -> String {
    let errors = diagnostics.iter().filter(|found| found.severity == Severity::Error).count();
    if errors == 1 { "1 error".to_owned() } else { format!("{errors} errors") }
}
