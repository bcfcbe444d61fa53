//! `Plan` → `Report`: the change graph on a bounded pool, every write looked at. Knows no kind of resource.

mod graph;
mod prove;
mod run;
mod step;
mod tally;
mod trail;

use std::time::Duration;

use crate::{
    plan::Change,
    resource::{Address, Object},
};

pub use run::{Decision, Event, Job, run, untried};
pub use trail::{Choice, Ticket, Trail};

/// How long a read may lag behind a write (Consistency).
pub const READ_LAG: Duration = Duration::from_secs(10);

/// What became of an apply.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Report {
    /// The run.
    pub run_id: String,
    /// What became of each change, in the order of the plan.
    pub outcomes: Vec<Outcome>,
    /// Objects that were as desired from the start.
    pub unchanged: usize,
    /// The backup that was taken, if anything was to be written.
    pub backup_id: Option<String>,
    /// The command that goes back to the backup.
    pub rollback_command: Option<String>,
    /// The command that retries what failed.
    pub retry_command: Option<String>,
    /// The head of the audit trail at the end.
    pub audit_head: Option<String>,
    /// Whether the user broke the run off.
    pub interrupted: bool,
    /// What ended the run before its time.
    pub fatal: Option<Fault>,
    /// What is worth a word, such as a trail that could not be closed.
    pub notes: Vec<String>,
}

impl Report {
    /// How many outcomes have this status.
    pub fn count(&self, status: Status) -> usize {
        self.outcomes.iter().filter(|outcome| outcome.status == status).count()
    }

    /// How many changes of this action succeeded.
    pub fn succeeded(&self, action: &str) -> usize {
        let done = |outcome: &&Outcome| outcome.status == Status::Succeeded && outcome.action == action;
        self.outcomes.iter().filter(done).count()
    }
}

/// What became of one change.
#[derive(Debug, Clone, PartialEq)]
pub struct Outcome {
    /// The object.
    pub address: Address,
    /// What was to happen to it.
    pub action: &'static str,
    /// Whether it did.
    pub status: Status,
    /// Writes sent for it, all steps and repetitions together.
    pub attempts: u32,
    /// From its start to its end, waiting included.
    pub duration_ms: u64,
    /// Why it did not.
    pub fault: Option<Fault>,
    /// What the service made of the write, where it says things in other words.
    pub returned: Option<Object>,
}

/// Whether a change happened.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Status {
    /// It did, and was seen to.
    Succeeded,
    /// It did not, or not as desired.
    Failed,
    /// It was not tried.
    Skipped,
    /// A guard kept it back.
    Withheld,
    /// There is no telling.
    Unknown,
}

impl Status {
    /// The word that the report's JSON has for it.
    pub fn word(self) -> &'static str {
        match self {
            Self::Succeeded => "succeeded",
            Self::Failed => "failed",
            Self::Skipped => "skipped",
            Self::Withheld => "withheld",
            Self::Unknown => "unknown",
        }
    }
}

/// Why something did not happen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// A stable word for it.
    pub code: String,
    /// What failed and why.
    pub message: String,
    /// What to do next.
    pub hint: Option<String>,
}

impl Fault {
    /// The same without the values that are masked in every output of the change: a service may repeat them.
    pub(crate) fn masked(self, change: &Change) -> Self {
        let Self { code, message, hint } = self;
        Self { code, message: change.masked(&message), hint: hint.map(|hint| change.masked(&hint)) }
    }

    pub(crate) fn new(code: &str, message: impl Into<String>, hint: Option<&str>) -> Self {
        Self { code: code.to_owned(), message: message.into(), hint: hint.map(str::to_owned) }
    }
}

impl From<&crate::api::Error> for Fault {
    fn from(error: &crate::api::Error) -> Self {
        Self { code: error.code().to_owned(), message: error.to_string(), hint: error.hint() }
    }
}

impl From<&crate::state::Error> for Fault {
    fn from(error: &crate::state::Error) -> Self {
        Self { code: error.code().to_owned(), message: error.to_string(), hint: error.hint() }
    }
}
