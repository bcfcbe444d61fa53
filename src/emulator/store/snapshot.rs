//! The state file: `{"format_version","projects":[{id, name, …, tenants, roles, permissions, attributes}]}`.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs, io,
    path::Path,
    sync::Arc,
};

use serde::{Deserialize, Serialize};

use super::{
    journal::write_durably,
    project::Project,
    tables::{Effect, Permission, Role, Tables},
    tenant::Stored,
};
use crate::emulator::{error::Error, options::ProjectSpec};

const FORMAT: &str = "1.0";

/// A project as the file holds it.
#[derive(Debug)]
pub(super) struct Kept {
    pub(super) spec: ProjectSpec,
    pub(super) tables: Tables,
}

/// The projects of a file, by id.
pub(super) type Contents = BTreeMap<String, Kept>;

#[derive(Debug, Serialize)]
struct Document<'a> {
    format_version: &'a str,
    projects: Vec<ProjectDocument<'a>>,
}

#[derive(Debug, Serialize)]
struct ProjectDocument<'a> {
    id: &'a str,
    name: &'a str,
    environment: &'a str,
    tags: &'a [String],
    attributes: &'a BTreeSet<String>,
    permissions: &'a [Permission],
    roles: &'a [Role],
    tenants: Vec<&'a Stored>,
}

#[derive(Debug, Deserialize)]
struct OwnedDocument {
    format_version: String,
    #[serde(default)]
    projects: Vec<OwnedProject>,
}

#[derive(Debug, Deserialize)]
struct OwnedProject {
    id: String,
    name: String,
    #[serde(default)]
    environment: String,
    #[serde(default)]
    tags: Vec<String>,
    #[serde(default)]
    attributes: BTreeSet<String>,
    #[serde(default)]
    permissions: Vec<Permission>,
    #[serde(default)]
    roles: Vec<Role>,
    #[serde(default)]
    tenants: Vec<Stored>,
}

/// Reads the file; one that isn't there, or is empty, holds nothing.
pub(super) fn read(path: &Path) -> Result<Contents, Error> {
    let text = match fs::read(path) {
        Ok(text) if text.is_empty() => return Ok(Contents::new()),
        Ok(text) => text,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Contents::new()),
        Err(source) => return Err(Error::Read { path: path.to_owned(), source }),
    };
    let document: OwnedDocument = serde_json::from_slice(&text).map_err(|source| Error::Damaged {
        path: path.to_owned(),
        line: source.line(),
        source,
    })?;
    if !document.format_version.starts_with("1.") {
        return Err(Error::Version { path: path.to_owned(), version: document.format_version });
    }
    Ok(document.projects.into_iter().map(|project| (project.id.clone(), project.into())).collect())
}

/// Writes the file durably.
pub(super) fn write(path: &Path, projects: &BTreeMap<String, Project>) -> Result<(), Error> {
    let projects = projects.values().map(ProjectDocument::from).collect();
    let document = Document { format_version: FORMAT, projects };
    write_durably(path, |writer| Ok(serde_json::to_writer(writer, &document)?))
        .map_err(|source| Error::Write { path: path.to_owned(), source })
}

impl<'a> From<&'a Project> for ProjectDocument<'a> {
    fn from(project: &'a Project) -> Self {
        let ProjectSpec { id, name, environment, tags } = &project.spec;
        let tables = project.now();
        Self {
            id,
            name,
            environment,
            tags,
            attributes: &tables.attributes,
            permissions: &tables.permissions,
            roles: &tables.roles,
            tenants: tables.tenants().map(AsRef::as_ref).collect(),
        }
    }
}

impl From<OwnedProject> for Kept {
    fn from(project: OwnedProject) -> Self {
        let OwnedProject { id, name, environment, tags, attributes, permissions, roles, tenants } = project;
        let mut tables = Tables::default();
        tables.apply(&Effect::Roles(roles));
        tables.apply(&Effect::Permissions(permissions));
        tables.apply(&Effect::Attributes(attributes));
        for stored in tenants {
            tables.apply(&Effect::Tenant(Arc::new(stored)));
        }
        Self { spec: ProjectSpec { id, name, environment, tags }, tables }
    }
}
