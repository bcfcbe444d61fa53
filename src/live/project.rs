//! The projects that a key may see.

use serde::Deserialize;
use serde_json::json;

use crate::api::{Client, Error, LICENSE, Request};

/// A project in the list (Projects, calls on a project).
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
pub struct Project {
    /// The id.
    pub id: String,
    /// The name; two projects may share one.
    pub name: String,
    /// Empty or `production`.
    pub environment: Option<String>,
}

impl Project {
    /// Whether Descope calls it a production project.
    pub fn is_production(&self) -> bool {
        self.environment.as_deref() == Some("production")
    }
}

/// The license tier of the company, and the server's time as its answer says it (Basics, headers).
pub async fn license(client: &Client) -> Result<(String, Option<String>), Error> {
    #[derive(Deserialize)]
    #[serde(rename_all = "camelCase", default)]
    #[derive(Default)]
    struct License {
        rate_limit_tier: String,
    }
    let answer = client.send(&Request::read(LICENSE)).await?;
    let tier = answer.json::<License>()?.rate_limit_tier;
    Ok((tier, answer.date))
}

/// The projects that the key may see (Projects, calls on a project).
pub async fn projects(client: &Client) -> Result<Vec<Project>, Error> {
    #[derive(Deserialize)]
    struct Projects {
        #[serde(default)]
        projects: Option<Vec<Project>>,
    }
    let answer = client.send(&Request::search("/v1/mgmt/projects/list", json!({}))).await?;
    Ok(answer.json::<Projects>()?.projects.unwrap_or_default())
}
