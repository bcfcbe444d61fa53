//! Configuration → a client whose project is the one that is meant.

use std::{
    path::PathBuf,
    sync::{Arc, Mutex, PoisonError},
};

use secrecy::SecretString;

use super::{error::Error, identity::sandbox_key, session::Session};
use crate::{
    api::{self, Client, Notice, Observer},
    config::Settings,
    emulator::{Emulator, KeySpec, Options, ProjectSpec},
    live,
    plan::Warning,
    render::Ui,
    resource::{Observed, project::LiveProject},
};

/// A limit that no run reaches; whoever comes next need not know what was sent.
const BEYOND_REACH: u32 = 100_000;

/// The way to the project that is meant.
pub(super) struct Connection {
    pub(super) client: Client,
    /// The project as the key sees it, where the key may list projects.
    pub(super) project: Option<Observed<LiveProject>>,
    pub(super) warnings: Vec<Warning>,
    pub(super) notices: Notices,
    emulator: Option<Arc<Emulator>>,
}

/// Where the client's notices go: to the messages, or to whoever listens at the moment.
#[derive(Clone)]
pub(super) struct Notices(Arc<Mutex<Observer>>);

impl Notices {
    fn to(ui: &Ui) -> Self {
        let ui = ui.clone();
        Self(Arc::new(Mutex::new(Arc::new(move |notice: Notice| ui.notice(&notice)))))
    }

    /// Lets `listener` hear them from here on.
    pub(super) fn listen(&self, listener: Observer) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = listener;
    }

    fn observer(&self) -> Observer {
        let notices = self.clone();
        Arc::new(move |notice| {
            let listener = Arc::clone(&notices.0.lock().unwrap_or_else(PoisonError::into_inner));
            listener(notice);
        })
    }
}

impl Connection {
    /// Whether Descope calls it a production project.
    pub(super) fn is_production(&self) -> bool {
        self.project.as_ref().is_some_and(|project| project.object.is_production())
    }

    /// What must be typed to confirm: the project's name, or its id where the name is not known.
    pub(super) fn name_to_type(&self) -> &str {
        let name = self.project.as_ref().map(|project| project.object.name.as_str());
        name.filter(|name| !name.is_empty()).unwrap_or(self.client.project_id())
    }

    /// The same with patience for a project that was just made.
    pub(super) fn for_young_project(self) -> Self {
        Self { client: self.client.for_young_project(), ..self }
    }

    /// The same with this project, for questions about one that is still to be made.
    pub(super) fn imagining(&self, project: Observed<LiveProject>) -> Self {
        Self {
            client: self.client.clone(),
            project: Some(project),
            warnings: Vec::new(),
            notices: self.notices.clone(),
            emulator: None,
        }
    }

    /// The sandbox that it is in, if any, for another connection into it.
    pub(super) fn sandbox(&self) -> Option<Arc<Emulator>> {
        self.emulator.clone()
    }

    /// Ends the connection; a sandbox that no other one needs puts its data on disk.
    pub(super) async fn close(self) -> Result<(), Error> {
        match self.emulator.and_then(Arc::into_inner) {
            Some(emulator) => Ok(emulator.stop().await?),
            None => Ok(()),
        }
    }
}

/// Makes ready to talk to the project that the configuration means; whether it is the one is not looked at.
pub(super) async fn reach(session: &Session, ui: &Ui) -> Result<Connection, Error> {
    let sandbox = open_sandbox(&[session]).await?;
    connection_to(session, session.project_id()?, sandbox, ui)
}

/// Connects to the project that the configuration means, and makes sure that it is the one.
pub(super) async fn connect(session: &Session, ui: &Ui) -> Result<Connection, Error> {
    let sandbox = open_sandbox(&[session]).await?;
    connect_in(session, sandbox, ui).await
}

/// The same in a sandbox that is open already.
pub(super) async fn connect_in(
    session: &Session,
    sandbox: Option<Arc<Emulator>>,
    ui: &Ui,
) -> Result<Connection, Error> {
    let mut connection = connection_to(session, session.project_id()?, sandbox, ui)?;
    let (projects, ()) = tokio::join!(live::projects(&connection.client), connection.client.handshake());
    match projects {
        Ok(projects) => connection.project = Some(find(session, connection.client.project_id(), projects)?),
        Err(error) if error.status() == Some(403) => connection.warnings.push(Warning {
            code: "projects_not_listed",
            message:
                "the key may not list projects: the project's name, tags and label could not be looked at"
                    .to_owned(),
            address: None,
        }),
        Err(error) => return Err(error.into()),
    }
    Ok(connection)
}

/// Connects to the company, for calls that are about no project yet. Official clients ask for the license tier only
/// where they speak for a project.
pub(super) fn connect_to_company(
    session: &Session,
    sandbox: Option<Arc<Emulator>>,
    ui: &Ui,
) -> Result<Connection, Error> {
    connection_to(session, String::new(), sandbox, ui)
}

/// The sandbox with the projects of these sessions, where they are in one.
pub(super) async fn open_sandbox(sessions: &[&Session]) -> Result<Option<Arc<Emulator>>, Error> {
    let Some(file) = sessions.first().and_then(|session| session.sandbox.clone()) else { return Ok(None) };
    let projects: Result<Vec<_>, _> = sessions.iter().map(|session| sandbox_spec(session)).collect();
    let options = Options { projects: projects?, ..sandbox_options(file) };
    Ok(Some(Arc::new(Emulator::start(options).await?)))
}

/// The sandbox in which the project of this session may still be to be made.
pub(super) async fn open_sandbox_without(session: &Session) -> Result<Option<Arc<Emulator>>, Error> {
    let Some(file) = session.sandbox.clone() else { return Ok(None) };
    let coming_ids = vec![session.project_id()?];
    let options = Options { projects: Vec::new(), bare: true, coming_ids, ..sandbox_options(file) };
    Ok(Some(Arc::new(Emulator::start(options).await?)))
}

fn sandbox_options(file: PathBuf) -> Options {
    let key = KeySpec { key: SecretString::from(sandbox_key()), projects: None };
    Options { state: Some(file), keys: vec![key], ..Options::default() }
}

/// The project that the sandbox has for an environment.
fn sandbox_spec(session: &Session) -> Result<ProjectSpec, Error> {
    let environment = session.environment_name().unwrap_or("sandbox");
    let name = session.config.target.project_name.clone();
    let name = name.unwrap_or_else(|| format!("Sandbox {environment}"));
    Ok(ProjectSpec::new(&session.project_id()?, &name))
}

/// A way to this project that nobody has looked at yet.
pub(super) fn connection_to(
    session: &Session,
    project_id: String,
    emulator: Option<Arc<Emulator>>,
    ui: &Ui,
) -> Result<Connection, Error> {
    let notices = Notices::to(ui);
    let client = Client::new(options(session, project_id, emulator.as_deref(), &notices)?)?;
    Ok(Connection { client, project: None, warnings: Vec::new(), notices, emulator })
}

fn options(
    session: &Session,
    project_id: String,
    emulator: Option<&Emulator>,
    notices: &Notices,
) -> Result<api::Options, Error> {
    let target = &session.config.target;
    let (base_url, key) = match emulator {
        Some(emulator) => {
            let url = emulator.url().parse().map_err(|_| Error::SandboxUrl)?;
            (Some(url), emulator.management_key().clone())
        }
        None => (target.base_url.clone(), target.key.clone().ok_or(Error::NoKey)?),
    };
    let settings = &session.config.settings;
    let slots_file = if settings.rate.default.requests < BEYOND_REACH && !project_id.is_empty() {
        let file = session.state.slots_file(&project_id);
        file.inspect_err(|error| tracing::warn!(%error, "send times are not kept")).ok()
    } else {
        None
    };
    Ok(api::Options {
        base_url,
        project_id,
        key,
        rate: settings.rate.default,
        path_rates: settings.rate.paths.clone(),
        slots_file,
        timeout: settings.timeout.unwrap_or(Settings::TIMEOUT),
        snapshot_timeout: settings.timeout.unwrap_or(Settings::SNAPSHOT_TIMEOUT),
        max_wait: settings.max_wait,
        run_id: session.run_id.clone(),
        parallelism: settings.parallelism,
        proxy: emulator.is_none(),
        observer: notices.observer(),
    })
}

/// The project among those that the key sees.
fn find(
    session: &Session,
    id: &str,
    projects: Vec<Observed<LiveProject>>,
) -> Result<Observed<LiveProject>, Error> {
    let told = |it: &LiveProject| format!("{} \"{}\"", it.id, it.name);
    let seen: Vec<String> = projects.iter().take(5).map(|it| told(&it.object)).collect();
    let project = projects
        .into_iter()
        .find(|project| project.object.id == id)
        .ok_or_else(|| Error::WrongProject { id: id.to_owned(), seen })?;
    let live = &project.object.name;
    // A name that this configuration gives the project is as good as the one expected before.
    let given = session.config.desired.project.as_ref().and_then(|it| it.name.as_ref());
    match &session.config.target.project_name {
        Some(expected) if expected != live && given != Some(live) => {
            Err(Error::OtherName { id: id.to_owned(), expected: expected.clone(), live: live.clone() })
        }
        _ => Ok(project),
    }
}
