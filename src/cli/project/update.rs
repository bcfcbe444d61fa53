use std::collections::BTreeSet;

use crate::{
    cli::{
        Error, Exit,
        connect::connect,
        globals::{Globals, Selection},
        reconcile::{Goal, Kept, Kinds, Order, Wanted, reconcile},
        session::Session,
    },
    live::Reads,
    plan::Warning,
    render::Ui,
    resource::{
        Address, Desired, Live,
        project::{self, DesiredProject},
    },
};

/// Change the name or the tags of the environment's project; what no flag names stays as it is
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:\n  descope-mgmt project update -e staging --name 'PCC Staging'\n  \
                        descope-mgmt project update --tag portco --remove-tag old --dry-run")]
pub(in crate::cli) struct Args {
    /// Another name
    #[arg(long, value_parser = super::making::name)]
    name: Option<String>,
    /// Tag to add; may be given several times
    #[arg(long = "tag", value_name = "TAG", value_parser = super::making::tag)]
    tags: Vec<String>,
    /// Tag to take away; may be given several times
    #[arg(long = "remove-tag", value_name = "TAG")]
    remove_tags: Vec<String>,
}

impl Args {
    pub(super) async fn run(self, globals: &Globals, ui: &Ui) -> Result<Exit, Error> {
        let session = Session::open(globals)?;
        let connection = connect(&session, ui).await?;
        let order = Order {
            wanted: Wanted::From {
                make: &|live| {
                    Ok(Desired { project: Some(self.laid_over(live)), ..session.desire(Vec::new()) })
                },
                reads: Reads { project: true, ..Reads::default() },
            },
            scope: Selection::default().scope(globals),
            goal: Goal::apply_unless(globals.dry_run),
            command: "project update",
            retry: None,
            kept: Kept::No,
            kinds: Kinds::All,
            warnings: still_configured(&session),
        };
        let result = reconcile(&session, &connection, order, globals, ui).await;
        connection.close().await?;
        result
    }

    fn laid_over(&self, live: &Live) -> DesiredProject {
        let now = live.project.as_ref().and_then(|project| project.object.tags.clone()).unwrap_or_default();
        let kept = now.into_iter().filter(|tag| !self.remove_tags.contains(tag));
        let tags: BTreeSet<String> = kept.chain(self.tags.iter().cloned()).collect();
        let named = !self.tags.is_empty() || !self.remove_tags.is_empty();
        DesiredProject { name: self.name.clone(), tags: named.then_some(tags), place: None }
    }
}

/// A word about a project that the configuration manages: the next apply takes back what differs there.
fn still_configured(session: &Session) -> Vec<Warning> {
    let configured = session.config.desired.project.iter().map(|_| Warning {
        code: "in_configuration",
        message: "the project is in the configuration, too: the next apply takes back what differs there"
            .to_owned(),
        address: Some(Address::new(project::KIND, project::ID)),
    });
    configured.collect()
}
