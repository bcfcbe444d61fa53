use serde_json::{Map, Value, json};

use super::list::item;
use crate::{
    cli::{Error, Exit, connect::connect, globals::Globals, session::Session},
    live,
    render::Ui,
    resource::tenant,
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
        let sensitive =
            session.sensitive().find(|(id, _)| *id == self.id).map(|(_, paths)| paths).unwrap_or_default();
        let mut document = item(&observed.object, sensitive);
        if let Some(map) = document.as_object_mut() {
            map.insert("settings".to_owned(), Value::Object(settings_words(&settings.object)));
            map.insert("auth_type".to_owned(), json!(observed.object.auth_type));
            map.insert("sso_domains".to_owned(), observed.object.sso_domains.to_json());
        }
        ui.show_properties(&document);
        connection.close().await?;
        Ok(Exit::Done)
    }
}

fn settings_words(live: &tenant::LiveSettings) -> Map<String, Value> {
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
