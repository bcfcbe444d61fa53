//! Descope → `Live`: as few requests as possible; keeps the raw answer.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use serde::Deserialize;
use serde_json::value::RawValue;

use crate::{
    api::{Client, Error, Request},
    resource::{
        Desired, Live, Object, Observed, is_listed,
        tenant::{self, LiveSettings, LiveTenant, SETTINGS_PATH, TENANT_PATH, TENANTS_PATH},
    },
};

mod project;

pub use project::{Project, projects};

/// What is to be read.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Reads {
    /// Whether every tenant is.
    pub tenants: bool,
    /// The tenants whose settings are, where they are there.
    pub settings: HashSet<String>,
}

impl Reads {
    /// What a comparison with `desired` needs: one request, and one per tenant whose settings it manages.
    pub fn of(desired: &Desired) -> Self {
        let Desired { tenants, sensitive: _, protect: _ } = desired;
        let managed = tenants.iter().flatten().filter(|tenant| tenant.manages_settings());
        Self { tenants: tenants.is_some(), settings: managed.map(|tenant| tenant.id.clone()).collect() }
    }
}

/// Reads what is wanted, and nothing else.
pub async fn fetch(client: &Client, wanted: &Reads) -> Result<Live, Error> {
    let tenants = if wanted.tenants { tenants(client).await? } else { Vec::new() };
    let there =
        tenants.iter().map(|tenant| tenant.object.id.as_str()).filter(|id| wanted.settings.contains(*id));
    let settings = settings(client, there).await?;
    Ok(Live { tenants, settings })
}

/// Reads the settings of these tenants, each by itself.
pub async fn settings_of(
    client: &Client,
    ids: &[String],
) -> Result<BTreeMap<String, Observed<LiveSettings>>, Error> {
    settings(client, ids.iter().map(String::as_str)).await
}

/// Every tenant of the project (Tenants, read).
pub async fn tenants(client: &Client) -> Result<Vec<Observed<LiveTenant>>, Error> {
    #[derive(Deserialize)]
    struct Tenants {
        #[serde(default)]
        tenants: Option<Vec<Box<RawValue>>>,
    }
    let answer = client.send(&Request::read(TENANTS_PATH)).await?;
    let raws = answer.json::<Tenants>()?.tenants.unwrap_or_default();
    raws.into_iter().map(observe).collect()
}

/// One tenant by its id; `None` where there is none (Tenants, read).
pub async fn one_tenant(client: &Client, id: &str) -> Result<Option<Observed<LiveTenant>>, Error> {
    let answer = match client.send(&tenant::look(id)).await {
        Ok(answer) => answer,
        Err(error) if error.is_not_found() => return Ok(None),
        Err(error) => return Err(error),
    };
    let object = tenant::shape(TENANT_PATH).unwrap(answer.json::<Object>()?);
    if object.is_empty() {
        return Ok(None);
    }
    let raw =
        serde_json::value::to_raw_value(&object).map_err(|error| Error::unexpected(TENANT_PATH, &error))?;
    observe(raw).map(Some)
}

/// The settings of one tenant (Tenants, settings).
pub async fn one_settings(client: &Client, id: &str) -> Result<Observed<LiveSettings>, Error> {
    let answer = client.send(&tenant::look_settings(id)).await?;
    let object = tenant::shape(SETTINGS_PATH).unwrap(answer.json::<Object>()?);
    let settings = LiveSettings::from_object(&object);
    let raw =
        serde_json::value::to_raw_value(&object).map_err(|error| Error::unexpected(SETTINGS_PATH, &error))?;
    Ok(Observed { object: settings, raw })
}

fn observe(raw: Box<RawValue>) -> Result<Observed<LiveTenant>, Error> {
    let object = serde_json::from_str(raw.get()).map_err(|error| Error::unexpected(TENANTS_PATH, &error))?;
    Ok(Observed { object, raw })
}

async fn settings<'a>(
    client: &Client,
    ids: impl Iterator<Item = &'a str>,
) -> Result<BTreeMap<String, Observed<LiveSettings>>, Error> {
    use futures_util::{StreamExt, TryStreamExt, stream};
    let reads: Vec<_> = ids
        .map(|id| async move { one_settings(client, id).await.map(|settings| (id.to_owned(), settings)) })
        .collect();
    stream::iter(reads).buffer_unordered(client.pool_size()).try_collect().await
}

/// Objects by the path that one of them is read from, and their id.
#[derive(Debug, Default)]
pub struct Found {
    objects: HashMap<(&'static str, String), Box<RawValue>>,
}

impl Found {
    /// The object, if it was found.
    pub fn object(&self, path: &'static str, id: &str) -> Option<Object> {
        serde_json::from_str(self.raw(path, id)?.get()).ok()
    }

    /// The object as Descope said it, if it was found.
    pub fn raw(&self, path: &'static str, id: &str) -> Option<&RawValue> {
        self.objects.get(&(path, id.to_owned())).map(AsRef::as_ref)
    }
}

/// Finds the objects that `wanted` names: one list of tenants, one read for each settings.
pub async fn find<'a>(
    client: &Client,
    wanted: impl Iterator<Item = (&'static str, &'a str)>,
) -> Result<Found, Error> {
    let wanted: BTreeSet<(&'static str, &str)> = wanted.collect();
    let mut found = Found::default();
    if wanted.iter().any(|(path, _)| *path == TENANT_PATH) {
        for tenant in tenants(client).await? {
            if wanted.contains(&(TENANT_PATH, tenant.object.id.as_str())) {
                found.objects.insert((TENANT_PATH, tenant.object.id), tenant.raw);
            }
        }
    }
    let singly = wanted.iter().filter(|(path, _)| !is_listed(path)).map(|(_, id)| *id);
    let settings = settings(client, singly).await?;
    found.objects.extend(settings.into_iter().map(|(id, it)| ((SETTINGS_PATH, id), it.raw)));
    Ok(found)
}
