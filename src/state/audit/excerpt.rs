//! A whole trail → the newest lines that are wanted.

use std::collections::VecDeque;

use super::{
    super::{Error, State},
    AuditEntry, AuditFilter, AuditLine,
};

/// The newest lines of an audit trail that are wanted.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct AuditExcerpt {
    /// The lines and what they say, oldest first.
    pub lines: VecDeque<(AuditLine, AuditEntry)>,
    /// How many older ones are wanted, too, but are too many.
    pub older: u64,
    /// How many lines are no audit lines.
    pub unreadable: u64,
}

impl State {
    /// The newest lines of the audit trail of a project that `filter` wants, at most `most` of them.
    ///
    /// # Errors
    /// The trail cannot be read.
    pub fn audit_excerpt(
        &self,
        project: &str,
        filter: &AuditFilter,
        most: usize,
    ) -> Result<AuditExcerpt, Error> {
        let mut excerpt = AuditExcerpt::default();
        for line in self.audit_lines(project)? {
            let line = line?;
            match line.entry() {
                Ok(entry) if filter.wants(&entry) => excerpt.lines.push_back((line, entry)),
                Ok(_) => {}
                Err(_) => excerpt.unreadable += 1,
            }
            if excerpt.lines.len() > most {
                excerpt.lines.pop_front();
                excerpt.older += 1;
            }
        }
        Ok(excerpt)
    }
}
