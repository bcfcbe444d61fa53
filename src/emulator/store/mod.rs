//! (projects, call) → projects, and an answer. Nothing here knows HTTP.

mod audit;
mod flow;
mod journal;
mod project;
mod settings;
mod snapshot;
mod tables;
mod tenant;

use std::{collections::BTreeMap, path::Path, time::Duration};

use self::journal::Journal;
pub(super) use self::{
    audit::{Record, epoch_millis},
    flow::{Flow, StoredFlow, StoredTheme, Version},
    project::{Project, fresh_contents, fresh_theme},
    settings::{
        ATTRIBUTES, BUILT_IN, CONNECTORS, Connector, Files, OAUTH, PROVIDERS, connector_path, connectors,
        fresh_files, list, providers, tenant_attributes,
    },
    tables::{Effect, Permission, Role, Tables},
    tenant::{Stored, Tenant, epoch_seconds, setup_suite},
};
use super::{error::Error, options::ProjectSpec};

/// All projects, and the file that they live in, if any.
#[derive(Debug)]
pub(super) struct Store {
    projects: BTreeMap<String, Project>,
    journal: Option<Journal>,
    closed: bool,
    lag: Duration,
    /// Clones in the background, by process: how many more questions get no answer, and what comes of it.
    pub(super) clones: BTreeMap<String, (u32, ProjectSpec)>,
    /// Projects that the file did not have when it was opened.
    pub(super) fresh: Vec<String>,
    /// Projects made that the file doesn't have yet.
    made: usize,
}

impl Store {
    /// Opens the file, if any, and makes the projects that aren't in it.
    pub(super) fn open(path: Option<&Path>, specs: &[ProjectSpec], lag: Duration) -> Result<Self, Error> {
        let (journal, kept) = match path {
            Some(path) => Journal::open(path).map(|(journal, kept)| (Some(journal), kept))?,
            None => (None, BTreeMap::new()),
        };
        let projects: BTreeMap<String, Project> =
            kept.into_iter().map(|(id, tables)| (id, Project::new(tables, lag))).collect();
        let mut store = Self {
            projects,
            journal,
            closed: false,
            lag,
            clones: BTreeMap::new(),
            fresh: Vec::new(),
            made: 0,
        };
        for spec in specs {
            if !store.projects.contains_key(&spec.id) {
                store.make(fresh_contents(spec.clone()));
                store.fresh.push(spec.id.clone());
            }
        }
        store.made = 0;
        store.fold(!store.fresh.is_empty())?;
        Ok(store)
    }

    /// Makes a project with these contents.
    pub(super) fn make(&mut self, contents: Tables) -> &mut Project {
        self.made += 1;
        let id = contents.spec.id.clone();
        let project = Project::new(contents, self.lag);
        self.projects.entry(id).or_insert(project)
    }

    /// Lets go of the projects whose deletion was asked for this long ago.
    pub(super) fn sweep(&mut self, lag: Duration) {
        self.projects.retain(|_, project| project.deleted.is_none_or(|since| since.elapsed() < lag));
    }

    /// The project of this id.
    pub(super) fn project(&mut self, id: &str) -> Option<&mut Project> {
        self.projects.get_mut(id)
    }

    /// Every project, by id.
    pub(super) fn projects(&mut self) -> impl Iterator<Item = &mut Project> {
        self.projects.values_mut()
    }

    /// Notes what was written, so that a killed process doesn't lose it; says how much that was.
    pub(super) fn keep(&mut self) -> Result<usize, Error> {
        let made = std::mem::take(&mut self.made);
        let mut count = made;
        for (id, project) in &mut self.projects {
            let effects = project.take_unwritten();
            count += effects.len();
            if let Some(journal) = &mut self.journal
                && !effects.is_empty()
            {
                journal.append(id, &effects)?;
            }
        }
        // The journal alone can't say what a new project starts with.
        if made > 0 || self.journal.as_ref().is_some_and(Journal::is_long) {
            self.fold(made > 0)?;
        }
        Ok(count)
    }

    /// Writes the file durably and unlocks it. What is written after that is not kept.
    pub(super) fn close(&mut self) -> Result<(), Error> {
        let closed = self.fold(false);
        self.journal = None;
        self.closed = true;
        closed
    }

    /// Whether what is written now would not be kept.
    pub(super) fn is_closed(&self) -> bool {
        self.closed
    }

    fn fold(&mut self, changed: bool) -> Result<(), Error> {
        match &mut self.journal {
            Some(journal) => journal.fold(&self.projects, changed),
            None => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests;
