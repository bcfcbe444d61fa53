use super::named;
use crate::{
    cli::{
        Error, Exit,
        globals::{ConflictWay, Globals, Selection},
        reconcile::{Ask, Goal, Kinds, reconcile_configuration},
    },
    render::Ui,
};

/// Make the live flows and the theme as the configuration says: show, ask, deploy
///
/// A flow whose deployment fails half-way is put back as it was.
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Examples:\n  descope-mgmt flow deploy --dry-run\n  descope-mgmt flow deploy -e staging mfa-login\n  \
                        descope-mgmt flow deploy -e prod --allow-breaking-changes"
)]
pub(in crate::cli) struct Args {
    /// Only these flows, and those that they run and that are not there yet [default: all, and the theme]
    #[arg(value_name = "FLOW")]
    flows: Vec<String>,
    /// Not this address; '*' stands for any text
    #[arg(long, value_name = "ADDRESS")]
    exclude: Vec<crate::resource::Pattern>,
    /// Apply over what was changed outside this tool, the same as --conflict config
    #[arg(long)]
    apply: bool,
}

impl Args {
    pub(super) async fn run(self, globals: &Globals, ui: &Ui) -> Result<Exit, Error> {
        let target: Result<Vec<_>, _> = self.flows.iter().map(|word| named(word)).collect();
        let selection = Selection { target: target?, exclude: self.exclude, prune: false };
        let over = Globals { conflict: Some(ConflictWay::Config), ..globals.clone() };
        let globals = if self.apply { &over } else { globals };
        let goal = Goal::apply_unless(globals.dry_run);
        let (selection, kinds) = (&selection, Kinds::Flows);
        let ask = Ask { selection, command: "flow deploy", goal, kinds, out: None };
        reconcile_configuration(ask, globals, ui).await
    }
}
