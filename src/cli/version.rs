use serde_json::json;

use super::Exit;
use crate::render::Ui;

/// Say which version this is
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:\n  descope-mgmt version\n  descope-mgmt version -o json")]
pub(super) struct Args {}

impl Args {
    #[expect(clippy::unused_self, reason = "every command has a run of this form")]
    pub(super) fn run(self, ui: &Ui) -> Exit {
        show(ui)
    }
}

/// Says which version this is; `--version` does, too.
pub(super) fn show(ui: &Ui) -> Exit {
    let version = env!("CARGO_PKG_VERSION");
    let document = json!({"name": "descope-mgmt", "version": version});
    ui.show_object(&format!("descope-mgmt {version}\n"), &document);
    Exit::Done
}
