use crate::{
    cli::{
        Error, Exit,
        globals::{ConflictWay, Globals, Selection},
        project::reconcile_with_project,
        reconcile::{Goal, Kinds, reconcile_configuration},
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
    #[arg(long)]
    create_project: bool,
}

impl Args {
    pub(super) async fn run(self, globals: &Globals, ui: &Ui) -> Result<Exit, Error> {
        let over = Globals { conflict: Some(ConflictWay::Config), ..globals.clone() };
        let globals = if self.apply { &over } else { globals };
        if self.create_project {
            return reconcile_with_project(globals, ui, &self.selection, "tenant sync", Kinds::Tenants).await;
        }
        reconcile_configuration(
            globals,
            ui,
            &self.selection,
            "tenant sync",
            Goal::apply_unless(globals.dry_run),
            Kinds::Tenants,
        )
        .await
    }
}
