//! A result that is longer than the screen → a program that shows it screen by screen.

use std::{
    io::Write,
    process::{Command, Stdio},
};

/// What a shell says of a program that it can't find or start.
const NOT_STARTED: [i32; 2] = [126, 127];

/// The program that shows long results.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Pager {
    /// What the user calls it; `None`: `less`, if it is there.
    line: Option<String>,
}

impl Pager {
    /// The pager that the environment asks for, if it wants one: CI and `cat` want none.
    pub(super) fn of_process() -> Option<Self> {
        let value = |name: &str| std::env::var(name).ok();
        let in_ci = value("CI").is_some_and(|ci| !ci.is_empty() && ci != "false");
        Self::choose(value("DESCOPE_MGMT_PAGER").or_else(|| value("PAGER"))).filter(|_| !in_ci)
    }

    fn choose(line: Option<String>) -> Option<Self> {
        match line.as_deref().map(str::trim) {
            Some("" | "cat") => None,
            _ => Some(Self { line }),
        }
    }

    /// Shows text that is longer than the screen; says whether it did.
    pub(super) fn show(&self, text: &str) -> bool {
        let rows = console::Term::stdout().size_checked().map(|(rows, _)| usize::from(rows));
        rows.is_some_and(|rows| text.lines().count() >= rows) && self.run(text)
    }

    fn run(&self, text: &str) -> bool {
        let mut command = match &self.line {
            None => Command::new("less"),
            Some(line) => {
                let mut shell = Command::new("sh");
                shell.args(["-c", line.as_str()]);
                shell
            }
        };
        if std::env::var_os("LESS").is_none() {
            // Colours as they are, no clearing, and no waiting where one screen does.
            command.env("LESS", "FRX");
        }
        let Ok(mut child) = command.stdin(Stdio::piped()).spawn() else { return false };
        if let Some(mut input) = child.stdin.take() {
            // Whoever leaves the pager early has read enough.
            let _ = input.write_all(text.as_bytes());
        }
        let ended = child.wait().ok().and_then(|status| status.code());
        !ended.is_some_and(|code| NOT_STARTED.contains(&code))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_empty_name_and_cat_mean_no_pager() {
        for line in ["", " ", "cat", " cat "] {
            assert_eq!(Pager::choose(Some(line.to_owned())), None, "{line:?}");
        }
        assert_eq!(Pager::choose(None), Some(Pager { line: None }));
        assert!(Pager::choose(Some("less -S".to_owned())).is_some());
    }

    #[test]
    fn a_pager_that_can_not_be_started_is_none() {
        let pager = Pager { line: Some("no-such-pager-anywhere 2>/dev/null".to_owned()) };
        assert!(!pager.run("text"));
        assert!(Pager { line: Some("cat >/dev/null".to_owned()) }.run("text"));
    }
}
