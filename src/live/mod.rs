//! Descope → `Live`: as few requests as possible; keeps the raw answer.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use serde::{Deserialize, Serialize};
use serde_json::value::{RawValue, to_raw_value};

use crate::{
    api::{Answer, Client, Error, Request},
    resource::{
        Desired, Live, Object, Observed, flow,
        flow::{Facts, Flow},
        project,
        tenant::{self, LiveSettings, LiveTenant, SETTINGS_PATH, TENANT_PATH, TENANTS_PATH},
        theme,
    },
};

mod audit;
mod flow_reads;
mod license;
mod projects;
mod remembered;
mod snapshot;

pub use audit::{Record as AuditRecord, last_changes};
pub use flow_reads::{ListedFlow, flows, one_flow, theme as one_theme};
pub use license::license;
pub use projects::{one_project, projects, projects_by};
pub use remembered::{Unfit, remembered};
pub use snapshot::{Checked as CheckedSnapshot, check as check_snapshot, export as snapshot};

/// What is to be read.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Reads {
    /// Whether every tenant is.
    pub tenants: bool,
    /// The tenants whose settings are, where they are there.
    pub settings: HashSet<String>,
    /// The flows that are, where they are there.
    pub flows: Which,
    /// Whether the theme is.
    pub theme: bool,
    /// Whether the project's own attributes are.
    pub project: bool,
}

/// Which objects of a kind are to be read.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum Which {
    /// None of them, not even their list.
    #[default]
    None,
    /// Those with these ids.
    Some(BTreeSet<String>),
    /// All of them.
    All,
}

impl Which {
    /// Those with these ids; none where there are no ids.
    pub fn of(ids: impl IntoIterator<Item = String>) -> Self {
        let ids: BTreeSet<String> = ids.into_iter().collect();
        if ids.is_empty() { Self::None } else { Self::Some(ids) }
    }

    fn contains(&self, id: &str) -> bool {
        match self {
            Self::None => false,
            Self::Some(ids) => ids.contains(id),
            Self::All => true,
        }
    }
}

impl Reads {
    /// What a comparison with `desired` needs: one request, and one per tenant whose settings it manages.
    pub fn of(desired: &Desired) -> Self {
        let Desired { tenants, flows, theme, project, doomed_flows, sensitive: _, by: _, protect: _ } =
            desired;
        let managed = tenants.iter().flatten().filter(|tenant| tenant.manages_settings());
        let named = flows.iter().flatten().map(|flow| flow.id.clone());
        Self {
            tenants: tenants.is_some(),
            settings: managed.map(|tenant| tenant.id.clone()).collect(),
            // Whoever deletes a flow must know which others run it.
            flows: if doomed_flows.is_empty() { Which::of(named) } else { Which::All },
            theme: theme.is_some(),
            project: project.is_some(),
        }
    }
}

/// Reads what is wanted, and nothing else.
pub async fn fetch(client: &Client, wanted: &Reads) -> Result<Live, Error> {
    let tenants = if wanted.tenants { tenants(client).await? } else { Vec::new() };
    let there =
        tenants.iter().map(|tenant| tenant.object.id.as_str()).filter(|id| wanted.settings.contains(*id));
    let settings = settings(client, there).await?;
    let mut live = Live { tenants, settings, ..Live::default() };
    if wanted.flows != Which::None {
        let listed = flows(client).await?;
        let there: Vec<String> = listed.keys().filter(|id| wanted.flows.contains(id)).cloned().collect();
        live.flows = each(client, &there, |id| one_flow(client, id)).await?;
        live.flow_ids = listed.into_keys().collect();
    }
    if wanted.theme {
        live.theme = Some(one_theme(client).await?);
    }
    if wanted.project {
        live.project = one_project(client).await?;
    }
    Ok(live)
}

/// Looks for what the flows that are about to change lean on; nothing is asked where they lean on nothing.
pub async fn facts(client: &Client, desired: &[Flow], live: &Live) -> Result<Facts, Error> {
    facts_of(client, desired.iter().filter(|flow| !is_as_desired(flow, live))).await
}

/// Looks for what these flows lean on; nothing is asked where they lean on nothing.
pub async fn facts_of<'a>(client: &Client, flows: impl Iterator<Item = &'a Flow>) -> Result<Facts, Error> {
    let (mut roles, mut snapshot) = (false, false);
    for flow in flows {
        let needs = flow::dependencies(&flow.content);
        let open = |list: &[flow::Dependency]| list.iter().any(|it| !it.built_in);
        roles |= open(&needs.roles);
        snapshot |= open(&needs.connectors)
            || open(&needs.oauth_providers)
            || open(&needs.user_attributes)
            || open(&needs.tenant_attributes);
    }
    flow_reads::facts(client, roles, snapshot).await
}

fn is_as_desired(flow: &Flow, live: &Live) -> bool {
    live.flows.get(&flow.id).is_some_and(|now| flow.content.over(&now.object).same(&now.object))
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
    if raws.is_empty() {
        must_be_a_list(&answer, TENANTS_PATH, "tenants")?;
    }
    raws.into_iter().map(observe).collect()
}

/// Makes sure that an empty list is one, and not what something else between here and Descope has to say: whatever is
/// missing in it would count as gone. No key at all is an empty list, too (JSON).
fn must_be_a_list(answer: &Answer, path: &str, key: &str) -> Result<(), Error> {
    if answer.is_blank() {
        return Err(Error::unexpected(path, &"the answer is empty"));
    }
    let object: Object = answer.json()?;
    if object.is_empty() || object.contains_key(key) {
        return Ok(());
    }
    Err(Error::unexpected(path, &format!("the answer has no '{key}'")))
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
    observe(observe_whole(TENANT_PATH, &object)?).map(Some)
}

/// The settings of one tenant (Tenants, settings).
pub async fn one_settings(client: &Client, id: &str) -> Result<Observed<LiveSettings>, Error> {
    let answer = client.send(&tenant::look_settings(id)).await?;
    let object = tenant::shape(SETTINGS_PATH).unwrap(answer.json::<Object>()?);
    let settings = LiveSettings::from_object(&object);
    Ok(Observed { object: settings, raw: observe_whole(SETTINGS_PATH, &object)? })
}

/// What was read from `path`, its wrapper taken off.
fn observe_whole(path: &'static str, object: &impl Serialize) -> Result<Box<RawValue>, Error> {
    to_raw_value(object).map_err(|error| Error::unexpected(path, &error))
}

fn observe(raw: Box<RawValue>) -> Result<Observed<LiveTenant>, Error> {
    let object = serde_json::from_str(raw.get()).map_err(|error| Error::unexpected(TENANTS_PATH, &error))?;
    Ok(Observed { object, raw })
}

async fn settings<'a>(
    client: &Client,
    ids: impl Iterator<Item = &'a str>,
) -> Result<BTreeMap<String, Observed<LiveSettings>>, Error> {
    let ids: Vec<String> = ids.map(str::to_owned).collect();
    each(client, &ids, |id| one_settings(client, id)).await
}

/// Reads one object for each id, several at a time.
async fn each<'a, T, F: Future<Output = Result<T, Error>>>(
    client: &Client,
    ids: &'a [String],
    read: impl Fn(&'a str) -> F,
) -> Result<BTreeMap<String, T>, Error> {
    use futures_util::{StreamExt, TryFutureExt, TryStreamExt, stream};
    let reads: Vec<_> = ids.iter().map(|id| read(id).map_ok(|object| (id.clone(), object))).collect();
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
    let ids = |path: &'static str| {
        wanted.iter().filter(move |(other, _)| *other == path).map(|(_, id)| (*id).to_owned())
    };
    let wanted = Reads {
        flows: Which::of(ids(flow::EXPORT_PATH)),
        theme: ids(theme::EXPORT_PATH).next().is_some(),
        project: ids(project::LIST_PATH).next().is_some(),
        ..Reads::default()
    };
    let live = fetch(client, &wanted).await?;
    let settings = settings_of(client, &ids(SETTINGS_PATH).collect::<Vec<_>>()).await?;
    found.objects.extend(settings.into_iter().map(|(id, it)| ((SETTINGS_PATH, id), it.raw)));
    found.objects.extend(live.flows.into_iter().map(|(id, it)| ((flow::EXPORT_PATH, id), it.raw)));
    let theme = live.theme.map(|theme| ((theme::EXPORT_PATH, theme::ID.to_owned()), theme.raw));
    found.objects.extend(theme);
    let project = live.project.map(|it| ((project::LIST_PATH, project::ID.to_owned()), it.raw));
    found.objects.extend(project);
    Ok(found)
}
