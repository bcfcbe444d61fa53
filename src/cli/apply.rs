use super::{
    Error, Exit,
    globals::{Globals, Selection},
    project::reconcile_with_project,
    reconcile::{Goal, Kinds, reconcile_configuration},
};
use crate::render::Ui;

/// Show the plan, ask, and make it so
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Examples:\n  descope-mgmt apply\n  descope-mgmt apply -e prod --confirm-project \"PCC\" --yes\n  \
                        descope-mgmt apply --dry-run --prune\n  descope-mgmt apply -e dev --create-project"
)]
pub(super) struct Args {
    #[command(flatten)]
    selection: Selection,
    /// Make the project first, where its id is not set yet: named by project.name or project_name of the environment
    #[arg(long)]
    create_project: bool,
}

impl Args {
    pub(super) async fn run(self, globals: &Globals, ui: &Ui) -> Result<Exit, Error> {
        if self.create_project {
            return reconcile_with_project(globals, ui, &self.selection, "apply", Kinds::All).await;
        }
        let goal = Goal::apply_unless(globals.dry_run);
        reconcile_configuration(globals, ui, &self.selection, "apply", goal, Kinds::All).await
    }
}
