//! Whatever a person must say before anything is written, and after something failed.

use std::sync::{
    Arc,
    atomic::{AtomicBool, Ordering},
};

use futures_util::future::BoxFuture;

use super::{
    connect::Connection,
    error::Error,
    globals::{Globals, OnError},
    session::Session,
};
use crate::{
    apply::{Decision, Outcome},
    plan::{self, Bounds, Exceeded, Plan},
    render::{Answer, Question, Ui, ask_how_to_go_on},
};

/// Asks whatever must be asked; returns only if everything was answered with yes.
pub(super) fn confirm(
    session: &Session,
    connection: &Connection,
    plan: &Plan,
    globals: &Globals,
    ui: &Ui,
) -> Result<(), Error> {
    let limits = session.limits(connection);
    let bounds = Bounds {
        max_delete: limits.max_delete,
        max_change: limits.max_change.as_ref().map(|limit| limit.of(plan.live_count as u64)),
    };
    let exceeded = plan::exceeded(plan, bounds);
    let protected = session.is_protected(connection);
    if protected {
        session.must_be_chosen_on_purpose(globals.confirm_project.is_some())?;
    }
    let name = connection.name_to_type();
    match &globals.confirm_project {
        Some(typed) if typed != name => {
            return Err(Error::WrongName { typed: typed.clone(), name: name.to_owned() });
        }
        None if protected || !exceeded.is_empty() => type_name(name, protected, &exceeded, ui)?,
        _ => {}
    }
    if globals.yes {
        return Ok(());
    }
    if !ui.is_interactive() {
        return Err(Error::NobodyToAsk);
    }
    let place = session.place(connection);
    let (counts, losses) = (plan::runnable_by_kind(plan), plan::losses(plan));
    let question = Question { counts, losses, cascade: globals.cascade, place: &place };
    if ui.ask(&question) == Answer::Yes { Ok(()) } else { Err(Error::Declined) }
}

/// Asks for the project's name, whatever the environment and `--yes` say: what comes can't be taken back.
pub(super) fn must_type_name(
    session: &Session,
    connection: &Connection,
    globals: &Globals,
    ui: &Ui,
) -> Result<(), Error> {
    if session.is_protected(connection) {
        session.must_be_chosen_on_purpose(globals.confirm_project.is_some())?;
    }
    let name = connection.name_to_type();
    match &globals.confirm_project {
        Some(typed) if typed != name => Err(Error::WrongName { typed: typed.clone(), name: name.to_owned() }),
        Some(_) if globals.yes => Ok(()),
        Some(_) if !ui.is_interactive() => Err(Error::NobodyToAsk),
        None if !ui.is_interactive() => {
            Err(Error::NameNeeded { name: name.to_owned(), protected: false, exceeded: Vec::new() })
        }
        _ if ui.ask_name(name, "This can't be undone.", &[]) == Answer::Yes => Ok(()),
        _ => Err(Error::Declined),
    }
}

fn type_name(name: &str, protected: bool, exceeded: &[Exceeded], ui: &Ui) -> Result<(), Error> {
    if !ui.is_interactive() {
        let exceeded = exceeded.to_vec();
        return Err(Error::NameNeeded { name: name.to_owned(), protected, exceeded });
    }
    let why = if protected { "This environment is protected." } else { "This plan goes over its limits." };
    if ui.ask_name(name, why, exceeded) == Answer::Yes { Ok(()) } else { Err(Error::Declined) }
}

/// What to do after a failed change, as the flag says or as somebody answers.
pub(super) fn decider<'a>(
    globals: &Globals,
    ui: &'a Ui,
) -> impl Fn(&Outcome, usize) -> BoxFuture<'static, Decision> + Sync + 'a {
    let default = if ui.is_interactive() && !globals.yes { OnError::Ask } else { OnError::Continue };
    let way = globals.on_error.unwrap_or(default);
    let silenced = Arc::new(AtomicBool::new(false));
    move |outcome, left| {
        let decided = |decision| -> BoxFuture<'static, Decision> { Box::pin(std::future::ready(decision)) };
        match way {
            OnError::Stop => decided(Decision::Stop),
            OnError::Continue => decided(Decision::Continue),
            OnError::Ask if !ui.is_interactive() || silenced.load(Ordering::Relaxed) => {
                decided(Decision::Continue)
            }
            OnError::Ask => {
                let (outcome, silenced) = (outcome.clone(), Arc::clone(&silenced));
                Box::pin(async move {
                    // The question blocks a thread of its own, so that what is under way goes on.
                    let chosen = tokio::task::spawn_blocking(move || ask_how_to_go_on(&outcome, left)).await;
                    match chosen {
                        Ok(0) => Decision::Continue,
                        Ok(1) => {
                            silenced.store(true, Ordering::Relaxed);
                            Decision::Continue
                        }
                        _ => Decision::Stop,
                    }
                })
            }
        }
    }
}
