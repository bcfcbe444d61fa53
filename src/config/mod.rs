//! YAML → `Desired`: locate, parse, expand, merge, check; every problem with its place.

mod diagnostic;
mod edit;
mod environment;
mod error;
mod expand;
mod fields;
mod files;
mod flows;
mod hidden;
mod inputs;
mod load;
#[cfg(test)]
mod load_tests;
mod locate;
mod paths;
mod problems;
mod protect;
mod scalar;
mod schema;
mod sections;
mod settings;
mod source;
mod starter;
mod suggest;
mod target;
#[cfg(test)]
mod target_tests;
mod tenants;
#[cfg(test)]
mod testing;
mod tree;
mod variables;

use std::{collections::BTreeSet, path::PathBuf};

pub use diagnostic::{Diagnostic, Related, Severity, Snippet};
pub use edit::{EditError, Edited, Editor, LeftAlone, save};
pub use environment::{Environment, Limit, Limits, Selection, is_project_name};
pub use error::Error;
pub use flows::{Catalog, TemplateEntry, TemplateOrigin};
pub use hidden::is_key;
pub use inputs::{Flags, Inputs, SourceFile, Variables};
pub use load::{environments, load};
pub use locate::locate;
pub use scalar::parse_scalar;
pub use schema::schema_text;
pub use settings::{Origin, Rates, Retention, Settings, check_setting};
pub use starter::{SCHEMA_FILE, Starter, StarterEnvironment, StarterTenant, key_variable, project_variable};
pub use target::Target;
pub use tenants::{is_own_id, parse_domain, parse_name};

use crate::resource::{Attributes, Desired, Path};

/// The configuration in one environment.
#[derive(Debug, Clone)]
pub struct Config {
    /// The files it was read from, as headers show them, included ones behind those that were named.
    pub files: Vec<PathBuf>,
    /// Their texts, where they were wanted.
    pub sources: Vec<SourceFile>,
    /// The selected environment; `None` where no file defines any.
    pub environment: Option<Environment>,
    /// The names of all environments, in the order of the files.
    pub environments: Vec<String>,
    /// The project and how to reach it.
    pub target: Target,
    /// How the tool works.
    pub settings: Settings,
    /// How the project should be.
    pub desired: Desired,
    /// The attributes that some tenant, of any environment, or the defaults call sensitive.
    pub sensitive: BTreeSet<Path>,
    /// What `defaults` give a tenant.
    pub defaults: Attributes,
    /// Problems that stop nothing.
    pub warnings: Vec<Diagnostic>,
    /// Where each effective value came from; secrets are `(set)`.
    pub origins: Vec<Origin>,
    looked: Vec<PathBuf>,
}

impl Config {
    /// For commands that make no sense without a configuration file.
    ///
    /// # Errors
    /// `NoFile`, where there is none.
    pub fn require_file(&self) -> Result<(), Error> {
        if self.files.is_empty() {
            return Err(Error::NoFile { looked: self.looked.clone() });
        }
        Ok(())
    }
}
