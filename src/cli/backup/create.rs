use serde_json::{json, value::to_raw_value};

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
        Address, Pattern, kept_as,
        project::{self, snapshot::Files},
        tenant::{self, SETTINGS_KIND},
    },
    state::{AuditEvent, BackedUp, Backup},
};

/// Back up what is live now, settings included
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
        let meant = |kind: &str, id: &str| {
            let address = Address::new(kind, id);
            self.target.is_empty() || self.target.iter().any(|pattern| pattern.matches(&address))
        };
        let tenants = live::tenants(&connection.client).await?;
        let tenants: Vec<_> = tenants.into_iter().filter(|it| meant(tenant::KIND, &it.object.id)).collect();
        let ids: Vec<String> = tenants.iter().map(|it| it.object.id.clone()).collect();
        let settings = live::settings_of(&connection.client, &ids).await?;
        let mut resources = Vec::new();
        for observed in tenants {
            let id = observed.object.id;
            resources.push(BackedUp { address: format!("{}.{id}", tenant::KIND), body: Some(observed.raw) });
            if let Some(settings) = settings.get(&id) {
                let body = Some(settings.raw.clone());
                resources.push(BackedUp { address: format!("{SETTINGS_KIND}.{id}"), body });
            }
        }
        if let Some(own) = connection.project.as_ref().filter(|_| meant(project::KIND, project::ID)) {
            let address = Address::new(project::KIND, project::ID).to_string();
            resources.push(BackedUp { address, body: Some(own.raw.clone()) });
        }
        let project = connection.client.project_id();
        session.state.prepare(project)?;
        let backup = session.backup(project, "backup create", resources);
        let backup = Backup { reason: self.reason.or(backup.reason), ..backup };
        let audit = Record::begin(&session, project).await?;
        let event = AuditEvent::intended("back up", &format!("backup.{}", backup.id));
        let written = audit.act(event, || session.state.write_backup(&backup)).await;
        audit.end(written).await?;
        let count = backup.resources.len();
        let document = json!({"format_version": "1.0", "id": backup.id, "resources": count});
        ui.show_object(&format!("Backed up {count} objects as {}\n", backup.id), &document);
        connection.close().await?;
        Ok(Exit::Done)
    }
}

/// Everything of a project that can be read, a snapshot of its configuration included where the license has them.
pub(in crate::cli) async fn everything_in(connection: &Connection, ui: &Ui) -> Result<Vec<BackedUp>, Error> {
    let client = &connection.client;
    let reads = Reads { tenants: true, flows: Which::All, theme: true, ..Reads::default() };
    let mut live = live::fetch(client, &reads).await?;
    let ids: Vec<String> = live.tenants.iter().map(|tenant| tenant.object.id.clone()).collect();
    live.settings = live::settings_of(client, &ids).await?;
    live.project = connection.project.clone();
    let index = live.index();
    let kept = index.iter().map(|((path, id), raw)| BackedUp {
        address: format!("{}.{id}", kept_as(path)),
        body: Some((*raw).to_owned()),
    });
    let mut resources: Vec<BackedUp> = kept.collect();
    match live::snapshot(client).await {
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
