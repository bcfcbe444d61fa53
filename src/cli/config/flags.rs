//! The flags that are no settings → their values in force and where each came from.

use clap::parser::ValueSource;
use serde_json::{Value, json};

use crate::cli::globals::Globals;

/// A value in force.
pub(super) struct InForce {
    /// What it is called, as its variable is.
    pub(super) name: &'static str,
    /// The value.
    pub(super) value: Value,
    /// Who gave it.
    pub(super) from: String,
}

/// The flags that have a variable and are no settings.
pub(super) fn in_force(globals: &Globals) -> Vec<InForce> {
    let Globals { yes, no_input, dry_run, detailed_exitcode, full, quiet, .. } = *globals;
    let path = globals.log_file.as_ref().map(|file| file.display().to_string());
    [
        ("output", word(&globals.output)),
        ("yes", json!(yes)),
        ("no_input", json!(no_input)),
        ("dry_run", json!(dry_run)),
        ("detailed_exitcode", json!(detailed_exitcode)),
        ("on_error", globals.on_error.as_ref().map(word).into()),
        ("conflict", globals.conflict.as_ref().map(word).into()),
        ("full", json!(full)),
        ("color", word(&globals.color)),
        ("quiet", json!(quiet)),
        ("log_level", globals.log_level.map(|level| level.to_string()).into()),
        ("log_file", path.into()),
    ]
    .into_iter()
    .map(|(name, value)| InForce { name, value, from: from(name, globals) })
    .collect()
}

fn word(value: &impl clap::ValueEnum) -> Value {
    value.to_possible_value().map(|it| it.get_name().to_owned()).into()
}

fn from(name: &str, globals: &Globals) -> String {
    match globals.sources.get(name) {
        Some(ValueSource::CommandLine) => format!("flag --{}", name.replace('_', "-")),
        Some(ValueSource::EnvVariable) => format!("variable DESCOPE_MGMT_{}", name.to_uppercase()),
        _ => "default".to_owned(),
    }
}
