//! (the project's own attributes as desired, as live) → a change, where they differ.

use std::collections::BTreeMap;

use super::{
    Action, Change,
    tenants::{Compared, blank},
};
use crate::resource::{Address, Desired, Live, project};

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
        seen: BTreeMap::from([(project::LIST_PATH, serde_json::from_str(now.raw.get()).unwrap_or_default())]),
        place: wanted.place.clone(),
        fields,
        ..blank(address)
    });
}
