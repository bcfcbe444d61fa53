use chrono::Utc;
use serde_json::json;

use super::{backups, time};
use crate::{
    cli::{Error, Exit, confirm::confirm, globals::Globals, record::Record, session::Session},
    config::Retention,
    render::{Table, Ui},
    state::{AuditEvent, Keep, backup_made_at},
};

/// Remove old backups: those that neither 'keep_last' nor 'keep_days' of the settings' 'retention' holds
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Examples:\n  descope-mgmt backup prune --dry-run\n  descope-mgmt backup prune --yes\n\n\
                  The newest backup stays in every case, and so do files that are not named as backups are."
)]
pub(in crate::cli) struct Args {}

impl Args {
    pub(super) async fn run(self, globals: &Globals, ui: &Ui) -> Result<Exit, Error> {
        let Self {} = self;
        let session = Session::open_offline(globals)?;
        let project = session.project_id()?;
        let Retention { keep_last, keep_days } = session.config.settings.retention;
        let all = session.state.list_backups(&project)?;
        let total = all.len();
        let old = Keep { last: keep_last, days: keep_days }.expendable(all, Utc::now());
        let left = backups(total - old.len());
        let rule = format!("the last {keep_last} and those of {keep_days} days");
        if !ui.is_json() && !old.is_empty() {
            ui.show_list(&table(&old), Vec::new());
        }
        if !globals.dry_run && !old.is_empty() {
            session.must_be_chosen_if_protected(globals.confirm_project.is_some())?;
            let question = format!("Remove {} of project {project} for good?", backups(old.len()));
            confirm(&question, globals, ui)?;
            let audit = Record::begin(&session, &project).await?;
            let removed = remove(&audit, &session, &project, &old).await;
            audit.end(removed).await?;
        }
        let text = match (old.len(), globals.dry_run) {
            (0, _) => format!("Nothing to remove: {left}, kept are {rule}\n"),
            (some, true) => format!("Would remove {}; {left} would stay: {rule}\n", backups(some)),
            (some, false) => format!("Removed {}; {left} left: {rule}\n", backups(some)),
        };
        let keys = json!({
            "project_id": project, "dry_run": globals.dry_run, "removed": old, "kept": total - old.len(),
        });
        ui.show_result(&text, &keys);
        let changes = globals.dry_run && globals.detailed_exitcode && !old.is_empty();
        Ok(if changes { Exit::Changes } else { Exit::Done })
    }
}

/// Removes these backups, each with its lines in the audit.
async fn remove(audit: &Record, session: &Session, project: &str, ids: &[String]) -> Result<(), Error> {
    for id in ids {
        let event = AuditEvent::intended("prune", &format!("backup.{id}"));
        audit.act(event, || session.state.delete_backup(project, id)).await?;
    }
    Ok(())
}

fn table(ids: &[String]) -> Table {
    let mut table = Table::new(&["ID", "CREATED (UTC)"], "No backups.");
    for id in ids {
        table.push(&[id.clone(), backup_made_at(id).map(time).unwrap_or_default()]);
    }
    table
}
