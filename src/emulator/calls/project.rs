//! A project's own name and labels, and who may see it.

use serde_json::{Value, json};

use super::Rules;
use crate::emulator::{
    access::Caller,
    answer::{Answer, Refusal},
    fields::Fields,
    options::ProjectSpec,
    store::{Effect, Project, Store},
};

const LONGEST_TAG: usize = 50;

/// The projects that the caller's key reaches; those that are being deleted too.
pub(super) fn list(store: &mut Store, rules: &Rules, caller: &Caller) -> Answer {
    let reached = store.projects().filter(|project| caller.reaches(project.id()));
    let mut projects: Vec<Value> = reached.map(shown).collect();
    rules.turn(&mut projects);
    Answer::json(&json!({"projects": projects}))
}

/// The license tier.
pub(super) fn license(rules: &Rules) -> Answer {
    Answer::json(&json!({"rateLimitTier": format!("tier{}", rules.tier)}))
}

/// Renames the project.
pub(super) fn update_name(project: &mut Project, _: &Rules, fields: &Fields) -> Result<Answer, Refusal> {
    let name = fields.required("name")?;
    project.write(Effect::Spec(ProjectSpec { name, ..project.now().spec.clone() }));
    Ok(Answer::done())
}

/// Replaces the tags of the project.
pub(super) fn update_tags(project: &mut Project, _: &Rules, fields: &Fields) -> Result<Answer, Refusal> {
    let tags = tags(fields)?;
    project.write(Effect::Spec(ProjectSpec { tags, ..project.now().spec.clone() }));
    Ok(Answer::done())
}

/// The tags of a request, each of 1 to 50 characters.
pub(super) fn tags(fields: &Fields) -> Result<Vec<String>, Refusal> {
    let tags = fields.texts("tags")?;
    if tags.iter().any(|tag| tag.is_empty() || tag.chars().count() > LONGEST_TAG) {
        return Err(Refusal::against_rules("A tag has 1 to 50 characters"));
    }
    Ok(tags)
}

fn shown(project: &mut Project) -> Value {
    let spec = &project.seen().spec;
    // `tag` is a leftover that the service still sends.
    json!({"id": spec.id, "name": spec.name, "tag": "", "environment": spec.environment, "tags": spec.tags})
}
