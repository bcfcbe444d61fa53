//! Configuration → a client whose project is the one that is meant.

use std::sync::{Arc, Mutex, PoisonError};

use secrecy::SecretString;

use super::{error::Error, identity::sandbox_key, session::Session};
use crate::{
    api::{self, Client, Notice, Observer},
    config::Settings,
    emulator::{Emulator, KeySpec, Options, ProjectSpec},
    live::{self, Project},
    plan::Warning,
    render::Ui,
};

/// A limit that no run reaches; whoever comes next need not know what was sent.
const BEYOND_REACH: u32 = 100_000;

/// The way to the project that is meant.
pub(super) struct Connection {
    pub(super) client: Client,
    /// The project as the key sees it, where the key may list projects.
    pub(super) project: Option<Project>,
    pub(super) warnings: Vec<Warning>,
    pub(super) notices: Notices,
    emulator: Option<Emulator>,
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
        self.project.as_ref().is_some_and(Project::is_production)
    }

    /// What must be typed to confirm: the project's name, or its id where the name is not known.
    pub(super) fn name_to_type(&self) -> &str {
        let name = self.project.as_ref().map(|project| project.name.as_str());
        name.filter(|name| !name.is_empty()).unwrap_or(self.client.project_id())
    }

    /// Ends the connection; a sandbox puts its data on disk.
    pub(super) async fn close(self) -> Result<(), Error> {
        match self.emulator {
            Some(emulator) => Ok(emulator.stop().await?),
            None => Ok(()),
        }
    }
}

/// Connects to the project that the configuration means, and makes sure that it is the one.
pub(super) async fn connect(session: &Session, ui: &Ui) -> Result<Connection, Error> {
    let emulator = match &session.sandbox {
        Some(_) => Some(start_sandbox(session).await?),
        None => None,
    };
    let notices = Notices::to(ui);
    let client = Client::new(options(session, emulator.as_ref(), &notices)?)?;
    let (projects, ()) = tokio::join!(live::projects(&client), client.handshake());
    let mut connection = Connection { client, project: None, warnings: Vec::new(), notices, emulator };
    match projects {
        Ok(projects) => connection.project = Some(find(session, connection.client.project_id(), projects)?),
        Err(error) if error.status() == Some(403) => connection.warnings.push(Warning {
            code: "projects_not_listed",
            message: "the key may not list projects: the project's name and environment could not be checked"
                .to_owned(),
            address: None,
        }),
        Err(error) => return Err(error.into()),
    }
    Ok(connection)
}

fn options(session: &Session, emulator: Option<&Emulator>, notices: &Notices) -> Result<api::Options, Error> {
    let target = &session.config.target;
    let (base_url, project_id, key) = match emulator {
        Some(emulator) => {
            let url = emulator.url().parse().map_err(|_| Error::SandboxUrl)?;
            (Some(url), emulator.project_id().to_owned(), emulator.management_key().clone())
        }
        None => (target.base_url.clone(), session.project_id()?, target.key.clone().ok_or(Error::NoKey)?),
    };
    let settings = &session.config.settings;
    let slots_file = if settings.rate.default.requests < BEYOND_REACH {
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
fn find(session: &Session, id: &str, projects: Vec<Project>) -> Result<Project, Error> {
    let seen: Vec<String> = projects.iter().take(5).map(|it| format!("{} \"{}\"", it.id, it.name)).collect();
    let project = projects
        .into_iter()
        .find(|project| project.id == id)
        .ok_or_else(|| Error::WrongProject { id: id.to_owned(), seen })?;
    match &session.config.target.project_name {
        Some(expected) if *expected != project.name => {
            Err(Error::OtherName { id: id.to_owned(), expected: expected.clone(), live: project.name })
        }
        _ => Ok(project),
    }
}

/// Starts the embedded emulator with the project of the environment.
async fn start_sandbox(session: &Session) -> Result<Emulator, Error> {
    let environment = session.environment_name().unwrap_or("sandbox");
    let name = session.config.target.project_name.clone();
    let project = ProjectSpec {
        id: session.project_id()?,
        name: name.unwrap_or_else(|| format!("Sandbox {environment}")),
        environment: String::new(),
        tags: Vec::new(),
    };
    let key = KeySpec { key: SecretString::from(sandbox_key()), projects: None };
    let options = Options {
        state: session.sandbox.clone(),
        projects: vec![project],
        keys: vec![key],
        ..Options::default()
    };
    Ok(Emulator::start(options).await?)
}
