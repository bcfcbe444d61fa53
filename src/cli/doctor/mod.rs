//! Everything that a run leans on, looked at one by one: each passes, warns or fails, with what to do about it.

mod check;
mod local;
mod records;
mod remote;

use serde_json::json;

use super::{Error, Exit, globals::Globals, session::Session};
use crate::render::Ui;

use check::{Check, Status};

/// How long one request may take here, where nothing else is said: somebody waits for the answer.
const PATIENCE: &str = "10s";

/// Check key, project, permissions, clock, folders, records, network and configuration, with a fix for whatever fails
///
/// Nothing is written to Descope. It works without a configuration and without a network, and says what it could not
/// check. Exits with 1 if a check fails.
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:\n  descope-mgmt doctor\n  descope-mgmt doctor -e prod -o json\n  \
                        descope-mgmt --sandbox doctor")]
pub(super) struct Args {}

impl Args {
    pub(super) async fn run(self, globals: &Globals, ui: &Ui) -> Result<Exit, Error> {
        let globals = Globals {
            timeout: globals.timeout.clone().or_else(|| Some(PATIENCE.to_owned())),
            max_wait: globals.max_wait.clone().or_else(|| Some(PATIENCE.to_owned())),
            ..globals.clone()
        };
        let (mut checks, loaded) = local::configuration(&globals)?;
        checks.extend(local::network());
        match Session::open_offline(&globals) {
            Ok(session) => {
                checks.extend(local::target(&session, loaded));
                checks.extend(local::state(&session));
                checks.extend(remote::checks(&session, ui).await);
            }
            // The configuration is at fault, and its own check says so.
            Err(error) => {
                checks.push(Check::warn("session", &error.to_string(), "correct the configuration first"));
            }
        }
        tell(&checks, ui);
        let failed = checks.iter().any(|check| check.status == Status::Fail);
        Ok(if failed { Exit::Failed } else { Exit::Done })
    }
}

fn tell(checks: &[Check], ui: &Ui) {
    let count = |status: Status| checks.iter().filter(|check| check.status == status).count();
    let (passed, warned, failed) = (count(Status::Pass), count(Status::Warn), count(Status::Fail));
    let mut text: String = checks.iter().map(|check| check.text(ui)).collect::<Vec<_>>().concat();
    let summary = format!("{passed} passed, {warned} with a warning, {failed} failed.\n");
    text += &format!("\n{summary}");
    let items: Vec<_> = checks.iter().map(Check::document).collect();
    ui.show_told(&text, &summary, &json!({"healthy": failed == 0, "checks": items}));
}
