//! Which lines of an audit trail are wanted: by time, user, address, run, outcome.

use chrono::{DateTime, Utc};

use super::AuditEntry;
use crate::resource::{Address, Pattern};

/// Which lines are wanted; what is not given, leaves all.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct AuditFilter {
    /// Those written at this moment or later.
    pub since: Option<DateTime<Utc>>,
    /// Those written before this moment.
    pub until: Option<DateTime<Utc>>,
    /// Those of this user.
    pub user: Option<String>,
    /// Those about an address that this names.
    pub address: Option<Pattern>,
    /// Those of the runs whose ids begin like this.
    pub run: Option<String>,
    /// Those with this outcome.
    pub outcome: Option<String>,
}

impl AuditFilter {
    /// Whether a line is wanted.
    pub fn wants(&self, entry: &AuditEntry) -> bool {
        let Self { since, until, user, address, run, outcome } = self;
        since.is_none_or(|since| entry.ts >= since)
            && until.is_none_or(|until| entry.ts < until)
            && user.as_ref().is_none_or(|user| entry.user == *user)
            && run.as_ref().is_none_or(|run| begins_like(&entry.run_id, run))
            && outcome.as_ref().is_none_or(|outcome| entry.outcome.as_ref() == Some(outcome))
            && address.as_ref().is_none_or(|pattern| names(pattern, entry))
    }
}

fn names(pattern: &Pattern, entry: &AuditEntry) -> bool {
    let address = entry.address.as_ref().and_then(|address| address.parse::<Address>().ok());
    address.is_some_and(|address| pattern.matches(&address))
}

/// Whether `id` begins with `prefix`, in capitals or not: ULIDs know no difference.
pub(in super::super) fn begins_like(id: &str, prefix: &str) -> bool {
    id.get(..prefix.len()).is_some_and(|start| start.eq_ignore_ascii_case(prefix))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry() -> AuditEntry {
        AuditEntry {
            ts: moment("2026-07-01T12:00:00Z"),
            run_id: "01KABC".into(),
            seq: 1,
            user: "ada".into(),
            host: "build-7".into(),
            git: None,
            environment: None,
            project_id: "P1".into(),
            action: "create".into(),
            address: Some("tenant.acme-eu".into()),
            before_sha: None,
            after_sha: None,
            request_id: None,
            duration_ms: None,
            outcome: Some("succeeded".into()),
            prev: None,
            hash: String::new(),
        }
    }

    fn moment(text: &str) -> DateTime<Utc> {
        text.parse().unwrap()
    }

    #[test]
    fn every_part_of_a_filter_can_leave_a_line_out() {
        let open = AuditFilter::default;
        let some = |text: &str| Some(text.to_owned());
        let pattern = |text: &str| Some(text.parse::<Pattern>().unwrap());
        for (filter, wanted) in [
            (open(), true),
            (AuditFilter { since: Some(moment("2026-07-01T12:00:00Z")), ..open() }, true),
            (AuditFilter { since: Some(moment("2026-07-01T12:00:00.001Z")), ..open() }, false),
            (AuditFilter { until: Some(moment("2026-07-01T12:00:00.001Z")), ..open() }, true),
            (AuditFilter { until: Some(moment("2026-07-01T12:00:00Z")), ..open() }, false),
            (AuditFilter { user: some("ada"), ..open() }, true),
            (AuditFilter { user: some("ad"), ..open() }, false),
            (AuditFilter { run: some("01ka"), ..open() }, true),
            (AuditFilter { run: some("1ka"), ..open() }, false),
            (AuditFilter { run: some("01KABCD"), ..open() }, false),
            (AuditFilter { outcome: some("succeeded"), ..open() }, true),
            (AuditFilter { outcome: some("failed"), ..open() }, false),
            (AuditFilter { address: pattern("tenant.acme-*"), ..open() }, true),
            (AuditFilter { address: pattern("tenant.acme"), ..open() }, false),
        ] {
            assert_eq!(filter.wants(&entry()), wanted, "{filter:?}");
        }
    }

    #[test]
    fn a_line_about_no_address_is_not_among_those_about_any() {
        let any = AuditFilter { address: Some("*".parse().unwrap()), ..AuditFilter::default() };
        assert!(any.wants(&entry()));
        assert!(!any.wants(&AuditEntry { address: None, ..entry() }));
    }

    #[test]
    fn a_prefix_longer_than_the_id_or_within_a_letter_is_none() {
        assert!(begins_like("abc", "") && begins_like("abc", "ABC"));
        assert!(!begins_like("abc", "abcd") && !begins_like("é", "a"));
    }
}
