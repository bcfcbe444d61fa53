use std::path::PathBuf;

use crate::{
    cli::{
        Error, Exit,
        globals::{ConflictWay, Globals, Selection, out_file},
        project::reconcile_with_project,
        reconcile::{Ask, Goal, Kinds, reconcile_configuration},
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
    /// Apply over what was changed outside this tool, the same as --conflict config
    #[arg(long)]
    apply: bool,
    /// Make the project first, where its id is not set yet: named by project.name or project_name of the environment
    #[arg(long, conflicts_with = "out")]
    create_project: bool,
    /// Save the plan in FILE instead of applying it; `apply FILE` does, if nothing that it touches has moved
    #[arg(long, value_name = "FILE", value_parser = out_file)]
    out: Option<PathBuf>,
}

impl Args {
    pub(super) async fn run(self, globals: &Globals, ui: &Ui) -> Result<Exit, Error> {
        let over = Globals { conflict: Some(ConflictWay::Config), ..globals.clone() };
        let globals = if self.apply { &over } else { globals };
        if self.create_project {
            let made = reconcile_with_project(globals, ui, &self.selection, "tenant sync", Kinds::Tenants);
            return Box::pin(made).await;
        }
        let (selection, goal) = (&self.selection, Goal::apply_unless(globals.dry_run));
        let out = self.out.as_deref();
        let ask = Ask { selection, command: "tenant sync", goal, kinds: Kinds::Tenants, out };
        reconcile_configuration(ask, globals, ui).await
    }
}
