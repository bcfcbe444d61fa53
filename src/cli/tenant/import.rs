use std::path::PathBuf;

use crate::{
    cli::{Error, Exit, adopt, globals::Globals},
    render::Ui,
    resource::{Pattern, tenant},
};

/// Write live tenants into the configuration, so that it manages them
///
/// The diff of your file is shown first. Comments, order, quoting and `${…}` stay as they are; what is as everywhere is
/// left out. Nothing is written to Descope.
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:\n  descope-mgmt tenant import acme-corp\n  \
                        descope-mgmt tenant import 'acme-*' --into tenants/acme.yaml\n  \
                        descope-mgmt tenant import '*' --dry-run")]
pub(in crate::cli) struct Args {
    /// The tenants' ids; '*' stands for any text
    #[arg(required = true, value_name = "ID")]
    ids: Vec<String>,
    /// The file to write to [default: the one that holds most of the tenants]
    #[arg(long, value_name = "FILE")]
    into: Option<PathBuf>,
}

impl Args {
    pub(super) async fn run(self, globals: &Globals, ui: &Ui) -> Result<Exit, Error> {
        let pattern = |id: &String| {
            let wrong = |_| Error::Usage(format!("'{id}' is no id of a tenant"));
            format!("{}.{id}", tenant::KIND).parse::<Pattern>().map_err(wrong)
        };
        let patterns = self.ids.iter().map(pattern).collect::<Result<Vec<_>, _>>()?;
        let order =
            adopt::Order { patterns: &patterns, only_new: true, into: self.into, command: "tenant import" };
        adopt::run(order, globals, ui).await
    }
}
