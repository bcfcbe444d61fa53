use std::collections::{HashMap, HashSet};

use crate::{
    cli::{
        Error, Exit,
        connect::connect,
        globals::{Globals, Selection},
        reconcile::{Goal, Order, Wanted, reconcile},
        session::Session,
    },
    live::Reads,
    plan::Warning,
    render::Ui,
    resource::{
        Address, Desired, Live, Object, Pattern,
        tenant::{self, LiveTenant, SETTINGS_KIND},
    },
    state::Backup,
};

/// Put things back as a backup has them: planned, shown, confirmed, backed up itself
///
/// Tenants that the backup's run created are deleted only with --prune. Users, access keys and SSO secrets can't come
/// back; an SSO set-up that is there now is left alone.
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Examples:\n  descope-mgmt backup restore latest --dry-run\n  descope-mgmt backup restore 01KAV2GQ --target tenant.acme-corp"
)]
pub(in crate::cli) struct Args {
    /// The backup's id, its beginning, or 'latest'
    id: String,
    #[command(flatten)]
    selection: Selection,
}

impl Args {
    pub(super) async fn run(self, globals: &Globals, ui: &Ui) -> Result<Exit, Error> {
        self.reconcile(Goal::apply_unless(globals.dry_run), globals, ui).await
    }

    /// Shows what a restore would change, and changes nothing.
    pub(super) async fn diff(self, globals: &Globals, ui: &Ui) -> Result<Exit, Error> {
        self.reconcile(Goal::Plan, globals, ui).await
    }

    async fn reconcile(self, goal: Goal, globals: &Globals, ui: &Ui) -> Result<Exit, Error> {
        let session = Session::open(globals)?;
        let connection = connect(&session, ui).await?;
        let project = connection.client.project_id();
        let id = session.state.find_backup(project, &self.id)?;
        let backup = session.state.read_backup(project, &id)?;
        let selection = self.narrowed_to(&backup)?;
        let order = Order {
            wanted: Wanted::From {
                make: &|live| desired(&backup, live, &session),
                reads: Reads { tenants: true, settings: settings_of(&backup) },
            },
            scope: selection.scope(globals),
            goal,
            command: &format!("backup restore {id}"),
            retry: Some(&self.selection),
            warnings: what_stays_lost(&backup),
        };
        let result = reconcile(&session, &connection, order, globals, ui).await;
        connection.close().await?;
        result
    }

    /// What the backup holds, or the part of it that was selected: other tenants are no orphans here.
    fn narrowed_to(&self, backup: &Backup) -> Result<Selection, Error> {
        let held = addresses(backup).filter(|address| {
            self.selection.target.is_empty() || self.selection.target.iter().any(|it| it.matches(address))
        });
        let target: Result<Vec<Pattern>, _> = held.map(|address| address.as_str().parse()).collect();
        let target = target.map_err(|error| Error::Usage(format!("{error}")))?;
        if target.is_empty() {
            return Err(Error::Usage("the backup holds nothing of what --target names".to_owned()));
        }
        Ok(Selection { target, ..self.selection.clone() })
    }
}

fn addresses(backup: &Backup) -> impl Iterator<Item = Address> {
    let parsed = backup.resources.iter().filter_map(|it| it.address.parse::<Address>().ok());
    parsed.filter(|address| address.kind() == tenant::KIND)
}

/// The tenants whose settings the backup holds.
fn settings_of(backup: &Backup) -> HashSet<String> {
    let parsed = backup.resources.iter().filter_map(|it| it.address.parse::<Address>().ok());
    parsed.filter(|address| address.kind() == SETTINGS_KIND).map(|address| address.id().to_owned()).collect()
}

/// The tenants as the backup has them; those that it knows as "not there" are left out, so that --prune finds them.
fn desired(backup: &Backup, live: &Live, session: &Session) -> Result<Desired, Error> {
    let bodies: HashMap<&str, Object> = backup
        .resources
        .iter()
        .filter_map(|it| Some((it.address.as_str(), it.body.as_ref()?)))
        .map(|(address, body)| Ok((address, serde_json::from_str(body.get()).map_err(Error::BackupBody)?)))
        .collect::<Result<_, Error>>()?;
    let now: HashMap<&str, &LiveTenant> =
        live.tenants.iter().map(|it| (it.object.id.as_str(), &it.object)).collect();
    let mut tenants = Vec::new();
    for address in addresses(backup) {
        let Some(body) = bodies.get(address.as_str()) else { continue };
        let settings = bodies.get(format!("{SETTINGS_KIND}.{}", address.id()).as_str());
        let live = now.get(address.id()).copied();
        tenants.push(tenant::as_it_was(body, settings, live).map_err(Error::BackupBody)?);
    }
    Ok(session.desire(tenants))
}

fn what_stays_lost(backup: &Backup) -> Vec<Warning> {
    let sso = |body: &str| serde_json::from_str::<LiveTenant>(body).is_ok_and(|tenant| tenant.has_sso());
    let with_sso = backup.resources.iter().filter(|it| it.body.as_ref().is_some_and(|body| sso(body.get())));
    let lost = |it: &crate::state::BackedUp| Warning {
        code: "not_restorable",
        message: format!(
            "{}: users, access keys and SSO secrets are in no backup and don't come back",
            it.address
        ),
        address: it.address.parse().ok(),
    };
    with_sso.map(lost).collect()
}
