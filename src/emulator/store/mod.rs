//! (projects, call) → projects, and an answer. Nothing here knows HTTP.

mod journal;
mod project;
mod snapshot;
mod tables;
mod tenant;

use std::{collections::BTreeMap, path::Path, time::Duration};

use self::journal::Journal;
pub(super) use self::{
    project::Project,
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
}

impl Store {
    /// Opens the file, if any, and makes the projects that aren't in it.
    pub(super) fn open(path: Option<&Path>, specs: &[ProjectSpec], lag: Duration) -> Result<Self, Error> {
        let (journal, kept) = match path {
            Some(path) => Journal::open(path).map(|(journal, kept)| (Some(journal), kept))?,
            None => (None, BTreeMap::new()),
        };
        let mut projects: BTreeMap<String, Project> =
            kept.into_iter().map(|(id, kept)| (id, Project::new(kept.spec, kept.tables, lag))).collect();
        let known = projects.len();
        for spec in specs {
            projects
                .entry(spec.id.clone())
                .or_insert_with(|| Project::new(spec.clone(), project::fresh_contents(), lag));
        }
        let mut store = Self { projects, journal, closed: false };
        store.fold(store.projects.len() > known)?;
        Ok(store)
    }

    /// The project of this id.
    pub(super) fn project(&mut self, id: &str) -> Option<&mut Project> {
        self.projects.get_mut(id)
    }

    /// Every project, by id.
    pub(super) fn projects(&self) -> impl Iterator<Item = &Project> {
        self.projects.values()
    }

    /// Notes what was written to a project, so that a killed process doesn't lose it; says how much that was.
    pub(super) fn keep(&mut self, id: &str) -> Result<usize, Error> {
        let Some(project) = self.projects.get_mut(id) else { return Ok(0) };
        let effects = project.take_unwritten();
        if let Some(journal) = &mut self.journal
            && !effects.is_empty()
        {
            journal.append(id, &effects)?;
            if journal.is_long() {
                journal.fold(&self.projects, false)?;
            }
        }
        Ok(effects.len())
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
