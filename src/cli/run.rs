//! A plan that is settled → done: lock, re-read, back up, run, prove, report.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use tokio::time::Instant;

use super::{
    Exit,
    books::{backup, close},
    connect::Connection,
    error::Error,
    globals::Globals,
    questions::decider,
    reconcile::{Kept, Order, Wanted},
    retry,
    session::{Session, interruption},
    settle::settle,
};
use crate::{
    apply::{self, Choice, Job, Report, Status, Trail},
    live,
    plan::{self, Change, InSync, Plan},
    render::{Progress, Ui},
    state::RunPlan,
};

/// A plan about which nothing is open any more.
#[derive(Clone, Copy)]
pub(super) struct Settled<'a> {
    /// The plan.
    pub(super) plan: &'a Plan,
    /// What it was made for.
    pub(super) order: &'a Order<'a>,
    /// What was as desired from the start, and the baseline does not know.
    pub(super) in_sync: &'a [InSync],
    /// The run that wrote the baseline that the plan was made with.
    pub(super) baseline_of: Option<&'a str>,
    /// What somebody chose on the way.
    pub(super) choices: &'a [Choice],
}

/// The exit code of an apply.
pub(super) fn exit(plan: &Plan, report: &Report) -> Exit {
    let done = report.count(Status::Succeeded);
    let bad = report.outcomes.len() - done;
    if report.interrupted {
        Exit::Interrupted
    } else if report.fatal.as_ref().is_some_and(|fault| fault.code == "lock_lost") {
        Exit::Stale
    } else if bad == 0 && report.fatal.is_some() {
        // All of it is done, and not all of it could be recorded.
        Exit::Failed
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
pub(super) async fn apply(
    session: &Session,
    connection: &Connection,
    settled: &Settled<'_>,
    globals: &Globals,
    ui: &Ui,
) -> Result<Report, Error> {
    let Settled { plan, order, .. } = *settled;
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
    let trail = Trail::open(state, session.audit_context(project), set_out(session, plan, order)).await?;
    let resumed = if let Kept::Resumed(run) = order.kept { Some(run) } else { None };
    trail.resumes(resumed).await?;
    trail.took_over(project, taken_from.as_deref()).await?;
    trail.backed_up(&backup.id).await?;
    settle(session, connection, &trail, ui).await?;
    trail.resolve(plan).await?;
    trail.chosen(settled.choices).await?;
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
    let mut report = until_interrupted(apply::run(&job), connection, &interrupted, &progress, ui).await;
    progress.finish();
    report.run_id.clone_from(&session.run_id);
    report.backup_id = Some(backup.id.clone());
    report.rollback_command = Some(retry::rollback(&backup.id, plan, session, globals));
    report.retry_command = retry::command(&report, order, session, globals);
    match close(session, settled, &report, project, trail).await {
        Ok(head) => report.audit_head = head,
        Err(error) => report.notes.push(error.to_string()),
    }
    if let Err(error) = lock.release() {
        report.notes.push(error.to_string());
    }
    Ok(report)
}

/// What the run sets out to do, so that another one can go on with it. What was not planned from the configuration can't
/// be planned again from it.
fn set_out(session: &Session, plan: &Plan, order: &Order<'_>) -> Option<RunPlan> {
    if !matches!(order.wanted, Wanted::Configured(_)) {
        return None;
    }
    let changes = plan.runnable().map(|change| (change.address.to_string(), change.writes()));
    Some(RunPlan {
        environment: session.environment_name().map(str::to_owned),
        scope: order.scope.stored(order.kinds.word()),
        changes: changes.collect(),
    })
}

/// Runs to the end; at the first Ctrl-C nothing new starts, and what waits for its turn stops waiting.
async fn until_interrupted(
    run: impl Future<Output = Report>,
    connection: &Connection,
    interrupted: &AtomicBool,
    progress: &Progress,
    ui: &Ui,
) -> Report {
    tokio::pin!(run);
    let mut seconds = tokio::time::interval(Duration::from_secs(1));
    loop {
        tokio::select! {
            report = &mut run => return report,
            _ = seconds.tick() => progress.tick(),
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
