use serde_json::{Value, json};

use crate::{
    cli::{Error, Exit, globals::Globals, session::Session},
    render::Ui,
    state::{AuditProblem, AuditVerification},
};

/// Check that no line of the audit trail was edited, dropped, put in, reordered or cut off
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Examples:\n  descope-mgmt audit verify\n  descope-mgmt audit verify --head \"$AUDIT_HEAD\" -o json\n\n\
                  The head is the hash that every run's summary ends with. Kept elsewhere, it proves that nobody cut \
                  off the end of the trail together with the head file beside it."
)]
pub(in crate::cli) struct Args {
    /// The audit head from a run's summary: that line must be there, too
    #[arg(long, value_name = "HASH", value_parser = hash)]
    head: Option<String>,
}

/// A SHA-256 in hexadecimal digits.
fn hash(text: &str) -> Result<String, String> {
    let text = text.trim().to_ascii_lowercase();
    let fits = text.len() == 64 && text.bytes().all(|byte| byte.is_ascii_hexdigit());
    if fits { Ok(text) } else { Err("a head has 64 hexadecimal digits".to_owned()) }
}

impl Args {
    pub(super) fn run(self, globals: &Globals, ui: &Ui) -> Result<Exit, Error> {
        let session = Session::open_offline(globals)?;
        let project = session.project_id()?;
        let found = session.state.verify_audit(&project, self.head.as_deref())?;
        let document = json!({
            "project_id": project,
            "valid": found.is_intact(),
            "lines": found.lines,
            "head": found.head,
            "expected_head": self.head,
            "problems": found.problems.iter().map(problem).collect::<Vec<_>>(),
        });
        ui.show_result(&text(&found, &project, self.head.is_some()), &document);
        Ok(if found.is_intact() { Exit::Done } else { Exit::Failed })
    }
}

fn problem(problem: &AuditProblem) -> Value {
    json!({"code": problem.code(), "message": problem.to_string(), "line": problem.line()})
}

fn text(found: &AuditVerification, project: &str, head_given: bool) -> String {
    let AuditVerification { lines, head, problems } = found;
    let plural = if *lines == 1 { "" } else { "s" };
    let trail = format!("audit trail of project {project}: {lines} line{plural}");
    let mut out = match problems.len() {
        0 => format!("✓ {trail}, each intact and in its place\n"),
        1 => format!("✗ {trail}, 1 problem\n"),
        many => format!("✗ {trail}, {many} problems\n"),
    };
    for problem in problems {
        out += &format!("  ✗ {problem}\n");
    }
    if let Some(head) = head {
        out += &format!("  head {head}\n");
    }
    if !head_given {
        out += "  Without --head, an end that was cut off together with the head file can't be told.\n";
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_head_is_a_hash_and_nothing_else() {
        let head = "ab".repeat(32);
        assert_eq!(hash(&format!(" {} ", head.to_uppercase())), Ok(head));
        for wrong in ["", "latest", &"ab".repeat(31), &"xy".repeat(32)] {
            assert!(hash(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn every_problem_is_named_and_what_could_not_be_told_is_said() {
        let found = AuditVerification {
            lines: 1,
            head: Some("f0".into()),
            problems: vec![AuditProblem::Edited { line: 1, seq: 1 }, AuditProblem::NoHead],
        };
        assert_eq!(
            text(&found, "P1", false),
            "✗ audit trail of project P1: 1 line, 2 problems\n  ✗ line 1 (seq 1) was edited\n  ✗ the head file is \
             missing or unreadable: a cut-off end would not be noticed\n  head f0\n  Without --head, an end that was \
             cut off together with the head file can't be told.\n"
        );
        let fine = AuditVerification { lines: 2, ..AuditVerification::default() };
        assert_eq!(
            text(&fine, "P1", true),
            "✓ audit trail of project P1: 2 lines, each intact and in its place\n"
        );
    }
}
