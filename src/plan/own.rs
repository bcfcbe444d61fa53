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
