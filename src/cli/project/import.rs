use super::{
    call::{journalled, step},
    folder,
    validate::{SnapshotFlags, check},
};
use crate::{
    api,
    cli::{
        Error, Exit,
        backup::snapshot_of,
        connect::{Connection, connect},
        finish::to_its_end,
        globals::Globals,
        questions::confirm,
        reconcile::Goal,
        retry,
        session::Session,
        settle::{self, digest_of_files},
    },
    live,
    plan::{self, Moved, Plan, Warning},
    render::{Telling, Ui},
    resource::{
        Address,
        project::{
            self,
            snapshot::{Files, Secrets, differences, import_call, in_live_words},
        },
    },
};

/// Overwrite the project's whole configuration with a folder: shown, asked, backed up, imported
///
/// What would change is told file by file, and of flows by what they mean. Before, the whole configuration is exported
/// into a backup, so that `backup restore` takes it back. Users, tenants and access keys stay as they are.
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:\n  descope-mgmt project import snapshot -e staging --dry-run\n  \
                        descope-mgmt project import snapshot -e staging --secrets secrets.json --exclude lists")]
pub(in crate::cli) struct Args {
    #[command(flatten)]
    snapshot: SnapshotFlags,
}

impl Args {
    pub(super) async fn run(self, globals: &Globals, ui: &Ui) -> Result<Exit, Error> {
        let session = Session::open(globals)?;
        let SnapshotFlags { folder, secrets, exclude } = self.snapshot;
        let import = Import {
            files: folder::read(&folder)?,
            secrets: folder::read_secrets(secrets.as_deref())?,
            excludes: exclude,
            command: "project import",
        };
        let connection = connect(&session, ui).await?;
        let goal = Goal::apply_unless(globals.dry_run);
        let result = import.run(&session, &connection, goal, globals, ui).await;
        connection.close().await?;
        result
    }
}

/// What is to be imported.
pub(in crate::cli) struct Import<'a> {
    /// The files.
    pub(in crate::cli) files: Files,
    /// The secrets that go along.
    pub(in crate::cli) secrets: Secrets,
    /// The parts that stay as they are.
    pub(in crate::cli) excludes: Vec<String>,
    /// The words of the command, for the records.
    pub(in crate::cli) command: &'a str,
}

impl Import<'_> {
    /// Shows what an import would change and, unless told otherwise, does it.
    pub(in crate::cli) async fn run(
        mut self,
        session: &Session,
        connection: &Connection,
        goal: Goal,
        globals: &Globals,
        ui: &Ui,
    ) -> Result<Exit, Error> {
        let live = live::snapshot(&connection.client).await?;
        self.files = in_live_words(self.files, &live);
        let plan = self.plan(&live, connection);
        let header = session.header(connection);
        let rate = connection.client.rate();
        let applies = goal == Goal::Apply && !plan.is_empty();
        ui.show_plan(&plan, &header, rate, if applies { Telling::Prelude } else { Telling::Plan });
        if !applies {
            let changes = globals.detailed_exitcode && !plan.is_empty();
            return Ok(if changes { Exit::Changes } else { Exit::Done });
        }
        let verdict = check(&connection.client, &self.files, &self.secrets, &self.excludes).await?;
        if !verdict.ok {
            return Err(Error::Snapshot(verdict.text().trim_end().to_owned()));
        }
        confirm(session, connection, &plan, globals, ui)?;
        self.apply(session, connection, &live, (&plan, globals), ui).await
    }

    /// What changes, as a plan whose changes run as one call.
    fn plan(&self, live: &Files, connection: &Connection) -> Plan {
        let found = differences(live, &self.files, &self.excludes);
        let mut warnings = connection.warnings.clone();
        if !found.is_empty() {
            warnings.push(Warning {
                code: "import_overwrites",
                message:
                    "an import overwrites the project's whole configuration in one call; secrets of what the \
                          project has already are kept"
                        .to_owned(),
                address: None,
            });
        }
        Plan { changes: found.into_iter().map(plan::file_change).collect(), warnings, ..Plan::default() }
    }

    async fn apply(
        &self,
        session: &Session,
        connection: &Connection,
        shown: &Files,
        (plan, globals): (&Plan, &Globals),
        ui: &Ui,
    ) -> Result<Exit, Error> {
        let project = connection.client.project_id();
        session.state.prepare(project)?;
        let (lock, taken_from) = session.lock(project, self.command, ui).await?;
        let fresh = live::snapshot(&connection.client).await?;
        let moved = differences(shown, &fresh, &[]);
        if !moved.is_empty() {
            let what = "it was changed".to_owned();
            let moved = moved.into_iter().map(|it| Moved { address: it.address, what: what.clone() });
            return Err(Error::Moved(moved.collect()));
        }
        let backup = session.backup(project, self.command, vec![snapshot_of(&fresh)?]);
        session.state.write_backup(&backup)?;
        let trail = settle::trail(session, project, taken_from.as_deref()).await?;
        settle::settle(session, connection, &trail, ui).await?;
        let step = step("import", project::SNAPSHOT, digest_of_files(&fresh), digest_of_files(&self.files));
        let call = async {
            lock.check()?;
            ui.note("importing; this may take a minute or two");
            to_its_end(self.import(connection, &fresh), ui).await
        };
        let left = journalled(session, project, trail, step, call).await?;
        lock.release()?;
        let rollback = retry::restore(&backup.id, session, globals);
        let count = plan.changes.len();
        let said = if left.is_empty() {
            String::new()
        } else {
            let names: Vec<String> = left.iter().take(5).map(ToString::to_string).collect();
            format!("the service says in other words what it took: {}\n", names.join(", "))
        };
        let text = format!("✓ imported: {count} changed\n{said}backup {}\nrollback: {rollback}\n", backup.id);
        ui.show_object(&text, &serde_json::json!({
            "project_id": project, "changed": plan.changes.iter().map(|it| &it.address).collect::<Vec<_>>(),
            "in_other_words": left, "backup_id": backup.id, "rollback_command": rollback,
        }));
        Ok(Exit::Done)
    }

    /// Sends the files; returns what the service says in other words than it was told. Where the answer gets lost, a
    /// fresh export tells whether it took effect.
    async fn import(&self, connection: &Connection, before: &Files) -> Result<Vec<Address>, Error> {
        let request = import_call(&self.files, &self.secrets, &self.excludes);
        let sent = connection.client.for_snapshots().for_young_project().send(&request).await;
        let unsure = match sent {
            Ok(_) => None,
            Err(error) if error.is_uncertain() => Some(error),
            Err(error) => return Err(error.into()),
        };
        let now = live::snapshot(&connection.client).await?;
        let left = differences(&now, &self.files, &self.excludes);
        match unsure {
            Some(error) if !left.is_empty() => Err(untold(error, differences(before, &now, &[]).is_empty())),
            _ => Ok(left.into_iter().map(|it| it.address).collect()),
        }
    }
}

/// An import whose answer got lost and which did not come to be.
fn untold(error: api::Error, untouched: bool) -> Error {
    if untouched { error.into() } else { Error::ImportUnknown { source: error } }
}
