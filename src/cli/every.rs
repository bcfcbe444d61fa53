//! One look at every environment, one report.

use serde_json::{Value, json};

use super::{
    Error, Exit,
    globals::{Globals, Selection},
    reconcile::{Ask, Goal, Kinds, reconcile_configuration},
    session::inputs,
};
use crate::{config, render::Ui};

/// What `-e` says for all environments at once.
pub(super) const ALL: &str = "all";

/// Whether `-e` means every environment, and not one of that name.
pub(super) fn is_meant(globals: &Globals) -> Result<bool, Error> {
    Ok(globals.environment.as_deref() == Some(ALL) && !names(globals)?.iter().any(|name| name == ALL))
}

fn names(globals: &Globals) -> Result<Vec<String>, Error> {
    Ok(config::environments(&inputs(globals, true)?)?)
}

/// Plans every environment. What is wrong with one does not hide the others; the gravest end is that of the run.
pub(super) async fn plan(globals: &Globals, selection: &Selection, ui: &Ui) -> Result<Exit, Error> {
    let names = names(globals)?;
    if names.is_empty() {
        return Err(Error::Usage("-e all needs environments in the configuration".to_owned()));
    }
    let kept = ui.keeping_documents(names.len());
    let (mut end, mut documents, mut failed) = (Exit::Done, Vec::new(), 0);
    for name in &names {
        let own = Globals { environment: Some(name.clone()), ..globals.clone() };
        let before = kept.kept_documents().len();
        let ask = Ask { selection, command: "plan", goal: Goal::Plan, kinds: Kinds::All, out: None };
        let kept = kept.of_environment(name);
        let result = reconcile_configuration(ask, &own, &kept).await;
        let exit = result.unwrap_or_else(|error| {
            failed += 1;
            if !ui.is_json() {
                ui.warn(&format!("environment '{name}' could not be planned:"));
            }
            kept.show_failure(&error.failure());
            error.exit()
        });
        if !ui.is_json() {
            ui.write_out("\n");
        }
        documents.extend(kept.kept_documents().into_iter().skip(before).map(|it| named(name, it)));
        end = graver(end, exit);
    }
    let text = format!("{} environments looked at, {failed} failed.\n", names.len());
    let document = json!({
        "environments": documents,
        "summary": {"environments": names.len(), "failed": failed},
    });
    if ui.is_json() || ui.is_text() {
        ui.show_object(&text, &document);
    } else {
        // The plans stand above, each a page of its own.
        let rows: Vec<Value> = documents.iter().map(row).collect();
        ui.show_told("", &text, &json!({"environments": rows}));
    }
    Ok(end)
}

/// What a document says of its environment in one row: how much of what, or what went wrong.
fn row(document: &Value) -> Value {
    let environment = document.get("environment").cloned().unwrap_or_default();
    let mut row = serde_json::Map::from_iter([("environment".to_owned(), environment)]);
    row.extend(document.get("summary").and_then(Value::as_object).cloned().unwrap_or_default());
    if let Some(message) = document.pointer("/error/message") {
        row.insert("error".to_owned(), message.clone());
    }
    Value::Object(row)
}

/// A document with the environment's name in it, errors too.
fn named(name: &str, mut document: Value) -> Value {
    if let Some(map) = document.as_object_mut() {
        map.insert("environment".to_owned(), json!(name));
    }
    document
}

/// Of two ends the one that somebody must know of first: an error, then changes.
fn graver(one: Exit, other: Exit) -> Exit {
    let weight = |exit| match exit {
        Exit::Done => 0,
        Exit::Changes => 1,
        _ => 2,
    };
    if weight(other) > weight(one) { other } else { one }
}
