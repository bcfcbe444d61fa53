//! A configuration whose project is still to be made → the project, and all that is configured for it.

use std::{collections::BTreeSet, time::Duration};

use serde_json::value::RawValue;
use tokio::time::Instant;

use super::making::{By, PATIENCE, line_to_paste, make, must_be_new, settle_company};
use crate::{
    cli::{
        Error, Exit,
        connect::{Connection, connect_in, connect_to_company, open_sandbox_without},
        globals::{Globals, Selection},
        questions::confirm,
        reconcile::{Ask, Goal, Kept, Kinds, Order, Wanted, reconcile, reconcile_configuration},
        session::Session,
    },
    live,
    plan::{self, Plan, Warning},
    render::{Header, Telling, Ui},
    resource::{
        Address, Desired, Live, Observed,
        project::{self, LiveProject, NewProject, list_of_company},
    },
    state::Baseline,
};

/// Reconciles the configuration; where its project is not there yet, makes it first. One plan shows both.
pub(in crate::cli) async fn reconcile_with_project(
    globals: &Globals,
    ui: &Ui,
    selection: &Selection,
    command: &str,
    kinds: Kinds,
) -> Result<Exit, Error> {
    let mut session = Session::open_creating(globals)?;
    session.desired()?;
    let sandbox = open_sandbox_without(&session).await?;
    let there = match &sandbox {
        Some(_) => {
            let company = connect_to_company(&session, sandbox.clone(), ui)?;
            let listed = live::projects_by(&company.client, &list_of_company()).await?;
            let own = session.project_id()?;
            listed.iter().any(|project| project.object.id == own)
        }
        // An id that is set is one that is meant: if it is not there, that is a mistake, not a wish.
        None => session.config.target.project_id.is_some(),
    };
    if there {
        let goal = Goal::apply_unless(globals.dry_run);
        if let Some(emulator) = sandbox.and_then(std::sync::Arc::into_inner) {
            emulator.stop().await?;
        }
        let ask = Ask { selection, command, goal, kinds, out: None };
        return reconcile_configuration(ask, globals, ui).await;
    }
    let new = wanted(&session)?;
    session.keep(kinds);
    let company = connect_to_company(&session, sandbox, ui)?;
    let result = make_and_fill(&mut session, &company, &new, (globals, selection, command, kinds), ui).await;
    company.close().await?;
    result
}

/// The project as the configuration wants it.
fn wanted(session: &Session) -> Result<NewProject, Error> {
    let own = session.config.desired.project.as_ref();
    let named = own.and_then(|it| it.name.clone()).or_else(|| session.config.target.project_name.clone());
    let made_up =
        session.sandbox.as_ref().and(session.environment_name()).map(|name| format!("Sandbox {name}"));
    Ok(NewProject {
        name: named.or(made_up).ok_or(Error::NoNewName)?,
        tags: own.and_then(|it| it.tags.clone()).unwrap_or_default(),
        production: false,
    })
}

async fn make_and_fill(
    session: &mut Session,
    company: &Connection,
    new: &NewProject,
    (globals, selection, command, kinds): (&Globals, &Selection, &str, Kinds),
    ui: &Ui,
) -> Result<Exit, Error> {
    if !globals.dry_run {
        settle_company(session, company, By::Company, ui).await?;
    }
    must_be_new(company, new, By::Company).await?;
    let plan = plan_of(session, new, globals, selection)?;
    let header = Header {
        project_id: "to be made:".to_owned(),
        project_name: Some(new.name.clone()),
        ..session.header(company)
    };
    let telling = if globals.dry_run { Telling::Plan } else { Telling::Prelude };
    ui.show_plan(&plan, &header, company.client.rate(), telling);
    if globals.dry_run {
        return Ok(if globals.detailed_exitcode { Exit::Changes } else { Exit::Done });
    }
    let as_it_will_be = LiveProject { name: new.name.clone(), ..LiveProject::default() };
    let imagined = company.imagining(Observed { object: as_it_will_be, raw: RawValue::NULL.to_owned() });
    confirm(session, &imagined, &plan, globals, ui)?;
    let id = make(session, company, (new, By::Company), command, ui).await?;
    let paste = line_to_paste(session, &id);
    ui.warn(&format!("made project '{}': {id}; for every later run: {paste}", new.name));
    session.speak_for(id);
    let connection = connect_young(session, company, ui).await?;
    let made = Warning {
        code: "project_made",
        message: format!("project '{}' was made by this run; for every later run: {paste}", new.name),
        address: Some(Address::new(project::KIND, project::ID)),
    };
    // The whole was confirmed as one; there is nothing of anybody else in the project.
    let confirmed = Globals { yes: true, confirm_project: Some(new.name.clone()), ..globals.clone() };
    let order = Order {
        wanted: Wanted::Configured(session.desired()?),
        scope: selection.scope(globals),
        goal: Goal::Apply,
        command,
        retry: Some(selection),
        warnings: session.warnings().chain([made]).collect(),
        kinds,
        kept: Kept::No,
    };
    let result = reconcile(session, &connection, order, &confirmed, ui).await;
    connection.close().await?;
    if ui.is_text() {
        // On a line of its own, whole: it is there to be pasted.
        ui.write_out(&format!("\nfor every later run:\n{paste}\n"));
    }
    result
}

/// The project, and what is configured for it, as one plan from nothing.
fn plan_of(
    session: &Session,
    new: &NewProject,
    globals: &Globals,
    selection: &Selection,
) -> Result<Plan, Error> {
    let desired = Desired { project: None, ..session.desired()?.clone() };
    let (live, baseline) = (Live::default(), Baseline::empty(super::making::COMPANY));
    let scope = selection.scope(globals);
    let inputs = plan::Inputs { desired: &desired, live: &live, baseline: &baseline, scope: &scope };
    let mut plan = plan::compute(inputs).map_err(Error::Plan)?;
    plan.changes.insert(0, plan::creation(new));
    plan.changes.sort_by(|a, b| a.address.cmp(&b.address));
    plan.warnings.extend(session.warnings());
    plan.warnings.push(Warning {
        code: "project_is_new",
        message:
            "the project is still to be made: flows that it starts with are updated and not created, and its \
                  theme is compared when it is there"
                .to_owned(),
        address: None,
    });
    Ok(plan)
}

/// Connects to a project that was just made, as soon as the service lets anybody.
async fn connect_young(session: &Session, company: &Connection, ui: &Ui) -> Result<Connection, Error> {
    let deadline = Instant::now() + PATIENCE.min(session.config.settings.max_wait);
    let too_early: BTreeSet<&str> = ["project_not_found", "unauthorized", "wrong_project"].into();
    loop {
        match connect_in(session, company.sandbox(), ui).await {
            Ok(connection) => return Ok(connection.for_young_project()),
            Err(error) if !too_early.contains(error.code()) || Instant::now() >= deadline => {
                return Err(error);
            }
            Err(error) => tracing::debug!(%error, "the project is not ready yet"),
        }
        tokio::time::sleep(Duration::from_millis(500)).await;
    }
}
