mod create;
mod diff;
mod list;
mod prune;
mod restore;
mod show;
mod verify;

pub(super) use create::{everything_in, snapshot_of};
pub(super) use restore::restore;

use chrono::{DateTime, Utc};
use clap::Subcommand;

use super::{Error, Exit, globals::Globals};
use crate::render::Ui;

/// Look after the backups that every run makes before it writes
#[derive(Debug, Subcommand)]
pub(super) enum Command {
    List(list::Args),
    Show(show::Args),
    Verify(verify::Args),
    Prune(prune::Args),
    Restore(restore::Args),
    Create(create::Args),
    Diff(diff::Args),
}

impl Command {
    pub(super) async fn run(self, globals: &Globals, ui: &Ui) -> Result<Exit, Error> {
        match self {
            Self::List(args) => args.run(globals, ui),
            Self::Show(args) => args.run(globals, ui),
            Self::Verify(args) => args.run(globals, ui),
            Self::Prune(args) => args.run(globals, ui).await,
            Self::Restore(args) => args.run(globals, ui).await,
            Self::Create(args) => args.run(globals, ui).await,
            Self::Diff(args) => args.run(globals, ui).await,
        }
    }
}

/// The command of a backup that holds every tenant.
pub(super) const WHOLE: &str = "backup create";

/// A moment, as lists show it.
fn time(moment: DateTime<Utc>) -> String {
    moment.format("%Y-%m-%d %H:%M:%S").to_string()
}

/// So many backups.
fn backups(count: usize) -> String {
    format!("{count} backup{}", if count == 1 { "" } else { "s" })
}
