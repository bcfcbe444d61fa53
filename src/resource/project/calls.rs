//! The calls that make, copy and delete whole projects (Projects, create). None of them may be sent twice.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::list;
use crate::api::{Bearer, Lane, Request};

/// The version of the model that `infra` takes here.
const MODEL: u32 = 1;

/// A project that is to be made.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct NewProject {
    /// Its name.
    pub name: String,
    /// Its tags.
    pub tags: BTreeSet<String>,
    /// Whether it is labelled a production project; no call changes that later.
    pub production: bool,
}

impl NewProject {
    fn environment(&self) -> &'static str {
        if self.production { "production" } else { "" }
    }

    /// Makes it as a copy of the project that is spoken for: its configuration and secrets, nobody in it.
    pub fn clone_call(&self) -> Request {
        let Self { name, tags, .. } = self;
        let body = json!({"name": name, "environment": self.environment(), "tags": tags});
        Request::write("/v1/mgmt/project/clone", body, Lane::Project)
    }

    /// Makes it as Descope makes a new project; wants a key of the whole company.
    pub fn make_call(&self) -> Request {
        let Self { name, tags, .. } = self;
        let data = json!({"version": MODEL, "name": name, "environment": self.environment(), "tags": tags});
        let body = json!({"entity": "project", "data": data});
        Request { bearer: Bearer::Company, ..Request::write("/v1/mgmt/infra", body, Lane::Project) }
    }
}

/// The id of the project that was made, from the answer to either call.
pub fn made_id(answer: &Value) -> Option<&str> {
    let id = answer.get("projectId").or_else(|| answer.get("id"))?;
    id.as_str().filter(|id| !id.is_empty())
}

/// Deletes the project that is spoken for: nothing in the body names it.
pub fn delete_call() -> Request {
    Request::write("/v1/mgmt/project/delete", json!({}), Lane::Project)
}

/// Lists the projects that the key may see, without speaking for one of them.
pub fn list_of_company() -> Request {
    Request { bearer: Bearer::Company, ..list() }
}
