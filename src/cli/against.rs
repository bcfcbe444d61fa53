//! The configuration against a backup: a plan without a request and without a key.

use std::collections::HashSet;

use super::{
    Exit,
    backup::WHOLE,
    error::Error,
    globals::{Globals, Selection},
    session::Session,
};
use crate::{
    live,
    plan::{self, Scope, Warning},
    render::{Telling, Ui},
    resource::{Address, Desired, Live, Pattern, tenant},
    state::{Backup, Baseline},
};

/// Shows what the configuration would change in what the backup holds.
pub(super) fn plan_against(
    backup: &str,
    selection: &Selection,
    globals: &Globals,
    ui: &Ui,
) -> Result<Exit, Error> {
    let session = Session::open_offline(globals)?;
    let project = session.project_id()?;
    let id = session.state.find_backup(&project, backup)?;
    let backup = session.state.read_backup(&project, &id)?;
    let live = live(&backup)?;
    let mut desired = session.desired()?.clone();
    let mut warnings: Vec<Warning> = session.warnings().collect();
    warnings.extend(leave_out_unknown_settings(&mut desired, &live));
    let scope = scope(&backup, selection, globals, &mut warnings)?;
    // What was applied since says nothing of who made the backup differ.
    let baseline = Baseline::empty(&project);
    let inputs = plan::Inputs { desired: &desired, live: &live, baseline: &baseline, scope: &scope };
    let mut plan = plan::compute(inputs).map_err(Error::Plan)?;
    plan.warnings.splice(0..0, warnings);
    let rate = session.config.settings.rate.default;
    ui.show_plan(&plan, &session.header_against(&project, &backup), rate, Telling::Plan);
    let changes = globals.detailed_exitcode && !plan.is_empty();
    Ok(if changes { Exit::Changes } else { Exit::Done })
}

fn live(backup: &Backup) -> Result<Live, Error> {
    let kept = backup.resources.iter();
    let kept = kept.filter_map(|it| Some((it.address.parse::<Address>().ok()?, it.body.as_deref()?)));
    live::remembered(kept).map_err(|error| Error::BackupHolds(error.to_string()))
}

/// A backup of a run holds what that run touched: of the rest it says nothing, and so nothing is compared.
fn scope(
    backup: &Backup,
    selection: &Selection,
    globals: &Globals,
    warnings: &mut Vec<Warning>,
) -> Result<Scope, Error> {
    let scope = selection.scope(globals);
    if backup.command == WHOLE {
        return Ok(scope);
    }
    let held = backup.resources.iter().filter_map(|it| it.address.parse::<Address>().ok());
    let held = held.filter(|address| address.kind() != tenant::SETTINGS_KIND && scope.contains(address));
    let targets: Vec<Pattern> = held.filter_map(|address| address.as_str().parse().ok()).collect();
    if targets.is_empty() {
        return Err(Error::Usage("the backup holds nothing of what is meant".to_owned()));
    }
    let objects =
        if targets.len() == 1 { "1 object".to_owned() } else { format!("{} objects", targets.len()) };
    let message = format!("the backup holds only the {objects} of its run: nothing else is compared");
    warnings.push(Warning { code: "backup_in_part", message, address: None });
    Ok(Scope { targets, excludes: Vec::new(), forgiving: true, ..scope })
}

/// Settings that the backup does not hold are not taken for unset.
fn leave_out_unknown_settings(desired: &mut Desired, live: &Live) -> Option<Warning> {
    let there: HashSet<&str> = live.tenants.iter().map(|tenant| tenant.object.id.as_str()).collect();
    let mut count = 0;
    for tenant in desired.tenants.iter_mut().flatten() {
        if there.contains(tenant.id.as_str()) && !live.settings.contains_key(&tenant.id) {
            count += usize::from(tenant.settings.take().is_some());
        }
    }
    let tenants = if count == 1 { "1 tenant".to_owned() } else { format!("{count} tenants") };
    let message = format!("the backup does not hold the settings of {tenants}: they are not compared");
    (count > 0).then_some(Warning { code: "settings_not_in_backup", message, address: None })
}
