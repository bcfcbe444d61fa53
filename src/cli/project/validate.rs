use std::path::PathBuf;

use serde_json::{Value, json};

use super::folder;
use crate::{
    api::Client,
    cli::{Error, Exit, connect::connect, globals::Globals, session::Session},
    live,
    render::Ui,
    resource::project::snapshot::{Files, MissingSecret, Secrets, in_live_words},
};

/// Which snapshot, with which secrets, but for which parts.
#[derive(Debug, Clone, clap::Args)]
pub(in crate::cli) struct SnapshotFlags {
    /// The folder
    #[arg(value_name = "DIR")]
    pub(super) folder: PathBuf,
    /// A file with the secrets that an import needs, as Descope's own command line writes it
    #[arg(long, value_name = "FILE")]
    pub(super) secrets: Option<PathBuf>,
    /// A part that stays as it is, such as 'lists'; may be given several times
    #[arg(long, value_name = "PART")]
    pub(super) exclude: Vec<String>,
}

/// Ask Descope whether a folder could be imported; changes nothing in the project
///
/// Secrets that are missing get an empty place in the file of --secrets, to be filled in. Ends with 5 if an import would
/// fail.
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:\n  descope-mgmt project validate snapshot -e staging\n  \
                        descope-mgmt project validate snapshot --secrets secrets.json")]
pub(in crate::cli) struct Args {
    #[command(flatten)]
    snapshot: SnapshotFlags,
}

impl Args {
    pub(super) async fn run(self, globals: &Globals, ui: &Ui) -> Result<Exit, Error> {
        let session = Session::open(globals)?;
        let SnapshotFlags { folder, secrets, exclude } = &self.snapshot;
        let (files, given) = (folder::read(folder)?, folder::read_secrets(secrets.as_deref())?);
        let connection = connect(&session, ui).await?;
        let checked = check(&connection.client, &files, &given, exclude).await;
        connection.close().await?;
        let verdict = checked?;
        if let (Some(file), false) = (secrets, verdict.missing.is_empty()) {
            folder::write_secrets(file, &given.with_places_for(&verdict.missing))?;
        }
        ui.show_object(&verdict.text(), &verdict.document());
        Ok(if verdict.ok { Exit::Done } else { Exit::Invalid })
    }
}

/// What the service says of a snapshot that is to be imported.
pub(super) struct Verdict {
    /// Whether it can be.
    pub(super) ok: bool,
    failures: Vec<Value>,
    missing: Vec<MissingSecret>,
}

/// Asks the service whether these files can be imported.
pub(super) async fn check(
    client: &Client,
    files: &Files,
    secrets: &Secrets,
    excludes: &[String],
) -> Result<Verdict, Error> {
    let files = in_live_words(files.clone(), &Files::new());
    let checked = live::check_snapshot(client, &files, secrets, excludes).await?;
    let missing = MissingSecret::all(&checked.missing_secrets);
    Ok(Verdict { ok: checked.ok, failures: checked.failures, missing })
}

impl Verdict {
    /// The verdict for people.
    pub(super) fn text(&self) -> String {
        if self.ok {
            return "The snapshot can be imported.\n".to_owned();
        }
        let told = |failure: &Value| failure.as_str().map_or_else(|| failure.to_string(), str::to_owned);
        let failures = self.failures.iter().map(|failure| format!("✗ {}\n", told(failure)));
        let missing = self.missing.iter().map(|it| {
            format!("✗ the {} '{}' ({}) needs its secret '{}'\n", it.kind, it.name, it.id, it.sort)
        });
        let hint = if self.missing.is_empty() {
            String::new()
        } else {
            "fill the places in the file of --secrets FILE, which `project validate` writes, and give it to the import\n"
                .to_owned()
        };
        failures.chain(missing).collect::<String>() + "The snapshot can't be imported.\n" + &hint
    }

    fn document(&self) -> Value {
        let Self { ok, failures, missing } = self;
        json!({"ok": ok, "failures": failures, "missing_secrets": missing})
    }
}
