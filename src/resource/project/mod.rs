//! A project's own name and tags: (desired, live) → what differs, and the writes that make it so. Pure.

mod calls;
pub mod snapshot;
mod steps;

use std::collections::BTreeSet;

use serde::Deserialize;
use serde_json::{Value, json};

use super::{Attributes, FieldChange, Path, Place, same_value};

pub use calls::{NewProject, delete_call, list_of_company, made_id};
pub(super) use steps::PROJECT;
pub use steps::{LIST_PATH, list, steps};

/// The kind, as addresses say it.
pub const KIND: &str = "project";

/// The id under which a project's own attributes are addressed: there is one of them in a project.
pub const ID: &str = "settings";

/// The kind under which a backup keeps a whole project, as a snapshot has it; its id is the same in every project.
pub const SNAPSHOT: &str = "project.snapshot";

/// A project in the list (Projects, calls on a project).
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
pub struct LiveProject {
    /// The id.
    pub id: String,
    /// The name; two projects may share one.
    pub name: String,
    /// Empty or `production`.
    pub environment: Option<String>,
    /// The tags.
    pub tags: Option<BTreeSet<String>>,
}

impl LiveProject {
    /// Whether Descope calls it a production project.
    pub fn is_production(&self) -> bool {
        self.environment.as_deref() == Some("production")
    }
}

/// A project's own attributes as they should be; `None` is not managed.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct DesiredProject {
    /// The name.
    pub name: Option<String>,
    /// All tags.
    pub tags: Option<BTreeSet<String>>,
    /// Where the configuration says so; `None` where no file does.
    pub place: Option<Place>,
}

/// The managed attributes, in YAML words.
pub fn desired_attributes(desired: &DesiredProject) -> Attributes {
    let name = desired.name.as_ref().map(|name| ("name".to_owned(), json!(name)));
    let tags = desired.tags.as_ref().map(|tags| ("tags".to_owned(), json!(tags)));
    name.into_iter().chain(tags).collect()
}

/// The live attributes, in YAML words.
pub fn live_attributes(live: &LiveProject) -> Attributes {
    let tags = live.tags.clone().unwrap_or_default();
    Attributes::from_iter([("name".to_owned(), json!(live.name)), ("tags".to_owned(), json!(tags))])
}

/// Where the managed attributes differ from the live ones.
pub fn differences(desired: &DesiredProject, live: &LiveProject) -> Vec<FieldChange> {
    let now = live_attributes(live);
    let wanted = desired_attributes(desired).into_iter();
    let differing = wanted.filter_map(|(word, after)| {
        let before = now.get(&word).cloned().unwrap_or_default();
        (!same_value(&before, &after)).then(|| FieldChange::new(Path::new([word]), told(before), Some(after)))
    });
    differing.collect()
}

fn told(value: Value) -> Option<Value> {
    Some(value).filter(|value| !value.is_null())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn live() -> LiveProject {
        serde_json::from_value(json!({"id": "P2a", "name": "PCC", "tags": ["b", "a"], "tag": ""})).unwrap()
    }

    #[test]
    fn only_what_is_managed_and_differs_is_told() {
        let tags = |tags: &[&str]| Some(tags.iter().map(|tag| (*tag).to_owned()).collect::<BTreeSet<_>>());
        let desired = DesiredProject { tags: tags(&["a", "b"]), ..DesiredProject::default() };
        assert_eq!(differences(&desired, &live()), Vec::new());
        let desired = DesiredProject { name: Some("New".into()), tags: tags(&[]), place: None };
        let told = differences(&desired, &live());
        let paths: Vec<_> = told.iter().map(|field| field.path.to_string()).collect();
        assert_eq!(paths, ["name", "tags"]);
        assert_eq!((&told[0].before, &told[0].after), (&Some(json!("PCC")), &Some(json!("New"))));
        assert_eq!(told[1].after, Some(json!([])));
    }

    #[test]
    fn each_attribute_has_a_call_of_its_own_that_names_nothing_else() {
        let desired = DesiredProject { name: Some("New".into()), ..DesiredProject::default() };
        let steps = steps("P2a", &differences(&desired, &live()));
        let [rename] = steps.as_slice() else { panic!("{steps:?}") };
        let request = rename.request(None, "run 7");
        assert_eq!(
            (request.path, request.body),
            ("/v1/mgmt/project/update/name", Some(json!({"name": "New"})))
        );
        let answer = json!({"projects": [{"id": "P2b", "name": "New"}, {"id": "P2a", "name": "PCC"}]});
        let found = rename.found_in(answer.as_object().unwrap().clone()).unwrap();
        assert_eq!(found["name"], "PCC");
    }
}
