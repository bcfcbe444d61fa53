//! Every exit code and what it means.

use std::process::{ExitCode, Termination};

/// How a run ended; the same in text and JSON.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Exit {
    /// Done, or nothing to do.
    Done,
    /// An error, or every change failed.
    Failed,
    /// Changes found.
    Changes,
    /// Something succeeded, and something failed, was withheld or is unknown; or all was withheld.
    Partly,
    /// Declined, or a guard stopped it all.
    Refused,
    /// Invalid configuration or wrong target.
    Invalid,
    /// Stale plan, or lock held.
    Stale,
    /// Wrong usage.
    WrongUsage,
    /// Interrupted.
    Interrupted,
}

impl Exit {
    /// The number that the shell sees.
    pub fn code(self) -> u8 {
        match self {
            Self::Done => 0,
            Self::Failed => 1,
            Self::Changes => 2,
            Self::Partly => 3,
            Self::Refused => 4,
            Self::Invalid => 5,
            Self::Stale => 6,
            Self::WrongUsage => 64,
            Self::Interrupted => 130,
        }
    }
}

impl Termination for Exit {
    fn report(self) -> ExitCode {
        ExitCode::from(self.code())
    }
}
