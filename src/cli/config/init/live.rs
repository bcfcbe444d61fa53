//! A live project → the files of a configuration that says the same: a plan is empty afterwards.

use std::{
    collections::{BTreeMap, BTreeSet},
    path::{Path as FilePath, PathBuf},
};

use serde_json::Value;

use super::{Args, Files};
use crate::{
    cli::{
        Error,
        adopt::{Left, cannot_say, compare, sentence, tidied},
        connect::{Connection, connect},
        globals::Globals,
        session::{Session, inputs},
    },
    config::{self, LeftAlone, Starter, StarterEnvironment, StarterTenant, key_variable},
    live::{self, Reads, Which},
    render::Ui,
    resource::{
        Address, Attributes, Live, Path,
        flow::{self, to_go_json},
        tenant,
    },
    state::Baseline,
};

pub(super) async fn files(args: &Args, globals: &Globals, ui: &Ui) -> Result<Files, Error> {
    // Without a file there is no environment to choose: the name is for the file that is written.
    let there = !config::locate(&inputs(globals, true)?)?.is_empty();
    let own = Globals { environment: globals.environment.clone().filter(|_| there), ..globals.clone() };
    let session = Session::open(&own)?;
    let connection = connect(&session, ui).await?;
    let live = read(&connection, ui).await;
    let project = connection.client.project_id().to_owned();
    connection.close().await?;
    let live = live?;
    let environments = args.environments(globals).into_iter().take(1);
    let environments: Vec<_> =
        environments.map(|it| StarterEnvironment { project_id: Some(project.clone()), ..it }).collect();
    let mut source =
        Source { args, environments, live, sensitive: session.config.sensitive, without: Without::default() };
    loop {
        let files = source.files();
        let Some(blamed) = source.blamed(&files, globals)? else {
            files.left().iter().for_each(|left| ui.warn(&sentence(left)));
            return Ok(files);
        };
        match blamed {
            Blamed::Flow(id) => {
                ui.warn(&format!("flow '{id}' is left out: it does not pass the checks of `flow validate`"));
                source.without.flows.push(id);
            }
            Blamed::Tenants(tenants) => source.without.tenants.extend(tenants),
        }
    }
}

async fn read(connection: &Connection, ui: &Ui) -> Result<Live, Error> {
    let client = &connection.client;
    let reads = Reads { tenants: true, flows: Which::All, theme: true, ..Reads::default() };
    let mut live = live::fetch(client, &reads).await?;
    live.tenants.sort_by(|a, b| a.object.id.cmp(&b.object.id));
    let ids: Vec<String> = live.tenants.iter().map(|it| it.object.id.clone()).collect();
    ui.note(&format!("reading the session settings of {} tenants, a request each", ids.len()));
    live.settings = live::settings_of(client, &ids).await?;
    Ok(live)
}

/// What the files are made of.
struct Source<'a> {
    args: &'a Args,
    environments: Vec<StarterEnvironment>,
    live: Live,
    /// What the configuration that there is calls sensitive.
    sensitive: BTreeSet<Path>,
    without: Without,
}

/// What is live and stays out of the files.
#[derive(Default)]
struct Without {
    flows: Vec<String>,
    tenants: Vec<Left>,
}

/// What keeps the files from being a configuration.
enum Blamed {
    Flow(String),
    Tenants(Vec<Left>),
}

impl Source<'_> {
    fn files(&self) -> Files {
        let Self { args, environments, live, sensitive, without } = self;
        let out = |id: &str| without.tenants.iter().any(|(address, _)| address.id() == id);
        let ids = live.tenants.iter().map(|it| it.object.id.clone()).filter(|id| !out(id));
        let mut tenants = Vec::new();
        let mut left = without.tenants.clone();
        for tidy in tidied(&ids.collect::<Vec<_>>(), live, sensitive, &Attributes::new()) {
            tenants.push(StarterTenant::Live(tidy.id, tidy.attributes));
            left.extend(tidy.left);
        }
        let mut beside: Vec<(PathBuf, String)> = Vec::new();
        let mut flows = Vec::new();
        // The id is a file's name here: what could be more than that stays out.
        let named = live.flows.iter().filter(|(id, _)| flow::is_id(id) && !without.flows.contains(id));
        for (id, flow) in named {
            let path = FilePath::new("flows").join(format!("{id}.json"));
            flows.push((id.clone(), path.display().to_string()));
            beside.push((path, to_go_json(&flow.object.pruned().exported())));
        }
        let theme = live.theme.as_ref().map(|theme| {
            beside.push(("theme.json".into(), to_go_json(&Value::Object(theme.object.object().clone()))));
            "theme.json".to_owned()
        });
        let next = environments.iter().map(|it| format!("export {}=K…", key_variable(&it.name))).collect();
        let starter = Starter {
            environments: environments.clone(),
            tenants: Some(tenants),
            flows,
            theme,
            from_live: true,
        };
        Files::new(&args.out, &starter, beside, next).leaving(left)
    }

    /// What our own checks refuse; none where the files say what is live.
    fn blamed(&self, files: &Files, globals: &Globals) -> Result<Option<Blamed>, Error> {
        let loaded = match files.load(globals) {
            Ok(config) => config,
            Err(Error::Config(error)) => {
                let found = match self.flow_of(&error) {
                    Some(id) => Some(Blamed::Flow(id)),
                    None => tenants_of(&error, files, globals)?.map(Blamed::Tenants),
                };
                return found.map(Some).ok_or(Error::Config(error));
            }
            Err(error) => return Err(error),
        };
        let plan = compare(&loaded.desired, &self.live, &Baseline::empty(""))?;
        match plan.changes.first() {
            None => Ok(None),
            Some(change) => Err(Error::NotTheSame { address: change.address.to_string() }),
        }
    }

    /// The flow in whose file something is wrong.
    fn flow_of(&self, error: &config::Error) -> Option<String> {
        let files = error.diagnostics().iter().filter_map(|it| it.place.as_ref()).map(|it| &*it.file);
        let names: Vec<&str> = files.collect();
        let is_it = |id: &&String| names.iter().any(|name| name.ends_with(&format!("flows/{id}.json")));
        self.live.flows.keys().filter(|id| !self.without.flows.contains(id)).find(is_it).cloned()
    }
}

/// The tenants that the configuration can't say.
fn tenants_of(error: &config::Error, files: &Files, globals: &Globals) -> Result<Option<Vec<Left>>, Error> {
    let mut blamed = BTreeMap::new();
    for diagnostic in error.diagnostics() {
        let places: Vec<_> = diagnostic.place.iter().collect();
        for id in files.tenants_at(&places, globals)? {
            let left = LeftAlone { path: Path::new([""; 0]), place: None, why: cannot_say(diagnostic) };
            blamed.entry(Address::new(tenant::KIND, &id)).or_insert(left);
        }
    }
    Ok((!blamed.is_empty()).then(|| blamed.into_iter().collect()))
}
