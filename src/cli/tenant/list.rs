use serde_json::{Value, json};

use crate::{
    cli::{Error, Exit, connect::connect, globals::Globals, session::Session},
    live,
    render::{Table, Ui, masked},
    resource::{
        MASK, Path,
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
        let sensitive = session.sensitive();
        let live = || tenants.iter().map(|it| (&it.object, sensitive.of(&it.object.id)));
        live().for_each(|(tenant, hidden)| table.push(&row(tenant, hidden)));
        let items =
            if ui.is_json() { live().map(|(it, hidden)| item(it, hidden)).collect() } else { Vec::new() };
        ui.show_list(&table, items);
        connection.close().await?;
        Ok(Exit::Done)
    }
}

fn row(live: &LiveTenant, sensitive: &[Path]) -> Vec<String> {
    let shown = |word: &str, text: String| {
        if tenant::hides(sensitive, word) && !text.is_empty() { MASK.to_owned() } else { text }
    };
    let domains: Vec<&str> = live.domains.iter().collect();
    let states = [
        (live.disabled, shown("disabled", "disabled".to_owned())),
        (live.has_sso(), "SSO".to_owned()),
        (live.enforce_sso, shown("enforce_sso", "SSO enforced".to_owned())),
    ];
    let states: Vec<String> = states.into_iter().filter(|(is, _)| *is).map(|(_, word)| word).collect();
    vec![
        live.id.clone(),
        shown("name", live.name.clone()),
        shown("parent", live.parent.clone()),
        shown("domains", domains.join(", ")),
        states.join(", "),
    ]
}

/// A tenant in YAML words, masked where the configuration calls a value sensitive.
pub(super) fn item(tenant: &LiveTenant, sensitive: &[Path]) -> Value {
    let mut item = json!({"id": tenant.id});
    if let Some(map) = item.as_object_mut() {
        map.extend(masked(&tenant::live_attributes(tenant), sensitive));
    }
    item
}
