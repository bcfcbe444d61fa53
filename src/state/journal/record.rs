//! The lines of a journal → what it tells: what the run set out to do, and how each write ended.

use std::{collections::HashMap, fs::File, io::ErrorKind, path::Path};

use chrono::{DateTime, Utc};

use super::{JournalStep, Line, RunPlan, StepOutcome, WHAT};
use crate::state::{Error, lines};

/// What a journal tells.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct JournalRecord {
    /// The run.
    pub run_id: String,
    /// When it began.
    pub started_at: DateTime<Utc>,
    /// What it set out to do, if that was written down.
    pub plan: Option<RunPlan>,
    /// Whether it ended by itself.
    pub finished: bool,
    /// The steps it began, in the order they were first begun, and how each ended.
    pub steps: Vec<(JournalStep, StepOutcome)>,
}

impl JournalRecord {
    /// The steps of which nobody knows how they ended.
    pub fn unknown(&self) -> impl Iterator<Item = &JournalStep> {
        self.ended(|outcome| outcome == StepOutcome::Unknown)
    }

    /// The steps that failed or of which nobody knows how they ended.
    pub fn unsucceeded(&self) -> impl Iterator<Item = &JournalStep> {
        self.ended(|outcome| outcome != StepOutcome::Succeeded)
    }

    /// How the last write of this action to `address` ended; none where it never came to that.
    pub fn outcome_of(&self, address: &str, action: &str) -> Option<StepOutcome> {
        let found =
            self.steps.iter().rev().find(|(step, _)| step.address == address && step.action == action);
        found.map(|(_, outcome)| *outcome)
    }

    /// The objects that the run set out to change and did not come to the end of.
    pub fn left(&self) -> impl Iterator<Item = &str> {
        let changes = self.plan.iter().flat_map(|plan| &plan.changes);
        let done = |address: &str| {
            let succeeded = |(step, outcome): &&(JournalStep, StepOutcome)| {
                step.address == address && *outcome == StepOutcome::Succeeded
            };
            self.steps.iter().filter(succeeded).count()
        };
        changes.filter(move |(address, writes)| done(address) < *writes).map(|(address, _)| address.as_str())
    }

    fn ended(&self, wanted: impl Fn(StepOutcome) -> bool) -> impl Iterator<Item = &JournalStep> {
        self.steps.iter().filter(move |(_, outcome)| wanted(*outcome)).map(|(step, _)| step)
    }
}

/// Whether the last whole line says that the run ended, or the journal is gone by now because it did.
pub(super) fn ended(path: &Path) -> Result<bool, Error> {
    let failed = |error| Error::io("read", path, error);
    let file = match File::open(path) {
        Ok(file) => file,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(true),
        Err(error) => return Err(failed(error)),
    };
    let length = file.metadata().map_err(failed)?.len();
    let last = lines::read_tail(&file, length).map_err(failed)?.last.unwrap_or_default();
    Ok(matches!(serde_json::from_slice(&last), Ok(Line::End { .. })))
}

pub(super) fn read_record(path: &Path, bytes: &[u8]) -> Result<JournalRecord, Error> {
    let malformed = |error| Error::malformed(WHAT, path, error);
    let mut record: Option<JournalRecord> = None;
    let mut places = HashMap::new();
    // What follows the last line end was cut short by a crash.
    for line in bytes.split_inclusive(|byte| *byte == b'\n').filter(|line| line.ends_with(b"\n")) {
        let line = serde_json::from_slice(line).map_err(malformed)?;
        match (&mut record, line) {
            (None, Line::Start { format_version, ts, run_id, plan, .. }) => {
                format_version.check(path)?;
                let (finished, steps) = (false, Vec::new());
                record = Some(JournalRecord { run_id, started_at: ts, plan, finished, steps });
            }
            (Some(record), Line::Step { step, outcome, .. }) => {
                let found = (step, outcome.unwrap_or(StepOutcome::Unknown));
                let place = *places.entry(found.0.step.clone()).or_insert(record.steps.len());
                match record.steps.get_mut(place) {
                    Some(former) => *former = found,
                    None => record.steps.push(found),
                }
            }
            (Some(record), Line::End { .. }) => record.finished = true,
            (_, Line::Other | Line::Start { .. }) => {}
            (None, _) => break,
        }
    }
    record.ok_or_else(|| malformed(serde::de::Error::custom("it does not begin with its start")))
}
