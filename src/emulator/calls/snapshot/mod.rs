//! The whole configuration of a project as files: exported, checked, imported.

mod authorization;
mod check;
mod compose;
mod flows;
mod import;
mod secrets;

use serde_json::{Value, json};

use self::{check::failures, compose::plain, import::Import, secrets::Missing};
pub(super) use self::{compose::compose, import::effects};
use super::Rules;
use crate::emulator::{
    answer::{Answer, Refusal},
    fields::Fields,
    store::{Effect, Files, Project, Store},
};

/// The files of the project, its assets apart or, in the plain format, inline.
pub(super) fn export_snapshot(
    project: &mut Project,
    rules: &Rules,
    fields: &Fields,
) -> Result<Answer, Refusal> {
    rules.licensed()?;
    let files = compose(project.seen());
    let files = match fields.text("format")?.as_str() {
        "" => files,
        "plain" => plain(files),
        _ => return Err(Refusal::invalid("The format field has an unknown value")),
    };
    Ok(Answer::json(&json!({"files": files})))
}

/// Whether the files can be imported: 200 even if they can't.
pub(super) fn validate_snapshot(
    project: &mut Project,
    rules: &Rules,
    fields: &Fields,
) -> Result<Answer, Refusal> {
    rules.licensed()?;
    let import = Import::of(fields, project.now())?;
    let failures = failures(&import.files);
    let missing = Missing::of(&import, project.now());
    if failures.is_empty() && missing.is_empty() {
        return Ok(Answer::json(&json!({"ok": true, "failures": []})));
    }
    Ok(Answer::json(&json!({"ok": false, "failures": failures, "missingSecrets": missing.shown()})))
}

/// Overwrites the whole configuration of the project; what has no file is as in a new project afterwards.
pub(super) fn import_snapshot(
    project: &mut Project,
    rules: &Rules,
    fields: &Fields,
) -> Result<Answer, Refusal> {
    rules.licensed()?;
    let import = Import::of(fields, project.now())?;
    if let Some(failure) = failures(&import.files).first() {
        return Err(Refusal::against_rules(failure));
    }
    if let Some(name) = Missing::of(&import, project.now()).first() {
        return Err(Refusal::against_rules(&format!("The secret of '{name}' is missing")));
    }
    for effect in effects(&import.files, project.now(), rules)? {
        project.write(effect);
    }
    Ok(Answer::done())
}

/// Puts files into a project as if they had always been there; secrets are not asked for.
pub(in crate::emulator) fn plant(
    store: &mut Store,
    rules: &Rules,
    id: &str,
    files: &Files,
) -> Result<(), Refusal> {
    let project = store.project(id).ok_or_else(Refusal::no_project)?;
    if let Some(failure) = failures(files).first() {
        return Err(Refusal::unreadable(failure));
    }
    let effects: Vec<Effect> = effects(files, project.now(), rules)?;
    for effect in effects {
        project.plant(effect);
    }
    Ok(())
}

/// The text under a key of an object; empty where there is none.
fn text<'a>(object: &'a Value, key: &str) -> &'a str {
    object.get(key).and_then(Value::as_str).unwrap_or_default()
}
