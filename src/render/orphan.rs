//! A live tenant that nobody configured: the question what becomes of it, and the YAML that adopts it.

use dialoguer::Select;
use serde_json::Value;

use super::{Ui, prompt::forget_typed, quote::plain};
use crate::{plan::Orphan, resource::Attributes};

/// What shall become of an orphan.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OrphanAnswer {
    /// It is deleted.
    Delete,
    /// It goes into the configuration.
    Adopt,
    /// It stays as it is.
    Leave,
    /// It and all after it stay as they are.
    LeaveAll,
}

impl Ui {
    /// Asks what shall become of an orphan, after which so many others come. Where nobody answers, all stay.
    pub fn ask_about_orphan(&self, orphan: &Orphan, others: usize) -> OrphanAnswer {
        use OrphanAnswer::{Adopt, Delete, Leave, LeaveAll};
        let prompt = format!("{} \"{}\" is not in the configuration", orphan.address, plain(&orphan.name));
        let all = format!("leave it and {others} more");
        let mut choices = vec![
            ("leave it", Leave),
            ("delete it (the plan is shown again)", Delete),
            ("adopt it: show the YAML", Adopt),
        ];
        if others > 0 {
            choices.push((&all, LeaveAll));
        }
        forget_typed();
        let texts: Vec<&str> = choices.iter().map(|(text, _)| *text).collect();
        let asked = Select::new().with_prompt(prompt).items(&texts).default(0).interact_opt();
        let at = asked.ok().flatten();
        at.and_then(|at| choices.get(at)).map_or(LeaveAll, |(_, answer)| *answer)
    }
}

/// A tenant as an item of the configuration's list, to be pasted.
pub fn tenant_snippet(id: &str, attributes: &Attributes) -> String {
    let mut out = format!("  - id: {}\n", scalar(id));
    for (word, value) in attributes {
        match value {
            Value::Object(map) => {
                out += &format!("    {word}:\n");
                for (key, value) in map {
                    out += &format!("      {}: {}\n", scalar(key), flow(value));
                }
            }
            value => out += &format!("    {word}: {}\n", flow(value)),
        }
    }
    out
}

/// A value on one line. JSON is YAML; but what would be expanded must be said twice.
fn flow(value: &Value) -> String {
    match value {
        Value::String(text) => scalar(text),
        Value::Array(items) => {
            let items: Vec<String> = items.iter().map(flow).collect();
            format!("[{}]", items.join(", "))
        }
        other => other.to_string().replace("${", "$${"),
    }
}

/// A text, in quotes unless it surely means itself.
fn scalar(text: &str) -> String {
    let plain = |sign: char| sign.is_ascii_alphanumeric() || "-_.".contains(sign);
    let reserved = ["true", "false", "null", "yes", "no", "on", "off"];
    let safe = text.starts_with(|first: char| first.is_ascii_alphabetic())
        && text.chars().all(plain)
        && !reserved.contains(&text.to_lowercase().as_str());
    if safe { text.to_owned() } else { Value::from(text).to_string().replace("${", "$${") }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_snippet_is_yaml_that_means_what_is_live() {
        let attributes = json!({
            "name": "Acme: ${X} & \"Sons\"", "domains": ["acme.com", "true"], "disabled": true,
            "attributes": {"plan": "gold", "seats": 5, "no": "1.0"},
        });
        let Value::Object(attributes) = attributes else { panic!("an object") };
        assert_eq!(
            tenant_snippet("acme-corp", &attributes),
            "  - id: acme-corp\n    name: \"Acme: $${X} & \\\"Sons\\\"\"\n    domains: [acme.com, \"true\"]\n    \
             disabled: true\n    attributes:\n      plan: gold\n      seats: 5\n      \"no\": \"1.0\"\n"
        );
    }
}
