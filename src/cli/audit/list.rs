use serde_json::Value;

use super::{filters::Filters, time, warn_of_unreadable};
use crate::{
    cli::{Error, Exit, globals::Globals, session::Session},
    render::{Table, Ui},
    state::{AuditEntry, AuditExcerpt},
};

/// List what happened, the newest last
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Examples:\n  descope-mgmt audit list\n  descope-mgmt audit list --since 24h --outcome failed\n  \
                  descope-mgmt audit list --address 'tenant.acme-*' --limit 0 -o json"
)]
pub(in crate::cli) struct Args {
    #[command(flatten)]
    filters: Filters,
    /// At most so many lines, the newest ones; 0 for all
    #[arg(long, value_name = "N", default_value_t = 100)]
    limit: usize,
}

impl Args {
    pub(super) fn run(self, globals: &Globals, ui: &Ui) -> Result<Exit, Error> {
        let session = Session::open_offline(globals)?;
        let project = session.project_id()?;
        let most = if self.limit == 0 { usize::MAX } else { self.limit };
        let AuditExcerpt { lines, older, unreadable } =
            session.state.audit_excerpt(&project, &self.filters.filter(), most)?;
        let mut table =
            Table::new(&["TIME (UTC)", "RUN", "USER", "ACTION", "ADDRESS", "OUTCOME"], "No such lines.");
        let mut items = Vec::new();
        for (line, entry) in &lines {
            if ui.is_json() {
                items.extend(serde_json::from_slice::<Value>(&line.bytes));
            } else {
                table.push(&row(entry, globals.full));
            }
        }
        ui.show_list(&table, items);
        if older > 0 {
            ui.note(&format!("{older} older not shown: --limit 0 shows all"));
        }
        warn_of_unreadable(unreadable, ui);
        Ok(Exit::Done)
    }
}

/// What is shown of a run's id where room is short: enough to tell runs apart and to name one to `audit show`.
const SHORT: usize = 12;

fn row(entry: &AuditEntry, full: bool) -> [String; 6] {
    let text = |text: &Option<String>| text.clone().unwrap_or_default();
    let run = if full { &entry.run_id } else { entry.run_id.get(..SHORT).unwrap_or(&entry.run_id) };
    [
        time(entry),
        run.to_owned(),
        entry.user.clone(),
        entry.action.clone(),
        text(&entry.address),
        text(&entry.outcome),
    ]
}
