use serde_json::{json, value::to_raw_value};

use super::WHOLE;
use crate::{
    cli::{
        Error, Exit,
        connect::{Connection, connect},
        globals::Globals,
        record::Record,
        session::Session,
    },
    live::{self, Reads, Which},
    render::Ui,
    resource::{
        Address, Pattern, flow, kept_as,
        project::{self, snapshot::Files},
        tenant, theme,
    },
    state::{AuditEvent, BackedUp, Backup},
};

/// Back up what is live now: tenants with their settings, flows and the theme
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:\n  descope-mgmt backup create --reason 'before the migration'\n  \
                        descope-mgmt backup create --target 'tenant.acme-*'")]
pub(in crate::cli) struct Args {
    /// Only this address; '*' stands for any text
    #[arg(long, value_name = "ADDRESS")]
    target: Vec<Pattern>,
    /// Why, for whoever finds it
    #[arg(long, value_name = "TEXT")]
    reason: Option<String>,
}

impl Args {
    pub(super) async fn run(self, globals: &Globals, ui: &Ui) -> Result<Exit, Error> {
        let session = Session::open(globals)?;
        let connection = connect(&session, ui).await?;
        let resources = self.everything_meant(&connection).await?;
        let project = connection.client.project_id();
        session.state.prepare(project)?;
        let backup = session.backup(project, &self.command(), resources);
        let backup = Backup { reason: self.reason.or(backup.reason), ..backup };
        let audit = Record::begin(&session, project).await?;
        let event = AuditEvent::intended("back up", &format!("backup.{}", backup.id));
        let written = audit.act(event, || session.state.write_backup(&backup)).await;
        audit.end(written).await?;
        let count = backup.resources.len();
        let document = json!({"id": backup.id, "resources": count});
        ui.show_object(&format!("Backed up {count} objects as {}\n", backup.id), &document);
        connection.close().await?;
        Ok(Exit::Done)
    }

    /// What is live now of what is meant: tenants with their settings, flows, the theme, the project itself.
    async fn everything_meant(&self, connection: &Connection) -> Result<Vec<BackedUp>, Error> {
        let client = &connection.client;
        let listed = live::flows(client).await?;
        let wanted = Reads {
            flows: Which::of(listed.into_keys().filter(|id| self.means(flow::KIND, id))),
            theme: self.means(theme::KIND, theme::ID),
            ..Reads::default()
        };
        let mut live = live::fetch(client, &wanted).await?;
        live.tenants = live::tenants(client).await?;
        live.tenants.retain(|it| self.means(tenant::KIND, &it.object.id));
        let ids: Vec<String> = live.tenants.iter().map(|it| it.object.id.clone()).collect();
        live.settings = live::settings_of(client, &ids).await?;
        live.project = connection.project.clone().filter(|_| self.means(project::KIND, project::ID));
        let index = live.index();
        let mut resources: Vec<BackedUp> = index
            .into_iter()
            .map(|((path, id), raw)| BackedUp {
                address: format!("{}.{id}", kept_as(path)),
                body: Some(raw.to_owned()),
            })
            .collect();
        resources.sort_by(|a, b| a.address.cmp(&b.address));
        Ok(resources)
    }

    fn means(&self, kind: &str, id: &str) -> bool {
        let address = Address::new(kind, id);
        self.target.is_empty() || self.target.iter().any(|pattern| pattern.matches(&address))
    }

    /// The words of the command, so that a part is not taken for the whole.
    fn command(&self) -> String {
        let targets = self.target.iter().map(|pattern| format!(" --target {pattern}"));
        std::iter::once(WHOLE.to_owned()).chain(targets).collect()
    }
}

/// Everything of a project that can be read, a snapshot of its configuration included where the license has them.
pub(in crate::cli) async fn everything_in(connection: &Connection, ui: &Ui) -> Result<Vec<BackedUp>, Error> {
    let whole = Args { target: Vec::new(), reason: None };
    let mut resources = whole.everything_meant(connection).await?;
    match live::snapshot(&connection.client).await {
        Ok(files) => resources.push(snapshot_of(&files)?),
        Err(error) if error.is_refusal() || error.status() == Some(403) => {
            ui.warn(&format!("the backup holds no snapshot of the configuration: {error}"));
        }
        Err(error) => return Err(error.into()),
    }
    resources.sort_by(|a, b| a.address.cmp(&b.address));
    Ok(resources)
}

/// A snapshot as a backup keeps it.
pub(in crate::cli) fn snapshot_of(files: &Files) -> Result<BackedUp, Error> {
    let body = to_raw_value(files).map_err(Error::BackupBody)?;
    Ok(BackedUp { address: project::SNAPSHOT.to_owned(), body: Some(body) })
}
