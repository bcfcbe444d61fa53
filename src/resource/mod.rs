//! What Descope holds, as we model it: addresses, desired and live objects, and the steps from one to the other.

mod address;
mod attributes;
pub mod flow;
pub mod project;
mod shape;
mod step;
pub mod tenant;
pub mod theme;

use std::{
    collections::{BTreeMap, BTreeSet, HashMap},
    fmt,
    sync::Arc,
};

use serde_json::value::RawValue;

pub use address::{Address, Pattern};
pub use attributes::{Attributes, FieldChange, MASK, Path, at, lay_over, remove, same_value};
pub use shape::{Body, Difference, Lost, Object, Same, Shape};
pub use step::{Assign, Edit, Step, Verb, Verdict};

/// A live object: as we model it, and as Descope said it.
#[derive(Debug, Clone)]
pub struct Observed<T> {
    /// The keys that we know.
    pub object: T,
    /// The whole answer, unknown keys included.
    pub raw: Box<RawValue>,
}

/// A place in a configuration file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    /// The file, as messages name it.
    pub file: Arc<str>,
    /// The line, from 1.
    pub line: usize,
    /// The column in characters, from 1.
    pub column: usize,
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}:{}", self.file, self.line, self.column)
    }
}

/// Who says how a project should be.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum DesiredBy {
    /// The configuration.
    #[default]
    Configuration,
    /// A backup that is put back.
    Backup,
}

/// How the configuration says a project should be, in one environment.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Desired {
    /// The tenants; `None` where no file has the key, so that tenants are not managed at all.
    pub tenants: Option<Vec<tenant::Tenant>>,
    /// The flows; `None` where no file has the key. Live flows that are not among them are nobody's business.
    pub flows: Option<Vec<flow::Flow>>,
    /// The theme; `None` where no file has the key.
    pub theme: Option<theme::DesiredTheme>,
    /// The project's own name and tags; `None` where the environment does not manage them.
    pub project: Option<project::DesiredProject>,
    /// Flows that shall go, by id, as a command names them; no configuration does.
    pub doomed_flows: Vec<String>,
    /// Attributes that are masked in every output, of tenants that are not in `tenants`.
    pub sensitive: tenant::Sensitive,
    /// Who says so.
    pub by: DesiredBy,
    /// What no run may delete or replace, even when its resource has left the configuration.
    pub protect: Vec<Pattern>,
}

/// How a project is now.
#[derive(Debug, Clone, Default)]
pub struct Live {
    /// Every tenant of the project.
    pub tenants: Vec<Observed<tenant::LiveTenant>>,
    /// The settings of those tenants whose settings the configuration manages, by tenant id.
    pub settings: BTreeMap<String, Observed<tenant::LiveSettings>>,
    /// The flows that were read, by id.
    pub flows: BTreeMap<String, Observed<flow::Content>>,
    /// The ids of all flows of the project, where their list was read.
    pub flow_ids: BTreeSet<String>,
    /// The theme, where it was read.
    pub theme: Option<Observed<theme::Theme>>,
    /// The project itself, where it was looked for.
    pub project: Option<Observed<project::LiveProject>>,
    /// What flows may lean on, where it was looked for.
    pub facts: flow::Facts,
}

/// The requests that find out who is in the way of a refused write.
pub fn rivals(step: &Step) -> Vec<crate::api::Request> {
    tenant::rivals(step)
}

/// Who is in the way of a refused write, from an answer to one of its `rivals`.
pub fn explain(step: &Step, answer: &serde_json::Value) -> Option<String> {
    tenant::explain(step, answer)
}

/// A request whose answer lists the object of a step, where reading the object itself may be refused for other reasons.
pub fn roll_call(step: &Step) -> Option<crate::api::Request> {
    (step.look.path == flow::EXPORT_PATH).then(|| flow::list(&[&step.id]))
}

/// Whether the object of a step is in the answer to its roll call.
pub fn answers(step: &Step, roll: &serde_json::Value) -> bool {
    let lists = roll.as_object().into_iter().flat_map(|map| map.values()).filter_map(|it| it.as_array());
    lists.flatten().any(|it| it.get("id").and_then(serde_json::Value::as_str) == Some(&step.id))
}

/// How the objects look that are read from `path`.
pub fn shape(path: &str) -> &'static Shape {
    match path {
        flow::EXPORT_PATH => &flow::FLOW,
        theme::EXPORT_PATH => &theme::THEME,
        project::LIST_PATH => &project::PROJECT,
        _ => tenant::shape(path),
    }
}

/// The paths that the objects of `kind` are read from; the first is that of the object itself.
pub fn paths_of(kind: &str) -> &'static [&'static str] {
    match kind {
        tenant::KIND => &[tenant::TENANT_PATH, tenant::SETTINGS_PATH],
        flow::KIND => &[flow::EXPORT_PATH],
        theme::KIND => &[theme::EXPORT_PATH],
        project::KIND => &[project::LIST_PATH],
        _ => &[],
    }
}

/// The path that a step of this label, in a change of `kind`, reads its object from.
pub fn path_of(kind: &str, label: &str) -> Option<&'static str> {
    match (kind, label) {
        (tenant::KIND, tenant::SETTINGS_LABEL) => Some(tenant::SETTINGS_PATH),
        // A whole snapshot is no object that a digest could tell about.
        (project::KIND, "import") => None,
        _ => paths_of(kind).first().copied(),
    }
}

/// The digest of a live object of a kind that is compared as a whole.
pub fn digest(kind: &str, object: &Object) -> Option<String> {
    let value = serde_json::Value::Object(object.clone());
    match kind {
        flow::KIND => flow::Content::from_json(value).ok().map(|(content, _)| content.digest()),
        theme::KIND => theme::Theme::from_json(value).ok().map(|theme| theme.digest()),
        _ => None,
    }
}

/// The kind under which a backup keeps what is read from `path`.
pub fn kept_as(path: &str) -> &'static str {
    match path {
        tenant::SETTINGS_PATH => tenant::SETTINGS_KIND,
        flow::EXPORT_PATH => flow::KIND,
        theme::EXPORT_PATH => theme::KIND,
        project::LIST_PATH => project::KIND,
        _ => tenant::KIND,
    }
}

/// Whether one request reads all the objects of this path at once.
pub fn is_listed(path: &str) -> bool {
    path == tenant::TENANT_PATH
}

/// Live objects by the path that they are read from, and their ids.
pub type Index<'a> = HashMap<(&'static str, &'a str), &'a RawValue>;

impl Live {
    /// Every object that was read, by its path and id.
    pub fn index(&self) -> Index<'_> {
        let Self { tenants, settings, flows, flow_ids: _, theme, project, facts: _ } = self;
        let tenants = tenants.iter().map(|it| ((tenant::TENANT_PATH, it.object.id.as_str()), &*it.raw));
        let settings = settings.iter().map(|(id, it)| ((tenant::SETTINGS_PATH, id.as_str()), &*it.raw));
        let flows = flows.iter().map(|(id, it)| ((flow::EXPORT_PATH, id.as_str()), &*it.raw));
        let theme = theme.iter().map(|it| ((theme::EXPORT_PATH, theme::ID), &*it.raw));
        let project = project.iter().map(|it| ((project::LIST_PATH, project::ID), &*it.raw));
        tenants.chain(settings).chain(flows).chain(theme).chain(project).collect()
    }
}
