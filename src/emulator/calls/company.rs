//! Projects made out of others, and deleted.

use serde_json::json;
use tokio::time::Instant;
use ulid::Ulid;

use super::{Rules, project::tags, snapshot, tenant::one_of};
use crate::emulator::{
    access::Caller,
    answer::{Answer, Refusal},
    fields::Fields,
    options::ProjectSpec,
    store::{Effect, Store, Tables, fresh_contents},
};

/// Makes a project with the configuration of the caller's, without its tenants.
pub(super) fn clone(
    store: &mut Store,
    rules: &Rules,
    caller: &Caller,
    fields: &Fields,
) -> Result<Answer, Refusal> {
    let spec = make_clone(store, rules, caller, fields)?;
    Ok(Answer::json(&json!({
        "projectId": spec.id,
        "projectName": spec.name,
        "tag": "",
        "environment": spec.environment,
        "tags": spec.tags,
    })))
}

/// The same in the background: answers with a process to ask for.
pub(super) fn clone_later(
    store: &mut Store,
    rules: &Rules,
    caller: &Caller,
    fields: &Fields,
) -> Result<Answer, Refusal> {
    let spec = make_clone(store, rules, caller, fields)?;
    let process = format!("PRC2{}", Ulid::generate());
    store.clones.insert(process.clone(), (rules.clone_polls, spec));
    Ok(Answer::json(&json!({"processId": process})))
}

/// How far a process is: nothing is filled in until it is done.
pub(super) fn clone_status(store: &mut Store, process: &str) -> Result<Answer, Refusal> {
    let (polls, spec) = store.clones.get_mut(process).ok_or_else(|| Refusal::no_process(process))?;
    let done = *polls == 0;
    *polls = polls.saturating_sub(1);
    let shown = |text: &str| if done { text.to_owned() } else { String::new() };
    Ok(Answer::json(&json!({"projectId": shown(&spec.id), "projectName": shown(&spec.name), "error": ""})))
}

/// Deletes the caller's project, in the background; nothing in the body names it.
pub(super) fn delete(store: &mut Store, caller: &Caller) -> Result<Answer, Refusal> {
    company_wide(caller)?;
    let left = store.projects().filter(|project| project.deleted.is_none()).count();
    let project =
        caller.project.as_deref().and_then(|id| store.project(id)).ok_or_else(Refusal::no_project)?;
    if left < 2 {
        return Err(Refusal::last_project());
    }
    project.deleted = Some(Instant::now());
    project.write(Effect::Gone);
    Ok(Answer::done())
}

/// Makes a project with this name and these labels, and the defaults of a new one.
pub(super) fn make(
    store: &mut Store,
    rules: &Rules,
    caller: &Caller,
    fields: &Fields,
) -> Result<ProjectSpec, Refusal> {
    let spec = spec(rules, caller, fields)?;
    add(store, rules, fresh_contents(spec.clone()));
    Ok(spec)
}

fn make_clone(
    store: &mut Store,
    rules: &Rules,
    caller: &Caller,
    fields: &Fields,
) -> Result<ProjectSpec, Refusal> {
    let spec = spec(rules, caller, fields)?;
    let source =
        caller.project.as_deref().and_then(|id| store.project(id)).ok_or_else(Refusal::no_project)?;
    let files = snapshot::compose(source.now());
    let mut contents = fresh_contents(spec.clone());
    for effect in snapshot::effects(&files, &contents, rules)? {
        contents.apply(&effect);
    }
    add(store, rules, contents);
    Ok(spec)
}

fn add(store: &mut Store, rules: &Rules, contents: Tables) {
    store.make(contents).unsettled = rules.unsettled_calls;
}

/// What a new project is to be called, if the caller may make one.
fn spec(rules: &Rules, caller: &Caller, fields: &Fields) -> Result<ProjectSpec, Refusal> {
    rules.licensed()?;
    company_wide(caller)?;
    let (name, environment) = (fields.required("name")?, one_of(fields, "environment", &["", "production"])?);
    let tags = tags(fields)?;
    Ok(ProjectSpec { id: rules.new_id(), name, environment, tags })
}

fn company_wide(caller: &Caller) -> Result<(), Refusal> {
    if caller.is_company_wide() { Ok(()) } else { Err(Refusal::unauthorised()) }
}
