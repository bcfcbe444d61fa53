//! A value for a pull request: Markdown of a bounded length, the same bytes for the same value.

mod comparison;
mod entries;
mod object;
mod page;

pub(super) use comparison::comparison;

use page::{Page, Section, cell, code};

use serde_json::Value;

use super::{Header, Table, report_text::counts, style::Styles, told};
use crate::{
    apply::{Outcome, Report, Status},
    plan::Plan,
    units::RateLimit,
};

/// Entries of a section that is shown unfolded although nothing in it destroys anything.
const FEW: usize = 10;

/// The plan, or the drift, as a comment; where it is one of several pages, the shorter the more there are.
pub(super) fn plan(plan: &Plan, header: &Header, rate: RateLimit, drift: bool, share: usize) -> String {
    let mut page = Page::sharing(share);
    page.paragraph(&heading(if drift { "drift" } else { "plan" }, header));
    add_plan(&mut page, plan, header, rate, drift);
    page.finish()
}

/// What became of an apply, and the plan that it followed, as a comment.
pub(super) fn report(plan: &Plan, header: &Header, rate: RateLimit, report: &Report) -> String {
    let mut page = Page::new();
    page.paragraph(&heading("apply", header));
    page.paragraph(&format!("**{}**", counts(report, &Styles::new(false))));
    if let Some(fault) = &report.fatal {
        page.paragraph(&format!("Stopped: {}", code(&fault.message)));
    }
    report.notes.iter().for_each(|note| page.paragraph(&format!("Warning: {}", code(note))));
    for status in [Status::Failed, Status::Unknown, Status::Withheld, Status::Skipped] {
        page.section(&outcomes(report, status));
    }
    page.paragraph(&facts(report));
    page.paragraph("#### The plan");
    add_plan(&mut page, plan, header, rate, false);
    page.finish()
}

/// A list as a table, below what is said of all of it.
pub(super) fn list(title: &str, facts: Option<&Value>, table: &Table) -> String {
    let mut page = entitled(title, facts);
    if let Some(facts) = facts {
        object::add(&mut page, facts);
    }
    let (headings, rows) = table.parts();
    if rows.is_empty() {
        page.paragraph(table.empty());
        return page.finish();
    }
    let rows: Vec<_> =
        rows.iter().map(|cells| object::row(&cells.iter().map(|it| cell(it)).collect::<Vec<_>>())).collect();
    page.table(&object::head(headings), &rows);
    page.finish()
}

/// One object: what is said of it, and what it holds.
pub(super) fn object(title: &str, told: &str, document: &Value) -> String {
    let mut page = entitled(title, Some(document));
    if !told.trim().is_empty() {
        page.paragraph(&object::sentences(told));
    }
    object::add(&mut page, document);
    page.finish()
}

/// What is said of something, and its parts, each folded.
pub(super) fn folded(title: &str, facts: &Value, parts: &[(String, String)]) -> String {
    let mut page = entitled(title, Some(facts));
    object::add(&mut page, facts);
    for (name, text) in parts {
        page.folded(name, text);
    }
    page.finish()
}

/// Text that is shown as it is.
pub(super) fn block(title: &str, text: &str) -> String {
    let mut page = entitled(title, None);
    page.block(text);
    page.finish()
}

/// A difference of two texts.
pub(super) fn difference(title: &str, diff: &str) -> String {
    let mut page = entitled(title, None);
    page.fenced("diff", diff);
    page.finish()
}

/// A page whose heading says which command's it is, and of what.
fn entitled(title: &str, document: Option<&Value>) -> Page {
    let mut page = Page::new();
    let name = document.and_then(object::name).map(|name| format!(": {}", code(name)));
    page.paragraph(&format!("### descope-mgmt {title}{}", name.unwrap_or_default()));
    page
}

/// An error.
pub(super) fn failure(text: &str, environment: Option<&str>, share: usize) -> String {
    let mut page = Page::sharing(share);
    let of = environment.map(|name| format!(": {}", code(name))).unwrap_or_default();
    page.paragraph(&format!("### descope-mgmt failed{of}"));
    page.block(text);
    page.finish()
}

/// What this is, of which environment.
fn heading(what: &str, header: &Header) -> String {
    let sandbox = if header.sandbox { " (SANDBOX)" } else { "" };
    let of = header.environment.as_deref().unwrap_or(&header.project_id);
    format!("### descope-mgmt {what}: {}{sandbox}", code(of))
}

fn add_plan(page: &mut Page, plan: &Plan, header: &Header, rate: RateLimit, drift: bool) {
    let lines = if drift { told::drift_summary(plan) } else { told::summary(plan, rate) };
    let mut lines = lines.iter().map(|line| line.trim());
    page.paragraph(&format!("**{}**", lines.next().unwrap_or_default()));
    let cost: Vec<_> = lines.map(|line| format!("{line}  \n")).collect();
    page.paragraph(&format!("{}{}", cost.concat(), about(header)));
    if drift && !plan.is_empty() {
        page.paragraph("From the configuration (red) to what is live (green).");
    }
    let warnings = plan.warnings.iter().map(|it| vec![format!("! {}", super::quote::plain(&it.message))]);
    page.section(&section("warning", warnings.collect(), false));
    // What is lost comes first.
    for action in ["delete", "replace", "update", "create"] {
        let changes: Vec<_> = plan.changes.iter().filter(|change| change.action.word() == action).collect();
        let Some(first) = changes.first() else { continue };
        let words = if drift { told::word(&first.action, true).to_owned() } else { format!("to {action}") };
        let title = format!("{} {words}", changes.len());
        let open = first.action.destroys() || changes.len() <= FEW;
        let entries = changes.into_iter().map(|change| entries::change(change, drift)).collect();
        page.section(&Section { title, open, entries });
    }
    page.section(&section("orphan", plan.orphans.iter().map(entries::orphan).collect(), false));
}

/// The project and the files, on one line.
fn about(header: &Header) -> String {
    let name = header.project_name.as_deref().map(|name| format!(" {}", code(name))).unwrap_or_default();
    let files = header.files.iter().map(|file| format!(" · {}", code(file)));
    let why = header.why.as_deref().map(|why| format!(" · {}", code(why))).unwrap_or_default();
    let against = header.against.as_deref().map(|id| format!(" · against backup {}", code(id)));
    let against = against.unwrap_or_default();
    format!("Project {}{name}{}{why}{against}", code(&header.project_id), files.collect::<String>())
}

fn section(what: &str, entries: Vec<Vec<String>>, open: bool) -> Section {
    let title = format!("{} {what}{}", entries.len(), told::plural(entries.len()));
    Section { title, open, entries }
}

fn outcomes(report: &Report, status: Status) -> Section {
    let entry = |outcome: &Outcome| entries::outcome(outcome);
    let found = report.outcomes.iter().filter(|outcome| outcome.status == status);
    let entries: Vec<_> = found.map(entry).collect();
    let open = matches!(status, Status::Failed | Status::Unknown);
    Section { title: format!("{} {}", entries.len(), status.word()), open, entries }
}

/// The run, the backup, and the ways on and back.
fn facts(report: &Report) -> String {
    let facts = [
        ("Run", Some(&report.run_id)),
        ("Backup", report.backup_id.as_ref()),
        ("Roll back", report.rollback_command.as_ref()),
        ("Retry", report.retry_command.as_ref()),
        ("Audit head", report.audit_head.as_ref()),
    ];
    let line = |(name, value): (&str, Option<&String>)| value.map(|it| format!("- {name}: {}", code(it)));
    facts.into_iter().filter_map(line).collect::<Vec<_>>().join("\n")
}
