//! Environments, tenants, flows, theme → the text of a new configuration file, with comments for who reads it first.

use super::edit::snippet;
use crate::resource::Attributes;

/// What a new configuration file shall say.
#[derive(Debug, Clone, Default)]
pub struct Starter {
    /// The environments; none where the usual variables alone say which project is meant.
    pub environments: Vec<StarterEnvironment>,
    /// The tenants; none where the file says nothing of tenants.
    pub tenants: Option<Vec<StarterTenant>>,
    /// Ids of flows, and the paths that hold them.
    pub flows: Vec<(String, String)>,
    /// The path of the theme.
    pub theme: Option<String>,
    /// Whether it is made from what is live: then all tenants are in it.
    pub from_live: bool,
}

/// An environment of a new configuration.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct StarterEnvironment {
    /// Its name.
    pub name: String,
    /// The id of its project; none: a variable has it.
    pub project_id: Option<String>,
}

/// A tenant of a new configuration.
#[derive(Debug, Clone, PartialEq)]
pub enum StarterTenant {
    /// A live one.
    Live(String, Attributes),
    /// One to be made. Where there are several environments its id starts with theirs.
    New {
        /// Its id, or the end of it.
        id: String,
        /// Its name.
        name: String,
    },
}

/// The file that holds the schema, beside the configuration.
pub const SCHEMA_FILE: &str = "descope.schema.json";

const HEAD: &str = "\
# How our Descope projects should be. `descope-mgmt plan` shows what differs, `descope-mgmt apply` makes it so.
#
# What is not mentioned here is left alone: every key you leave out stays as it is in Descope.
# ${NAME} is an environment variable, ${NAME:-default} one with a default; $${ is a plain \"${\".
version: 1
";

const NO_ENVIRONMENTS: &str = "
# Which project is meant say DESCOPE_PROJECT_ID and DESCOPE_MANAGEMENT_KEY. For several projects, name them here:
# environments:
#   prod:
#     project_id: ${DESCOPE_PROD_PROJECT_ID}
#     management_key: ${DESCOPE_PROD_KEY}
";

impl Starter {
    /// The text of the file.
    pub fn text(&self) -> String {
        let mut text = format!("# yaml-language-server: $schema={SCHEMA_FILE}\n{HEAD}");
        text += &self.environments_text();
        text += &self.tenants_text();
        if !self.flows.is_empty() {
            text += "\n# Flows that are not listed here are left alone. The files may also be console exports or folders.\nflows:\n";
            for (id, file) in &self.flows {
                text += &format!("  - {{ id: {}, file: {} }}\n", quoted(id), quoted(file));
            }
        }
        if let Some(file) = &self.theme {
            text += &format!("\ntheme: {{ file: {} }}\n", quoted(file));
        }
        text
    }

    fn environments_text(&self) -> String {
        if self.environments.is_empty() {
            return NO_ENVIRONMENTS.to_owned();
        }
        let mut text = "\nenvironments:\n".to_owned();
        for StarterEnvironment { name, project_id } in &self.environments {
            let protected = ["prod", "production"].contains(&name.as_str());
            let note = if protected { "   # protected: writes want the project's name typed" } else { "" };
            let id = project_id.as_deref().map_or_else(|| format!("${{{}}}", project_variable(name)), quoted);
            text += &format!("  {}:{note}\n    project_id: {id}\n", quoted(name));
            let key = format!("{{{}}}", key_variable(name));
            text += &format!(
                "    management_key: ${key}   # always a reference; a key in this file is refused\n"
            );
        }
        text
    }

    fn tenants_text(&self) -> String {
        let Some(tenants) = &self.tenants else { return String::new() };
        let note = if self.from_live { "Every live tenant. " } else { "" };
        let mut text =
            format!("\n# {note}A live tenant that is not listed here is shown as an orphan, and stays.\n");
        if tenants.is_empty() {
            return text + "tenants: []\n";
        }
        text += "tenants:\n";
        for tenant in tenants {
            text += &match tenant {
                StarterTenant::Live(id, attributes) => snippet(id, attributes, None),
                StarterTenant::New { id, name } => {
                    let id = if self.environments.len() > 1 {
                        format!("${{environment}}-{id}")
                    } else {
                        quoted(id)
                    };
                    format!("  - id: {id}\n    name: {}\n", quoted(name))
                }
            };
        }
        text
    }
}

/// The variable that has the project's id of an environment.
pub fn project_variable(environment: &str) -> String {
    format!("DESCOPE_{}_PROJECT_ID", upper(environment))
}

/// The variable that has the management key of an environment.
pub fn key_variable(environment: &str) -> String {
    format!("DESCOPE_{}_KEY", upper(environment))
}

fn upper(name: &str) -> String {
    let sign = |sign: char| if sign.is_ascii_alphanumeric() { sign.to_ascii_uppercase() } else { '_' };
    name.chars().map(sign).collect()
}

fn quoted(text: &str) -> String {
    super::edit::scalar_text(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_new_file_says_what_it_was_asked_to_and_explains_itself() {
        let starter = Starter {
            environments: ["dev", "prod"]
                .map(|name| StarterEnvironment { name: name.to_owned(), project_id: None })
                .into(),
            tenants: Some(vec![StarterTenant::New { id: "acme".to_owned(), name: "Acme: Corp".to_owned() }]),
            flows: vec![("sign-in".to_owned(), "flows/sign-in.json".to_owned())],
            theme: Some("theme.json".to_owned()),
            from_live: false,
        };
        let text = starter.text();
        let lines: Vec<&str> =
            text.lines().filter(|line| !line.starts_with('#') && !line.is_empty()).collect();
        insta::assert_snapshot!(lines.join("\n"), @r#"
        version: 1
        environments:
          dev:
            project_id: ${DESCOPE_DEV_PROJECT_ID}
            management_key: ${DESCOPE_DEV_KEY}   # always a reference; a key in this file is refused
          prod:   # protected: writes want the project's name typed
            project_id: ${DESCOPE_PROD_PROJECT_ID}
            management_key: ${DESCOPE_PROD_KEY}   # always a reference; a key in this file is refused
        tenants:
          - id: ${environment}-acme
            name: "Acme: Corp"
        flows:
          - { id: sign-in, file: flows/sign-in.json }
        theme: { file: theme.json }
        "#);
    }
}
