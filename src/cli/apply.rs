use std::path::PathBuf;

use super::{
    Error, Exit,
    globals::{Globals, Selection},
    project::reconcile_with_project,
    reconcile::{Ask, Goal, Kinds, reconcile_configuration},
    saved::{apply_saved, resume},
};
use crate::render::Ui;

/// Show the plan, ask, and make it so
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Examples:\n  descope-mgmt apply\n  descope-mgmt apply -e prod --confirm-project \"PCC\" --yes\n  \
                        descope-mgmt apply --dry-run --prune\n  descope-mgmt apply plan.json\n  \
                        descope-mgmt apply --resume 01KAV2GQ\n  descope-mgmt apply -e dev --create-project"
)]
pub(super) struct Args {
    /// A plan that `plan --out` saved: applied only if nothing that it touches has moved
    #[arg(value_name = "PLAN", conflicts_with_all = ["target", "exclude", "prune", "resume"])]
    plan: Option<PathBuf>,
    #[command(flatten)]
    selection: Selection,
    /// Make the project first, where its id is not set yet: named by project.name or project_name of the environment
    #[arg(long, conflicts_with_all = ["plan", "resume"])]
    create_project: bool,
    /// Go on with what this run left: its id or the beginning of it
    #[arg(long, value_name = "RUN", conflicts_with_all = ["target", "exclude", "prune"])]
    resume: Option<String>,
}

impl Args {
    pub(super) async fn run(self, globals: &Globals, ui: &Ui) -> Result<Exit, Error> {
        if self.create_project {
            let made = reconcile_with_project(globals, ui, &self.selection, "apply", Kinds::All);
            return Box::pin(made).await;
        }
        if let Some(file) = &self.plan {
            return apply_saved(file, globals, ui).await;
        }
        if let Some(run) = &self.resume {
            return resume(run, globals, ui).await;
        }
        let (selection, goal) = (&self.selection, Goal::apply_unless(globals.dry_run));
        let ask = Ask { selection, command: "apply", goal, kinds: Kinds::All, out: None };
        reconcile_configuration(ask, globals, ui).await
    }
}
