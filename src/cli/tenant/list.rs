use std::collections::HashMap;

use serde_json::{Value, json};

use crate::{
    cli::{Error, Exit, connect::connect, globals::Globals, session::Session},
    live,
    render::{Table, Ui, masked},
    resource::{
        Path,
        tenant::{self, LiveTenant},
    },
};

/// List the live tenants
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:\n  descope-mgmt tenant list\n  descope-mgmt tenant list -e prod -o json")]
pub(in crate::cli) struct Args {}

impl Args {
    pub(super) async fn run(self, globals: &Globals, ui: &Ui) -> Result<Exit, Error> {
        let session = Session::open(globals)?;
        ui.show_diagnostics(&session.config.warnings);
        let connection = connect(&session, ui).await?;
        let mut tenants = live::tenants(&connection.client).await?;
        tenants.sort_by(|a, b| a.object.id.cmp(&b.object.id));
        let mut table = Table::new(&["ID", "NAME", "PARENT", "DOMAINS", "STATE"], "No tenants.");
        for tenant in &tenants {
            table.push(&row(&tenant.object));
        }
        let sensitive: HashMap<&str, &[Path]> = session.sensitive().collect();
        let item_of =
            |live: &LiveTenant| item(live, sensitive.get(live.id.as_str()).copied().unwrap_or_default());
        let items =
            if ui.is_json() { tenants.iter().map(|it| item_of(&it.object)).collect() } else { Vec::new() };
        ui.show_list(&table, items);
        connection.close().await?;
        Ok(Exit::Done)
    }
}

fn row(tenant: &LiveTenant) -> Vec<String> {
    let domains: Vec<&str> = tenant.domains.iter().collect();
    let states =
        [(tenant.disabled, "disabled"), (tenant.has_sso(), "SSO"), (tenant.enforce_sso, "SSO enforced")];
    let states: Vec<&str> = states.into_iter().filter(|(is, _)| *is).map(|(_, word)| word).collect();
    vec![tenant.id.clone(), tenant.name.clone(), tenant.parent.clone(), domains.join(", "), states.join(", ")]
}

/// A tenant in YAML words, masked where the configuration calls a value sensitive.
pub(super) fn item(tenant: &LiveTenant, sensitive: &[Path]) -> Value {
    let mut item = json!({"id": tenant.id});
    if let Some(map) = item.as_object_mut() {
        map.extend(masked(&tenant::live_attributes(tenant), sensitive));
    }
    item
}
