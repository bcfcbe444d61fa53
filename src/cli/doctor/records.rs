//! What earlier runs left in the state folder: the baseline, the audit trail, journals.

use super::check::Check;
use crate::state::State;

/// Whether the records of a project can be read, and are whole.
pub(super) fn records(state: &State, project: &str) -> Vec<Check> {
    [Some(baseline(state, project)), Some(audit(state, project)), journal(state, project)]
        .into_iter()
        .flatten()
        .collect()
}

/// Every plan reads it, so one that can't be read stops them all.
fn baseline(state: &State, project: &str) -> Check {
    const NAME: &str = "baseline";
    match state.baseline(project) {
        Ok(baseline) if baseline.is_empty() => Check::pass(NAME, "nothing was applied yet"),
        Ok(baseline) => {
            let message = match baseline.addresses().count() {
                1 => "1 object as it was last applied".to_owned(),
                count => format!("{count} objects as they were last applied"),
            };
            Check::pass(NAME, &message)
        }
        Err(error) => Check::fail(NAME, &error.to_string(), &error.hint().unwrap_or_default()),
    }
}

/// Runs go on whatever became of the trail; but it proves nothing any more.
fn audit(state: &State, project: &str) -> Check {
    const NAME: &str = "audit";
    let found = match state.verify_audit(project, None) {
        Ok(found) => found,
        Err(error) => return Check::fail(NAME, &error.to_string(), &error.hint().unwrap_or_default()),
    };
    let remedy =
        "`descope-mgmt audit verify` shows all of it; ask who changed the file, or bring back a copy";
    match found.problems.as_slice() {
        [] if found.lines == 0 => Check::pass(NAME, "there is none yet"),
        [] => Check::pass(NAME, "each line is intact and in its place"),
        [problem] => Check::warn(NAME, &problem.to_string(), remedy),
        [first, rest @ ..] => Check::warn(NAME, &format!("{first}; and {} more", rest.len()), remedy),
    }
}

fn journal(state: &State, project: &str) -> Option<Check> {
    const NAME: &str = "journal";
    let runs = match state.unfinished_journals(project) {
        Ok(runs) => runs,
        Err(error) => {
            return Some(Check::fail(NAME, &error.to_string(), &error.hint().unwrap_or_default()));
        }
    };
    let message = match runs.as_slice() {
        [] => return None,
        [run] => format!("run {run} never ended"),
        [run, rest @ ..] => format!("run {run} and {} more never ended", rest.len()),
    };
    let remedy =
        "the next apply finds out what became of it, and goes on; or `descope-mgmt apply --resume RUN`";
    Some(Check::warn(NAME, &message, remedy))
}
