use crate::{
    cli::{
        Error, Exit,
        connect::connect,
        globals::{Globals, Selection},
        reconcile::{Goal, Kept, Kinds, Order, Wanted, reconcile},
        session::Session,
    },
    live::{Reads, Which},
    plan::Warning,
    render::Ui,
    resource::{Address, Desired, Live, flow},
};

/// Delete one flow, unless others run it; a backup is taken, so that a rollback brings it back
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Examples:\n  descope-mgmt flow delete old-login --dry-run\n  descope-mgmt flow delete old-login"
)]
pub(in crate::cli) struct Args {
    /// The flow's id
    id: String,
}

impl Args {
    pub(super) async fn run(self, globals: &Globals, ui: &Ui) -> Result<Exit, Error> {
        let session = Session::open(globals)?;
        let connection = connect(&session, ui).await?;
        let address = Address::new(flow::KIND, &self.id);
        let only = address.as_str().parse().map_err(|error| Error::Usage(format!("{error}")))?;
        let selection = Selection { target: vec![only], ..Selection::default() };
        let order = Order {
            wanted: Wanted::From {
                make: &|live| self.desired(live, &session),
                reads: Reads { flows: Which::All, ..Reads::default() },
            },
            scope: selection.scope(globals),
            goal: Goal::apply_unless(globals.dry_run),
            command: "flow delete",
            retry: None,
            warnings: self.still_configured(&session),
            kinds: Kinds::Flows,
            kept: Kept::No,
        };
        let result = reconcile(&session, &connection, order, globals, ui).await;
        connection.close().await?;
        result
    }

    /// Everything as it is, but for this flow.
    fn desired(&self, live: &Live, session: &Session) -> Result<Desired, Error> {
        if !live.flow_ids.contains(&self.id) {
            return Err(Error::NoFlow {
                id: self.id.clone(),
                there: live.flow_ids.iter().cloned().collect(),
            });
        }
        Ok(Desired { doomed_flows: vec![self.id.clone()], ..session.desire(Vec::new()) })
    }

    /// A word about a flow that the configuration has: the next deployment will make it again.
    fn still_configured(&self, session: &Session) -> Vec<Warning> {
        let flows = session.config.desired.flows.iter().flatten();
        let configured = flows.filter(|flow| flow.id == self.id).map(|flow| Warning {
            code: "in_configuration",
            message: format!(
                "flow '{}' is still in the configuration: the next deployment will make it again",
                self.id
            ),
            address: Some(flow.address()),
        });
        configured.collect()
    }
}
