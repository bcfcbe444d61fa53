use super::{
    Error, Exit, adopt,
    globals::{Globals, Selection},
    reconcile::{Ask, Goal, Kinds, reconcile_configuration},
};
use crate::render::Ui;

/// Show what differs from the configuration, who changed it, and change nothing; exit 2 if anything differs
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:\n  descope-mgmt drift\n  descope-mgmt drift -e prod -o json\n  \
                        descope-mgmt drift --adopt tenant.acme-corp")]
pub(super) struct Args {
    /// Only this address; '*' stands for any text
    #[arg(long, value_name = "ADDRESS")]
    target: Vec<crate::resource::Pattern>,
    /// Not this address; '*' stands for any text
    #[arg(long, value_name = "ADDRESS")]
    exclude: Vec<crate::resource::Pattern>,
    /// Write the live values of this address into the configuration; '*' stands for any text
    #[arg(long, value_name = "ADDRESS", conflicts_with_all = ["target", "exclude"])]
    adopt: Vec<crate::resource::Pattern>,
    /// With --adopt: the file that new tenants go to [default: the one that holds most of the tenants]
    #[arg(long, value_name = "FILE", requires = "adopt")]
    into: Option<std::path::PathBuf>,
}

impl Args {
    pub(super) async fn run(self, globals: &Globals, ui: &Ui) -> Result<Exit, Error> {
        if !self.adopt.is_empty() {
            let (patterns, command) = (self.adopt.as_slice(), "drift --adopt");
            let order = adopt::Order { patterns, only_new: false, into: self.into, command };
            return adopt::run(order, globals, ui).await;
        }
        let selection = Selection { target: self.target, exclude: self.exclude, prune: false };
        let (selection, goal) = (&selection, Goal::Drift);
        let ask = Ask { selection, command: "drift", goal, kinds: Kinds::All, out: None };
        reconcile_configuration(ask, globals, ui).await
    }
}
