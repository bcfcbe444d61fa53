//! A project's whole configuration as files: exported, checked. Slow and large, and not in every license (Snapshots).

use serde::Deserialize;
use serde_json::{Map, Value, json};

use crate::{
    api::{Client, Error, Request},
    resource::project::snapshot::{Files, Secrets},
};

/// What the service says of files that are to be imported.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct Checked {
    /// Whether they can be.
    pub ok: bool,
    /// What is wrong, a sentence each.
    pub failures: Vec<Value>,
    /// Secrets that an import needs, by kind; without their values.
    pub missing_secrets: Map<String, Value>,
}

/// The files of the project (Snapshots).
pub async fn export(client: &Client) -> Result<Files, Error> {
    #[derive(Deserialize)]
    struct Exported {
        #[serde(default)]
        files: Files,
    }
    let request = Request::search("/v1/mgmt/project/snapshot/export", json!({}));
    Ok(client.for_snapshots().send(&request).await?.json::<Exported>()?.files)
}

/// Asks whether the files can be imported; changes nothing (Snapshots).
pub async fn check(
    client: &Client,
    files: &Files,
    secrets: &Secrets,
    excludes: &[String],
) -> Result<Checked, Error> {
    let body = json!({"files": files, "inputSecrets": secrets.to_wire(), "excludes": excludes});
    let request = Request::search("/v1/mgmt/project/snapshot/validate", body);
    client.for_snapshots().send(&request).await?.json()
}
