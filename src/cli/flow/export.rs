use std::{
    fs,
    path::{Path, PathBuf},
};

use clap::ValueEnum;
use serde_json::{Value, json};

use crate::{
    api::Client,
    cli::{Error, Exit, connect::connect, globals::Globals, session::Session},
    live,
    render::Ui,
    resource::{
        Observed,
        flow::{self, Content, to_go_json},
    },
};

/// Write a live flow, or the theme, to files that can be deployed again
///
/// Without --out, a flow in one file goes to standard output. Files are written byte for byte as Descope's own command
/// line writes them, so that the two can take turns.
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Examples:\n  descope-mgmt flow export sign-up-or-in --out flows/sign-up-or-in.json\n  \
                        descope-mgmt flow export sign-up-or-in --format folder --out flows/sign-up-or-in\n  \
                        descope-mgmt flow export sign-up-or-in --as-template our-login --out templates\n  \
                        descope-mgmt flow export --theme --out theme.json"
)]
pub(in crate::cli) struct Args {
    /// The flow's id
    #[arg(required_unless_present = "theme")]
    id: Option<String>,
    /// The theme, in place of a flow
    #[arg(long, conflicts_with_all = ["id", "format", "as_template"])]
    theme: bool,
    /// The shape of the files
    #[arg(long, value_enum, default_value = "exported")]
    format: Format,
    /// Where to write: a file, or a folder for --format folder and --as-template
    #[arg(long, value_name = "PATH")]
    out: Option<PathBuf>,
    /// Make a template of it, in a folder of this name, version 1.0.0
    #[arg(long, value_name = "NAME", conflicts_with = "format")]
    as_template: Option<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Format {
    /// As the API exports it
    Exported,
    /// As the console exports it
    Console,
    /// A folder, as in a snapshot of the project
    Folder,
}

impl Args {
    pub(super) async fn run(self, globals: &Globals, ui: &Ui) -> Result<Exit, Error> {
        let session = Session::open(globals)?;
        let connection = connect(&session, ui).await?;
        let files = if let Some(id) = &self.id {
            self.files(&existing(&connection.client, id).await?.object)?
        } else {
            let theme = live::one_theme(&connection.client).await?.object;
            vec![(PathBuf::new(), to_go_json(&Value::Object(theme.into_object())))]
        };
        connection.close().await?;
        self.write(&files, ui)?;
        Ok(Exit::Done)
    }

    /// The files below the path to write to; that of a single file is empty.
    fn files(&self, flow: &Content) -> Result<Vec<(PathBuf, String)>, Error> {
        let one = |value: &Value| vec![(PathBuf::new(), to_go_json(value))];
        if let Some(name) = &self.as_template {
            if !flow::is_id(name) {
                return Err(Error::Usage(format!(
                    "'{name}' can't name a template: use letters, digits, '-' and '_'"
                )));
            }
            let (yaml, value) = flow::template::from_flow(flow, name);
            let folder = Path::new(name).join("1.0.0");
            let there = self.out.as_deref().unwrap_or(Path::new("")).join(&folder);
            if there.exists() {
                return Err(Error::TemplateExists { path: there });
            }
            return Ok(vec![
                (folder.join("template.yaml"), yaml),
                (folder.join("flow.json"), to_go_json(&value)),
            ]);
        }
        Ok(match self.format {
            Format::Exported => one(&flow.pruned().exported()),
            Format::Console => one(&flow.console()),
            Format::Folder => {
                let files = flow.pruned().folder();
                if let Some(name) = files.keys().find(|name| !is_file_name(name)) {
                    return Err(Error::StrangeName(name.clone()));
                }
                files.iter().map(|(name, value)| (name.into(), to_go_json(value))).collect()
            }
        })
    }

    fn write(&self, files: &[(PathBuf, String)], ui: &Ui) -> Result<(), Error> {
        let Some(out) = self.out.as_ref().filter(|out| *out != Path::new("-")) else {
            let [(name, text)] = files else { return Err(needs_out()) };
            if !name.as_os_str().is_empty() {
                return Err(needs_out());
            }
            ui.write_out(text);
            return Ok(());
        };
        let mut written = Vec::new();
        for (name, text) in files {
            let path = if name.as_os_str().is_empty() { out.clone() } else { out.join(name) };
            put(&path, text).map_err(|source| Error::Out { path: path.clone(), source })?;
            written.push(path.display().to_string());
        }
        if self.as_template.is_none() && self.format == Format::Folder {
            remove_stale(out, files).map_err(|source| Error::Out { path: out.clone(), source })?;
        }
        let text = written.iter().fold(String::new(), |text, path| text + "wrote " + path + "\n");
        ui.show_object(&text, &json!({"files": written}));
        Ok(())
    }
}

fn needs_out() -> Error {
    Error::Usage("several files need a folder: add --out FOLDER".to_owned())
}

/// Whether a name that came from the service is one file in its folder, and nothing else.
fn is_file_name(name: &str) -> bool {
    let plain = |sign: char| sign.is_ascii_alphanumeric() || "-_.".contains(sign);
    name.chars().all(plain) && !name.starts_with('.')
}

/// Takes away the screens that an older export left in the folder: with them it would be no flow.
fn remove_stale(folder: &Path, files: &[(PathBuf, String)]) -> std::io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let name = PathBuf::from(entry?.file_name());
        let text = name.to_string_lossy();
        let is_screen = text.starts_with("screen-") && text.ends_with(".json");
        if is_screen && !files.iter().any(|(other, _)| *other == name) {
            fs::remove_file(folder.join(&name))?;
        }
    }
    Ok(())
}

/// Writes a file in one step: whoever reads it meanwhile sees the former one. A link stays one, and what is no file,
/// such as a pipe, is written to.
fn put(path: &Path, text: &str) -> std::io::Result<()> {
    let path = &path.canonicalize().unwrap_or_else(|_| path.to_owned());
    if path.exists() && !path.is_file() {
        return fs::write(path, text);
    }
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    fs::create_dir_all(folder)?;
    let passing = tempfile::Builder::new().permissions(readable()).tempfile_in(folder)?;
    fs::write(passing.path(), text)?;
    passing.persist(path).map_err(|error| error.error)?;
    Ok(())
}

/// A file for a repository, not a record: everybody may read it, as far as the umask lets them.
fn readable() -> fs::Permissions {
    std::os::unix::fs::PermissionsExt::from_mode(0o666)
}

/// The flow called `id`.
pub(super) async fn existing(client: &Client, id: &str) -> Result<Observed<Content>, Error> {
    let flows = live::flows(client).await?;
    if !flows.contains_key(id) {
        return Err(Error::NoFlow { id: id.to_owned(), there: flows.into_keys().collect() });
    }
    Ok(live::one_flow(client, id).await?)
}
