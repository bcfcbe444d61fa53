use super::restore;
use crate::{
    cli::{Error, Exit, globals::Globals},
    render::Ui,
};

/// Show what differs between a backup and what is live, as the plan that would restore it
#[derive(Debug, clap::Args)]
#[group(skip)]
#[command(
    after_help = "Examples:\n  descope-mgmt backup diff latest\n  descope-mgmt backup diff 01KAV2GQ --detailed-exitcode"
)]
pub(in crate::cli) struct Args {
    #[command(flatten)]
    restore: restore::Args,
}

impl Args {
    pub(super) async fn run(self, globals: &Globals, ui: &Ui) -> Result<Exit, Error> {
        self.restore.diff(globals, ui).await
    }
}
