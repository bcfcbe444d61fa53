use std::path::PathBuf;

use serde_json::json;

use crate::{
    cli::{Error, Exit, files},
    config::schema_text,
    render::Ui,
};

/// Print the JSON Schema of the configuration, for completion and checks in an editor
///
/// A file that begins with `# yaml-language-server: $schema=descope.schema.json` is then completed and checked by every
/// editor with a YAML language server.
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Examples:\n  descope-mgmt config schema\n  descope-mgmt config schema --out descope.schema.json"
)]
pub(in crate::cli) struct Args {
    /// Where to write it [default: standard output]
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
}

impl Args {
    pub(super) fn run(self, ui: &Ui) -> Result<Exit, Error> {
        let text = schema_text();
        let Some(path) = self.out else {
            ui.write_out(&text);
            return Ok(Exit::Done);
        };
        files::put(&path, &text).map_err(|source| Error::Out { path: path.clone(), source })?;
        let name = path.display().to_string();
        ui.show_result(&format!("wrote {name}\n"), &json!({"files": [name]}));
        Ok(Exit::Done)
    }
}
