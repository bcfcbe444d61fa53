//! What differs between two environments, as text and as JSON.

use serde_json::{Value, json};

use super::{
    Format, Header, Ui, markdown,
    plan_text::wrap,
    quote::{MASK, inline, name as shown, plain},
    style::Styles,
};
use crate::{
    plan::{Comparison, Presence, Unlike},
    resource::FieldChange,
};

impl Ui {
    /// Shows what differs between two environments.
    pub fn show_comparison(&self, found: &Comparison, from: &Header, to: &Header) {
        let text = text(found, from, to, self.out_styles(), self.width());
        if self.format() == Format::Markdown {
            return self.write_out(&markdown::comparison(found, from, to));
        }
        self.show_object(&text, &document(found, from, to));
    }
}

fn name(header: &Header) -> &str {
    header.environment.as_deref().unwrap_or(&header.project_id)
}

fn text(found: &Comparison, from: &Header, to: &Header, styles: &Styles, width: usize) -> String {
    let (one, two) = (name(from), name(to));
    let mut lines = vec![
        styles.heading.apply_to(from.line()).to_string(),
        styles.heading.apply_to(format!("compared with {}", to.line())).to_string(),
        String::new(),
    ];
    for unlike in &found.differences {
        let address = plain(unlike.address.as_str());
        let (mark, style, note) = match unlike.presence {
            Presence::OnlyFrom => ("-", &styles.delete, format!("only in {one}")),
            Presence::OnlyTo => ("+", &styles.create, format!("only in {two}")),
            Presence::Both => {
                let called = unlike.counterpart.as_ref();
                let note = called.map(|it| format!("in {two} {}", plain(it.as_str())));
                ("~", &styles.update, note.unwrap_or_default())
            }
        };
        lines.push(style.apply_to(format!("  {mark} {address:<28}  {note}").trim_end()).to_string());
        lines.extend(unlike.fields.iter().flat_map(|field| field_lines(field, width)));
    }
    if !found.differences.is_empty() {
        lines.push(String::new());
    }
    lines.push(styles.heading.apply_to(summary(found, one, two)).to_string());
    lines.join("\n") + "\n"
}

fn field_lines(field: &FieldChange, width: usize) -> Vec<String> {
    let called = field.label.clone().unwrap_or_else(|| field.path.to_string());
    let side = |value: &Option<Value>| match value {
        Some(_) if field.sensitive => MASK.to_owned(),
        Some(value) => inline(value),
        None => "(none)".to_owned(),
    };
    wrap(&format!("{}: {} -> {}", plain(&called), side(&field.before), side(&field.after)), width, "      ")
}

fn counts(found: &Comparison) -> [usize; 3] {
    let count = |presence| found.differences.iter().filter(|it| it.presence == presence).count();
    [Presence::Both, Presence::OnlyFrom, Presence::OnlyTo].map(count)
}

pub(super) fn summary(found: &Comparison, one: &str, two: &str) -> String {
    let [both, only_one, only_two] = counts(found);
    let parts = [
        (both, "differ".to_owned()),
        (only_one, format!("only in {one}")),
        (only_two, format!("only in {two}")),
    ];
    let parts: Vec<_> =
        parts.iter().filter(|it| it.0 > 0).map(|(count, what)| format!("{count} {what}")).collect();
    let told = if parts.is_empty() { "No differences".to_owned() } else { parts.join(", ") };
    format!("{told}. {} the same.", found.same)
}

fn document(found: &Comparison, from: &Header, to: &Header) -> Value {
    let side = |header: &Header| json!({"environment": header.environment, "project_id": header.project_id, "name": header.project_name});
    let [both, only_from, only_to] = counts(found);
    json!({
        "format_version": "1.0",
        "sandbox": from.sandbox,
        "config_files": from.files,
        "from": side(from),
        "to": side(to),
        "differences": found.differences.iter().map(difference).collect::<Vec<_>>(),
        "summary": {"differ": both, "only_from": only_from, "only_to": only_to, "same": found.same},
    })
}

fn difference(unlike: &Unlike) -> Value {
    let Unlike { address, counterpart, presence, name, fields } = unlike;
    let presence = match presence {
        Presence::OnlyFrom => "only_from",
        Presence::OnlyTo => "only_to",
        Presence::Both => "differs",
    };
    let hide = |field: &FieldChange, value: &Option<Value>| match value {
        Some(_) if field.sensitive => json!(MASK),
        value => json!(value),
    };
    let field = |field: &FieldChange| {
        json!({
            "path": field.path, "label": field.label,
            "from": hide(field, &field.before), "to": hide(field, &field.after),
        })
    };
    json!({
        "address": address, "kind": address.kind(), "id": address.id(), "name": shown(name.as_deref()),
        "counterpart": counterpart, "presence": presence, "fields": fields.iter().map(field).collect::<Vec<_>>(),
    })
}
