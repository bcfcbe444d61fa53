//! One change as lines of a difference: `+` and `-` are green and red on GitHub and GitLab, `!` stands out.

use serde_json::Value;

use crate::{
    apply::Outcome,
    plan::{Action, Change, Orphan},
    render::{
        Conflict,
        quote::{MASK, inline, masked, plain, quoted},
        style::Styles,
        told, words,
    },
    resource::{DesiredBy, FieldChange},
};

/// Columns of long texts that differ.
const WIDTH: usize = 100;

/// Texts up to this length stand whole on the red and the green line.
const SHORT: usize = 160;

/// A change: its address and word, then whatever differs.
pub(super) fn change(change: &Change, drift: bool) -> Vec<String> {
    let mark = match change.action {
        Action::Create { .. } if drift => '-',
        Action::Create { .. } => '+',
        Action::Update { .. } => '!',
        Action::Replace { .. } | Action::Delete { .. } => '-',
    };
    let note = told::note(change, None).map(|note| format!("  {note}")).unwrap_or_default();
    let word = told::word(&change.action, drift);
    let mut lines = vec![format!("{mark} {} {word}{}", plain(change.address.as_str()), plain(&note))];
    match &change.action {
        Action::Delete { .. } => {}
        Action::Create { .. } if drift => {}
        Action::Create { after } => lines.extend(
            masked(after, &change.sensitive)
                .iter()
                .map(|(word, value)| format!("+     {}: {}", plain(word), inline(value))),
        ),
        Action::Update { .. } | Action::Replace { .. } => {
            lines.extend(change.fields.iter().flat_map(|it| field(&told::seen_from(it, drift))));
        }
    }
    lines.extend(change.breaking.iter().map(|reason| format!("!     breaking: {}", plain(reason))));
    for conflict in Conflict::all(change) {
        lines.push(format!("!     {}:", plain(&conflict.path.to_string())));
        lines.extend(conflict.lines().map(|line| format!("!       {line}")));
    }
    if change.unmanaged_kept > 0 && !change.action.destroys() {
        let (kept, s) = (change.unmanaged_kept, told::plural(change.unmanaged_kept));
        lines.push(format!("      {kept} unmanaged field{s} kept"));
    }
    if change.has_sso && change.action.destroys() {
        lines.push("!     its SSO, users and keys can't be restored from a backup".to_owned());
    }
    lines
}

/// A live tenant that the configuration, or the backup that is put back, does not have.
pub(super) fn orphan(orphan: &Orphan) -> Vec<String> {
    let note = match orphan.absent_from {
        DesiredBy::Configuration => String::new(),
        DesiredBy::Backup => format!("  {}", told::orphan(orphan)),
    };
    vec![format!("? {} {}{note}", plain(orphan.address.as_str()), quoted(orphan.name.as_deref()))]
}

/// What became of a change that is not done, and why.
pub(super) fn outcome(outcome: &Outcome) -> Vec<String> {
    let mut lines = vec![format!("- {} {}", plain(outcome.address.as_str()), outcome.action)];
    if let Some(fault) = &outcome.fault {
        lines.push(format!("!     {}", plain(&fault.message)));
        lines.extend(fault.hint.iter().map(|hint| format!("      hint: {}", plain(hint))));
    }
    lines
}

/// One attribute that differs: what goes in red, what comes in green.
pub(super) fn field(field: &FieldChange) -> Vec<String> {
    let path = plain(&field.label.clone().unwrap_or_else(|| field.path.to_string()));
    if let Some(lines) = long_text(&path, field) {
        return lines;
    }
    match (&field.before, &field.after) {
        _ if field.sensitive => vec![format!("!     {path}: {MASK}")],
        (Some(Value::Array(before)), Some(Value::Array(after))) => items(&path, before, after),
        (before, after) => {
            let gone = before.iter().map(|value| format!("-     {path}: {}", inline(value)));
            gone.chain(after.iter().map(|value| format!("+     {path}: {}", inline(value)))).collect()
        }
    }
}

/// A long text that differs, word by word; `None` where it is none, or where nothing is left of it.
fn long_text(path: &str, field: &FieldChange) -> Option<Vec<String>> {
    let (before, after) = (field.before.as_ref()?.as_str()?, field.after.as_ref()?.as_str()?);
    if field.sensitive || before.len() + after.len() <= SHORT {
        return None;
    }
    let lines = words::difference(before, after, WIDTH, &Styles::new(false))?;
    let lines = lines.into_iter().map(|line| format!("!         {line}"));
    Some(std::iter::once(format!("!     {path}:")).chain(lines).collect())
}

/// A list that differs, item by item.
fn items(path: &str, before: &[Value], after: &[Value]) -> Vec<String> {
    let gone = before.iter().filter(|item| !after.contains(item));
    let new = after.iter().filter(|item| !before.contains(item));
    let kept = after.iter().filter(|item| before.contains(item)).count();
    let kept = (kept > 0).then(|| format!("      {path}: {kept} kept"));
    let gone = gone.map(|item| format!("-     {path}: {}", inline(item)));
    gone.chain(new.map(|item| format!("+     {path}: {}", inline(item)))).chain(kept).collect()
}
