use serde_json::{Value, json};

use crate::{
    cli::{Error, Exit, globals::Globals, session::Session},
    config::{Catalog, TemplateEntry, TemplateOrigin},
    render::{Table, Ui},
    resource::flow::template::Template,
};

/// List the templates, or show one: its variables, and what it needs
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:\n  descope-mgmt flow templates\n  descope-mgmt flow templates mfa-login")]
pub(in crate::cli) struct Args {
    /// Only this one, with its variables
    name: Option<String>,
}

impl Args {
    pub(super) fn run(self, globals: &Globals, ui: &Ui) -> Result<Exit, Error> {
        let session = Session::open_offline(globals)?;
        let catalog = Catalog::find(&session.config.settings.templates_dir);
        match &self.name {
            Some(name) => show(&catalog, name, ui)?,
            None => list(&catalog, ui)?,
        }
        Ok(Exit::Done)
    }
}

fn list(catalog: &Catalog, ui: &Ui) -> Result<(), Error> {
    let mut table = Table::new(&["NAME", "VERSION", "FROM", "DESCRIPTION"], "No templates.");
    let mut items = Vec::new();
    for entry in catalog.entries() {
        let template = entry.read().map_err(Error::Template)?;
        let version = entry.version.to_string();
        table.push(&[entry.name.clone(), version, from(entry), template.description.clone()]);
        items.push(item(entry, &template));
    }
    ui.show_list(&table, items);
    Ok(())
}

fn show(catalog: &Catalog, name: &str, ui: &Ui) -> Result<(), Error> {
    let mut table =
        Table::new(&["VERSION", "VARIABLE", "TYPE", "DEFAULT", "DESCRIPTION"], "It has no variables.");
    let mut items = Vec::new();
    for entry in catalog.entries().iter().filter(|entry| entry.name == name) {
        let template = entry.read().map_err(Error::Template)?;
        for (variable, schema) in &template.variables {
            let default = schema.default.as_ref().map_or_else(
                || "required".to_owned(),
                |it| match it {
                    Value::String(text) => text.clone(),
                    other => other.to_string(),
                },
            );
            let description = schema.description.clone();
            table.push(&[entry.version.to_string(), variable.clone(), schema.schema(), default, description]);
        }
        items.push(item(entry, &template));
    }
    if items.is_empty() {
        let mut names: Vec<String> = catalog.entries().iter().map(|entry| entry.name.clone()).collect();
        names.dedup();
        return Err(Error::NoTemplate { name: name.to_owned(), there: names });
    }
    ui.show_list(&table, items);
    Ok(())
}

fn from(entry: &TemplateEntry) -> String {
    match &entry.origin {
        TemplateOrigin::BuiltIn => "built-in".to_owned(),
        TemplateOrigin::Folder(path) => path.display().to_string(),
    }
}

fn item(entry: &TemplateEntry, template: &Template) -> Value {
    let variables: serde_json::Map<String, Value> = template
        .variables
        .iter()
        .map(|(name, schema)| {
            let schema = json!({
                "type": schema.schema(), "default": schema.default, "description": schema.description,
            });
            (name.clone(), schema)
        })
        .collect();
    json!({
        "name": entry.name, "version": entry.version.to_string(), "from": from(entry),
        "description": template.description, "variables": variables, "connectors": template.connectors,
        "methods": template.methods,
    })
}
