//! From desired and live to a settled plan: compare, show, ask; then `run` makes it so.

use std::{borrow::Cow, collections::HashSet, path::Path};

use super::{
    Exit,
    adopt::adopt_orphans,
    books::note_in_sync,
    choices,
    connect::{Connection, connect},
    error::Error,
    globals::{ConflictWay, Globals, Selection},
    questions::confirm,
    record::Record,
    run::{Settled, apply, exit},
    saved,
    session::Session,
    settle::{beyond_doubt, settle_alone},
    who::who,
};
use crate::{
    apply::{self, Choice, Report},
    live::{self, Reads},
    plan::{self, Action, Plan, Scope, Warning},
    render::{Telling, Ui},
    resource::{Desired, Live},
    state::{AuditEvent, Baseline, SavedPlan},
};

/// What is to be reconciled, and how far it may go.
pub(super) struct Order<'a> {
    /// How things should be.
    pub(super) wanted: Wanted<'a>,
    /// Which part is meant.
    pub(super) scope: Scope,
    /// How far it goes.
    pub(super) goal: Goal,
    /// The words of the command, for the records.
    pub(super) command: &'a str,
    /// The flags that chose the part, where the command can be told again with others.
    pub(super) retry: Option<&'a Selection>,
    /// What the command itself has to say.
    pub(super) warnings: Vec<Warning>,
    /// Which kinds of objects it is about.
    pub(super) kinds: Kinds,
    /// The saved plan or the run that it has to do with.
    pub(super) kept: Kept<'a>,
}

/// A plan on the disk that an order makes, or comes from.
#[derive(Debug, Clone, Copy)]
pub(super) enum Kept<'a> {
    /// None.
    No,
    /// The plan is saved in this file.
    To(&'a Path),
    /// The plan must be the same as this one, saved earlier.
    From(&'a SavedPlan),
    /// It goes on with what this run left.
    Resumed(&'a str),
}

/// How far a command goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Goal {
    /// It shows what would change.
    Plan,
    /// It shows what differs, told from the other side.
    Drift,
    /// It shows, asks and applies.
    Apply,
}

impl Kinds {
    /// The word that journals and saved plans have for them.
    pub(super) fn word(self) -> &'static str {
        match self {
            Self::All => "all",
            Self::Tenants => "tenants",
            Self::Flows => "flows",
        }
    }

    /// Those that a word means; all where it means none.
    pub(super) fn of(word: &str) -> Self {
        [Self::Tenants, Self::Flows].into_iter().find(|kinds| kinds.word() == word).unwrap_or(Self::All)
    }
}

impl Goal {
    /// To apply, unless only a look was asked for.
    pub(super) fn apply_unless(dry_run: bool) -> Self {
        if dry_run { Self::Plan } else { Self::Apply }
    }
}

/// How things should be.
pub(super) enum Wanted<'a> {
    /// As the configuration says.
    Configured(&'a Desired),
    /// As follows from what is live.
    From {
        /// Makes it.
        make: &'a (dyn Fn(&Live) -> Result<Desired, Error> + Sync),
        /// What must be read for it.
        reads: Reads,
    },
}

/// Which kinds of objects a command is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kinds {
    /// All that the configuration manages.
    All,
    /// Tenants.
    Tenants,
    /// Flows and the theme.
    Flows,
}

/// What a command wants of the whole configuration, or of the part of it that was selected.
pub(super) struct Ask<'a> {
    /// The part.
    pub(super) selection: &'a Selection,
    /// The words of the command.
    pub(super) command: &'a str,
    /// How far it goes.
    pub(super) goal: Goal,
    /// Which kinds of objects it is about.
    pub(super) kinds: Kinds,
    /// The file that the plan is saved in, and then not applied.
    pub(super) out: Option<&'a Path>,
}

/// Reconciles the whole configuration, or the part of it that was selected.
pub(super) async fn reconcile_configuration(ask: Ask<'_>, globals: &Globals, ui: &Ui) -> Result<Exit, Error> {
    let Ask { selection, command, goal, kinds, out } = ask;
    let mut session = match out {
        Some(_) => Session::open_to_save(globals)?,
        None => Session::open(globals)?,
    };
    session.keep(kinds);
    let desired = session.desired()?;
    let connection = connect(&session, ui).await?;
    let order = Order {
        wanted: Wanted::Configured(desired),
        scope: selection.scope(globals),
        goal: if out.is_some() { Goal::Plan } else { goal },
        command,
        retry: Some(selection),
        warnings: session.warnings().collect(),
        kinds,
        kept: out.map_or(Kept::No, Kept::To),
    };
    let result = reconcile(&session, &connection, order, globals, ui).await;
    connection.close().await?;
    result
}

/// Plans and, unless told otherwise, applies.
pub(super) async fn reconcile(
    session: &Session,
    connection: &Connection,
    order: Order<'_>,
    globals: &Globals,
    ui: &Ui,
) -> Result<Exit, Error> {
    let (mut live, mut desired, mut baseline) = gather(session, connection, &order).await?;
    let mut scope = order.scope.clone();
    scope.withhold_console =
        globals.yes && order.goal == Goal::Apply && globals.conflict != Some(ConflictWay::Config);
    let compute =
        |live: &Live, desired: &Desired, baseline: &Baseline, scope: &Scope| -> Result<Plan, Error> {
            let known = beyond_doubt(session, connection.client.project_id(), baseline);
            let inputs = plan::Inputs { desired, live, baseline: &known, scope };
            let mut plan = plan::compute(inputs).map_err(Error::Plan)?;
            plan.warnings.extend(order.warnings.iter().chain(&connection.warnings).cloned());
            Ok(plan)
        };
    let mut plan = compute(&live, &desired, &baseline, &scope)?;
    let unread = replaced_without_settings(&plan, &live);
    if !unread.is_empty() {
        live.settings.extend(live::settings_of(&connection.client, &unread).await?);
        plan = compute(&live, &desired, &baseline, &scope)?;
    }
    let who = who(session, connection, &plan).await;
    who.note(&mut plan);
    if let Kept::From(saved) = order.kept {
        plan::still_holds(&saved.changes, &plan, &live.index()).map_err(Error::PlanMoved)?;
    }
    let header = session.header(connection);
    let rate = connection.client.rate();
    ui.show_plan(&plan, &header, rate, telling(order.goal));
    if let Kept::To(file) = order.kept {
        saved::save(session, connection, &order, &plan, file, globals)?;
        ui.note(&format!("saved in {0}; `descope-mgmt apply {0}` applies it", file.display()));
    }
    match order.goal {
        Goal::Drift if plan.is_empty() && plan.orphans.is_empty() => return Ok(Exit::Done),
        Goal::Drift => {
            if let Err(error) = note_drift(session, connection, &plan).await {
                ui.warn(&format!("the drift is not in the audit: {error}"));
            }
            return Ok(Exit::Changes);
        }
        Goal::Plan if globals.detailed_exitcode && !plan.is_empty() => return Ok(Exit::Changes),
        Goal::Plan => return Ok(Exit::Done),
        Goal::Apply => {}
    }
    // What is adopted goes into the files that the configuration is read from, so it must be them that are applied.
    let can_adopt = matches!(order.wanted, Wanted::Configured(_)) && !matches!(order.kept, Kept::From(_));
    let mut chosen = choices::settle(&plan, can_adopt, globals, ui)?;
    let mut has_adopted = false;
    if !chosen.adopts.is_empty() {
        let adopted =
            adopt_orphans(session, connection, &chosen.adopts, &mut live, order.command, globals, ui).await?;
        has_adopted = adopted.is_some();
        let mut addresses = HashSet::new();
        if let Some(adopted) = adopted {
            (desired, baseline, addresses) =
                (Cow::Owned(adopted.desired), adopted.baseline, adopted.addresses);
        }
        chosen.note_adopted(&addresses);
    }
    if has_adopted || chosen.changes_the_plan() {
        plan = compute(&live, &chosen.desired(&desired), &baseline, &chosen.scope(&scope))?;
        who.note(&mut plan);
        ui.show_plan(&plan, &header, rate, telling(order.goal));
    }
    let in_sync = match order.wanted {
        Wanted::Configured(_) => plan::in_sync(&plan, &chosen.desired(&desired), &live, &baseline),
        Wanted::From { .. } => Vec::new(),
    };
    if order.goal == Goal::Apply {
        drop(live);
    } else {
        // The process is about to end: taking a large project apart value by value would only cost time.
        std::mem::forget(live);
    }
    let settled = Settled {
        plan: &plan,
        order: &order,
        in_sync: &in_sync,
        baseline_of: baseline.run_id.as_deref(),
        choices: &chosen.choices,
    };
    let report = if plan.runnable().next().is_none() {
        without_writes(session, connection, &settled, ui).await?
    } else if ui.has_lost_output() {
        return Err(Error::PlanUnseen);
    } else {
        confirm(session, connection, &plan, globals, ui).map_err(|error| match error {
            Error::Declined if has_adopted => Error::DeclinedHavingAdopted,
            error => error,
        })?;
        apply(session, connection, &settled, globals, ui).await?
    };
    ui.show_report(&plan, &header, rate, &report);
    if ui.has_lost_output() {
        ui.warn(&format!("what this run did is in the audit: `descope-mgmt audit show {}`", report.run_id));
    }
    Ok(exit(&plan, &report))
}

/// Tells the audit which drift was seen, and who made it. Nothing depends on it.
async fn note_drift(session: &Session, connection: &Connection, plan: &Plan) -> Result<(), Error> {
    let audit = Record::begin(session, connection.client.project_id()).await?;
    let changes = plan.changes.iter().map(|it| AuditEvent::drift_seen(it.address.as_str(), it.cause.word()));
    let orphans = plan.orphans.iter().map(|it| AuditEvent::drift_seen(it.address.as_str(), "orphan"));
    let told = audit.tell(changes.chain(orphans)).await;
    audit.end(told).await
}

/// Ends an apply that has nothing to write: what others left open is settled, and what was chosen is noted.
async fn without_writes(
    session: &Session,
    connection: &Connection,
    settled: &Settled<'_>,
    ui: &Ui,
) -> Result<Report, Error> {
    let project = connection.client.project_id();
    settle_alone(session, connection, ui).await?;
    if !settled.choices.is_empty() {
        let audit = Record::begin(session, project).await?;
        let told = audit.tell(settled.choices.iter().flat_map(Choice::events)).await;
        audit.end(told).await?;
    }
    note_in_sync(session, project, settled).await;
    Ok(apply::untried(settled.plan, &session.run_id))
}

/// The tenants that are to be made anew and whose settings nobody has read: they must come along.
fn replaced_without_settings(plan: &Plan, live: &Live) -> Vec<String> {
    let replaced = plan.runnable().filter(|change| matches!(change.action, Action::Replace { .. }));
    let ids = replaced.map(|change| change.address.id().to_owned());
    ids.filter(|id| !live.settings.contains_key(id)).collect()
}

fn telling(goal: Goal) -> Telling {
    match goal {
        Goal::Plan => Telling::Plan,
        Goal::Drift => Telling::Drift,
        Goal::Apply => Telling::Prelude,
    }
}

/// What is live, how it should be, and what was last applied, where that says something of who changed what.
async fn gather<'a>(
    session: &Session,
    connection: &Connection,
    order: &Order<'a>,
) -> Result<(Live, Cow<'a, Desired>, Baseline), Error> {
    let project = connection.client.project_id();
    match &order.wanted {
        Wanted::Configured(desired) => {
            // The project itself was read when the connection was made.
            let reads = Reads { project: false, ..Reads::of(desired) };
            let mut live = live::fetch(&connection.client, &reads).await?;
            live.project = connection.project.clone();
            let flows = desired.flows.as_deref().unwrap_or_default();
            live.facts = live::facts(&connection.client, flows, &live).await?;
            Ok((live, Cow::Borrowed(*desired), session.state.baseline(project)?))
        }
        // Whoever names one tenant, or a backup, wants just that, whoever changed it last.
        Wanted::From { make, reads } => {
            let mut live = live::fetch(&connection.client, reads).await?;
            let desired = make(&live)?;
            let flows = desired.flows.as_deref().unwrap_or_default();
            live.facts = live::facts(&connection.client, flows, &live).await?;
            Ok((live, Cow::Owned(desired), Baseline::empty(project)))
        }
    }
}
