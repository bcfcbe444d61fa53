use super::one_off::{self, Deed, TenantFlags};
use crate::{
    cli::{Error, Exit, globals::Globals},
    config::parse_name,
    render::Ui,
};

/// Change one tenant; what no flag names stays as it is
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Examples:\n  descope-mgmt tenant update acme-corp --domain acme.net --remove-domain acme.org\n  \
                        descope-mgmt tenant update acme-corp --attribute plan=gold --remove-attribute legacy_tier"
)]
pub(in crate::cli) struct Args {
    /// The tenant's id
    id: String,
    /// Another name
    #[arg(long, value_parser = parse_name)]
    name: Option<String>,
    #[command(flatten)]
    attributes: TenantFlags,
    /// Domain to give up; may be given several times
    #[arg(long = "remove-domain", value_name = "DOMAIN")]
    remove_domains: Vec<String>,
    /// Custom attribute to take away; may be given several times
    #[arg(long = "remove-attribute", value_name = "NAME")]
    remove_attributes: Vec<String>,
}

impl Args {
    pub(super) async fn run(self, globals: &Globals, ui: &Ui) -> Result<Exit, Error> {
        let Self { id, name, attributes, remove_domains, remove_attributes } = self;
        let deed = Deed::Update { name, attributes, remove_domains, remove_attributes };
        one_off::run(&id, deed, globals, ui).await
    }
}
