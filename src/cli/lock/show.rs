use serde_json::{Value, json};

use super::document;
use crate::{
    cli::{Error, Exit, globals::Globals, session::Session},
    render::{Properties, Ui},
    state::{LockRecord, Process},
};

/// Show who holds the lock of the project
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:\n  descope-mgmt lock show\n  descope-mgmt lock show -e prod -o json")]
pub(in crate::cli) struct Args {}

impl Args {
    pub(super) fn run(self, globals: &Globals, ui: &Ui) -> Result<Exit, Error> {
        let Self {} = self;
        let session = Session::open_offline(globals)?;
        let project = session.project_id()?;
        let record = session.state.lock_record(&project)?;
        let alive = record.as_ref().and_then(|record| record.is_alive(&Process::detect()));
        let text = match &record {
            None => format!("Nobody holds the lock of project {project}.\n"),
            Some(record) => Properties::of(&facts(record, alive, &project)).text(),
        };
        let told = if record.is_some() { "Somebody holds the lock." } else { text.as_str() };
        let keys = json!({
            "project_id": project,
            "locked": record.is_some(),
            "lock": record.as_ref().map(|record| document(record, alive)),
        });
        ui.show_told(&text, told, &keys);
        Ok(Exit::Done)
    }
}

fn facts(record: &LockRecord, alive: Option<bool>, project: &str) -> Value {
    let holder = match alive {
        Some(true) => "alive on this host",
        Some(false) => "dead: its process has ended; the next run takes the lock over",
        None => "can't be told from here: on another host, since an earlier boot, or in another container",
    };
    json!({
        "project": project,
        "run": record.owner,
        "user": record.user,
        "host": record.host,
        "pid": record.process.pid,
        "command": record.command,
        "since (UTC)": record.acquired_at.format("%Y-%m-%d %H:%M:%S").to_string(),
        "heartbeats": record.heartbeat,
        "holder": holder,
    })
}
