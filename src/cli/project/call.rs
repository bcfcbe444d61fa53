//! One call that changes a whole project: its intent in journal and audit before, its outcome after, as of any write.

use crate::{
    apply::Trail,
    cli::{Error, session::Session},
    state::{JournalStep, StepOutcome, digest},
};

/// What a call is about to do.
pub(super) fn step(
    action: &str,
    address: &str,
    before: Option<String>,
    desired: Option<String>,
) -> JournalStep {
    JournalStep {
        step: format!("{address}/{action}"),
        address: address.to_owned(),
        action: action.to_owned(),
        before_sha: before,
        desired_sha: desired,
    }
}

/// The digest that tells a project to be made by its name: no id is known before.
pub(super) fn digest_of_name(name: &str) -> Option<String> {
    digest(&serde_json::Value::from(name).to_string()).ok()
}

/// Makes a call between the lines that tell of it, and ends the run's trail in `project`. What is killed in between is
/// settled by the next run.
pub(super) async fn journalled<T>(
    session: &Session,
    project: &str,
    trail: Trail,
    step: JournalStep,
    call: impl Future<Output = Result<T, Error>>,
) -> Result<T, Error> {
    let ticket = trail.announce(step).await?;
    let done = call.await;
    let outcome = match &done {
        Ok(_) => StepOutcome::Succeeded,
        Err(Error::ProjectUnknown { .. } | Error::ImportUnknown { .. } | Error::StillListed { .. }) => {
            StepOutcome::Unknown
        }
        Err(_) => StepOutcome::Failed,
    };
    let told = trail.conclude(ticket, outcome).await;
    let ended = trail.end(if done.is_ok() { "succeeded" } else { "stopped" }).await;
    // What ended the call says more than that its end could not be noted.
    let done = done?;
    told?;
    ended?;
    // There is no plan that could be gone on with.
    session.state.settle_journal(project, &session.run_id)?;
    Ok(done)
}
