//! A draft → the files, the audit and the baseline.

use futures_util::future::try_join_all;

use super::draft::Draft;
use crate::{
    cli::{Error, session::Session},
    config,
    state::AuditEvent,
};

/// Writes the files and says so in the audit; what was adopted is in sync from now on. The caller holds the lock.
pub(super) async fn save(
    session: &Session,
    project: &str,
    draft: &Draft,
    taken_from: Option<&str>,
) -> Result<(), Error> {
    let audit = session.state.audit(session.audit_context(project))?;
    audit.append(AuditEvent::run_started()).await?;
    if let Some(run) = taken_from {
        let event = AuditEvent::concluded("take over", &format!("lock.{project}"), "succeeded");
        audit.append(event.about_run(Some(run))).await?;
    }
    let saved = config::save(&draft.files);
    let outcome = if saved.is_ok() { "succeeded" } else { "failed" };
    if saved.is_ok() {
        let events = draft.outcomes().map(|(address, word)| AuditEvent::resolved(address.as_str(), word));
        // At once, so that they share a write; in this order all the same.
        try_join_all(events.map(|event| audit.append(event))).await?;
    }
    audit.append(AuditEvent::run_ended(outcome)).await?;
    saved?;
    let mut baseline = session.state.baseline(project)?;
    for (address, managed) in &draft.baseline {
        match managed {
            None => drop(baseline.forget(address.as_str())),
            Some(managed) => {
                if let Err(error) = baseline.set(address.as_str(), managed) {
                    tracing::warn!(%error, %address, "not kept in the baseline");
                }
            }
        }
    }
    baseline.run_id = Some(session.run_id.clone());
    baseline.updated_at = Some(chrono::Utc::now());
    Ok(session.state.write_baseline(&baseline)?)
}
