//! A plan as text, live -> desired: a mark, an address, a word, and the attributes that differ.

use std::collections::{BTreeMap, HashSet};

use chrono::{DateTime, Utc};
use console::Style;
use serde_json::{Map, Value};

use super::{
    Conflict, Header,
    quote::{MASK, inline, masked, plain},
    style::Styles,
    told::{self, plural},
    words,
};
use crate::{
    plan::{Action, Change, Plan},
    resource::{Address, FieldChange},
    units::RateLimit,
};

/// Changes that are shown without `--full`.
const SHOWN: usize = 100;

/// Warnings of one sort that are shown without `--full`.
const ALIKE: usize = 5;

/// What stands before a long text that differs.
const TEXT_INDENT: &str = "          ";

/// How wide and how long the text may be.
#[derive(Debug, Clone, Copy)]
pub(super) struct Room {
    /// Columns.
    pub(super) width: usize,
    /// Whether everything is shown, however long.
    pub(super) full: bool,
    /// Whether it is told as drift: from desired to live.
    pub(super) drift: bool,
    /// What ages are counted from.
    pub(super) now: DateTime<Utc>,
}

/// The whole plan as text.
pub(super) fn plan(plan: &Plan, header: &Header, rate: RateLimit, styles: &Styles, room: Room) -> String {
    let mut out = Text { lines: Vec::new(), styles, room, column: address_column(plan) };
    for line in wrap(&header.line(), room.width, "") {
        out.push(&styles.heading, &line);
    }
    if room.drift {
        out.push(&styles.heading, "Drift, from the configuration -> to what is live:");
    }
    out.blank();
    let shown = choose(&plan.changes, room.full);
    for change in plan.changes.iter().filter(|change| shown.contains(&change.address)) {
        out.change(change);
    }
    out.cut(plan.changes.len() - shown.len(), "change");
    let orphans = if room.full { plan.orphans.len() } else { plan.orphans.len().min(SHOWN) };
    for orphan in plan.orphans.iter().take(orphans) {
        let note = told::orphan(orphan);
        out.title(&styles.orphan, "?", &orphan.address, "orphan", Some(&note));
    }
    out.cut(plan.orphans.len() - orphans, "orphan");
    if !plan.changes.is_empty() || !plan.orphans.is_empty() {
        out.blank();
    }
    out.warnings(plan);
    let closing = if room.drift { told::drift_summary(plan) } else { told::summary(plan, rate) };
    for line in closing {
        let indent = if line.starts_with(' ') { "      " } else { "" };
        for line in wrap(line.trim_start(), room.width, indent) {
            out.push(&styles.heading, &line);
        }
    }
    out.lines.join("\n") + "\n"
}

/// Which changes to show: what destroys or is withheld first, then the rest in order.
fn choose(changes: &[Change], full: bool) -> HashSet<&Address> {
    let room = if full { usize::MAX } else { SHOWN };
    let grave = |change: &&Change| change.action.destroys() || change.withheld.is_some();
    let light = changes.iter().filter(|change| !grave(change));
    changes.iter().filter(grave).chain(light).take(room).map(|change| &change.address).collect()
}

fn address_column(plan: &Plan) -> usize {
    let changes = plan.changes.iter().map(|change| change.address.as_str().len());
    let orphans = plan.orphans.iter().map(|orphan| orphan.address.as_str().len());
    changes.chain(orphans).max().unwrap_or(0).clamp(20, 34)
}

struct Text<'a> {
    lines: Vec<String>,
    styles: &'a Styles,
    room: Room,
    column: usize,
}

impl Text<'_> {
    fn push(&mut self, style: &Style, line: &str) {
        self.lines.push(style.apply_to(line).to_string());
    }

    fn blank(&mut self) {
        self.lines.push(String::new());
    }

    fn cut(&mut self, count: usize, what: &str) {
        if count > 0 {
            self.lines.push(format!("    … {count} more {what}{} (--full shows all)", plural(count)));
        }
    }

    /// The warnings; of each sort a few, as thousands of tenants may have the same.
    fn warnings(&mut self, plan: &Plan) {
        let mut seen: BTreeMap<&str, usize> = BTreeMap::new();
        for warning in &plan.warnings {
            let count = seen.entry(warning.code).or_default();
            *count += 1;
            if self.room.full || *count <= ALIKE {
                for line in wrap(&format!("warning: {}", plain(&warning.message)), self.room.width, "") {
                    let style = self.styles.warning.clone();
                    self.push(&style, &line);
                }
            }
        }
        let hidden = |count: usize| if self.room.full { 0 } else { count.saturating_sub(ALIKE) };
        let more: Vec<_> = seen.into_iter().map(|(code, count)| (code, hidden(count))).collect();
        for (code, count) in more.into_iter().filter(|(_, count)| *count > 0) {
            self.lines.push(format!("… {count} more warning{} {code} (--full shows all)", plural(count)));
        }
    }

    fn title(&mut self, style: &Style, mark: &str, address: &Address, word: &str, note: Option<&str>) {
        let address = plain(address.as_str());
        let head = format!("{mark:>3} {address:<column$}  {word:<7}", column = self.column);
        let head = head.trim_end();
        match note {
            Some(note) if head.chars().count() + 2 + note.chars().count() <= self.room.width => {
                self.lines.push(format!("{}  {note}", style.apply_to(head)));
            }
            Some(note) => {
                self.push(style, head);
                self.lines.extend(wrap(note, self.room.width, "      "));
            }
            None => self.push(style, head),
        }
    }

    fn change(&mut self, change: &Change) {
        let word = told::word(&change.action, self.room.drift);
        let (mark, style) = match change.action {
            Action::Create { .. } if self.room.drift => ("-", &self.styles.delete),
            Action::Create { .. } => ("+", &self.styles.create),
            Action::Update { .. } => ("~", &self.styles.update),
            Action::Replace { .. } => ("-/+", &self.styles.delete),
            Action::Delete { .. } => ("-", &self.styles.delete),
        };
        let note = told::note(change, Some(self.room.now));
        self.title(style, mark, &change.address, word, note.as_deref().map(plain).as_deref());
        match &change.action {
            Action::Create { .. } if self.room.drift => {}
            Action::Create { after } => self.attributes(&masked(after, &change.sensitive)),
            Action::Delete { .. } => {}
            Action::Update { .. } | Action::Replace { .. } => {
                change.fields.iter().for_each(|field| self.field(&told::seen_from(field, self.room.drift)));
            }
        }
        for reason in &change.breaking {
            let style = self.styles.warning.clone();
            for line in wrap(&format!("breaking: {}", plain(reason)), self.room.width, "      ") {
                self.push(&style, &line);
            }
        }
        let open = if self.room.drift { Conflict::unexplained(change) } else { Vec::new() };
        for conflict in Conflict::all(change).iter().chain(&open) {
            self.lines.push(format!("      {}:", plain(&conflict.path.to_string())));
            self.lines.extend(conflict.lines().into_iter().map(|line| format!("        {line}")));
        }
        if change.unmanaged_kept > 0 && !change.action.destroys() {
            let (count, s) = (change.unmanaged_kept, plural(change.unmanaged_kept));
            let style = self.styles.quiet.clone();
            self.push(&style, &format!("      {count} unmanaged field{s} kept"));
        }
        if change.has_sso && change.action.destroys() {
            let style = self.styles.warning.clone();
            self.push(&style, "      its SSO, users and keys can't be restored from a backup");
        }
    }

    /// The attributes of an object that is made, names aligned.
    fn attributes(&mut self, attributes: &Map<String, Value>) {
        let column = attributes.keys().map(String::len).max().unwrap_or(0) + 1;
        for (word, value) in attributes {
            let label = format!("{}:", plain(word));
            let value = &short(word, value);
            let line = format!("      {label:<column$} {}", inline(value));
            match value {
                Value::Array(items) if line.chars().count() > self.room.width => {
                    self.lines.push(format!("      {label}"));
                    self.lines.extend(items.iter().map(|item| format!("        {}", inline(item))));
                }
                Value::Object(map) if line.chars().count() > self.room.width => {
                    self.lines.push(format!("      {label}"));
                    self.lines.extend(
                        map.iter().map(|(key, value)| format!("        {}: {}", plain(key), inline(value))),
                    );
                }
                _ => self.lines.push(line),
            }
        }
    }

    /// One attribute that differs, on one line where it fits.
    fn field(&mut self, field: &FieldChange) {
        let path = plain(&field.label.clone().unwrap_or_else(|| field.path.to_string()));
        let (mark, style) = match (&field.before, &field.after) {
            (None, _) => ("+", self.styles.create.clone()),
            (_, None) => ("-", self.styles.delete.clone()),
            _ => ("~", self.styles.update.clone()),
        };
        let whole = |value: &Option<Value>| matches!(value, Some(Value::Object(_)));
        if field.label.is_some() && !self.room.full && (whole(&field.before) || whole(&field.after)) {
            // The label says what it is; how it is in every detail nobody can read.
            self.push(&style, &format!("      {mark} {path}"));
            return;
        }
        let line = match (&field.before, &field.after) {
            _ if field.sensitive => format!("{path}: {MASK}"),
            (Some(before), Some(after)) => format!("{path}: {} -> {}", inline(before), inline(after)),
            (before, after) => {
                format!("{path}: {}", before.as_ref().or(after.as_ref()).map(inline).unwrap_or_default())
            }
        };
        if field.sensitive || line.chars().count() + 8 <= self.room.width {
            self.push(&style, &format!("      {mark} {line}"));
            return;
        }
        self.push(&style, &format!("      {mark} {path}:"));
        if let (Some(Value::String(before)), Some(Value::String(after))) = (&field.before, &field.after)
            && let Some(lines) = words::difference(
                before,
                after,
                self.room.width.saturating_sub(TEXT_INDENT.len()),
                self.styles,
            )
        {
            self.lines.extend(lines.into_iter().map(|line| format!("{TEXT_INDENT}{line}")));
            return;
        }
        let items = |value: &Option<Value>| match value {
            Some(Value::Array(items)) => items.clone(),
            other => other.iter().cloned().collect(),
        };
        let (before, after) = (items(&field.before), items(&field.after));
        let (gone, new) = (self.styles.delete.clone(), self.styles.create.clone());
        for item in before.iter().filter(|item| !after.contains(item)) {
            self.push(&gone, &format!("          - {}", inline(item)));
        }
        for item in after.iter().filter(|item| !before.contains(item)) {
            self.push(&new, &format!("          + {}", inline(item)));
        }
        let kept = after.iter().filter(|item| before.contains(item)).count();
        if kept > 0 {
            self.lines.push(format!("            {kept} kept"));
        }
    }
}

/// A value as a line has room for it: of a digest its beginning tells as much.
fn short(word: &str, value: &Value) -> Value {
    match value {
        Value::String(digest) if word == "sha256" => digest.chars().take(12).collect::<String>().into(),
        other => other.clone(),
    }
}

/// Breaks a sentence at its spaces into lines of `width` columns.
pub(super) fn wrap(text: &str, width: usize, indent: &str) -> Vec<String> {
    let mut lines = Vec::new();
    let mut line = String::new();
    for word in text.split(' ') {
        if !line.is_empty() && indent.len() + line.chars().count() + 1 + word.chars().count() > width {
            lines.push(format!("{indent}{line}"));
            line.clear();
        }
        if !line.is_empty() {
            line.push(' ');
        }
        line.push_str(word);
    }
    lines.push(format!("{indent}{line}"));
    lines
}
