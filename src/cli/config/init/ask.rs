//! The questions of a first configuration.

use super::new_tenant;
use crate::{
    cli::Error,
    config::{StarterEnvironment, StarterTenant, project_variable},
    render::Ui,
};

/// Which environments there are, and the project of each.
pub(super) fn environments(ui: &Ui) -> Result<Vec<StarterEnvironment>, Error> {
    let names = ask(ui, "Environments, separated by spaces", "dev staging prod")?;
    let names: Vec<&str> = names.split([' ', ',']).filter(|name| !name.is_empty()).collect();
    let mut environments = Vec::new();
    for name in names {
        let variable = format!("${{{}}}", project_variable(name));
        let id = ask(ui, &format!("Project id of {name}"), &variable)?;
        let project_id = Some(id).filter(|id| !id.is_empty() && *id != variable);
        environments.push(StarterEnvironment { name: name.to_owned(), project_id });
    }
    Ok(environments)
}

/// A first tenant, if somebody wants one.
pub(super) fn tenant(ui: &Ui) -> Result<Option<StarterTenant>, Error> {
    let id = ask(ui, "Id of a first tenant, empty for none", "")?;
    if id.is_empty() {
        return Ok(None);
    }
    let name = ask(ui, "Its name", &id)?;
    Ok(Some(new_tenant(&format!("{id}={name}"))))
}

fn ask(ui: &Ui, question: &str, default: &str) -> Result<String, Error> {
    let answer = ui.ask_text(question, default).ok_or(Error::Declined)?;
    Ok(answer.trim().to_owned())
}
