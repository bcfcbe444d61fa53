use serde_json::json;

use crate::{
    cli::{Error, Exit, connect::connect, globals::Globals, session::Session},
    live,
    render::Ui,
};

/// Show the project of the environment, and how much is in it
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:\n  descope-mgmt project show\n  descope-mgmt project show -e prod -o json")]
pub(in crate::cli) struct Args {}

impl Args {
    pub(super) async fn run(self, globals: &Globals, ui: &Ui) -> Result<Exit, Error> {
        let session = Session::open(globals)?;
        ui.show_diagnostics(&session.config.warnings);
        let connection = connect(&session, ui).await?;
        let (tenants, flows) =
            tokio::try_join!(live::tenants(&connection.client), live::flows(&connection.client))?;
        let own = connection.project.as_ref().map(|project| super::list::item(&project.object));
        let mut document = own.unwrap_or_else(|| json!({"id": connection.client.project_id()}));
        if let Some(map) = document.as_object_mut() {
            map.insert("tenants".to_owned(), json!(tenants.len()));
            map.insert("flows".to_owned(), json!(flows.len()));
        }
        connection.warnings.iter().for_each(|warning| ui.warn(&warning.message));
        connection.close().await?;
        ui.show_properties(&document);
        Ok(Exit::Done)
    }
}
