use std::collections::BTreeMap;

use serde_json::{Value, json};

use crate::{
    cli::{Error, Exit, connect::connect, globals::Globals, session::Session},
    live::{self, ListedFlow},
    plan::AppliedWhole,
    render::{Table, Ui},
    resource::{Address, flow},
};

/// List the live flows, and which version of which template this tool deployed last
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:\n  descope-mgmt flow list\n  descope-mgmt flow list -e prod -o json")]
pub(in crate::cli) struct Args {}

impl Args {
    pub(super) async fn run(self, globals: &Globals, ui: &Ui) -> Result<Exit, Error> {
        let session = Session::open(globals)?;
        ui.show_diagnostics(&session.config.warnings);
        let connection = connect(&session, ui).await?;
        let flows = live::flows(&connection.client).await?;
        let baseline = session.state.baseline(connection.client.project_id())?;
        let configured: BTreeMap<&str, String> = session
            .config
            .desired
            .flows
            .iter()
            .flatten()
            .map(|flow| (flow.id.as_str(), flow.origin.to_string()))
            .collect();
        let mut table = Table::new(&["ID", "NAME", "STATE", "DEPLOYED", "CONFIGURED"], "No flows.");
        let mut items = Vec::new();
        for flow in flows.values() {
            let applied = AppliedWhole::of(&baseline, &Address::new(flow::KIND, &flow.id));
            let from = configured.get(flow.id.as_str());
            table.push(&row(flow, applied.as_ref(), from));
            items.push(item(flow, applied.as_ref(), from));
        }
        ui.show_list(&table, items);
        connection.close().await?;
        Ok(Exit::Done)
    }
}

fn row(flow: &ListedFlow, applied: Option<&AppliedWhole>, configured: Option<&String>) -> Vec<String> {
    let state = if flow.disabled == Some(true) { "disabled" } else { "" };
    let deployed = applied.map(AppliedWhole::version).unwrap_or_default();
    let configured = configured.cloned().unwrap_or_else(|| "not managed".to_owned());
    vec![flow.id.clone(), flow.name.clone(), state.to_owned(), deployed, configured]
}

fn item(flow: &ListedFlow, applied: Option<&AppliedWhole>, configured: Option<&String>) -> Value {
    json!({
        "id": flow.id, "name": flow.name, "description": flow.description.clone().unwrap_or_default(),
        "disabled": flow.disabled.unwrap_or_default(), "configured": configured,
        "template": applied.and_then(|it| it.template.as_deref()),
        "deployed_sha256": applied.map(|it| it.desired.as_str()),
    })
}
