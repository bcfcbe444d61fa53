mod flags;
mod init;
mod schema;
mod show;
mod validate;

use clap::Subcommand;

use super::{Error, Exit, globals::Globals};
use crate::render::Ui;

/// Make, check and look at the configuration
#[derive(Debug, Subcommand)]
pub(super) enum Command {
    Init(init::Args),
    Validate(validate::Args),
    Schema(schema::Args),
    Show(show::Args),
}

impl Command {
    pub(super) async fn run(self, globals: &Globals, ui: &Ui) -> Result<Exit, Error> {
        match self {
            Self::Init(args) => args.run(globals, ui).await,
            Self::Schema(args) => args.run(ui),
            Self::Validate(args) => args.run(globals, ui),
            Self::Show(args) => args.run(globals, ui),
        }
    }
}
