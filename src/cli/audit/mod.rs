mod export;
mod filters;
mod list;
mod moment;
mod show;
mod verify;

use clap::Subcommand;

pub(super) use show::git_text;

use super::{Error, Exit, globals::Globals};
use crate::{render::Ui, state::AuditEntry};

/// Look into the audit trail: who changed what, when, in which run
#[derive(Debug, Subcommand)]
pub(super) enum Command {
    List(list::Args),
    Show(show::Args),
    Verify(verify::Args),
    Export(export::Args),
}

impl Command {
    pub(super) fn run(self, globals: &Globals, ui: &Ui) -> Result<Exit, Error> {
        match self {
            Self::List(args) => args.run(globals, ui),
            Self::Show(args) => args.run(globals, ui),
            Self::Verify(args) => args.run(globals, ui),
            Self::Export(args) => args.run(globals, ui),
        }
    }
}

/// When a line was written, as lists show it.
fn time(entry: &AuditEntry) -> String {
    entry.ts.format("%Y-%m-%d %H:%M:%S").to_string()
}

/// A word about lines that are no audit lines.
fn warn_of_unreadable(lines: u64, ui: &Ui) {
    if lines > 0 {
        let are =
            if lines == 1 { "1 line of the trail is" } else { &format!("{lines} lines of the trail are") };
        ui.warn(&format!("{are} no audit line and left out: `descope-mgmt audit verify` tells more"));
    }
}
