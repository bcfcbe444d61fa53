//! Calls that are not about the contents of one project.

use serde_json::{Value, json};

use super::Rules;
use crate::emulator::{
    access::Caller,
    answer::Answer,
    store::{Project, Store},
};

/// The projects that the caller's key reaches.
pub(super) fn list(store: &Store, rules: &Rules, caller: &Caller) -> Answer {
    let reached = store.projects().filter(|project| caller.reaches(&project.spec.id));
    let mut projects: Vec<Value> = reached.map(shown).collect();
    rules.turn(&mut projects);
    Answer::json(&json!({"projects": projects}))
}

/// The license tier.
pub(super) fn license(rules: &Rules) -> Answer {
    Answer::json(&json!({"rateLimitTier": format!("tier{}", rules.tier)}))
}

fn shown(project: &Project) -> Value {
    let spec = &project.spec;
    // `tag` is a leftover that the service still sends.
    json!({"id": spec.id, "name": spec.name, "tag": "", "environment": spec.environment, "tags": spec.tags})
}
