use std::collections::HashMap;

use serde_json::Value;

use crate::{
    cli::{
        Error, Exit,
        connect::connect,
        globals::{Globals, Selection},
        project::Import,
        reconcile::{Goal, Kept, Kinds, Order, Wanted, reconcile},
        session::Session,
    },
    live::{Reads, Which},
    plan::{CREATED_BY_RUN, Warning},
    render::Ui,
    resource::{
        Address, Desired, DesiredBy, Live, Object, Pattern,
        flow::{self, Content, Flow, Origin},
        project::{
            self, DesiredProject, LiveProject,
            snapshot::{Files, Secrets},
        },
        tenant::{self, LiveTenant, SETTINGS_KIND},
        theme::{self, DesiredTheme, Theme},
    },
    state::Backup,
};

/// Put things back as a backup has them: planned, shown, confirmed, backed up itself
///
/// What the backup's run created is deleted only with --prune. Users, access keys and SSO secrets can't come back; an
/// SSO set-up that is there now is left alone.
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
        let id = session.state.find_backup(&session.project_id()?, &self.id)?;
        let command = format!("backup restore {id}");
        restore(&session, &id, &command, &self.selection, goal, globals, ui).await
    }
}

/// Puts back what the backup holds, or the part of it that was selected.
pub(in crate::cli) async fn restore(
    session: &Session,
    id: &str,
    command: &str,
    selection: &Selection,
    goal: Goal,
    globals: &Globals,
    ui: &Ui,
) -> Result<Exit, Error> {
    let connection = connect(session, ui).await?;
    let backup = session.state.read_backup(connection.client.project_id(), id)?;
    if let Some(files) = snapshot_meant(&backup, selection)? {
        // Secrets of what is there already are kept, and what the import had added is taken away.
        let import = Import { files, secrets: Secrets::default(), excludes: Vec::new(), command };
        let result = Box::pin(import.run(session, &connection, goal, globals, ui)).await;
        connection.close().await?;
        return result;
    }
    let narrowed = narrowed_to(&backup, selection)?;
    let part = Part { backup: &backup, scope: &narrowed };
    let order = Order {
        wanted: Wanted::From { make: &|live| part.desired(live, session), reads: part.reads() },
        scope: narrowed.scope(globals),
        goal,
        command,
        retry: Some(selection),
        warnings: part.what_stays(),
        kinds: Kinds::All,
        kept: Kept::No,
    };
    let result = Box::pin(reconcile(session, &connection, order, globals, ui)).await;
    connection.close().await?;
    result
}

/// The snapshot in a backup, where it is all that the backup holds, or is named.
fn snapshot_meant(backup: &Backup, selection: &Selection) -> Result<Option<Files>, Error> {
    let held = backup.resources.iter().find(|it| it.address == project::SNAPSHOT);
    let Some(body) = held.and_then(|it| it.body.as_ref()) else { return Ok(None) };
    let named = |pattern: &Pattern| {
        project::SNAPSHOT.parse::<Address>().is_ok_and(|address| pattern.matches(&address))
    };
    let alone = selection.target.is_empty() && addresses(backup).next().is_none();
    if !alone && !selection.target.iter().any(named) {
        return Ok(None);
    }
    serde_json::from_str(body.get()).map(Some).map_err(Error::BackupBody)
}

/// What the backup holds, or the part of it that was selected: other tenants are no orphans here.
fn narrowed_to(backup: &Backup, selection: &Selection) -> Result<Selection, Error> {
    let held = addresses(backup).filter(|address| {
        selection.target.is_empty() || selection.target.iter().any(|it| it.matches(address))
    });
    let target: Result<Vec<Pattern>, _> = held.map(|address| address.as_str().parse()).collect();
    let target = target.map_err(|error| Error::Usage(format!("{error}")))?;
    if target.is_empty() {
        return Err(Error::Usage("the backup holds nothing of what --target names".to_owned()));
    }
    Ok(Selection { target, ..selection.clone() })
}

/// The objects in a backup; settings belong to their tenants.
fn addresses(backup: &Backup) -> impl Iterator<Item = Address> {
    let parsed = backup.resources.iter().filter_map(|it| it.address.parse::<Address>().ok());
    parsed.filter(|address| {
        let kinds = [tenant::KIND, flow::KIND, theme::KIND, project::KIND];
        kinds.contains(&address.kind()) && address.as_str() != project::SNAPSHOT
    })
}

/// The part of a backup that is put back.
struct Part<'a> {
    backup: &'a Backup,
    scope: &'a Selection,
}

impl Part<'_> {
    fn meant(&self, kind: &'static str) -> impl Iterator<Item = Address> {
        addresses(self.backup).filter(move |address| {
            address.kind() == kind
                && self.scope.target.iter().any(|pattern| pattern.matches(address))
                && !self.scope.exclude.iter().any(|pattern| pattern.matches(address))
        })
    }

    /// What must be read to compare with it.
    fn reads(&self) -> Reads {
        let parsed = self.backup.resources.iter().filter_map(|it| it.address.parse::<Address>().ok());
        let settings = parsed.filter(|address| address.kind() == SETTINGS_KIND);
        let flows = self.meant(flow::KIND).map(|address| address.id().to_owned());
        Reads {
            tenants: self.meant(tenant::KIND).next().is_some(),
            settings: settings.map(|address| address.id().to_owned()).collect(),
            flows: if self.made_flows().is_empty() { Which::of(flows) } else { Which::All },
            theme: self.meant(theme::KIND).next().is_some(),
            project: self.meant(project::KIND).next().is_some(),
        }
    }

    /// The flows that the backup's run created, where they are to go.
    fn made_flows(&self) -> Vec<String> {
        if !self.scope.prune {
            return Vec::new();
        }
        let bodies = self.bodies();
        let made = self.meant(flow::KIND).filter(|address| !bodies.contains_key(address.as_str()));
        made.map(|address| address.id().to_owned()).collect()
    }

    fn bodies(&self) -> HashMap<&str, &str> {
        let resources = self.backup.resources.iter();
        resources.filter_map(|it| Some((it.address.as_str(), it.body.as_ref()?.get()))).collect()
    }

    /// The objects as the backup has them; tenants that it knows as "not there" are left out, so that --prune finds
    /// them.
    fn desired(&self, live: &Live, session: &Session) -> Result<Desired, Error> {
        let bodies = self.bodies();
        let object = |address: &str| {
            bodies.get(address).map(|body| serde_json::from_str(body).map_err(Error::BackupBody)).transpose()
        };
        let now: HashMap<&str, &LiveTenant> =
            live.tenants.iter().map(|it| (it.object.id.as_str(), &it.object)).collect();
        let mut tenants = Vec::new();
        for address in self.meant(tenant::KIND) {
            let Some(body) = object(address.as_str())? else { continue };
            let settings: Option<Object> = object(&format!("{SETTINGS_KIND}.{}", address.id()))?;
            let live = now.get(address.id()).copied();
            tenants.push(tenant::as_it_was(&body, settings.as_ref(), live).map_err(Error::BackupBody)?);
        }
        let mut flows = Vec::new();
        for address in self.meant(flow::KIND) {
            let Some(body) = object(address.as_str())? else { continue };
            flows.push(self.flow(address.id(), body)?);
        }
        let theme =
            self.meant(theme::KIND).find_map(|address| object(address.as_str()).transpose()).transpose()?;
        let theme = theme.map(|body| self.theme(body)).transpose()?;
        let project =
            self.meant(project::KIND).find_map(|address| object(address.as_str()).transpose()).transpose()?;
        let project = project.map(own_attributes).transpose()?;
        Ok(Desired {
            flows: Some(flows),
            theme,
            project,
            doomed_flows: self.made_flows(),
            by: DesiredBy::Backup,
            ..session.desire(tenants)
        })
    }

    fn flow(&self, id: &str, body: Object) -> Result<Flow, Error> {
        let address = Address::new(flow::KIND, id);
        let unfit = |error: &dyn std::fmt::Display| Error::BackupHolds(format!("{address}: {error}"));
        let (content, _) = Content::from_json(Value::Object(body)).map_err(|error| unfit(&error))?;
        let origin = Origin::Backup(self.backup.id.clone());
        Ok(Flow { id: id.to_owned(), content: content.named(id), origin, place: None })
    }

    fn theme(&self, body: Object) -> Result<DesiredTheme, Error> {
        let theme =
            Theme::from_json(Value::Object(body)).map_err(|error| Error::BackupHolds(error.to_string()))?;
        Ok(DesiredTheme { theme, origin: format!("backup {}", self.backup.id), place: None })
    }

    /// What a restore can't bring back, and what it leaves.
    fn what_stays(&self) -> Vec<Warning> {
        let sso = |body: &str| serde_json::from_str::<LiveTenant>(body).is_ok_and(|tenant| tenant.has_sso());
        let bodies = self.bodies();
        let with_sso =
            self.meant(tenant::KIND).filter(|it| bodies.get(it.as_str()).is_some_and(|body| sso(body)));
        let lost = with_sso.map(|address| Warning {
            code: "not_restorable",
            message: format!(
                "{address}: users, access keys and SSO secrets are in no backup and don't come back"
            ),
            address: Some(address),
        });
        let made = self.meant(flow::KIND).filter(|it| !self.scope.prune && !bodies.contains_key(it.as_str()));
        let left = made.map(|address| Warning {
            code: CREATED_BY_RUN,
            message: format!("{address} was created by the run of this backup and stays; --prune deletes it"),
            address: Some(address),
        });
        lost.chain(left).collect()
    }
}

/// A project's own attributes as a backup has them. Its label is not among them: no call changes that.
fn own_attributes(body: Object) -> Result<DesiredProject, Error> {
    let project: LiveProject = serde_json::from_value(Value::Object(body)).map_err(Error::BackupBody)?;
    let LiveProject { name, tags, id: _, environment: _ } = project;
    Ok(DesiredProject { name: Some(name), tags: Some(tags.unwrap_or_default()), place: None })
}
