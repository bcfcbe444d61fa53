//! A run that was killed → the writes that the trail announces and of which it tells no end.

use std::collections::BTreeMap;

use super::{
    super::{Error, JournalStep, State},
    AuditEntry,
};

/// What the trail knows of how a run went.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct AuditLoose {
    /// Whether it tells how the run ended.
    pub ended: bool,
    /// The writes without an end, by address: those to one object go one after the other, so that one at most is open.
    pub writes: Vec<JournalStep>,
}

impl State {
    /// What the audit trail of a project leaves open of a run. Who settles a write of another run names that run.
    ///
    /// # Errors
    /// The trail cannot be read.
    pub fn audit_loose_ends(&self, project: &str, run_id: &str) -> Result<AuditLoose, Error> {
        let mut ended = false;
        let mut open = BTreeMap::new();
        for line in self.audit_lines(project)? {
            let Ok(entry) = line?.entry() else { continue };
            let AuditEntry { action, address, outcome, request_id, .. } = &entry;
            let own = entry.run_id == run_id;
            // With a request id it speaks of the end of another run.
            if own && action == "run" && request_id.is_none() {
                // A run that adopted something at a prompt and then applies starts a second time.
                ended = outcome.as_deref() != Some("started");
            }
            let Some(address) = address.as_ref().filter(|_| request_id.as_deref() == Some(run_id)) else {
                continue;
            };
            match outcome.as_deref() {
                Some("intended") if own => drop(open.insert(address.clone(), step(entry))),
                Some("intended" | "unknown") => {}
                _ => drop(open.remove(address)),
            }
        }
        Ok(AuditLoose { ended, writes: open.into_values().collect() })
    }
}

fn step(entry: AuditEntry) -> JournalStep {
    let AuditEntry { action, address, before_sha, after_sha, .. } = entry;
    JournalStep {
        step: String::new(),
        address: address.unwrap_or_default(),
        action,
        before_sha,
        desired_sha: after_sha,
    }
}

#[cfg(test)]
mod tests {
    use super::super::{super::tests::state, AuditContext, AuditEvent};

    #[tokio::test]
    async fn what_was_announced_and_not_told_the_end_of_is_open_whoever_may_tell_it() {
        let (_folder, state) = state();
        let audit = |run: &str| {
            let (run_id, user, host) = (run.to_owned(), "ada".to_owned(), "build-7".to_owned());
            let project_id = "P1".to_owned();
            state
                .audit(AuditContext { run_id, user, host, git: None, environment: None, project_id })
                .unwrap()
        };
        let write = |id: &str, outcome: &str| {
            AuditEvent::concluded("update", &format!("tenant.{id}"), outcome).about_run(Some("01A"))
        };
        let (killed, next) = (audit("01A"), audit("01B"));
        killed.append(AuditEvent::run_started()).await.unwrap();
        for (id, outcomes) in [("told", ["intended", "succeeded"]), ("unknown", ["intended", "unknown"])] {
            for outcome in outcomes {
                killed.append(write(id, outcome)).await.unwrap();
            }
        }
        killed.append(write("open", "intended")).await.unwrap();
        killed.append(write("settled", "intended")).await.unwrap();
        next.append(write("settled", "failed")).await.unwrap();
        next.append(AuditEvent::intended("break", "lock.P1").about_run(Some("01A"))).await.unwrap();
        let loose = state.audit_loose_ends("P1", "01A").unwrap();
        let open: Vec<_> = loose.writes.iter().map(|step| step.address.as_str()).collect();
        assert_eq!((open, loose.ended), (vec!["tenant.open", "tenant.unknown"], false));
        next.append(AuditEvent::run_ended("never ended").about_run(Some("01A"))).await.unwrap();
        assert!(!state.audit_loose_ends("P1", "01B").unwrap().ended);
        next.append(AuditEvent::run_ended("succeeded")).await.unwrap();
        assert!(state.audit_loose_ends("P1", "01B").unwrap().ended);
        next.append(AuditEvent::run_started()).await.unwrap();
        assert!(!state.audit_loose_ends("P1", "01B").unwrap().ended, "it started once more");
    }
}
