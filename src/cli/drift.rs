use super::{
    Error, Exit,
    globals::{Globals, Selection},
    reconcile::{Ask, Goal, Kinds, reconcile_configuration},
};
use crate::render::Ui;

/// Show what differs from the configuration, who changed it, and change nothing; exit 2 if anything differs
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:\n  descope-mgmt drift\n  descope-mgmt drift -e prod -o json")]
pub(super) struct Args {
    /// Only this address; '*' stands for any text
    #[arg(long, value_name = "ADDRESS")]
    target: Vec<crate::resource::Pattern>,
    /// Not this address; '*' stands for any text
    #[arg(long, value_name = "ADDRESS")]
    exclude: Vec<crate::resource::Pattern>,
}

impl Args {
    pub(super) async fn run(self, globals: &Globals, ui: &Ui) -> Result<Exit, Error> {
        let selection = Selection { target: self.target, exclude: self.exclude, prune: false };
        let (selection, goal) = (&selection, Goal::Drift);
        let ask = Ask { selection, command: "drift", goal, kinds: Kinds::All, out: None };
        reconcile_configuration(ask, globals, ui).await
    }
}
