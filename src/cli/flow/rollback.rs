use super::named;
use crate::{
    cli::{
        Error, Exit,
        backup::restore,
        globals::{Globals, Selection},
        reconcile::Goal,
        session::Session,
    },
    render::Ui,
    resource::{Address, Pattern, flow, theme},
};

/// Put flows and the theme back as a backup has them: planned, shown, confirmed, backed up itself
///
/// Going back needs no --allow-breaking-changes. A flow that the backup's run created is deleted only with --prune.
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Examples:\n  descope-mgmt flow rollback --backup latest --dry-run\n  descope-mgmt flow rollback -e prod --backup 01KAV2GQ --flow mfa-login"
)]
pub(in crate::cli) struct Args {
    /// The backup's id, its beginning, or 'latest': the newest one that holds such a flow
    #[arg(long, value_name = "ID")]
    backup: String,
    /// Only this flow; may be given several times [default: every flow in the backup, and the theme]
    #[arg(long = "flow", value_name = "FLOW")]
    flows: Vec<String>,
    /// Delete flows that the backup's run created
    #[arg(long)]
    prune: bool,
}

impl Args {
    pub(super) async fn run(self, globals: &Globals, ui: &Ui) -> Result<Exit, Error> {
        let session = Session::open(globals)?;
        let target: Vec<Pattern> = self.flows.iter().map(|word| named(word)).collect::<Result<_, _>>()?;
        let all = ["flow.*", "theme.*"].map(str::parse::<Pattern>);
        let all: Vec<Pattern> = all.into_iter().filter_map(Result::ok).collect();
        let target = if target.is_empty() { all } else { target };
        let id = self.find(&session, &target)?;
        let selection = Selection { target, exclude: Vec::new(), prune: self.prune };
        let command = format!("flow rollback --backup {id}");
        let goal = Goal::apply_unless(globals.dry_run);
        restore(&session, &id, &command, &selection, goal, globals, ui).await
    }

    /// The backup that is meant; the latest is the newest one with something to go back to.
    fn find(&self, session: &Session, target: &[Pattern]) -> Result<String, Error> {
        let project = session.project_id()?;
        if self.backup != "latest" {
            return Ok(session.state.find_backup(&project, &self.backup)?);
        }
        for id in session.state.list_backups(&project)?.into_iter().rev() {
            let held = session.state.summarize_backup(&project, &id)?.addresses;
            let parsed = held.iter().filter_map(|it| it.parse::<Address>().ok());
            let mut flows = parsed.filter(|it| [flow::KIND, theme::KIND].contains(&it.kind()));
            if flows.any(|address| target.iter().any(|pattern| pattern.matches(&address))) {
                return Ok(id);
            }
        }
        Err(Error::NoFlowBackup { project })
    }
}
