use serde_json::{Value, json};

use super::named;
use crate::{
    cli::{Error, Exit, connect::connect, globals::Globals, reconcile::Kinds, session::Session},
    live::{self, Reads},
    plan::{self, Checked},
    render::{Table, Ui},
    resource::flow::Flow,
};

/// Check the configured flows: by themselves, and against what the project has; nothing is written
///
/// What the plan of the project does not let anybody see is told as "not checked".
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Examples:\n  descope-mgmt flow validate\n  descope-mgmt flow validate -e staging mfa-login -o json"
)]
pub(in crate::cli) struct Args {
    /// Only these flows [default: all]
    #[arg(value_name = "FLOW")]
    flows: Vec<String>,
}

impl Args {
    pub(super) async fn run(self, globals: &Globals, ui: &Ui) -> Result<Exit, Error> {
        // What is wrong with a flow by itself is an error of the configuration.
        let mut session = Session::open(globals)?;
        session.keep(Kinds::Flows);
        ui.show_diagnostics(&session.config.warnings);
        let wanted: Vec<_> = self.flows.iter().map(|word| named(word)).collect::<Result<_, _>>()?;
        let mut desired = session.desired()?.clone();
        let all = desired.flows.take().unwrap_or_default();
        let is_meant =
            |flow: &Flow| wanted.is_empty() || wanted.iter().any(|pattern| pattern.matches(&flow.address()));
        let flows: Vec<Flow> = all.iter().filter(|flow| is_meant(flow)).cloned().collect();
        if let Some(pattern) = wanted.iter().find(|it| !flows.iter().any(|flow| it.matches(&flow.address())))
        {
            let there = all.into_iter().map(|flow| flow.id).collect();
            return Err(Error::NoFlow { id: pattern.as_str().replacen("flow.", "", 1), there });
        }
        desired.flows = Some(flows);
        let connection = connect(&session, ui).await?;
        let mut live = live::fetch(&connection.client, &Reads::of(&desired)).await?;
        let flows = desired.flows.as_deref().unwrap_or_default();
        live.facts = live::facts_of(&connection.client, flows.iter()).await?;
        connection.close().await?;
        let coming: Vec<&Flow> = flows.iter().collect();
        let checks: Vec<Checked> =
            flows.iter().flat_map(|flow| plan::check_flow(flow, &coming, &live)).collect();
        let mut table = Table::new(&["FLOW", "LEANS ON", "NAME", "RESULT"], "No flow leans on anything.");
        for checked in &checks {
            table.push(&row(checked));
        }
        ui.show_list(&table, checks.iter().map(item).collect());
        let missing = checks.iter().any(|it| it.found == Some(false));
        Ok(if missing { Exit::Invalid } else { Exit::Done })
    }
}

fn word(found: Option<bool>) -> &'static str {
    match found {
        Some(true) => "ok",
        Some(false) => "missing",
        None => "not checked",
    }
}

fn row(checked: &Checked) -> Vec<String> {
    let hint = if checked.found == Some(false) { format!(": {}", checked.make) } else { String::new() };
    let Checked { flow, noun, name, found, .. } = checked;
    vec![flow.clone(), (*noun).to_owned(), name.clone(), format!("{}{hint}", word(*found))]
}

fn item(checked: &Checked) -> Value {
    let Checked { flow, noun, name, found, make, pointer, .. } = checked;
    let hint = (*found == Some(false)).then_some(make);
    json!({"flow": flow, "kind": noun, "name": name, "result": word(*found), "pointer": pointer, "hint": hint})
}
