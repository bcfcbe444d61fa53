//! What is wrong with a flow by itself → problems at their places.

use super::Extra;
use crate::{
    config::{fields::Fields, problems::Problem, source::Site},
    resource::flow::{self, Content, Severity},
};

/// Reports every finding; `site` says where a JSON pointer stands.
pub(super) fn report(
    content: &Content,
    site: impl Fn(&str, &mut Extra) -> Option<Site>,
    extra: &mut Extra,
    fields: &mut Fields<'_, '_>,
) {
    for finding in flow::check(content) {
        let message = format!("flow '{}': {} ({})", content.id(), finding.message, finding.pointer);
        let problem = match finding.severity {
            Severity::Error => Problem::error(finding.code, message),
            Severity::Warning => Problem::warning(finding.code, message),
        };
        let problem = match site(&finding.pointer, extra) {
            Some(site) => problem.at(site),
            None => problem,
        };
        fields.problems.report(problem.hint(finding.hint));
    }
}
