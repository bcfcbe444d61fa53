//! The words of the audit trail: what happened, in which run, and the line that becomes of it.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::super::{Git, canonical::digest_without};

/// What all events of a run have in common.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AuditContext {
    /// The run.
    pub run_id: String,
    /// Who runs it.
    pub user: String,
    /// Where.
    pub host: String,
    /// The commit of the configuration, where it lies in a checkout.
    pub git: Option<Git>,
    /// The environment, where there is one.
    pub environment: Option<String>,
    /// The project.
    pub project_id: String,
}

/// One thing that happened.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct AuditEvent {
    /// What was done: `run`, a change (`create`, `update`, `replace`, `delete`), `drift`, `resolve`, or to the state
    /// folder itself: `back up`, `prune`, `break`, `take over`.
    pub action: String,
    /// To what; none for the run itself.
    pub address: Option<String>,
    /// Digest of the object before.
    pub before_sha: Option<String>,
    /// Digest of the object after.
    pub after_sha: Option<String>,
    /// The id of the request at Descope.
    pub request_id: Option<String>,
    /// How long it took, in milliseconds.
    pub duration_ms: Option<u64>,
    /// How it stands: `started`, `intended`, `succeeded`, `failed`, `unknown`, the cause of a drift, what was chosen.
    pub outcome: Option<String>,
}

impl AuditEvent {
    /// The run began.
    pub fn run_started() -> Self {
        Self::new("run", "started")
    }

    /// The run ended like this.
    pub fn run_ended(outcome: &str) -> Self {
        Self::new("run", outcome)
    }

    /// The run goes on with what another one left.
    pub fn resumed(run: &str) -> Self {
        Self::new("resume", "started").about_run(Some(run))
    }

    /// A change is about to be written.
    pub fn intended(action: &str, address: &str) -> Self {
        Self { address: Some(address.to_owned()), ..Self::new(action, "intended") }
    }

    /// A change ended like this.
    pub fn concluded(action: &str, address: &str, outcome: &str) -> Self {
        Self { address: Some(address.to_owned()), ..Self::new(action, outcome) }
    }

    /// Live differs from desired, for this cause.
    pub fn drift_seen(address: &str, cause: &str) -> Self {
        Self { address: Some(address.to_owned()), ..Self::new("drift", cause) }
    }

    /// A conflict was resolved like this.
    pub fn resolved(address: &str, choice: &str) -> Self {
        Self { address: Some(address.to_owned()), ..Self::new("resolve", choice) }
    }

    /// This event about another run than the one that writes it.
    #[must_use]
    pub fn about_run(mut self, run: Option<&str>) -> Self {
        self.request_id = run.map(str::to_owned);
        self
    }

    /// The same event with this outcome.
    #[must_use]
    pub fn ending(mut self, outcome: &str) -> Self {
        self.outcome = Some(outcome.to_owned());
        self
    }

    pub(super) fn new(action: &str, outcome: &str) -> Self {
        Self { action: action.to_owned(), outcome: Some(outcome.to_owned()), ..Self::default() }
    }

    /// This event with the digests of the object before and after.
    #[must_use]
    pub fn with_digests(mut self, before: Option<String>, after: Option<String>) -> Self {
        (self.before_sha, self.after_sha) = (before, after);
        self
    }
}

/// One line of the trail. Every key is on every line.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AuditEntry {
    /// When it was written.
    pub ts: DateTime<Utc>,
    /// The run.
    pub run_id: String,
    /// The number of the line, from 1, without gaps.
    pub seq: u64,
    /// Who ran it.
    pub user: String,
    /// Where.
    pub host: String,
    /// The commit of the configuration.
    pub git: Option<Git>,
    /// The environment.
    pub environment: Option<String>,
    /// The project.
    pub project_id: String,
    /// What was done.
    pub action: String,
    /// To what.
    pub address: Option<String>,
    /// Digest of the object before.
    pub before_sha: Option<String>,
    /// Digest of the object after.
    pub after_sha: Option<String>,
    /// The id of the request at Descope.
    pub request_id: Option<String>,
    /// How long it took, in milliseconds.
    pub duration_ms: Option<u64>,
    /// How it stands.
    pub outcome: Option<String>,
    /// The hash of the line before; none on the first.
    pub prev: Option<String>,
    /// SHA-256 of the canonical form of this line without this key.
    pub hash: String,
}

impl AuditEntry {
    /// The line after `prev`, with its hash.
    pub(super) fn chained(
        context: &AuditContext,
        event: AuditEvent,
        ts: DateTime<Utc>,
        seq: u64,
        prev: Option<String>,
    ) -> serde_json::Result<Self> {
        let AuditContext { run_id, user, host, git, environment, project_id } = context.clone();
        let AuditEvent { action, address, before_sha, after_sha, request_id, duration_ms, outcome } = event;
        let mut entry = Self {
            ts,
            run_id,
            seq,
            user,
            host,
            git,
            environment,
            project_id,
            action,
            address,
            before_sha,
            after_sha,
            request_id,
            duration_ms,
            outcome,
            prev,
            hash: String::new(),
        };
        entry.hash = digest_without(&serde_json::to_string(&entry)?, "hash")?;
        Ok(entry)
    }
}
