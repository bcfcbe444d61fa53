use std::collections::HashSet;

use super::{
    Error, Exit,
    connect::{Connection, connect_in, open_sandbox},
    globals::Globals,
    session::Session,
};
use crate::{
    live::{self, Reads, Which},
    plan::{Side, compare},
    render::Ui,
    resource::{Desired, Live},
};

/// Tell what differs between two environments as they are now; changes nothing
///
/// Tenants that are one item of the configuration are compared with each other, whatever their ids; others by id. Ids,
/// times, and the projects' own names and labels are no difference. Ends with 2 if there is any.
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Examples:\n  descope-mgmt compare --from staging --to prod\n  descope-mgmt compare --from dev --to staging -o json"
)]
pub(super) struct Args {
    /// The environment to start from
    #[arg(long, value_name = "ENV")]
    from: String,
    /// The environment to compare it with
    #[arg(long, value_name = "ENV")]
    to: String,
}

impl Args {
    pub(super) async fn run(self, globals: &Globals, ui: &Ui) -> Result<Exit, Error> {
        if globals.environment.is_some() {
            return Err(Error::Usage("--from and --to name the environments; leave -e out".to_owned()));
        }
        let open =
            |name: &str| Session::open(&Globals { environment: Some(name.to_owned()), ..globals.clone() });
        let (from, to) = (open(&self.from)?, open(&self.to)?);
        let sandbox = open_sandbox(&[&from, &to]).await?;
        let one = connect_in(&from, sandbox.clone(), ui).await?;
        let other = connect_in(&to, sandbox, ui).await?;
        let settings = managed_settings(&[&from.config.desired, &to.config.desired]);
        let (here, there) = tokio::try_join!(everything(&one, &settings), everything(&other, &settings))?;
        let found = compare(
            Side { live: &here, desired: &from.config.desired },
            Side { live: &there, desired: &to.config.desired },
        );
        let [one_header, other_header] = [(&from, &one), (&to, &other)]
            .map(|(session, connection)| crate::render::Header { reach: None, ..session.header(connection) });
        ui.show_comparison(&found, &one_header, &other_header);
        [one.warnings.as_slice(), other.warnings.as_slice()]
            .concat()
            .iter()
            .for_each(|it| ui.warn(&it.message));
        one.close().await?;
        other.close().await?;
        Ok(if found.differences.is_empty() { Exit::Done } else { Exit::Changes })
    }
}

/// The tenants whose settings some environment manages: those of all others would cost a request each.
fn managed_settings(sides: &[&Desired]) -> HashSet<String> {
    let tenants = sides.iter().flat_map(|desired| desired.tenants.iter().flatten());
    tenants.filter(|tenant| tenant.manages_settings()).map(|tenant| tenant.id.clone()).collect()
}

/// All that can be compared in a project.
pub(super) async fn everything(connection: &Connection, settings: &HashSet<String>) -> Result<Live, Error> {
    let reads =
        Reads { tenants: true, settings: settings.clone(), flows: Which::All, theme: true, project: false };
    let live = live::fetch(&connection.client, &reads).await?;
    Ok(Live { project: connection.project.clone(), ..live })
}
