//! What became of an apply, as text: every outcome that needs a word, the counts, the ways on and back.

use super::{plan_text::wrap, quote::plain, style::Styles, told::plural};
use crate::apply::{Outcome, Report, Status};

/// Outcomes of one kind that are listed.
const LISTED: usize = 200;

/// The report as text.
pub(super) fn report(report: &Report, styles: &Styles, width: usize) -> String {
    let mut lines = vec![String::new()];
    for status in [Status::Failed, Status::Unknown, Status::Withheld, Status::Skipped] {
        list(report, status, styles, width, &mut lines);
    }
    lines.push(counts(report, styles));
    lines.extend(succeeded_ids(report, width));
    if let Some(fault) = &report.fatal {
        lines.push(styles.error.apply_to(format!("stopped: {}", plain(&fault.message))).to_string());
        lines.extend(fault.hint.iter().map(|hint| format!("  hint: {}", plain(hint))));
    }
    lines.extend(
        report.notes.iter().map(|note| styles.warning.apply_to(format!("warning: {note}")).to_string()),
    );
    let facts = [
        ("run", Some(&report.run_id)),
        ("backup", report.backup_id.as_ref()),
        ("roll back", report.rollback_command.as_ref()),
        ("retry", report.retry_command.as_ref()),
        ("audit head", report.audit_head.as_ref()),
    ];
    for (name, value) in facts {
        // Commands are to be copied: never broken.
        lines.extend(value.map(|value| format!("  {name:<11}{value}")));
    }
    lines.join("\n") + "\n"
}

fn list(report: &Report, status: Status, styles: &Styles, width: usize, lines: &mut Vec<String>) {
    let (mark, style) = match status {
        Status::Failed => ("✗", &styles.error),
        Status::Unknown => ("?", &styles.error),
        _ => ("⚠", &styles.warning),
    };
    let of_status: Vec<&Outcome> =
        report.outcomes.iter().filter(|outcome| outcome.status == status).collect();
    for outcome in of_status.iter().take(LISTED) {
        let head = format!("{mark} {} {}: {}", outcome.address, outcome.action, status.word());
        lines.push(style.apply_to(plain(&head)).to_string());
        if let Some(fault) = &outcome.fault {
            lines.extend(wrap(&plain(&fault.message), width, "    "));
            lines.extend(
                fault.hint.iter().flat_map(|hint| wrap(&format!("hint: {}", plain(hint)), width, "    ")),
            );
        }
    }
    if of_status.len() > LISTED {
        lines.push(format!("  … {} more {}", of_status.len() - LISTED, status.word()));
    }
}

/// How much of what was done, on one line.
pub(super) fn counts(report: &Report, styles: &Styles) -> String {
    let mut parts = vec![
        styles.create.apply_to(format!("✓ {} created", report.succeeded("create"))).to_string(),
        styles.update.apply_to(format!("⚠ {} updated", report.succeeded("update"))).to_string(),
    ];
    let mut more = |count: usize, mark: &str, word: &str, style: &console::Style| {
        if count > 0 {
            parts.push(style.apply_to(format!("{mark} {count} {word}")).to_string());
        }
    };
    more(report.succeeded("replace"), "⚠", "replaced", &styles.delete);
    more(report.succeeded("delete"), "⚠", "deleted", &styles.delete);
    let failed = report.count(Status::Failed);
    let style = if failed > 0 { &styles.error } else { &styles.quiet };
    parts.push(style.apply_to(format!("✗ {failed} failed")).to_string());
    for (status, mark) in [(Status::Unknown, "?"), (Status::Skipped, "⚠"), (Status::Withheld, "⚠")] {
        let count = report.count(status);
        if count > 0 {
            parts.push(styles.warning.apply_to(format!("{mark} {count} {}", status.word())).to_string());
        }
    }
    if report.unchanged > 0 {
        parts.push(format!("{} unchanged", report.unchanged));
    }
    parts.join(", ")
}

/// The ids of what succeeded, for whoever looks for one of them.
fn succeeded_ids(report: &Report, width: usize) -> Vec<String> {
    let ids: Vec<&str> = report
        .outcomes
        .iter()
        .filter(|outcome| outcome.status == Status::Succeeded)
        .map(|outcome| outcome.address.id())
        .collect();
    if ids.is_empty() {
        return Vec::new();
    }
    let shown: Vec<_> = ids.iter().take(20).map(|id| plain(id)).collect();
    let more = ids.len() - shown.len();
    let tail = if more > 0 { format!(" and {more} other{}", plural(more)) } else { String::new() };
    wrap(&format!("{}{tail}", shown.join(", ")), width, "  ")
}
