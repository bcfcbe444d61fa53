//! Plans that are saved, to be applied later; and runs that are gone on with.

use std::path::Path;

use super::{
    Exit,
    connect::{Connection, connect},
    error::Error,
    globals::Globals,
    reconcile::{Goal, Kept, Kinds, Order, Wanted, reconcile},
    session::Session,
};
use crate::{
    plan::{Plan, Scope, saved_changes},
    render::Ui,
    resource::Pattern,
    state::{self, JournalRecord, RunPlan, SavedFile, SavedPlan},
};

/// Saves a plan in a file.
pub(super) fn save(
    session: &Session,
    connection: &Connection,
    order: &Order<'_>,
    plan: &Plan,
    file: &Path,
    globals: &Globals,
) -> Result<(), Error> {
    let files = session.config.sources.iter();
    let saved = SavedPlan {
        created_at: chrono::Utc::now(),
        tool_version: env!("CARGO_PKG_VERSION").to_owned(),
        run_id: session.run_id.clone(),
        command: order.command.to_owned(),
        environment: session.environment_name().map(str::to_owned),
        project_id: connection.client.project_id().to_owned(),
        sandbox: session.sandbox.is_some(),
        scope: order.scope.stored(order.kinds.word()),
        config: session.chosen(globals).config,
        files: files.map(|it| SavedFile { path: it.path.clone(), text: it.text.clone() }).collect(),
        changes: saved_changes(plan),
    };
    saved.write(file).map_err(Error::PlanNotSaved)
}

/// Applies a saved plan, if it still holds.
pub(super) async fn apply_saved(file: &Path, globals: &Globals, ui: &Ui) -> Result<Exit, Error> {
    no_choice_of_their_own(globals)?;
    let saved = SavedPlan::read(file).map_err(unusable)?;
    let variable = std::env::var("DESCOPE_MGMT_ENVIRONMENT").ok().filter(|name| !name.trim().is_empty());
    same_environment(saved.environment.as_deref(), globals.environment.as_deref().or(variable.as_deref()))?;
    if saved.sandbox != globals.sandbox.is_some() {
        let (is, not) = if saved.sandbox { ("the sandbox", "Descope") } else { ("Descope", "the sandbox") };
        return Err(Error::OtherPlace { is: is.to_owned(), not: not.to_owned() });
    }
    let scope = Scope::restored(&saved.scope).ok_or(Error::ScopeUnreadable)?;
    let globals = &Globals { environment: saved.environment.clone(), ..permitted(globals, &scope) };
    let mut session = Session::open_saved(globals, &saved)?;
    let kinds = Kinds::of(&saved.scope.kinds);
    session.keep(kinds);
    let connection = connect(&session, ui).await?;
    let project = connection.client.project_id();
    if project != saved.project_id {
        let [is, not] = [&saved.project_id, project].map(|id| format!("project {id}"));
        return Err(Error::OtherPlace { is, not });
    }
    let order = Order {
        wanted: Wanted::Configured(&session.config.desired),
        scope,
        goal: Goal::apply_unless(globals.dry_run),
        command: "apply",
        retry: None,
        warnings: session.warnings().collect(),
        kinds,
        kept: Kept::From(&saved),
    };
    let result = reconcile(&session, &connection, order, globals, ui).await;
    connection.close().await?;
    result
}

/// Goes on with what a run left: its plan, made afresh for the objects that it did not come to the end of.
pub(super) async fn resume(run: &str, globals: &Globals, ui: &Ui) -> Result<Exit, Error> {
    let mut session = Session::open(globals)?;
    let project = session.project_id()?;
    let record = find(&session, &project, run)?;
    let missing = || Error::NoPlanKept { run: record.run_id.clone() };
    let RunPlan { environment, scope, changes: _ } = record.plan.as_ref().ok_or_else(missing)?;
    same_environment(environment.as_deref(), session.environment_name())?;
    let kinds = Kinds::of(&scope.kinds);
    let left: Option<Vec<Pattern>> = record.left().map(|address| address.parse().ok()).collect();
    let scope = Scope::restored(scope).zip(left);
    let (scope, targets) = scope.ok_or(Error::ScopeUnreadable)?;
    let nothing = targets.is_empty();
    let scope = Scope { targets, forgiving: true, ..scope };
    let globals = &permitted(globals, &scope);
    session.keep(kinds);
    let connection = connect(&session, ui).await?;
    let result = if nothing {
        super::settle::settle_alone(&session, &connection, ui).await?;
        ui.note(&format!("run {} left nothing to do", record.run_id));
        Ok(Exit::Done)
    } else {
        let order = Order {
            wanted: Wanted::Configured(session.desired()?),
            scope,
            goal: Goal::apply_unless(globals.dry_run),
            command: &format!("apply --resume {}", record.run_id),
            retry: None,
            warnings: session.warnings().collect(),
            kinds,
            kept: Kept::Resumed(&record.run_id),
        };
        reconcile(&session, &connection, order, globals, ui).await
    };
    if result.is_ok() && !globals.dry_run {
        // What is left now is in the journal of this run.
        session.state.settle_journal(&project, &record.run_id)?;
    }
    connection.close().await?;
    result
}

/// The journal of the run that is meant. One that is in the audit alone ended well.
fn find(session: &Session, project: &str, run: &str) -> Result<JournalRecord, Error> {
    let id = session.state.find_journal(project, run).map_err(|error| {
        let known =
            session.state.audit_run(project, run).ok().filter(|_| error.code() == "journal_not_found");
        known.map_or_else(|| error.into(), |known| Error::NothingToResume { run: known.id })
    })?;
    Ok(session.state.read_journal(project, &id)?)
}

/// A saved plan brings its own configuration and permissions.
fn no_choice_of_their_own(globals: &Globals) -> Result<(), Error> {
    let given = [
        (!globals.config.is_empty(), "--config"),
        (!globals.allow_replace.is_empty(), "--allow-replace"),
        (globals.allow_lockout, "--allow-lockout"),
        (globals.allow_breaking_changes, "--allow-breaking-changes"),
        (globals.cascade, "--cascade"),
    ];
    match given.into_iter().find(|(given, _)| *given) {
        Some((_, flag)) => {
            Err(Error::Usage(format!("a saved plan is applied as it is: {flag} belongs to `plan`")))
        }
        None => Ok(()),
    }
}

/// The flags as they were given when the plan was made, for the questions and the commands that are shown.
fn permitted(globals: &Globals, scope: &Scope) -> Globals {
    Globals {
        allow_replace: scope.allow_replace.clone(),
        allow_lockout: scope.allow_lockout,
        allow_breaking_changes: scope.allow_breaking,
        cascade: scope.cascade,
        ..globals.clone()
    }
}

fn same_environment(is: Option<&str>, asked: Option<&str>) -> Result<(), Error> {
    if asked.is_none() || asked == is {
        return Ok(());
    }
    let named = |name: Option<&str>| {
        name.map_or_else(|| "no environment".to_owned(), |it| format!("environment '{it}'"))
    };
    Err(Error::OtherPlace { is: named(is), not: named(asked) })
}

/// What can't be read is one thing, what is no plan any more another.
fn unusable(error: state::Error) -> Error {
    if matches!(error, state::Error::Io { .. }) { Error::State(error) } else { Error::SavedPlan(error) }
}
