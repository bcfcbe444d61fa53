//! The whole trail → what is our own doing: the runs, and when each object was last written.

use std::collections::{HashMap, HashSet};

use chrono::{DateTime, Utc};

use super::super::{Error, State};

/// What this tool did in a project, as far as the trail goes back.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct AuditOwn {
    /// The ids of all runs.
    pub runs: HashSet<String>,
    /// When each address was last written.
    pub written: HashMap<String, DateTime<Utc>>,
}

impl State {
    /// What this tool did in a project.
    ///
    /// # Errors
    /// The trail cannot be read.
    pub fn audit_own(&self, project: &str) -> Result<AuditOwn, Error> {
        let mut own = AuditOwn::default();
        for line in self.audit_lines(project)? {
            let Ok(entry) = line?.entry() else { continue };
            if let (Some(address), Some("succeeded")) = (entry.address, entry.outcome.as_deref()) {
                own.written.insert(address, entry.ts);
            }
            own.runs.insert(entry.run_id);
        }
        Ok(own)
    }
}
