use super::{
    Error, Exit, every,
    globals::{Globals, Selection},
    reconcile::{Goal, Kinds, reconcile_configuration},
};
use crate::render::Ui;

/// Show what would change, and change nothing
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Examples:\n  descope-mgmt plan\n  descope-mgmt plan -e prod --detailed-exitcode\n  descope-mgmt plan -e all\n  \
                        descope-mgmt plan --target 'tenant.acme-*' -o json"
)]
pub(super) struct Args {
    #[command(flatten)]
    selection: Selection,
}

impl Args {
    pub(super) async fn run(self, globals: &Globals, ui: &Ui) -> Result<Exit, Error> {
        if every::is_meant(globals)? {
            return every::plan(globals, &self.selection, ui).await;
        }
        reconcile_configuration(globals, ui, &self.selection, "plan", Goal::Plan, Kinds::All).await
    }
}
