//! What differs → one write for each attribute: the service has a call for each (Projects, calls on a project).

use serde_json::json;

use crate::{
    api::{Lane, Request},
    resource::{Assign, Body, Edit, FieldChange, Shape, Step},
};

/// Lists the projects that the key may see: there is no call that reads one.
pub const LIST_PATH: &str = "/v1/mgmt/projects/list";
const NAME_PATH: &str = "/v1/mgmt/project/update/name";
const TAGS_PATH: &str = "/v1/mgmt/project/update/tags";

/// A project: found in the list by its id, written attribute by attribute.
pub(in crate::resource) static PROJECT: Shape =
    Shape { body: Body::Edited, listed: Some("projects"), ..Shape::PLAIN };

/// Lists the projects that the key may see.
pub fn list() -> Request {
    Request::search(LIST_PATH, json!({}))
}

/// The writes that make these attributes of the project so.
pub fn steps(project: &str, fields: &[FieldChange]) -> Vec<Step> {
    let step = |field: &FieldChange| {
        let (label, key, path) = match field.path.words().first().map(String::as_str) {
            Some("name") => ("rename", "name", NAME_PATH),
            Some("tags") => ("tag", "tags", TAGS_PATH),
            _ => return None,
        };
        let value = field.after.clone().unwrap_or_default();
        Some(Step {
            label,
            look: list(),
            path,
            id: project.to_owned(),
            key: None,
            lane: Lane::Project,
            edit: Edit::Update(vec![(key.into(), Assign::Set(value))]),
            shape: &PROJECT,
        })
    };
    fields.iter().filter_map(step).collect()
}
