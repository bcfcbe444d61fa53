use serde_json::json;

use crate::{
    cli::{Error, Exit, globals::Globals, session::Session},
    config,
    render::{Table, Ui},
};

/// Show the settings in force, and with --origin where each comes from
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Examples:\n  descope-mgmt config show\n  descope-mgmt config show --origin -e staging"
)]
pub(in crate::cli) struct Args {
    /// Also show where each value comes from
    #[arg(long)]
    origin: bool,
}

impl Args {
    pub(super) fn run(self, globals: &Globals, ui: &Ui) -> Result<Exit, Error> {
        let session = Session::open_offline(globals)?;
        let config = &session.config;
        ui.show_diagnostics(&config.warnings);
        let headings: &[&'static str] =
            if self.origin { &["NAME", "VALUE", "FROM"] } else { &["NAME", "VALUE"] };
        let mut table = Table::new(headings, "Nothing is set.");
        let mut items = Vec::new();
        for origin in &config.origins {
            let config::Origin { name, value, from } = &in_force(origin, &session);
            let mut row = vec![name.clone(), value.clone()];
            let mut item = json!({"name": name, "value": value});
            if self.origin {
                row.push(from.clone());
                if let Some(map) = item.as_object_mut() {
                    map.insert("from".to_owned(), json!(from));
                }
            }
            table.push(&row);
            items.push(item);
        }
        ui.show_list(&table, items);
        Ok(Exit::Done)
    }
}

/// A value as it is in force: the sandbox has its own project and state folder.
fn in_force(origin: &config::Origin, session: &Session) -> config::Origin {
    let config::Origin { name, value, from } = origin;
    let (value, from) = match name.rsplit('.').next() {
        Some("project_id") if session.sandbox.is_some() => {
            (session.project_id().unwrap_or_else(|_| value.clone()), "--sandbox".to_owned())
        }
        Some("state_dir") if session.sandbox.is_some() => {
            (session.state.root().display().to_string(), "--sandbox".to_owned())
        }
        Some("base_url" | "management_key") if session.sandbox.is_some() => {
            ("(the sandbox's)".to_owned(), "--sandbox".to_owned())
        }
        Some("backup_dir") if value == "<state_dir>/backups" => {
            (session.state.root().join("backups").display().to_string(), from.clone())
        }
        _ => (value.clone(), from.clone()),
    };
    config::Origin { name: name.clone(), value, from }
}
