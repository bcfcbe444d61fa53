use std::{
    io,
    path::{Path, PathBuf},
};

use clap::Command;
use clap_mangen::Man;
use serde_json::json;

use super::{Error, Exit};
use crate::render::Ui;

/// Print the manual page, or write those of all commands into a folder
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Examples:\n  descope-mgmt man > descope-mgmt.1\n  descope-mgmt man --out ~/.local/share/man/man1"
)]
pub(super) struct Args {
    /// Write a page for each command into this folder, which is made where it is missing
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
}

impl Args {
    pub(super) fn run(self, ui: &Ui, root: Command) -> Result<Exit, Error> {
        let Some(folder) = self.out else {
            let page = page(root).map_err(|source| failed("the manual page".as_ref(), source))?;
            ui.show_source(&page, &json!({"page": page}));
            return Ok(Exit::Done);
        };
        let written = std::fs::create_dir_all(&folder).and_then(|()| clap_mangen::generate_to(root, &folder));
        written.map_err(|source| failed(&folder, source))?;
        ui.show_result(&format!("Manual pages in {}\n", folder.display()), &json!({"folder": folder}));
        Ok(Exit::Done)
    }
}

fn page(root: Command) -> io::Result<String> {
    let mut text = Vec::new();
    Man::new(root).render(&mut text)?;
    Ok(String::from_utf8_lossy(&text).into_owned())
}

fn failed(path: &Path, source: io::Error) -> Error {
    Error::Out { path: path.to_owned(), source }
}
