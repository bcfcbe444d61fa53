use std::{
    fs, io,
    path::{Path, PathBuf},
};

use serde_json::json;

use super::folder;
use crate::{
    cli::{Error, Exit, connect::connect, globals::Globals, session::Session},
    live,
    render::Ui,
    resource::project::snapshot::{Unfit, to_disk},
};

/// Write the project's whole configuration to a folder, in the layout of Descope's own command line
///
/// Users, tenants, access keys and secrets are not in it. Files of an earlier export that the project no longer has are
/// taken away; others in the folder stay. Wants Descope Pro or higher.
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Examples:\n  descope-mgmt project export\n  descope-mgmt project export -e staging --out snapshot"
)]
pub(in crate::cli) struct Args {
    /// The folder [default: project-<id>]
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
}

impl Args {
    pub(super) async fn run(self, globals: &Globals, ui: &Ui) -> Result<Exit, Error> {
        let session = Session::open(globals)?;
        let connection = connect(&session, ui).await?;
        let id = connection.client.project_id().to_owned();
        let out = self.out.unwrap_or_else(|| format!("project-{id}").into());
        let files = live::snapshot(&connection.client).await;
        connection.close().await?;
        let disk = to_disk(&files?).map_err(|error: Unfit| Error::Snapshot(error.to_string()))?;
        for (path, bytes) in &disk {
            put(&out.join(path), bytes).map_err(|source| Error::Out { path: out.join(path), source })?;
        }
        let mut removed = Vec::new();
        for path in folder::paths(&out)?.into_iter().filter(|path| !disk.contains_key(path)) {
            fs::remove_file(out.join(&path))
                .map_err(|source| Error::Out { path: out.join(&path), source })?;
            removed.push(path);
        }
        let gone = if removed.is_empty() { String::new() } else { format!(", {} removed", removed.len()) };
        let text = format!("wrote {} files to {}{gone}\n", disk.len(), out.display());
        let written: Vec<&String> = disk.keys().collect();
        let folder = out.display().to_string();
        ui.show_object(
            &text,
            &json!({
                "project_id": id, "folder": folder, "files": written, "removed": removed,
            }),
        );
        Ok(Exit::Done)
    }
}

/// Writes a file, unless it says the same already: then its time stays, too.
fn put(path: &Path, bytes: &[u8]) -> io::Result<()> {
    if fs::read(path).is_ok_and(|now| now == bytes) {
        return Ok(());
    }
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder)?;
    }
    fs::write(path, bytes)
}
