//! What differs between two environments → Markdown for a pull request.

use super::{
    entries,
    page::{Page, Section, code},
};
use crate::{
    plan::{Comparison, Presence, Unlike},
    render::{Header, comparison::summary, quote::plain},
};

/// Two environments: what only one of them has, and what differs.
pub(in crate::render) fn comparison(found: &Comparison, from: &Header, to: &Header) -> String {
    let [one, two] =
        [from, to].map(|header| header.environment.clone().unwrap_or_else(|| header.project_id.clone()));
    let sandbox = if from.sandbox { " (SANDBOX)" } else { "" };
    let mut page = Page::new();
    page.paragraph(&format!("### descope-mgmt compare: {} and {}{sandbox}", code(&one), code(&two)));
    page.paragraph(&format!("**{}**", summary(found, "the first", "the second")));
    page.paragraph(&format!("{}  \ncompared with {}", super::about(from), super::about(to)));
    if !found.differences.is_empty() {
        page.paragraph(&format!("From {} (red) to {} (green).", code(&one), code(&two)));
    }
    let parts = [
        (Presence::Both, "different".to_owned()),
        (Presence::OnlyFrom, format!("only in {}", plain(&one))),
        (Presence::OnlyTo, format!("only in {}", plain(&two))),
    ];
    for (presence, words) in parts {
        let unlike = found.differences.iter().filter(|it| it.presence == presence);
        let entries: Vec<_> = unlike.map(|it| entry(it, &two)).collect();
        let title = format!("{} {words}", entries.len());
        page.section(&Section { title, open: entries.len() <= super::FEW, entries });
    }
    page.finish()
}

fn entry(unlike: &Unlike, two: &str) -> Vec<String> {
    let mark = match unlike.presence {
        Presence::OnlyFrom => '-',
        Presence::OnlyTo => '+',
        Presence::Both => '!',
    };
    let called = unlike.counterpart.as_ref().map(|it| format!("  in {two} {it}")).unwrap_or_default();
    let head = format!("{mark} {}{}", plain(unlike.address.as_str()), plain(&called));
    std::iter::once(head).chain(unlike.fields.iter().flat_map(entries::field)).collect()
}
