//! The time that goes into files.

use chrono::{DateTime, SubsecRound, Utc};

/// Where the times in the files come from.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Clock {
    /// The clock of the system.
    #[default]
    System,
    /// Always the same moment: same input, same bytes.
    Fixed(DateTime<Utc>),
}

impl Clock {
    /// Now, to the millisecond.
    pub fn now(self) -> DateTime<Utc> {
        match self {
            Self::System => Utc::now().trunc_subsecs(3),
            Self::Fixed(moment) => moment,
        }
    }
}
