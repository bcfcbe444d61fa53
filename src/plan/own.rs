//! (the project's own attributes as desired, as live) → a change, where they differ.

use std::{collections::BTreeMap, sync::Arc};

use super::{
    Action, Change,
    tenants::{Compared, blank},
};
use crate::resource::{
    Address, Attributes, Desired, Live,
    project::{self, DesiredProject, NewProject, snapshot::FileDifference},
};

/// A project that is still to be made, as a change. What makes it is no write to a project, so it has no steps.
pub fn creation(new: &NewProject) -> Change {
    let wanted = DesiredProject {
        name: Some(new.name.clone()),
        tags: Some(new.tags.clone()).filter(|tags| !tags.is_empty()),
        place: None,
    };
    Change {
        name: new.name.clone(),
        action: Action::Create { after: project::desired_attributes(&wanted) },
        ..blank(Address::new(project::KIND, project::ID))
    }
}

/// What an import makes of a file or a flow, as a change. All of them run as one call, so none has steps.
pub fn file_change(difference: FileDifference) -> Change {
    let FileDifference { address, before, after, fields } = difference;
    let (was, will) = (Attributes::new(), Attributes::new());
    let action = match (before, after) {
        (false, _) => Action::Create { after: will },
        (true, false) => Action::Delete { before: was },
        (true, true) => Action::Update { before: was, after: will },
    };
    Change { name: address.id().to_owned(), action, fields, ..blank(address) }
}

/// Compares the project's own attributes. Where the key may not list projects there is nothing to compare with.
pub(super) fn compare(desired: &Desired, live: &Live, compared: &mut Compared) {
    let (Some(wanted), Some(now)) = (&desired.project, &live.project) else { return };
    let address = Address::new(project::KIND, project::ID);
    let fields = project::differences(wanted, &now.object);
    if fields.is_empty() {
        compared.unchanged.push(address);
        return;
    }
    let after = project::desired_attributes(wanted);
    let mut before = project::live_attributes(&now.object);
    before.retain(|word, _| after.contains_key(word));
    compared.changes.push(Change {
        name: wanted.name.clone().unwrap_or_else(|| now.object.name.clone()),
        action: Action::Update { before, after },
        steps: project::steps(&now.object.id, &fields),
        seen: BTreeMap::from([(
            project::LIST_PATH,
            Arc::new(serde_json::from_str(now.raw.get()).unwrap_or_default()),
        )]),
        place: wanted.place.clone(),
        fields,
        ..blank(address)
    });
}

#[cfg(test)]
mod tests {
    use serde_json::{json, value::RawValue};

    use super::*;
    use crate::{
        plan::{Inputs, Scope, compute},
        resource::{FieldChange, Observed, Path, Place},
        state::Baseline,
    };

    #[test]
    fn a_project_that_is_made_has_its_name_and_the_tags_that_it_was_given() {
        let new = NewProject { name: "Acme".into(), tags: ["eu".to_owned()].into(), production: false };
        let made = creation(&new);
        assert_eq!((made.name.as_str(), made.address.as_str()), ("Acme", "project.settings"));
        let after = |change: &Change| serde_json::to_value(change.action.after()).unwrap();
        assert_eq!(after(&made), json!({"name": "Acme", "tags": ["eu"]}));
        assert_eq!(after(&creation(&NewProject { tags: [].into(), ..new })), json!({"name": "Acme"}));
    }

    #[test]
    fn a_file_of_an_import_is_made_changed_or_deleted() {
        let address: Address = "file.roles".parse().unwrap();
        let fields = vec![FieldChange::new(Path::new(["a"]), None, Some(json!(1)))];
        let word = |before, after| {
            let (address, fields) = (address.clone(), fields.clone());
            let change = file_change(FileDifference { address, before, after, fields });
            assert_eq!((change.name.as_str(), change.fields.len(), change.steps.len()), ("roles", 1, 0));
            change.action.word()
        };
        assert_eq!(
            [(false, true), (true, true), (true, false)].map(|(a, b)| word(a, b)),
            ["create", "update", "delete"]
        );
    }

    #[test]
    fn the_name_and_the_tags_of_a_project_are_changed_where_they_are_managed() {
        let raw =
            RawValue::from_string(r#"{"id": "P2", "name": "Old", "tags": ["a"], "new": 1}"#.into()).unwrap();
        let object = serde_json::from_str(raw.get()).unwrap();
        let live = Live { project: Some(Observed { object, raw }), ..Live::default() };
        let place = Some(Place { file: "descope.yaml".into(), line: 2, column: 3 });
        let planned = |wanted: DesiredProject| {
            let desired = Desired { project: Some(wanted), ..Desired::default() };
            let (baseline, scope) = (Baseline::empty("P2"), Scope::default());
            compute(Inputs { desired: &desired, live: &live, baseline: &baseline, scope: &scope }).unwrap()
        };
        let named = |name: &str| DesiredProject { name: Some(name.into()), place: place.clone(), tags: None };
        let same = planned(named("Old"));
        assert_eq!((same.changes.len(), same.unchanged.len()), (0, 1));
        let plan = planned(named("New"));
        let [change] = plan.changes.as_slice() else { panic!("{plan:?}") };
        assert_eq!(
            (change.name.as_str(), change.place.clone(), change.steps.len()),
            ("New", place.clone(), 1)
        );
        assert_eq!(change.seen[project::LIST_PATH]["new"], 1);
        let fields: Vec<_> = change.fields.iter().map(|it| (it.path.to_string(), it.after.clone())).collect();
        assert_eq!(fields, [("name".to_owned(), Some(json!("New")))]);
        assert_eq!(serde_json::to_value(change.action.before()).unwrap(), json!({"name": "Old"}));
        // Whose name is not managed is called by the one it has.
        let tagged = planned(DesiredProject { tags: Some([].into()), name: None, place: None });
        assert_eq!(tagged.changes[0].name, "Old");
        assert_eq!(serde_json::to_value(tagged.changes[0].action.before()).unwrap(), json!({"tags": ["a"]}));
    }
}
