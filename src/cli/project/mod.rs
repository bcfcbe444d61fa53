mod call;
mod create;
mod delete;
mod export;
mod folder;
mod from_nothing;
mod import;
mod list;
mod making;
mod show;
mod update;
mod validate;

use clap::Subcommand;

use super::{Error, Exit, globals::Globals};
use crate::render::Ui;

pub(super) use from_nothing::reconcile_with_project;
pub(super) use import::Import;

/// Work on whole projects
#[derive(Debug, Subcommand)]
pub(super) enum Command {
    List(list::Args),
    Show(show::Args),
    Create(create::CreateArgs),
    Clone(create::CloneArgs),
    Update(update::Args),
    Delete(delete::Args),
    Export(export::Args),
    Validate(validate::Args),
    Import(import::Args),
}

impl Command {
    pub(super) async fn run(self, globals: &Globals, ui: &Ui) -> Result<Exit, Error> {
        match self {
            Self::List(args) => args.run(globals, ui).await,
            Self::Show(args) => args.run(globals, ui).await,
            Self::Create(args) => args.run(globals, ui).await,
            Self::Clone(args) => args.run(globals, ui).await,
            Self::Update(args) => args.run(globals, ui).await,
            Self::Delete(args) => args.run(globals, ui).await,
            Self::Export(args) => args.run(globals, ui).await,
            Self::Validate(args) => args.run(globals, ui).await,
            Self::Import(args) => args.run(globals, ui).await,
        }
    }
}
