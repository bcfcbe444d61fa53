//! A draft, as it is told: a diff of each file, what is adopted, what is not and why.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::draft::{Draft, Left};
use crate::{
    config::{Edited, LeftAlone},
    render::{Ui, unified},
    resource::Address,
};

/// Nothing of what was named differs.
pub(super) fn nothing(ui: &Ui) {
    let text = "Nothing to adopt: the configuration says what is live.\n";
    ui.show_result(text, &document(&Draft::default(), false));
}

/// What would be written; with JSON it is the result, and says whether it is.
pub(super) fn draft(draft: &Draft, dry_run: bool, ui: &Ui) {
    if ui.is_json() {
        if dry_run || draft.is_empty() {
            ui.show_result("", &document(draft, false));
        }
        return;
    }
    show(draft, ui);
}

/// The diff of each file, and what is to be known about it.
pub(super) fn show(draft: &Draft, ui: &Ui) {
    for file in &draft.files {
        ui.show_diff(&diff(file));
    }
    for address in &draft.shared {
        ui.warn(&format!(
            "{address} is in other environments, too: what is not overridden there becomes the same"
        ));
    }
    for (address, path) in &draft.hidden {
        ui.warn(&format!(
            "{path} of {address} looks like a key: the diff hides it, the file has it in clear. Call it 'sensitive' to keep it out"
        ));
    }
    for left in &draft.left {
        ui.warn(&sentence(left));
    }
}

/// What was written.
pub(super) fn done(draft: &Draft, ui: &Ui) {
    ui.show_result(&format!("{}\n", summary(draft)), &document(draft, true));
}

/// What was written, in a sentence.
pub(super) fn summary(draft: &Draft) -> String {
    let names: Vec<&str> = draft.files.iter().map(|file| file.name.as_ref()).collect();
    let whole = Some(draft.adopted.len()).filter(|count| *count > 0).map(counted);
    let in_part = match draft.in_part.len() {
        0 => None,
        1..=NAMED => {
            let parts = addresses(&draft.in_part);
            Some(format!("{} in part", parts.join(" and ")))
        }
        count => Some(format!("{} in part", counted(count))),
    };
    let what = match (whole, in_part) {
        (Some(whole), Some(in_part)) => format!("{whole}, and {in_part},"),
        (whole, in_part) => whole.or(in_part).unwrap_or_default(),
    };
    format!("Adopted {what} into {}.", names.join(", "))
}

/// So many objects are named, more are counted.
const NAMED: usize = 3;

fn counted(count: usize) -> String {
    format!("{count} object{}", if count == 1 { "" } else { "s" })
}

fn diff(file: &Edited) -> String {
    let (before, after) = file.shown();
    unified(&file.name, &before, &after)
}

/// What is left, and why, in a sentence.
pub(in crate::cli) fn sentence((address, left): &Left) -> String {
    let LeftAlone { path, place, why } = left;
    let place = place.as_ref().map(|place| format!("{place}: ")).unwrap_or_default();
    let what = if path.words().is_empty() { address.to_string() } else { format!("{path} of {address}") };
    format!("{place}{what} is not adopted: {why}")
}

/// What is left, as JSON.
pub(in crate::cli) fn left((address, left): &Left) -> Value {
    let LeftAlone { path, place, why } = left;
    json!({
        "address": address.as_str(),
        "path": path,
        "file": place.as_ref().map(|place| place.file.as_ref()),
        "line": place.as_ref().map(|place| place.line),
        "why": why,
    })
}

fn addresses(set: &BTreeSet<Address>) -> Vec<&str> {
    set.iter().map(Address::as_str).collect()
}

fn document(draft: &Draft, written: bool) -> Value {
    let left = draft.left.iter().map(left);
    let files = draft.files.iter().map(|file| json!({"file": file.name.as_ref(), "diff": diff(file)}));
    json!({
        "adopted": addresses(&draft.adopted),
        "adopted_in_part": addresses(&draft.in_part),
        "in_other_environments": addresses(&draft.shared),
        "left": left.collect::<Vec<_>>(),
        "hidden_in_diff": draft.hidden.iter().map(|(address, path)| json!({"address": address.as_str(), "path": path}))
            .collect::<Vec<_>>(),
        "files": files.collect::<Vec<_>>(),
        "written": written,
    })
}
