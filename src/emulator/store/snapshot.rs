//! The state file: `{"format_version","projects":[{id, name, …, tenants, roles, permissions, attributes, flows,
//! theme, files, audit}]}`. A file of an older minor version lacks the last four.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs, io,
    path::Path,
    sync::Arc,
};

use serde::{Deserialize, Serialize};

use super::{
    audit::Record,
    flow::{StoredFlow, StoredTheme},
    journal::write_durably,
    project::{Project, fresh_theme},
    settings::{Files, fresh_files},
    tables::{Effect, Permission, Role, Tables},
    tenant::Stored,
};
use crate::emulator::{error::Error, options::ProjectSpec};

const FORMAT: &str = "1.1";

/// The contents of the projects of a file, by id.
pub(super) type Contents = BTreeMap<String, Tables>;

#[derive(Debug, Serialize)]
struct Document<'a> {
    format_version: &'a str,
    projects: Vec<ProjectDocument<'a>>,
}

#[derive(Debug, Serialize)]
struct ProjectDocument<'a> {
    #[serde(flatten)]
    spec: &'a ProjectSpec,
    attributes: &'a BTreeSet<String>,
    permissions: &'a [Permission],
    roles: &'a [Role],
    tenants: Vec<&'a Stored>,
    flows: Vec<&'a StoredFlow>,
    theme: &'a StoredTheme,
    files: &'a Files,
    audit: Vec<&'a Record>,
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
    #[serde(default)]
    flows: Vec<StoredFlow>,
    #[serde(default = "fresh_theme")]
    theme: StoredTheme,
    #[serde(default = "fresh_files")]
    files: Files,
    #[serde(default)]
    audit: Vec<Record>,
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
    let projects = projects.values().filter(|project| project.deleted.is_none());
    let projects = projects.map(ProjectDocument::from).collect();
    let document = Document { format_version: FORMAT, projects };
    write_durably(path, |writer| Ok(serde_json::to_writer(writer, &document)?))
        .map_err(|source| Error::Write { path: path.to_owned(), source })
}

impl<'a> From<&'a Project> for ProjectDocument<'a> {
    fn from(project: &'a Project) -> Self {
        let tables = project.now();
        Self {
            spec: &tables.spec,
            attributes: &tables.attributes,
            permissions: &tables.permissions,
            roles: &tables.roles,
            tenants: tables.tenants().map(AsRef::as_ref).collect(),
            flows: tables.flows.values().map(AsRef::as_ref).collect(),
            theme: &tables.theme,
            files: &tables.files,
            audit: tables.records().map(AsRef::as_ref).collect(),
        }
    }
}

impl From<OwnedProject> for Tables {
    fn from(project: OwnedProject) -> Self {
        let OwnedProject { id, name, environment, tags, attributes, .. } = project;
        let OwnedProject { permissions, roles, tenants, flows, theme, files, audit, .. } = project;
        let whole = [
            Effect::Spec(ProjectSpec { id, name, environment, tags }),
            Effect::Roles(roles),
            Effect::Permissions(permissions),
            Effect::Attributes(attributes),
            Effect::Theme(Arc::new(theme)),
            Effect::Files(Arc::new(files)),
        ];
        let mut tables = Self::default();
        for effect in &whole {
            tables.apply(effect);
        }
        for stored in tenants {
            tables.apply(&Effect::Tenant(Arc::new(stored)));
        }
        for stored in flows {
            tables.apply(&Effect::Flow(Arc::new(stored)));
        }
        for record in audit {
            tables.apply(&Effect::Audit(Arc::new(record)));
        }
        tables
    }
}
