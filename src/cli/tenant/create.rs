use super::one_off::{self, Deed, TenantFlags};
use crate::{
    cli::{Error, Exit, globals::Globals},
    config::parse_name,
    render::Ui,
};

/// Create one tenant
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Examples:\n  descope-mgmt tenant create globex --name Globex --domain globex.com\n  \
                        descope-mgmt tenant create acme-eu --name 'Acme EU' --parent acme-corp --attribute seats=50"
)]
pub(in crate::cli) struct Args {
    /// The tenant's id
    id: String,
    /// The tenant's name
    #[arg(long, value_parser = parse_name)]
    name: String,
    #[command(flatten)]
    attributes: TenantFlags,
}

impl Args {
    pub(super) async fn run(self, globals: &Globals, ui: &Ui) -> Result<Exit, Error> {
        let deed = Deed::Create { name: self.name, attributes: self.attributes };
        one_off::run(&self.id, deed, globals, ui).await
    }
}
