//! Flows, their list, and what a project has that flows lean on.

use std::collections::{BTreeMap, BTreeSet};

use serde::Deserialize;
use serde_json::{json, value::RawValue};

use super::{must_be_a_list, observe_whole};
use crate::{
    api::{Client, Error, Request},
    resource::{
        Observed, flow,
        flow::{Content, EXPORT_PATH, Facts},
        theme::{self, Theme},
    },
};

/// A flow in the list (Flows, calls).
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
pub struct ListedFlow {
    /// The id.
    pub id: String,
    /// The name that people gave it.
    pub name: String,
    /// What it is for.
    pub description: Option<String>,
    /// Whether nobody can run it.
    pub disabled: Option<bool>,
}

/// The flows of the project, by id (Flows, calls).
pub async fn flows(client: &Client) -> Result<BTreeMap<String, ListedFlow>, Error> {
    #[derive(Deserialize)]
    struct Flows {
        #[serde(default)]
        flows: Option<Vec<ListedFlow>>,
    }
    let answer = client.send(&flow::list(&[])).await?;
    let flows = answer.json::<Flows>()?.flows.unwrap_or_default();
    if flows.is_empty() {
        must_be_a_list(&answer, flow::LIST_PATH, "flows")?;
    }
    Ok(flows.into_iter().map(|flow| (flow.id.clone(), flow)).collect())
}

/// One flow, whole. It must be known to be there: what the service says of an unknown one is not established.
pub async fn one_flow(client: &Client, id: &str) -> Result<Observed<Content>, Error> {
    #[derive(Deserialize)]
    struct Exported {
        flow: Box<RawValue>,
    }
    let answer = client.send(&flow::look(id)).await?;
    let Exported { flow: raw } = answer.json()?;
    let value = serde_json::from_str(raw.get()).map_err(|error| Error::unexpected(EXPORT_PATH, &error))?;
    let (content, _) = Content::from_json(value).map_err(|error| Error::unexpected(EXPORT_PATH, &error))?;
    Ok(Observed { object: content.named(id), raw })
}

/// The theme of the project (Flows, themes and the rest).
pub async fn theme(client: &Client) -> Result<Observed<Theme>, Error> {
    let answer = client.send(&theme::look()).await?;
    let theme =
        Theme::from_json(answer.json()?).map_err(|error| Error::unexpected(theme::EXPORT_PATH, &error))?;
    let raw = observe_whole(theme::EXPORT_PATH, theme.object())?;
    Ok(Observed { object: theme, raw })
}

/// What flows may lean on in this project, as far as its license lets anybody look (What a flow depends on).
///
/// A snapshot is the only read-only look at connectors, providers and attributes that there is.
pub(super) async fn facts(client: &Client, roles: bool, snapshot: bool) -> Result<Facts, Error> {
    let mut facts = Facts::default();
    if roles {
        facts.roles = Some(role_names(client).await?);
    }
    if snapshot {
        match super::snapshot(client).await {
            Ok(files) => facts.take_snapshot(&json!({"files": files})),
            Err(error) if error.is_refusal() || error.status() == Some(403) => {
                tracing::info!(%error, "no snapshot of the project");
                facts.unseen = Some(error.to_string());
            }
            Err(error) => return Err(error),
        }
    }
    Ok(facts)
}

async fn role_names(client: &Client) -> Result<BTreeSet<String>, Error> {
    #[derive(Deserialize)]
    struct Role {
        name: String,
    }
    #[derive(Deserialize)]
    struct Roles {
        #[serde(default)]
        roles: Option<Vec<Role>>,
    }
    let answer = client.send(&Request::read("/v1/mgmt/role/all")).await?;
    Ok(answer.json::<Roles>()?.roles.unwrap_or_default().into_iter().map(|role| role.name).collect())
}
