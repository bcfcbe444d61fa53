use serde_json::{Value, json};

use crate::{
    cli::{Error, Exit, connect::connect, globals::Globals, session::Session},
    render::Ui,
    resource::flow::{self, Dependency},
};

/// Show one live flow: its size, its methods, what it leans on
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Examples:\n  descope-mgmt flow show sign-up-or-in\n  descope-mgmt flow show sign-up-or-in -o json"
)]
pub(in crate::cli) struct Args {
    /// The flow's id
    id: String,
}

impl Args {
    pub(super) async fn run(self, globals: &Globals, ui: &Ui) -> Result<Exit, Error> {
        let session = Session::open(globals)?;
        ui.show_diagnostics(&session.config.warnings);
        let connection = connect(&session, ui).await?;
        let flow = super::export::existing(&connection.client, &self.id).await?;
        connection.close().await?;
        let mut document = json!({"id": self.id});
        let needs = flow::dependencies(&flow.object);
        let lists = [
            ("connectors", names(&needs.connectors)),
            ("oauth_providers", names(&needs.oauth_providers)),
            ("sub_flows", names(&needs.sub_flows)),
            ("roles", names(&needs.roles)),
            ("user_attributes", names(&needs.user_attributes)),
            ("tenant_attributes", names(&needs.tenant_attributes)),
        ];
        if let Some(map) = document.as_object_mut() {
            map.extend(flow::summary(&flow.object, None, &flow.object.digest()));
            map.extend(lists.map(|(key, names)| (key.to_owned(), names)));
        }
        ui.show_properties(&document);
        Ok(Exit::Done)
    }
}

fn names(list: &[Dependency]) -> Value {
    let mut names: Vec<&str> = list.iter().map(|it| it.name.as_str()).collect();
    names.sort_unstable();
    names.dedup();
    json!(names)
}
