//! The projects that a key may see.

use serde::Deserialize;
use serde_json::value::RawValue;

use crate::{
    api::{Client, Error, Request},
    resource::{
        Observed,
        project::{LIST_PATH, LiveProject, list},
    },
};

/// The projects that the key may see (Projects, calls on a project).
pub async fn projects(client: &Client) -> Result<Vec<Observed<LiveProject>>, Error> {
    projects_by(client, &list()).await
}

/// The project that the client speaks for, where the key sees it.
pub async fn one_project(client: &Client) -> Result<Option<Observed<LiveProject>>, Error> {
    let projects = projects(client).await?;
    Ok(projects.into_iter().find(|project| project.object.id == client.project_id()))
}

/// The projects in the answer to this request: the same list may be asked for by a project or by the company.
pub async fn projects_by(client: &Client, request: &Request) -> Result<Vec<Observed<LiveProject>>, Error> {
    #[derive(Deserialize)]
    struct Projects {
        #[serde(default)]
        projects: Option<Vec<Box<RawValue>>>,
    }
    let raws = client.send(request).await?.json::<Projects>()?.projects.unwrap_or_default();
    let observe = |raw: Box<RawValue>| {
        let object = serde_json::from_str(raw.get()).map_err(|error| Error::unexpected(LIST_PATH, &error))?;
        Ok(Observed { object, raw })
    };
    raws.into_iter().map(observe).collect()
}
