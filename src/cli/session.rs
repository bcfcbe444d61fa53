//! What every command that talks to a project needs: configuration, state folder, and who is at work.

mod records;

use std::{collections::BTreeMap, path::PathBuf, sync::OnceLock};

use super::{
    connect::Connection, error::Error, globals::Globals, identity::sandbox_project, reconcile::Kinds,
};
use crate::{
    config::{self, Config, Diagnostic, Environment, Inputs, Limits, Selection, SourceFile},
    plan::Warning,
    render::Header,
    resource::{
        Desired,
        tenant::{Sensitive, Tenant},
    },
    state::{self, Actor, Backup, Git, SavedPlan, State},
};

/// What every command that talks to a project needs.
pub(super) struct Session {
    pub(super) config: Config,
    pub(super) state: State,
    pub(super) run_id: String,
    /// The sandbox's file, if this is the sandbox.
    pub(super) sandbox: Option<PathBuf>,
    directory: PathBuf,
    /// What the run is about.
    kinds: Kinds,
    actor: Actor,
    git: OnceLock<Option<Git>>,
    /// What variables, or a saved plan, chose in place of flags.
    chosen: Chosen,
}

/// What chooses configuration, environment and records, as flags would.
#[derive(Debug, Clone, Default)]
pub(super) struct Chosen {
    pub(super) config: Vec<PathBuf>,
    pub(super) environment: Option<String>,
    pub(super) state_dir: Option<String>,
    pub(super) backup_dir: Option<String>,
}

impl Session {
    /// Loads the configuration and finds the state folder. Nothing is written, nothing is sent.
    pub(super) fn open(globals: &Globals) -> Result<Self, Error> {
        Self::load(&inputs(globals, false)?, globals)
    }

    /// The same for a command that sends nothing, and so needs no credentials.
    pub(super) fn open_offline(globals: &Globals) -> Result<Self, Error> {
        Self::load(&inputs(globals, true)?, globals)
    }

    /// The same for a command that may make the project that the configuration means.
    pub(super) fn open_creating(globals: &Globals) -> Result<Self, Error> {
        Self::load(&Inputs { creating: true, ..inputs(globals, false)? }, globals)
    }

    /// The same with the texts of the configuration files kept, for a plan that is saved.
    pub(super) fn open_to_save(globals: &Globals) -> Result<Self, Error> {
        Self::load(&Inputs { keep_sources: true, ..inputs(globals, false)? }, globals)
    }

    /// The session of a saved plan: its configuration, its environment, and the variables of today.
    pub(super) fn open_saved(globals: &Globals, plan: &SavedPlan) -> Result<Self, Error> {
        let files = plan.files.iter().map(|it| SourceFile { path: it.path.clone(), text: it.text.clone() });
        let inputs = Inputs {
            embedded: Some(files.collect()),
            environment: plan.environment.clone(),
            ..inputs(globals, false)?
        };
        let mut session = Self::load(&inputs, globals)?;
        session.chosen.config.clone_from(&plan.config);
        Ok(session)
    }

    fn load(inputs: &Inputs, globals: &Globals) -> Result<Self, Error> {
        let directory = inputs.directory.clone();
        let config = config::load(inputs)?;
        let sandbox = globals.sandbox.as_ref().map(|file| directory.join(file));
        let settings = &config.settings;
        let own = sandbox.as_ref().and_then(|file| file.parent()).map(|folder| folder.join("state"));
        let named = globals.state_dir.is_some();
        let root = own.filter(|_| !named).unwrap_or_else(|| settings.state_dir.clone());
        // The sandbox's records stay with it, unless a flag says otherwise.
        let elsewhere = sandbox.is_some() && globals.backup_dir.is_none();
        let backup_dir = settings.backup_dir.clone().filter(|_| !elsewhere);
        let state = State::open(state::Options { root, backup_dir, group: settings.state_group.clone() })?;
        let run_id = ulid::Ulid::generate().to_string();
        Ok(Self {
            config,
            state,
            run_id,
            sandbox,
            directory,
            kinds: Kinds::All,
            actor: Actor::detect(),
            git: OnceLock::new(),
            chosen: Chosen {
                config: inputs.files_of_variable(),
                environment: None,
                state_dir: inputs.variables.filled("DESCOPE_MGMT_STATE_DIR").map(str::to_owned),
                backup_dir: inputs.variables.filled("DESCOPE_MGMT_BACKUP_DIR").map(str::to_owned),
            },
        })
    }

    /// What was chosen for this run, by flags, by variables or by a git branch, which may be others when a command is
    /// pasted.
    pub(super) fn chosen(&self, globals: &Globals) -> Chosen {
        let own = &self.chosen;
        let passing = |it: &&Environment| matches!(it.why, Selection::Variable | Selection::Branch(_));
        let environment = self.config.environment.as_ref().filter(passing).map(|it| it.name.clone());
        let config = if globals.config.is_empty() { &own.config } else { &globals.config };
        Chosen {
            config: config.clone(),
            environment: globals.environment.clone().or(environment),
            state_dir: globals.state_dir.clone().or_else(|| own.state_dir.clone()),
            backup_dir: globals.backup_dir.clone().or_else(|| own.backup_dir.clone()),
        }
    }

    /// From here on `project` is meant, whatever it is called.
    pub(super) fn speak_for(&mut self, project: String) {
        let target = &mut self.config.target;
        (target.project_id, target.project_name) = (Some(project), None);
    }

    /// The id of the project that is meant, as the configuration alone tells it.
    pub(super) fn project_id(&self) -> Result<String, Error> {
        if self.sandbox.is_some() {
            return Ok(sandbox_project(self.environment_name().unwrap_or("sandbox")));
        }
        self.config.target.project_id.clone().ok_or(Error::NoProject)
    }

    /// The name of the selected environment, where there is one.
    pub(super) fn environment_name(&self) -> Option<&str> {
        self.config.environment.as_ref().map(|environment| environment.name.as_str())
    }

    /// What the configuration says, where there is one.
    pub(super) fn desired(&self) -> Result<&Desired, Error> {
        self.config.require_file()?;
        Ok(&self.config.desired)
    }

    /// Leaves of what the configuration says only what these kinds are about.
    pub(super) fn keep(&mut self, kinds: Kinds) {
        self.kinds = kinds;
        let desired = std::mem::take(&mut self.config.desired);
        self.config.desired = self.narrowed(desired);
    }

    /// What a configuration says, as far as this run is about it.
    pub(super) fn narrowed(&self, mut desired: Desired) -> Desired {
        let kinds = self.kinds;
        if kinds == Kinds::Flows {
            desired.tenants = None;
        }
        if kinds == Kinds::Tenants {
            (desired.flows, desired.theme) = (None, None);
        }
        if kinds != Kinds::All {
            desired.project = None;
        }
        desired
    }

    /// The warnings of the configuration, as a plan shows them. What the live project settles is left to the plan.
    pub(super) fn warnings(&self) -> impl Iterator<Item = Warning> {
        let settled = ["id_of_existing_only", "parent_not_in_configuration"];
        let open = self.config.warnings.iter().filter(move |diagnostic| !settled.contains(&diagnostic.code));
        open.map(|diagnostic| {
            let Diagnostic { code, message, place, hint, .. } = diagnostic;
            let hint = hint.as_ref().map(|hint| format!("; {hint}")).unwrap_or_default();
            let place = place.as_ref().map(|place| format!("{place}: ")).unwrap_or_default();
            Warning { code, message: format!("{place}{message}{hint}"), address: None }
        })
    }

    /// The attributes that the configuration calls sensitive, by tenant.
    pub(super) fn sensitive(&self) -> Sensitive {
        let tenants = self.config.desired.tenants.iter().flatten();
        let known = tenants.map(|it| (it.id.clone(), it.sensitive.clone())).collect();
        Sensitive { known, others: self.config.sensitive.iter().cloned().collect() }
    }

    /// These tenants as all that is desired, under what the configuration says of guards and sensitive values.
    pub(super) fn desire(&self, tenants: Vec<Tenant>) -> Desired {
        let sensitive = self.sensitive();
        let masked = |tenant: Tenant| Tenant { sensitive: sensitive.of(&tenant.id).to_vec(), ..tenant };
        let tenants = Some(tenants.into_iter().map(masked).collect());
        let configured = &self.config.desired;
        let prevented = configured.tenants.iter().flatten().filter(|it| it.lifecycle.prevent_destroy);
        let prevented = prevented.filter_map(|tenant| tenant.address().as_str().parse().ok());
        let protect = configured.protect.iter().cloned().chain(prevented).collect();
        Desired { tenants, sensitive, protect, ..Desired::default() }
    }

    /// What a plan says it is about.
    pub(super) fn header(&self, connection: &Connection) -> Header {
        let environment = self.config.environment.as_ref();
        Header {
            environment: environment.map(|it| it.name.clone()),
            why: environment.map(|it| it.why.to_string()),
            project_id: connection.client.project_id().to_owned(),
            project_name: connection.project.as_ref().map(|it| it.object.name.clone()),
            sandbox: self.sandbox.is_some(),
            files: self.config.files.iter().map(|file| file.display().to_string()).collect(),
            reach: Some(format!("lock: {}", self.state.reach())),
            against: None,
        }
    }

    /// The same for a plan against a backup.
    pub(super) fn header_against(&self, project: &str, backup: &Backup) -> Header {
        let environment = self.config.environment.as_ref();
        let made = backup.created_at.format("%Y-%m-%d %H:%M:%SZ");
        Header {
            environment: environment.map(|it| it.name.clone()),
            why: environment.map(|it| it.why.to_string()),
            project_id: project.to_owned(),
            project_name: None,
            sandbox: self.sandbox.is_some(),
            files: self.config.files.iter().map(|file| file.display().to_string()).collect(),
            reach: None,
            against: Some(format!("{} of {made}", backup.id)),
        }
    }

    /// Whether writes need the project's name: by configuration, or because Descope calls it a production project.
    pub(super) fn is_protected(&self, connection: &Connection) -> bool {
        self.config.environment.as_ref().is_some_and(|it| it.protected) || connection.is_production()
    }

    /// The limits in force. A project that only Descope calls protected has those of a protected environment.
    pub(super) fn limits(&self, connection: &Connection) -> Limits {
        let own = self.config.environment.as_ref().map(|it| it.limits).unwrap_or_default();
        if connection.is_production() {
            let Limits { max_delete, max_change } = Limits::PROTECTED;
            return Limits {
                max_delete: own.max_delete.or(max_delete),
                max_change: own.max_change.or(max_change),
            };
        }
        own
    }

    /// A protected environment is written to only when it was named: with -e, or by variable and project name.
    pub(super) fn must_be_chosen_on_purpose(&self, confirmed: bool) -> Result<(), Error> {
        let Some(environment) = &self.config.environment else { return Ok(()) };
        let on_purpose = match environment.why {
            Selection::Flag => true,
            Selection::Variable => confirmed,
            _ => false,
        };
        if on_purpose { Ok(()) } else { Err(Error::NotNamed { environment: environment.name.clone() }) }
    }

    /// The same for what is done without asking Descope anything: then the configuration alone tells whether the
    /// environment is protected.
    pub(super) fn must_be_chosen_if_protected(&self, confirmed: bool) -> Result<(), Error> {
        let protected = self.config.environment.as_ref().is_some_and(|it| it.protected);
        if protected { self.must_be_chosen_on_purpose(confirmed) } else { Ok(()) }
    }

    /// What a question calls the place of the change.
    pub(super) fn place(&self, connection: &Connection) -> String {
        let name = connection.name_to_type();
        match &self.config.environment {
            Some(environment) => format!("{} (project {name})", environment.name),
            None => format!("project {name}"),
        }
    }
}

/// What the configuration is loaded from.
pub(super) fn inputs(globals: &Globals, offline: bool) -> Result<Inputs, Error> {
    let directory = std::env::current_dir().map_err(Error::NoDirectory)?;
    let lossy = |(name, value): (std::ffi::OsString, std::ffi::OsString)| {
        (name.to_string_lossy().into_owned(), value.to_string_lossy().into_owned())
    };
    Ok(Inputs {
        files: globals.config.clone(),
        environment: globals.environment.clone(),
        variables: std::env::vars_os().map(lossy).collect(),
        directory,
        home: std::env::home_dir(),
        sandbox: globals.sandbox.is_some(),
        offline,
        creating: false,
        flags: globals.settings(),
        embedded: None,
        keep_sources: false,
        overlay: BTreeMap::new(),
    })
}

/// Waits for Ctrl-C or a request to end, and names it.
pub(super) async fn interruption() -> &'static str {
    use tokio::signal::unix::{SignalKind, signal};
    let Ok(mut terminate) = signal(SignalKind::terminate()) else { return std::future::pending().await };
    let Ok(mut hang_up) = signal(SignalKind::hangup()) else { return std::future::pending().await };
    tokio::select! {
        _ = hang_up.recv() => "SIGHUP",
        _ = tokio::signal::ctrl_c() => "SIGINT",
        _ = terminate.recv() => "SIGTERM",
    }
}
