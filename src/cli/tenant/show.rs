use serde_json::{Map, Value, json};

use super::list::item;
use crate::{
    cli::{Error, Exit, connect::connect, globals::Globals, session::Session},
    live,
    render::{Ui, masked},
    resource::{
        MASK, Path,
        tenant::{self, LiveSettings, LiveTenant},
    },
    units::format_duration,
};

/// Show one live tenant, settings included
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Examples:\n  descope-mgmt tenant show acme-corp\n  descope-mgmt tenant show acme-corp -o json"
)]
pub(in crate::cli) struct Args {
    /// The tenant's id
    id: String,
}

impl Args {
    pub(super) async fn run(self, globals: &Globals, ui: &Ui) -> Result<Exit, Error> {
        let session = Session::open(globals)?;
        ui.show_diagnostics(&session.config.warnings);
        let connection = connect(&session, ui).await?;
        let found = live::one_tenant(&connection.client, &self.id).await?;
        let Some(observed) = found else { return Err(Error::NoTenant { id: self.id }) };
        let settings = live::one_settings(&connection.client, &self.id).await?;
        let sensitive = session.sensitive();
        let document = document(&observed.object, &settings.object, sensitive.of(&self.id));
        ui.show_properties(&document);
        connection.close().await?;
        Ok(Exit::Done)
    }
}

/// All of a tenant in YAML words, masked where the configuration calls a value sensitive.
fn document(live: &LiveTenant, settings: &LiveSettings, sensitive: &[Path]) -> Value {
    let mut document = item(live, sensitive);
    let settings = Map::from_iter([("settings".to_owned(), Value::Object(settings_words(settings)))]);
    if let Some(map) = document.as_object_mut() {
        map.extend(masked(&settings, sensitive));
        map.insert("auth_type".to_owned(), json!(live.auth_type));
        // They are mostly the very domains that are hidden.
        let hidden = tenant::hides(sensitive, "domains");
        let sso_domains = if hidden { json!(MASK) } else { live.sso_domains.to_json() };
        map.insert("sso_domains".to_owned(), sso_domains);
    }
    document
}

fn settings_words(live: &LiveSettings) -> Map<String, Value> {
    let mut words = Map::new();
    words.insert("enabled".to_owned(), json!(live.enabled));
    let durations = [
        ("session_token_expiration", live.session_token_expiration),
        ("refresh_token_expiration", live.refresh_token_expiration),
        ("stepup_token_expiration", live.stepup_token_expiration),
        ("inactivity", live.inactivity),
    ];
    for (word, duration) in durations {
        if let Some(duration) = duration {
            words.insert(word.to_owned(), json!(format_duration(duration)));
        }
    }
    words
}
