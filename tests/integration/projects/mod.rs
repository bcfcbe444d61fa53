//! Projects: their own attributes, several of them beside each other, made, compared, exported, deleted.

mod compare;
mod from_nothing;
mod killed;
mod own;
mod snapshots;
mod whole;

use descope_mgmt::emulator::{KeySpec, Options, ProjectSpec};
use serde_json::{Value, json};

use crate::common::Service;

pub(crate) use snapshots::sample;

/// The well-formed id of a made-up project.
pub(crate) fn id(name: &str) -> String {
    format!("P2{name:0>26}")
}

/// A service with a project for each of these names, one key for all of them, and none named in the environment.
pub(crate) fn several(names: &[&str], options: Options) -> Service {
    let projects = names.iter().map(|name| ProjectSpec::new(&id(name), &format!("PCC {name}"))).collect();
    let mut service = Service::start_with(Options { projects, ..options });
    service.desk.set("DESCOPE_PROJECT_ID", "");
    service
}

/// A key that reaches only the project of this name.
pub(super) fn key_of(name: &str) -> KeySpec {
    let key = format!("K2{name}{}", "x".repeat(200));
    KeySpec { projects: Some(vec![id(name)]), ..KeySpec::from(key.as_str()) }
}

/// The projects that there are, by name.
pub(crate) fn listed(service: &Service) -> Vec<Value> {
    let mut all = service.post("/v1/mgmt/projects/list", &json!({}))["projects"].as_array().unwrap().clone();
    all.sort_by_key(|project| project["name"].to_string());
    all
}
