use serde_json::json;

use super::backups;
use crate::{
    cli::{Error, Exit, globals::Globals, session::Session},
    render::Ui,
    state,
};

/// Check that backups are whole and unchanged since they were written
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Examples:\n  descope-mgmt backup verify\n  descope-mgmt backup verify latest -o json"
)]
pub(in crate::cli) struct Args {
    /// One backup: its id, its beginning, or 'latest'; without it all are checked
    id: Option<String>,
}

impl Args {
    pub(super) fn run(self, globals: &Globals, ui: &Ui) -> Result<Exit, Error> {
        let session = Session::open_offline(globals)?;
        let project = session.project_id()?;
        let state = &session.state;
        let ids = match &self.id {
            Some(id) => vec![state.find_backup(&project, id)?],
            None => state.list_backups(&project)?,
        };
        let broken: Vec<(&String, state::Error)> =
            ids.iter().filter_map(|id| Some((id, state.read_backup(&project, id).err()?))).collect();
        let problems: Vec<_> = broken
            .iter()
            .map(|(id, error)| json!({"id": id, "code": error.code(), "message": error.to_string()}))
            .collect();
        let document = json!({
            "project_id": project, "valid": broken.is_empty(), "backups": ids.len(), "problems": problems,
        });
        ui.show_result(&text(ids.len(), &broken), &document);
        Ok(if broken.is_empty() { Exit::Done } else { Exit::Failed })
    }
}

fn text(checked: usize, broken: &[(&String, state::Error)]) -> String {
    if checked == 0 {
        return "No backups.\n".to_owned();
    }
    if broken.is_empty() {
        return format!("✓ {}, whole and unchanged\n", backups(checked));
    }
    let mut out = format!("✗ {} of {} must not be used\n", broken.len(), backups(checked));
    for (id, error) in broken {
        out += &format!("  ✗ {id}: {error}\n");
    }
    out
}
