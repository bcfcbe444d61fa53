use serde_json::json;

use super::making::{By, line_to_paste, make, must_be_new, settle_company, until_it_answers};
use crate::{
    cli::{
        Error, Exit,
        confirm::confirm,
        connect::{Connection, connect, connect_to_company, open_sandbox},
        globals::Globals,
        session::Session,
    },
    render::Ui,
    resource::project::NewProject,
};

/// How the new project is to be.
#[derive(Debug, Clone, clap::Args)]
pub(in crate::cli) struct NewFlags {
    /// Its name
    #[arg(value_parser = super::making::name)]
    name: String,
    /// Tag; may be given several times
    #[arg(long = "tag", value_name = "TAG", value_parser = super::making::tag)]
    tags: Vec<String>,
    /// Label it a production project; no call changes that later
    #[arg(long)]
    production: bool,
}

impl NewFlags {
    fn project(self) -> NewProject {
        let Self { name, tags, production } = self;
        NewProject { name, tags: tags.into_iter().collect(), production }
    }
}

/// Make a project, as a new one or as a copy of another
///
/// The call is never sent twice: where its answer gets lost, the project is looked for by its name. Wants a key of the
/// whole company and a license above free.
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:\n  descope-mgmt project create 'PCC Dev' --tag portco\n  \
                        descope-mgmt project create 'PCC Dev' --from P2abc --dry-run")]
pub(in crate::cli) struct CreateArgs {
    #[command(flatten)]
    new: NewFlags,
    /// Copy the configuration and the secrets of this project
    #[arg(long, value_name = "PROJECT_ID")]
    from: Option<String>,
}

impl CreateArgs {
    pub(super) async fn run(self, globals: &Globals, ui: &Ui) -> Result<Exit, Error> {
        let mut session = Session::open_creating(globals)?;
        let Some(from) = self.from else {
            let sandbox = open_sandbox(&[&session]).await?;
            let connection = connect_to_company(&session, sandbox, ui)?;
            return run(
                &session,
                connection,
                (self.new.project(), By::Company),
                "project create",
                globals,
                ui,
            )
            .await;
        };
        session.speak_for(from);
        let connection = connect(&session, ui).await?;
        run(&session, connection, (self.new.project(), By::Clone), "project create", globals, ui).await
    }
}

/// Make a project as a copy of the environment's: its configuration and secrets, without users, tenants and keys
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:\n  descope-mgmt project clone -e staging 'PCC Try' --dry-run\n  \
                        descope-mgmt project clone -e staging 'PCC Try' --tag throw-away")]
pub(in crate::cli) struct CloneArgs {
    #[command(flatten)]
    new: NewFlags,
}

impl CloneArgs {
    pub(super) async fn run(self, globals: &Globals, ui: &Ui) -> Result<Exit, Error> {
        let session = Session::open(globals)?;
        let connection = connect(&session, ui).await?;
        run(&session, connection, (self.new.project(), By::Clone), "project clone", globals, ui).await
    }
}

async fn run(
    session: &Session,
    connection: Connection,
    (new, by): (NewProject, By),
    command: &str,
    globals: &Globals,
    ui: &Ui,
) -> Result<Exit, Error> {
    let result = shown_and_made(session, &connection, (&new, by), command, globals, ui).await;
    connection.close().await?;
    result
}

async fn shown_and_made(
    session: &Session,
    connection: &Connection,
    (new, by): (&NewProject, By),
    command: &str,
    globals: &Globals,
    ui: &Ui,
) -> Result<Exit, Error> {
    if !globals.dry_run {
        settle_company(session, connection, by, ui).await?;
    }
    must_be_new(connection, new, by).await?;
    let like = match by {
        By::Clone => format!(
            "a copy of {}: its configuration and secrets, without users, tenants and access keys",
            connection.client.project_id()
        ),
        By::Company => "as Descope makes a new one".to_owned(),
    };
    if ui.is_text() {
        let tags: Vec<&str> = new.tags.iter().map(String::as_str).collect();
        let tags = if tags.is_empty() { String::new() } else { format!("\n      tags: {}", tags.join(", ")) };
        ui.write_out(&format!("  + project \"{}\"  create  {like}{tags}\n\nPlan: 1 to create.\n", new.name));
    }
    let document = |id: Option<&str>| {
        json!({
            "project": {"id": id, "name": new.name, "environment": if new.production { "production" } else { "" },
                        "tags": new.tags},
            "from": (by == By::Clone).then(|| connection.client.project_id()),
            "paste": id.map(|id| line_to_paste(session, id)),
        })
    };
    if globals.dry_run {
        ui.show_told("", "Plan: 1 to create.", &document(None));
        return Ok(if globals.detailed_exitcode { Exit::Changes } else { Exit::Done });
    }
    confirm(&format!("Make project '{}'?", new.name), globals, ui)?;
    let id = make(session, connection, (new, by), command, ui).await?;
    until_it_answers(session, connection, &id, ui).await?;
    let text = format!("✓ made project \"{}\": {id}\n{}\n", new.name, line_to_paste(session, &id));
    ui.show_object(&text, &document(Some(&id)));
    Ok(Exit::Done)
}
