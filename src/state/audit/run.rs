//! One run by the beginning of its id → its lines.

use std::collections::BTreeMap;

use super::{
    super::{Error, State},
    AuditEntry, begins_like,
    lines::AuditLine,
};

/// What the audit trail tells of one run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AuditRun {
    /// Its whole id.
    pub id: String,
    /// Its lines, oldest first; at least one.
    pub lines: Vec<(AuditLine, AuditEntry)>,
    /// How many lines of the trail are no audit lines, so that some of this run may be missing.
    pub unreadable: u64,
}

impl State {
    /// The run in the trail of a project whose id is `text`, or the only one whose id begins like this.
    ///
    /// # Errors
    /// No run, or several, have such an id; or the trail cannot be read.
    pub fn audit_run(&self, project: &str, text: &str) -> Result<AuditRun, Error> {
        let mut runs: BTreeMap<String, Vec<_>> = BTreeMap::new();
        let mut unreadable = 0;
        for line in self.audit_lines(project)? {
            let line = line?;
            match line.entry() {
                Ok(entry) if begins_like(&entry.run_id, text) => {
                    runs.entry(entry.run_id.clone()).or_default().push((line, entry));
                }
                Ok(_) => {}
                Err(_) => unreadable += 1,
            }
        }
        let whole = runs.keys().find(|id| id.eq_ignore_ascii_case(text)).cloned();
        if let Some((id, lines)) = whole.and_then(|id| runs.remove_entry(&id)) {
            return Ok(AuditRun { id, lines, unreadable });
        }
        if runs.len() > 1 {
            return Err(Error::ambiguous("run", text, runs.into_keys()));
        }
        let missing = || Error::NoRun { project: project.to_owned(), run_id: text.to_owned() };
        let (id, lines) = runs.pop_first().ok_or_else(missing)?;
        Ok(AuditRun { id, lines, unreadable })
    }
}
