use serde_json::{Value, json};

use super::time;
use crate::{
    cli::{Error, Exit, globals::Globals, session::Session},
    render::{Table, Ui},
    state::{self, BackupSummary},
};

/// List the backups of the project, the newest last
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:\n  descope-mgmt backup list\n  descope-mgmt backup list -e prod -o json")]
pub(in crate::cli) struct Args {}

impl Args {
    pub(super) fn run(self, globals: &Globals, ui: &Ui) -> Result<Exit, Error> {
        let Self {} = self;
        let session = Session::open_offline(globals)?;
        let project = session.project_id()?;
        let headings = &["ID", "CREATED (UTC)", "OBJECTS", "USER", "COMMAND"];
        let mut table = Table::new(headings, "No backups.");
        let mut items = Vec::new();
        for id in session.state.list_backups(&project)? {
            let summary = session.state.summarize_backup(&project, &id);
            if let Err(error) = &summary {
                ui.warn(&error.to_string());
            }
            table.push(&row(&id, summary.as_ref().ok()));
            items.push(item(&id, &summary));
        }
        ui.show_list(&table, items);
        Ok(Exit::Done)
    }
}

fn row(id: &str, summary: Option<&BackupSummary>) -> [String; 5] {
    let Some(BackupSummary { created_at, user, command, addresses, .. }) = summary else {
        return [id, "unreadable", "", "", ""].map(str::to_owned);
    };
    [id.to_owned(), time(*created_at), addresses.len().to_string(), user.clone(), command.clone()]
}

fn item(id: &str, summary: &Result<BackupSummary, state::Error>) -> Value {
    match summary {
        Ok(summary) => {
            let BackupSummary { id: _, created_at, user, environment, reason, command, addresses } = summary;
            json!({
                "id": id, "created_at": created_at, "user": user, "environment": environment, "reason": reason,
                "command": command, "addresses": addresses,
            })
        }
        Err(error) => json!({"id": id, "error": {"code": error.code(), "message": error.to_string()}}),
    }
}
