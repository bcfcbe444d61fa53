mod delete;
mod deploy;
mod export;
mod list;
mod rollback;
mod show;
mod templates;
mod validate;

use clap::Subcommand;

use super::{Error, Exit, globals::Globals};
use crate::{
    render::Ui,
    resource::{Address, Pattern, flow},
};

/// Work on flows and the theme
#[derive(Debug, Subcommand)]
pub(super) enum Command {
    Deploy(deploy::Args),
    List(list::Args),
    Show(show::Args),
    Validate(validate::Args),
    Templates(templates::Args),
    Export(export::Args),
    Delete(delete::Args),
    Rollback(rollback::Args),
}

impl Command {
    pub(super) async fn run(self, globals: &Globals, ui: &Ui) -> Result<Exit, Error> {
        match self {
            Self::Deploy(args) => args.run(globals, ui).await,
            Self::List(args) => args.run(globals, ui).await,
            Self::Show(args) => args.run(globals, ui).await,
            Self::Validate(args) => args.run(globals, ui).await,
            Self::Templates(args) => args.run(globals, ui),
            Self::Export(args) => args.run(globals, ui).await,
            Self::Delete(args) => args.run(globals, ui).await,
            Self::Rollback(args) => args.run(globals, ui).await,
        }
    }
}

/// The address of the flow that a word names: an id, or an address as the plan shows it.
fn named(word: &str) -> Result<Pattern, Error> {
    let bare = word.strip_prefix("flow.").unwrap_or(word);
    let address =
        if word.starts_with("theme.") { word.to_owned() } else { Address::new(flow::KIND, bare).to_string() };
    address.parse().map_err(|error| Error::Usage(format!("{error}")))
}
