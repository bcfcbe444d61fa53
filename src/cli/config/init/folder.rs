//! A folder that Descope's own command line exported → a configuration that deploys its flows and theme.

use std::{fs, path::Path};

use super::{Args, Files};
use crate::{
    cli::{Error, globals::Globals},
    config::Starter,
    resource::flow,
};

/// Where a snapshot keeps its theme.
const THEME: &str = "styles/styles.json";

pub(super) fn files(args: &Args, folder: &Path, globals: &Globals) -> Result<Files, Error> {
    let failed = |source| Error::In { path: folder.to_owned(), source };
    let mut flows = Vec::new();
    let list = folder.join("flows");
    if list.is_dir() {
        for entry in fs::read_dir(&list).map_err(failed)? {
            let path = entry.map_err(failed)?.path();
            let id = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
            if path.join("contents.json").is_file() && flow::is_id(&id) {
                flows.push((id, args.relative(&path)));
            }
        }
    }
    flows.sort();
    let theme = Some(folder.join(THEME)).filter(|path| path.is_file()).map(|path| args.relative(&path));
    if flows.is_empty() && theme.is_none() {
        return Err(Error::Usage(format!(
            "'{}' holds neither flows nor a theme: name a folder as `descope project snapshot export` writes it",
            folder.display()
        )));
    }
    let environments = args.environments(globals);
    let starter = Starter { environments, flows, theme, ..Starter::default() };
    Ok(Files::new(&args.out, &starter, Vec::new(), Vec::new()))
}
