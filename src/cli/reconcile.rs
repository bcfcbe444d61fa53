//! From desired and live to done: plan, show, confirm, lock, re-read, back up, run, prove, report.

use std::{
    borrow::Cow,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
};

use tokio::time::Instant;

use super::{
    Exit,
    books::{backup, close},
    conflicts,
    connect::{Connection, connect},
    error::Error,
    globals::{ConflictWay, Globals, Selection},
    questions::{confirm, decider},
    retry,
    session::{Session, interruption},
    settle::{settle, settle_alone},
};
use crate::{
    apply::{self, Job, Report, Status, Trail},
    live::{self, Reads},
    plan::{self, Action, Change, Plan, Scope, Warning},
    render::{Progress, Telling, Ui},
    resource::{Desired, Live},
    state::Baseline,
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

/// Reconciles the whole configuration, or the part of it that was selected.
pub(super) async fn reconcile_configuration(
    globals: &Globals,
    ui: &Ui,
    selection: &Selection,
    command: &str,
    goal: Goal,
    kinds: Kinds,
) -> Result<Exit, Error> {
    let mut session = Session::open(globals)?;
    session.keep(kinds);
    let desired = session.desired()?;
    let connection = connect(&session, ui).await?;
    let order = Order {
        wanted: Wanted::Configured(desired),
        scope: selection.scope(globals),
        goal,
        command,
        retry: Some(selection),
        warnings: session.warnings().collect(),
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
    let (mut live, desired, baseline) = gather(session, connection, &order).await?;
    let mut scope = order.scope.clone();
    scope.withhold_console =
        globals.yes && order.goal == Goal::Apply && globals.conflict != Some(ConflictWay::Config);
    let compute = |live: &Live, desired: &Desired| -> Result<Plan, Error> {
        let inputs = plan::Inputs { desired, live, baseline: &baseline, scope: &scope };
        let mut plan = plan::compute(inputs).map_err(Error::Plan)?;
        plan.warnings.extend(order.warnings.iter().chain(&connection.warnings).cloned());
        Ok(plan)
    };
    let mut plan = compute(&live, &desired)?;
    let unread = replaced_without_settings(&plan, &live);
    if !unread.is_empty() {
        live.settings.extend(live::settings_of(&connection.client, &unread).await?);
        plan = compute(&live, &desired)?;
    }
    let header = session.header(connection);
    let rate = connection.client.rate();
    ui.show_plan(&plan, &header, rate, telling(order.goal));
    if order.goal == Goal::Apply {
        let kept = conflicts::settle(&plan, globals, ui)?;
        if !kept.is_empty() {
            plan = compute(&live, &conflicts::leave_alone(&desired, &kept))?;
            ui.show_plan(&plan, &header, rate, telling(order.goal));
        }
    }
    drop(live);
    match order.goal {
        Goal::Drift => {
            return Ok(if plan.is_empty() && plan.orphans.is_empty() { Exit::Done } else { Exit::Changes });
        }
        Goal::Plan if globals.detailed_exitcode && !plan.is_empty() => return Ok(Exit::Changes),
        Goal::Plan => return Ok(Exit::Done),
        Goal::Apply => {}
    }
    let report = if plan.runnable().next().is_none() {
        settle_alone(session, connection, ui).await?;
        apply::untried(&plan, &session.run_id)
    } else {
        confirm(session, connection, &plan, globals, ui)?;
        apply(session, connection, &plan, &order, globals, ui).await?
    };
    let is_empty = plan.is_empty();
    if !is_empty || ui.is_json() {
        ui.show_report(&plan, &header, rate, &report);
    }
    Ok(exit(&plan, &report))
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
            let mut live = live::fetch(&connection.client, &Reads::of(desired)).await?;
            let flows = desired.flows.as_deref().unwrap_or_default();
            live.facts = live::facts(&connection.client, flows, &live).await?;
            Ok((live, Cow::Borrowed(*desired), session.state.baseline(project)?))
        }
        // Whoever names one tenant, or a backup, wants just that, whoever changed it last.
        Wanted::From { make, reads } => {
            let live = live::fetch(&connection.client, reads).await?;
            let desired = make(&live)?;
            Ok((live, Cow::Owned(desired), Baseline::empty(project)))
        }
    }
}

/// The exit code of an apply.
fn exit(plan: &Plan, report: &Report) -> Exit {
    let done = report.count(Status::Succeeded);
    let bad = report.outcomes.len() - done;
    if report.interrupted {
        Exit::Interrupted
    } else if report.fatal.as_ref().is_some_and(|fault| fault.code == "lock_lost") {
        Exit::Stale
    } else if bad == 0 {
        Exit::Done
    } else if plan.all_guarded() {
        Exit::Refused
    } else if done > 0 || report.count(Status::Unknown) > 0 || report.count(Status::Withheld) == bad {
        Exit::Partly
    } else {
        Exit::Failed
    }
}

/// Takes the lock, makes sure nothing moved, backs up, runs, and closes the books.
async fn apply(
    session: &Session,
    connection: &Connection,
    plan: &Plan,
    order: &Order<'_>,
    globals: &Globals,
    ui: &Ui,
) -> Result<Report, Error> {
    let project = connection.client.project_id();
    let state = &session.state;
    state.prepare(project)?;
    let progress = Arc::new(Progress::new(ui));
    let listener = Arc::clone(&progress);
    connection.notices.listen(Arc::new(move |notice| listener.notice(&notice)));
    let (lock, taken_from) = session.lock(project, order.command, ui).await?;
    let fresh = live::fetch(&connection.client, &plan.reads()).await?;
    let read_at = Instant::now();
    plan::confirm(plan, &fresh).map_err(Error::Moved)?;
    let backup = backup(session, plan, &fresh, order, project);
    state.write_backup(&backup)?;
    state.reserve(project, plan.runnable().map(Change::writes).sum())?;
    let trail = Trail::open(state, session.audit_context(project)).await?;
    trail.took_over(project, taken_from.as_deref()).await?;
    trail.backed_up(&backup.id).await?;
    settle(session, connection, &trail, ui).await?;
    trail.resolve(plan).await?;
    drop(fresh);
    let interrupted = AtomicBool::new(false);
    let job = Job {
        plan,
        client: &connection.client,
        lock: &lock,
        trail: &trail,
        parallelism: session.config.settings.parallelism,
        max_wait: session.config.settings.max_wait,
        remark: &session.remark(),
        read_at,
        interrupted: &interrupted,
        observer: &|event| progress.event(&event),
        decide: &decider(globals, ui),
    };
    let mut report = until_interrupted(apply::run(&job), connection, &interrupted, ui).await;
    progress.finish();
    report.run_id.clone_from(&session.run_id);
    report.backup_id = Some(backup.id.clone());
    report.rollback_command = Some(retry::rollback(&backup.id, plan, globals));
    report.retry_command = retry::command(&report, order, globals);
    match close(session, plan, &report, project, trail).await {
        Ok(head) => report.audit_head = head,
        Err(error) => report.notes.push(error.to_string()),
    }
    if let Err(error) = lock.release() {
        report.notes.push(error.to_string());
    }
    Ok(report)
}

/// Runs to the end; at the first Ctrl-C nothing new starts, and what waits for its turn stops waiting.
async fn until_interrupted(
    run: impl Future<Output = Report>,
    connection: &Connection,
    interrupted: &AtomicBool,
    ui: &Ui,
) -> Report {
    tokio::pin!(run);
    loop {
        tokio::select! {
            report = &mut run => return report,
            signal = interruption() => {
                tracing::info!(signal, "interrupted");
                if interrupted.load(Ordering::Relaxed) {
                    // Somebody means it. The journal tells the next run what was under way.
                    std::process::exit(Exit::Interrupted.code().into());
                }
                interrupted.store(true, Ordering::Relaxed);
                connection.client.stop_waiting();
                ui.note("interrupted: nothing new is started, what is under way finishes (once more: stop at once)");
            }
        }
    }
}
