//! A live project → the files of a configuration that says the same: a plan is empty afterwards.

use std::path::{Path, PathBuf};

use serde_json::Value;

use super::{Args, Files};
use crate::{
    cli::{
        Error,
        adopt::{compare, tidied},
        connect::{Connection, connect},
        globals::Globals,
        session::{Session, inputs},
    },
    config::{self, Starter, StarterEnvironment, StarterTenant, key_variable},
    live::{self, Reads, Which},
    render::Ui,
    resource::{
        Live,
        flow::{self, to_go_json},
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
    let mut left = Vec::new();
    loop {
        let files = written(args, &environments, &live, &left);
        match left_out(&files, globals, &live, &left)? {
            None => return Ok(files),
            Some(id) => {
                ui.warn(&format!("flow '{id}' is left out: it does not pass the checks of `flow validate`"));
                left.push(id);
            }
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

fn written(args: &Args, environments: &[StarterEnvironment], live: &Live, left: &[String]) -> Files {
    let ids: Vec<String> = live.tenants.iter().map(|it| it.object.id.clone()).collect();
    let tenants = tidied(&ids, live).into_iter().map(|(id, attributes)| StarterTenant::Live(id, attributes));
    let mut beside: Vec<(PathBuf, String)> = Vec::new();
    let mut flows = Vec::new();
    // The id is a file's name here: what could be more than that stays out.
    let named = live.flows.iter().filter(|(id, _)| flow::is_id(id) && !left.contains(id));
    for (id, flow) in named {
        let path = Path::new("flows").join(format!("{id}.json"));
        flows.push((id.clone(), path.display().to_string()));
        beside.push((path, to_go_json(&flow.object.pruned().exported())));
    }
    let theme = live.theme.as_ref().map(|theme| {
        beside.push(("theme.json".into(), to_go_json(&Value::Object(theme.object.object().clone()))));
        "theme.json".to_owned()
    });
    let next = environments.iter().map(|it| format!("export {}=K…", key_variable(&it.name))).collect();
    let starter = Starter {
        environments: environments.to_vec(),
        tenants: Some(tenants.collect()),
        flows,
        theme,
        from_live: true,
    };
    Files::new(&args.out, &starter, beside, next)
}

/// A flow that our own checks refuse; none where the files say what is live.
fn left_out(files: &Files, globals: &Globals, live: &Live, left: &[String]) -> Result<Option<String>, Error> {
    let loaded = match files.load(globals) {
        Ok(config) => config,
        Err(Error::Config(error)) => {
            let files = error.diagnostics().iter().filter_map(|it| it.place.as_ref()).map(|it| &*it.file);
            let names: Vec<&str> = files.collect();
            let is_it = |id: &&String| names.iter().any(|name| name.ends_with(&format!("flows/{id}.json")));
            let found = live.flows.keys().filter(|id| !left.contains(id)).find(is_it).cloned();
            return found.map(Some).ok_or(Error::Config(error));
        }
        Err(error) => return Err(error),
    };
    let plan = compare(&loaded.desired, live, &Baseline::empty(""))?;
    match plan.changes.first() {
        None => Ok(None),
        Some(change) => Err(Error::NotTheSame { address: change.address.to_string() }),
    }
}
