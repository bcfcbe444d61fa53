use std::path::PathBuf;

use super::{
    Error, Exit,
    against::plan_against,
    every,
    globals::{Globals, Selection, out_file},
    reconcile::{Ask, Goal, Kinds, reconcile_configuration},
};
use crate::render::Ui;

/// Show what would change, and change nothing
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:\n  descope-mgmt plan\n  descope-mgmt plan -e prod --detailed-exitcode\n  \
                        descope-mgmt plan -e all\n  descope-mgmt plan --target 'tenant.acme-*' -o json\n  \
                        descope-mgmt plan -e prod --out plan.json\n  descope-mgmt plan --against latest")]
pub(super) struct Args {
    #[command(flatten)]
    selection: Selection,
    /// Save the plan in FILE; `apply FILE` applies it, if nothing that it touches has moved
    #[arg(long, value_name = "FILE", value_parser = out_file)]
    out: Option<PathBuf>,
    /// Compare with a backup instead of what is live: its id, the beginning of it, or 'latest'. Nothing is sent
    #[arg(long, value_name = "BACKUP", conflicts_with = "out")]
    against: Option<String>,
}

impl Args {
    pub(super) async fn run(self, globals: &Globals, ui: &Ui) -> Result<Exit, Error> {
        if let Some(backup) = &self.against {
            return plan_against(backup, &self.selection, globals, ui);
        }
        if every::is_meant(globals)? {
            if self.out.is_some() {
                return Err(Error::Usage(
                    "a saved plan is of one environment: leave out --out or -e all".to_owned(),
                ));
            }
            return Box::pin(every::plan(globals, &self.selection, ui)).await;
        }
        let (selection, out) = (&self.selection, self.out.as_deref());
        let ask = Ask { selection, command: "plan", goal: Goal::Plan, kinds: Kinds::All, out };
        reconcile_configuration(ask, globals, ui).await
    }
}
