use serde_json::{Value, json};

use crate::{
    cli::{
        Error, Exit,
        connect::{connect_to_company, connection_to, open_sandbox},
        globals::Globals,
        session::Session,
    },
    live,
    render::{Table, Ui},
    resource::project::{LiveProject, list, list_of_company},
};

/// List the projects that the key may see
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:\n  descope-mgmt project list\n  descope-mgmt project list -e prod -o json")]
pub(in crate::cli) struct Args {}

impl Args {
    pub(super) async fn run(self, globals: &Globals, ui: &Ui) -> Result<Exit, Error> {
        let session = Session::open_creating(globals)?;
        ui.show_diagnostics(&session.config.warnings);
        let sandbox = open_sandbox(&[&session]).await?;
        // A key that is limited to projects speaks for one of them, one of the company need not.
        let (connection, request) = match session.project_id() {
            Ok(id) => (connection_to(&session, id, sandbox, ui)?, list()),
            Err(_) => (connect_to_company(&session, sandbox, ui)?, list_of_company()),
        };
        let mut projects = live::projects_by(&connection.client, &request).await?;
        projects.sort_by(|a, b| (&a.object.name, &a.object.id).cmp(&(&b.object.name, &b.object.id)));
        let mut table = Table::new(&["ID", "NAME", "LABEL", "TAGS"], "The key sees no project.");
        for project in &projects {
            table.push(&row(&project.object));
        }
        ui.show_list(&table, projects.iter().map(|project| item(&project.object)).collect());
        connection.close().await?;
        Ok(Exit::Done)
    }
}

fn row(project: &LiveProject) -> Vec<String> {
    let LiveProject { id, name, environment, tags } = project;
    let tags: Vec<&str> = tags.iter().flatten().map(String::as_str).collect();
    vec![id.clone(), name.clone(), environment.clone().unwrap_or_default(), tags.join(", ")]
}

/// A project in YAML words.
pub(super) fn item(project: &LiveProject) -> Value {
    let LiveProject { id, name, environment, tags } = project;
    json!({"id": id, "name": name, "environment": environment.as_deref().unwrap_or(""), "tags": tags.clone().unwrap_or_default()})
}
