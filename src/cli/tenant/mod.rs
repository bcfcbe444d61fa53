mod create;
mod delete;
mod import;
mod list;
mod one_off;
mod show;
mod sync;
mod update;

use clap::Subcommand;

use super::{Error, Exit, globals::Globals};
use crate::render::Ui;

/// Work on tenants
#[derive(Debug, Subcommand)]
pub(super) enum Command {
    Sync(sync::Args),
    List(list::Args),
    Show(show::Args),
    Create(create::Args),
    Update(update::Args),
    Delete(delete::Args),
    Import(import::Args),
}

impl Command {
    pub(super) async fn run(self, globals: &Globals, ui: &Ui) -> Result<Exit, Error> {
        match self {
            Self::Sync(args) => args.run(globals, ui).await,
            Self::List(args) => args.run(globals, ui).await,
            Self::Show(args) => args.run(globals, ui).await,
            Self::Create(args) => args.run(globals, ui).await,
            Self::Update(args) => args.run(globals, ui).await,
            Self::Delete(args) => args.run(globals, ui).await,
            Self::Import(args) => args.run(globals, ui).await,
        }
    }
}
