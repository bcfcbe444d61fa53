//! The theme of a project: one, in two shapes.

use std::sync::Arc;

use serde_json::{Map, Value, json};

use super::{
    Rules,
    flow::{ConsoleThemeBody, ThemeBody, check},
};
use crate::emulator::{
    answer::{Answer, Refusal},
    fields::Fields,
    store::{Effect, Project, StoredTheme},
};

/// The theme.
pub(super) fn export_theme(project: &mut Project, rules: &Rules) -> Answer {
    let mut theme = project.seen().theme.theme.clone();
    theme.insert("componentsVersion".to_owned(), rules.components().into());
    Answer::json(&json!({"theme": theme}))
}

/// Overwrites the theme.
pub(super) fn import_theme(project: &mut Project, rules: &Rules, fields: &Fields) -> Result<Answer, Refusal> {
    check::<ThemeBody>(&fields.body())?;
    let mut theme = fields.map("theme")?;
    if !theme.contains_key("styles") {
        return Err(Refusal::against_rules("The styles field is required"));
    }
    theme.entry("references").or_insert_with(|| json!({}));
    Ok(store(project, rules, theme))
}

/// The theme in the console's shape, with its version.
pub(super) fn export_console_theme(project: &mut Project, rules: &Rules) -> Answer {
    shown(&project.seen().theme, rules)
}

fn shown(stored: &StoredTheme, rules: &Rules) -> Answer {
    let StoredTheme { theme, version } = stored;
    let shown = json!({
        "id": "default",
        "version": version,
        "cssTemplate": theme.get("styles"),
        "componentsVersion": rules.components(),
    });
    Answer::json(&json!({"theme": shown}))
}

/// Overwrites the theme with one in the console's shape; answers with it.
pub(super) fn import_console_theme(
    project: &mut Project,
    rules: &Rules,
    fields: &Fields,
) -> Result<Answer, Refusal> {
    check::<ConsoleThemeBody>(&fields.body())?;
    let mut given = fields.map("theme")?;
    let styles = given.remove("cssTemplate");
    let styles = styles.ok_or_else(|| Refusal::against_rules("The cssTemplate field is required"))?;
    let theme = Map::from_iter([("styles".to_owned(), styles), ("references".to_owned(), json!({}))]);
    store(project, rules, theme);
    Ok(shown(&project.now().theme, rules))
}

fn store(project: &mut Project, rules: &Rules, mut theme: Map<String, Value>) -> Answer {
    theme.insert("componentsVersion".to_owned(), rules.components().into());
    let version = project.now().theme.version + 1;
    project.write(Effect::Theme(Arc::new(StoredTheme { theme, version })));
    Answer::done()
}
