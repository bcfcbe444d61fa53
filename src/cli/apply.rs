use super::{
    Error, Exit,
    globals::{Globals, Selection},
    reconcile::{Goal, Kinds, reconcile_configuration},
};
use crate::render::Ui;

/// Show the plan, ask, and make it so
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Examples:\n  descope-mgmt apply\n  descope-mgmt apply -e prod --confirm-project \"PCC\" --yes\n  \
                        descope-mgmt apply --dry-run --prune"
)]
pub(super) struct Args {
    #[command(flatten)]
    selection: Selection,
}

impl Args {
    pub(super) async fn run(self, globals: &Globals, ui: &Ui) -> Result<Exit, Error> {
        let goal = Goal::apply_unless(globals.dry_run);
        reconcile_configuration(globals, ui, &self.selection, "apply", goal, Kinds::All).await
    }
}
