use super::one_off::{self, Deed};
use crate::{
    cli::{Error, Exit, globals::Globals},
    render::Ui,
};

/// Delete one tenant; with --cascade also the users and keys that only it has
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Examples:\n  descope-mgmt tenant delete acme-old --dry-run\n  descope-mgmt tenant delete acme-old --cascade"
)]
pub(in crate::cli) struct Args {
    /// The tenant's id
    id: String,
}

impl Args {
    pub(super) async fn run(self, globals: &Globals, ui: &Ui) -> Result<Exit, Error> {
        one_off::run(&self.id, Deed::Delete, globals, ui).await
    }
}
