mod flags;
mod show;
mod validate;

use clap::Subcommand;

use super::{Error, Exit, globals::Globals};
use crate::render::Ui;

/// Look at the configuration; nothing is sent
#[derive(Debug, Subcommand)]
pub(super) enum Command {
    Validate(validate::Args),
    Show(show::Args),
}

impl Command {
    pub(super) fn run(self, globals: &Globals, ui: &Ui) -> Result<Exit, Error> {
        match self {
            Self::Validate(args) => args.run(globals, ui),
            Self::Show(args) => args.run(globals, ui),
        }
    }
}
