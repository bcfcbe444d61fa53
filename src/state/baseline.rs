//! Baseline ↔ `baseline/<project_id>.json`: what this tool last applied or adopted. It holds no secrets.

use std::{collections::BTreeMap, io, path::PathBuf};

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use serde_json::value::RawValue;

use super::{
    Error, State,
    disk::{self, Place},
    format::{self, FORMAT},
};

const WHAT: &str = "baseline";

/// What this tool last applied or adopted in a project, by address.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Baseline {
    /// The project.
    pub project_id: String,
    /// When it last changed; none for one that was never written.
    pub updated_at: Option<DateTime<Utc>>,
    /// The run that changed it last; none for one that was never written.
    pub run_id: Option<String>,
    resources: BTreeMap<String, Box<RawValue>>,
}

#[derive(Serialize)]
struct Stored<'a> {
    format_version: &'static str,
    #[serde(flatten)]
    baseline: &'a Baseline,
}

impl Baseline {
    /// A baseline that knows nothing of `project`.
    pub fn empty(project: &str) -> Self {
        Self { project_id: project.to_owned(), updated_at: None, run_id: None, resources: BTreeMap::new() }
    }

    /// Whether it knows nothing.
    pub fn is_empty(&self) -> bool {
        self.resources.is_empty()
    }

    /// The addresses it knows, sorted.
    pub fn addresses(&self) -> impl Iterator<Item = &str> {
        self.resources.keys().map(String::as_str)
    }

    /// The managed attributes of `address` as they were applied, as JSON; none if it was never applied.
    pub fn raw(&self, address: &str) -> Option<&RawValue> {
        self.resources.get(address).map(AsRef::as_ref)
    }

    /// The managed attributes of `address` as they were applied; none if it was never applied.
    ///
    /// # Errors
    /// What lies there is no `T`.
    pub fn attributes<T: DeserializeOwned>(&self, address: &str) -> serde_json::Result<Option<T>> {
        self.raw(address).map(|raw| serde_json::from_str(raw.get())).transpose()
    }

    /// Remembers the managed attributes of `address` as applied.
    ///
    /// # Errors
    /// They cannot be written as JSON.
    pub fn set<T: Serialize + ?Sized>(&mut self, address: &str, attributes: &T) -> serde_json::Result<()> {
        let raw = serde_json::value::to_raw_value(attributes)?;
        self.resources.insert(address.to_owned(), raw);
        Ok(())
    }

    /// Forgets `address`: it was deleted. Says whether it was known.
    pub fn forget(&mut self, address: &str) -> bool {
        self.resources.remove(address).is_some()
    }
}

impl State {
    /// What was last applied or adopted in `project`; empty if nothing ever was.
    ///
    /// # Errors
    /// The file cannot be read, is damaged, or is of another major format.
    pub fn baseline(&self, project: &str) -> Result<Baseline, Error> {
        let path = self.baseline_path(project)?;
        let Some(bytes) = disk::read(&path)? else { return Ok(Baseline::empty(project)) };
        let baseline: Baseline = format::parse(WHAT, &path, &bytes)?;
        if baseline.project_id != project {
            let why = format!("it is that of project '{}'", baseline.project_id);
            return Err(Error::malformed(WHAT, &path, serde::de::Error::custom(why)));
        }
        Ok(baseline)
    }

    /// Writes the baseline of its project, durably and in one step.
    ///
    /// # Errors
    /// It cannot be written; the former one stays.
    pub fn write_baseline(&self, baseline: &Baseline) -> Result<(), Error> {
        let path = self.baseline_path(&baseline.project_id)?;
        let stored = Stored { format_version: FORMAT, baseline };
        self.disk().write(&path, Place::Replace, |out| {
            serde_json::to_writer_pretty(&mut *out, &stored).map_err(io::Error::from)?;
            out.write_all(b"\n")
        })
    }

    fn baseline_path(&self, project: &str) -> Result<PathBuf, Error> {
        self.project_file("baseline", project, "json")
    }
}

#[cfg(test)]
mod tests;
