use crate::{
    cli::{
        Error, Exit,
        globals::{Globals, Selection},
        reconcile::reconcile_configuration,
    },
    render::Ui,
};

/// Make the live tenants as the configuration says: show, ask, apply
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Examples:\n  descope-mgmt tenant sync --dry-run\n  descope-mgmt tenant sync -e staging --yes\n  \
                        descope-mgmt tenant sync --prune\n  descope-mgmt tenant sync --target tenant.acme-corp"
)]
pub(in crate::cli) struct Args {
    #[command(flatten)]
    selection: Selection,
}

impl Args {
    pub(super) async fn run(self, globals: &Globals, ui: &Ui) -> Result<Exit, Error> {
        reconcile_configuration(globals, ui, &self.selection, "tenant sync", globals.dry_run).await
    }
}
