//! Files → what is so in a project after they were imported.

use std::sync::Arc;

use serde_json::{Map, Value};

use super::{
    authorization::{PERMISSIONS, ROLES, permissions, roles},
    compose::STYLES,
    flows::flows,
};
use crate::emulator::{
    answer::Refusal,
    calls::{Rules, flow},
    fields::Fields,
    store::{ATTRIBUTES, Effect, Files, StoredTheme, Tables, fresh_files, fresh_theme, tenant_attributes},
};

/// The one part that can be left out of an import.
const LISTS: &str = "lists";

/// What a client wants imported.
pub(super) struct Import {
    pub(super) files: Files,
    /// Secrets by the kind of what they belong to.
    pub(super) secrets: Map<String, Value>,
}

impl Import {
    /// The import that a request is about; what it excludes stays as it is.
    pub(super) fn of(fields: &Fields, now: &Tables) -> Result<Self, Refusal> {
        let mut files: Files = fields.map("files")?.into_iter().collect();
        if files.is_empty() {
            return Err(Refusal::against_rules("The files field is required"));
        }
        for part in fields.texts("excludes")? {
            if part != LISTS {
                return Err(Refusal::invalid(&format!("'{part}' can't be excluded")));
            }
            let path = format!("{LISTS}.json");
            files.remove(&path);
            files.extend(now.files.get(&path).map(|kept| (path, kept.clone())));
        }
        Ok(Self { files, secrets: fields.map("inputSecrets")? })
    }
}

/// What is so after an import of files in which nothing is wrong.
pub(in crate::emulator::calls) fn effects(
    files: &Files,
    before: &Tables,
    rules: &Rules,
) -> Result<Vec<Effect>, Refusal> {
    let mut rest = files.clone();
    rest.retain(|path, _| !is_looked_into(path));
    if !rest.contains_key(ATTRIBUTES) {
        rest.extend(fresh_files().remove(ATTRIBUTES).map(|file| (ATTRIBUTES.to_owned(), file)));
    }
    let permissions = permissions(files, before);
    let mut effects = vec![
        Effect::Attributes(tenant_attributes(&rest)),
        Effect::Files(Arc::new(rest)),
        Effect::Roles(roles(files, before, &permissions)),
        Effect::Permissions(permissions),
        Effect::Theme(Arc::new(theme(files, before))),
    ];
    let mut after = before.clone();
    for effect in &effects {
        after.apply(effect);
    }
    let flows = flows(files)?;
    let gone = before.flows.keys().filter(|id| !flows.iter().any(|flow| flow.id == **id));
    effects.extend(gone.map(|id| Effect::NoFlow(id.clone())));
    for mut flow in flows {
        flow::resolve(&after, rules, &mut flow)?;
        let version = flow::next_version(before, flow, String::new(), false);
        effects.push(Effect::Flow(Arc::new(version)));
    }
    Ok(effects)
}

fn theme(files: &Files, before: &Tables) -> StoredTheme {
    let given = files.get(STYLES).and_then(Value::as_object).cloned();
    let mut theme = given.unwrap_or_else(|| fresh_theme().theme);
    theme.entry("references").or_insert_with(|| Map::new().into());
    StoredTheme { theme, version: before.theme.version + 1 }
}

/// Whether a file is kept as what it says, not as it is.
fn is_looked_into(path: &str) -> bool {
    path.starts_with("flows/") || [ROLES, PERMISSIONS, STYLES].contains(&path)
}
