use serde_json::{Value, json};

use super::flags;
use crate::{
    cli::{Error, Exit, globals::Globals, session::Session},
    config::{self, Settings},
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

/// One value: what it is called, as text, as JSON, where it comes from.
type Row = (String, String, Value, String);

impl Args {
    pub(super) fn run(self, globals: &Globals, ui: &Ui) -> Result<Exit, Error> {
        let session = Session::open_offline(globals)?;
        let config = &session.config;
        ui.show_diagnostics(&config.warnings);
        let headings: &[&'static str] =
            if self.origin { &["NAME", "VALUE", "FROM"] } else { &["NAME", "VALUE"] };
        let mut table = Table::new(headings, "Nothing is set.");
        let mut items = Vec::new();
        for (name, text, value, from) in settings(&session).chain(flags(globals)) {
            let mut row = vec![name.clone(), text];
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

fn settings(session: &Session) -> impl Iterator<Item = Row> {
    session.config.origins.iter().map(|origin| {
        let config::Origin { name, value, from } = in_force(origin, session);
        let typed = typed(&name, &value, &session.config.settings);
        (name, value, typed, from)
    })
}

fn flags(globals: &Globals) -> impl Iterator<Item = Row> {
    flags::in_force(globals).into_iter().map(|flags::InForce { name, value, from }| {
        let text = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
        (name.to_owned(), text, value, from)
    })
}

/// A setting as JSON: numbers, truth values and maps as such, "nothing" as null.
fn typed(name: &str, text: &str, settings: &Settings) -> Value {
    match name {
        "settings.concurrency" => settings.parallelism.map_or_else(|| json!("auto"), |count| json!(count)),
        "settings.retention" => {
            json!({"keep_last": settings.retention.keep_last, "keep_days": settings.retention.keep_days})
        }
        "settings.rate_limit" if !settings.rate.paths.is_empty() => {
            let paths = settings.rate.paths.iter().map(|(glob, rate)| (glob.to_string(), rate.to_string()));
            let all = [("*".to_owned(), settings.rate.default.to_string())];
            Value::Object(paths.chain(all).map(|(glob, rate)| (glob, json!(rate))).collect())
        }
        "settings.state_group" => json!(settings.state_group),
        "settings.allow_shared_tenant_ids" => json!(settings.allow_shared_tenant_ids),
        _ => json!(text),
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
