//! A draft, as it is told: a diff of each file, what is adopted, what is not and why.

use serde_json::{Value, json};

use super::draft::Draft;
use crate::{
    config::{Edited, LeftAlone},
    render::{Ui, unified},
    resource::Address,
};

/// Nothing of what was named differs.
pub(super) fn nothing(ui: &Ui) {
    let keys = json!({"adopted": [], "in_other_environments": [], "left": [], "files": [], "written": false});
    ui.show_result("Nothing to adopt: the configuration says what is live.\n", &keys);
}

/// What would be written; with JSON it is the result, and says whether it is.
pub(super) fn draft(draft: &Draft, dry_run: bool, ui: &Ui) {
    if ui.is_json() {
        if dry_run || draft.is_empty() {
            ui.show_result("", &document(draft, false));
        }
        return;
    }
    for file in &draft.files {
        ui.show_diff(&diff(file));
    }
    for address in &draft.shared {
        ui.warn(&format!(
            "{address} is in other environments, too: what is not overridden there becomes the same"
        ));
    }
    for (address, left) in &draft.left {
        ui.warn(&sentence(address, left));
    }
}

/// What was written.
pub(super) fn done(draft: &Draft, ui: &Ui) {
    let names: Vec<&str> = draft.files.iter().map(|file| file.name.as_ref()).collect();
    let count = draft.adopted.len();
    let plural = if count == 1 { "" } else { "s" };
    let text = format!("Adopted {count} object{plural} into {}.\n", names.join(", "));
    ui.show_result(&text, &document(draft, true));
}

fn diff(file: &Edited) -> String {
    let (before, after) = file.shown();
    unified(&file.name, &before, &after)
}

fn sentence(address: &Address, left: &LeftAlone) -> String {
    let LeftAlone { path, place, why } = left;
    let place = place.as_ref().map(|place| format!("{place}: ")).unwrap_or_default();
    let what = if path.words().is_empty() { address.to_string() } else { format!("{path} of {address}") };
    format!("{place}{what} is not adopted: {why}")
}

fn document(draft: &Draft, written: bool) -> Value {
    let left = draft.left.iter().map(|(address, left)| {
        let LeftAlone { path, place, why } = left;
        json!({
            "address": address.as_str(),
            "path": path,
            "file": place.as_ref().map(|place| place.file.as_ref()),
            "line": place.as_ref().map(|place| place.line),
            "why": why,
        })
    });
    let files = draft.files.iter().map(|file| json!({"file": file.name.as_ref(), "diff": diff(file)}));
    json!({
        "adopted": draft.adopted.iter().map(Address::as_str).collect::<Vec<_>>(),
        "in_other_environments": draft.shared.iter().map(Address::as_str).collect::<Vec<_>>(),
        "left": left.collect::<Vec<_>>(),
        "files": files.collect::<Vec<_>>(),
        "written": written,
    })
}
