mod break_lock;
mod show;

use clap::Subcommand;
use serde_json::{Value, json};

use super::{Error, Exit, globals::Globals};
use crate::{render::Ui, state::LockRecord};

/// See who holds the lock of the project, and break it when that run is dead
#[derive(Debug, Subcommand)]
pub(super) enum Command {
    Show(show::Args),
    Break(break_lock::Args),
}

impl Command {
    pub(super) async fn run(self, globals: &Globals, ui: &Ui) -> Result<Exit, Error> {
        match self {
            Self::Show(args) => args.run(globals, ui),
            Self::Break(args) => args.run(globals, ui).await,
        }
    }
}

/// A lock, with the keys that scripts know.
fn document(record: &LockRecord, alive: Option<bool>) -> Value {
    json!({
        "run_id": record.owner,
        "user": record.user,
        "host": record.host,
        "pid": record.process.pid,
        "command": record.command,
        "acquired_at": record.acquired_at,
        "heartbeat": record.heartbeat,
        "alive": alive,
    })
}
