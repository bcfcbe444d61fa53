use chrono::{DateTime, Utc};

use super::moment::moment;
use crate::{resource::Pattern, state::AuditFilter};

/// The flags that choose lines of the audit trail.
#[derive(Debug, Clone, clap::Args)]
pub(super) struct Filters {
    /// Only from this moment on: RFC 3339, or how long ago, such as 24h
    #[arg(long, value_name = "MOMENT", value_parser = moment)]
    since: Option<DateTime<Utc>>,
    /// Only before this moment
    #[arg(long, value_name = "MOMENT", value_parser = moment)]
    until: Option<DateTime<Utc>>,
    /// Only what this user ran
    #[arg(long, value_name = "NAME")]
    user: Option<String>,
    /// Only what is about this address; '*' stands for any text
    #[arg(long, value_name = "ADDRESS")]
    address: Option<Pattern>,
    /// Only runs whose id begins like this
    #[arg(long, value_name = "RUN")]
    run: Option<String>,
    /// Only lines with this outcome: started, intended, succeeded, failed, unknown and others
    #[arg(long, value_name = "OUTCOME")]
    outcome: Option<String>,
}

impl Filters {
    pub(super) fn filter(self) -> AuditFilter {
        let Self { since, until, user, address, run, outcome } = self;
        AuditFilter { since, until, user, address, run, outcome }
    }
}
