//! What an emulator is started with.

use std::{path::PathBuf, time::Duration};

use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use sha2::{Digest, Sha256};

use super::fault::Fault;
use crate::units::RateLimit;

const PROJECT: &str = "P2EmulatorEmulatorEmulator00";

/// A project that exists from the start.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProjectSpec {
    /// The project id: `P` and 27 alphanumerics. Empty: a made-up one.
    pub id: String,
    /// The name; empty: the id.
    pub name: String,
    /// The label, `production` or empty.
    pub environment: String,
    /// The tags.
    pub tags: Vec<String>,
}

impl ProjectSpec {
    /// A project with this id and name, without a label or tags.
    pub fn new(id: &str, name: &str) -> Self {
        Self { id: id.to_owned(), name: name.to_owned(), ..Self::default() }
    }

    /// The project that an emulator has when nothing is said: made up, well-formed.
    pub fn made_up() -> Self {
        Self::new(PROJECT, "Emulator")
    }
}

/// A management key that is accepted.
#[derive(Debug, Clone)]
pub struct KeySpec {
    /// The key: `K` and alphanumerics.
    pub key: SecretString,
    /// The projects it reaches; `None`: all of them.
    pub projects: Option<Vec<String>>,
}

impl KeySpec {
    /// The key that an emulator accepts when nothing is said: made up, as long as a real one.
    pub fn made_up() -> Self {
        SecretString::from(format!("K2{}", "Emulator".repeat(25))).into()
    }

    /// The id under which the audit shows what was done with this key. It says nothing about the key.
    pub fn id(&self) -> String {
        let digest = Sha256::digest(self.key.expose_secret());
        digest.iter().take(13).fold("K2".to_owned(), |id, byte| format!("{id}{byte:02x}"))
    }
}

impl From<SecretString> for KeySpec {
    fn from(key: SecretString) -> Self {
        Self { key, projects: None }
    }
}

impl From<&str> for KeySpec {
    fn from(key: &str) -> Self {
        SecretString::from(key).into()
    }
}

/// What happens to a custom attribute that the project does not define.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum UndefinedAttributes {
    /// It is stored, and defined thereby.
    #[default]
    Accept,
    /// It is left out without a word.
    Drop,
    /// The request is refused (400).
    Refuse,
}

/// What happens to a flow that is imported with a reference to nothing in the project.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum UnknownReferences {
    /// The flow is stored, and the name listed in `references.omitted`.
    #[default]
    Omit,
    /// The request is refused (400).
    Refuse,
}

/// What a project holds besides its defaults when it is made.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Seed {
    /// The project; empty: the first one.
    pub project: String,
    /// The files of a snapshot, as `/v1/mgmt/project/snapshot/import` takes them.
    pub files: Map<String, Value>,
}

/// What an emulator is started with. The default has one made-up project and key, no limit and no fault.
#[derive(Debug, Clone)]
pub struct Options {
    /// The port on loopback; 0 picks a free one.
    pub port: u16,
    /// The JSON file that the projects live in; `None`: in memory only.
    pub state: Option<PathBuf>,
    /// Projects that exist; those that the file has already keep what they hold. Empty: the made-up one.
    pub projects: Vec<ProjectSpec>,
    /// Whether no project is made up where none is given: they are all still to be made.
    pub bare: bool,
    /// Ids for projects that are made, first to last; when they are used up, made-up ones.
    pub coming_ids: Vec<String>,
    /// Accepted management keys. Empty: the made-up one.
    pub keys: Vec<KeySpec>,
    /// The most requests in any window, per project; `None`: no limit.
    pub rate_limit: Option<RateLimit>,
    /// Added to every request before it is handled.
    pub latency: Duration,
    /// Reads see what was there this long ago.
    pub read_lag: Duration,
    /// The license, 1 (free) to 4 (enterprise).
    pub tier: u8,
    /// Requests that go wrong.
    pub faults: Vec<Fault>,
    /// The status for a duplicate id, name or domain: 400 or 409.
    pub conflict_status: u16,
    /// What happens to custom attributes that are not defined.
    pub undefined_attributes: UndefinedAttributes,
    /// Lists and arrays without an order of their own come in another order on each read.
    pub shuffle: bool,
    /// What happens to a flow that refers to a connector, role or OAuth provider that isn't there.
    pub unknown_references: UnknownReferences,
    /// What projects hold when they are made; those that the state file has already are left alone.
    pub seeds: Vec<Seed>,
    /// A write can be found in the audit after this long.
    pub audit_lag: Duration,
    /// A deleted project is still listed for this long.
    pub deletion_lag: Duration,
    /// So many calls on a project just made are refused, with E111009 and E111604 in turn.
    pub unsettled_calls: u32,
    /// So many questions after a clone in the background get no answer yet.
    pub clone_polls: u32,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            port: 0,
            state: None,
            projects: vec![ProjectSpec::made_up()],
            bare: false,
            coming_ids: Vec::new(),
            keys: vec![KeySpec::made_up()],
            rate_limit: None,
            latency: Duration::ZERO,
            read_lag: Duration::ZERO,
            tier: 4,
            faults: Vec::new(),
            conflict_status: 400,
            undefined_attributes: UndefinedAttributes::default(),
            shuffle: false,
            unknown_references: UnknownReferences::default(),
            seeds: Vec::new(),
            audit_lag: Duration::ZERO,
            deletion_lag: Duration::ZERO,
            unsettled_calls: 0,
            clone_polls: 1,
        }
    }
}

impl Options {
    /// These options with every gap filled: at least one project and key, no empty id or name.
    #[must_use]
    pub(super) fn completed(mut self) -> Self {
        if self.projects.is_empty() && !self.bare {
            self.projects.push(ProjectSpec::made_up());
        }
        if self.keys.is_empty() {
            self.keys.push(KeySpec::made_up());
        }
        for project in &mut self.projects {
            if project.id.is_empty() {
                PROJECT.clone_into(&mut project.id);
            }
            if project.name.is_empty() {
                project.name.clone_from(&project.id);
            }
        }
        let first = self.projects.first().map(|project| project.id.clone()).unwrap_or_default();
        for seed in self.seeds.iter_mut().filter(|seed| seed.project.is_empty()) {
            seed.project.clone_from(&first);
        }
        self
    }
}

#[cfg(test)]
mod tests {
    use secrecy::ExposeSecret;

    use super::*;

    #[test]
    fn the_made_up_project_and_key_are_well_formed() {
        let options = Options { projects: Vec::new(), keys: Vec::new(), ..Options::default() }.completed();
        let id = &options.projects[0].id;
        assert_eq!((id.len(), id.starts_with('P')), (28, true));
        let key = options.keys[0].key.expose_secret();
        assert!(key.starts_with('K') && key.len() > 200);
        assert!(id.chars().chain(key.chars()).all(|c| c.is_ascii_alphanumeric()));
    }

    #[test]
    fn a_project_without_a_name_is_named_by_its_id() {
        let options = Options { projects: vec![ProjectSpec::new("P2a", "")], ..Options::default() };
        assert_eq!(options.completed().projects[0].name, "P2a");
    }

    #[test]
    fn the_id_of_a_key_is_well_formed_and_its_own() {
        let (one, two) = (KeySpec::from("Kone").id(), KeySpec::from("Ktwo").id());
        assert!(one.len() == 28 && one != two && !one.contains("one"), "{one}");
    }

    #[test]
    fn a_key_is_not_in_the_debug_output() {
        assert!(!format!("{:?}", Options::default()).contains("K2Emulator"));
    }
}
