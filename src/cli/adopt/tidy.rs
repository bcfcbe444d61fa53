//! Live tenants → items as a person would write them: nothing sensitive, nothing that `defaults` give anyway.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::{draft::Left, sensitive};
use crate::resource::{
    Address, Attributes, Live, Path, same_value,
    tenant::{self, LiveTenant},
};

/// A live tenant as the configuration would have it.
pub(in crate::cli) struct Tidy {
    /// Its id.
    pub(in crate::cli) id: String,
    /// What is written of it.
    pub(in crate::cli) attributes: Attributes,
    /// What is not, because it is sensitive.
    pub(in crate::cli) left: Vec<Left>,
}

/// Live tenants as the configuration would have them, which calls these paths sensitive and gives every tenant these
/// attributes.
pub(in crate::cli) fn tidied(
    ids: &[String],
    live: &Live,
    sensitive: &BTreeSet<Path>,
    defaults: &Attributes,
) -> Vec<Tidy> {
    let by_id: BTreeMap<&str, &LiveTenant> =
        live.tenants.iter().map(|it| (it.object.id.as_str(), &it.object)).collect();
    let settings = |id: &str| live.settings.get(id).map(|settings| &settings.object);
    let found = ids.iter().filter_map(|id| {
        let mut attributes = tenant::tidy_attributes(by_id.get(id.as_str())?, settings(id));
        let secret = sensitive::take_out(&mut attributes, sensitive);
        leave_out(&mut attributes, defaults);
        let address = Address::new(tenant::KIND, id);
        let left = secret.into_iter().map(|path| (address.clone(), sensitive::left(path, None))).collect();
        Some(Tidy { id: id.clone(), attributes, left })
    });
    found.collect()
}

/// Leaves out what `defaults` say as well, maps key by key.
fn leave_out(attributes: &mut Attributes, defaults: &Attributes) {
    attributes.retain(|word, value| match (value, defaults.get(word)) {
        (Value::Object(own), Some(Value::Object(given))) => {
            leave_out(own, given);
            !own.is_empty()
        }
        (value, given) => !given.is_some_and(|given| same_value(value, given)),
    });
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn what_defaults_give_is_not_said_twice() {
        let mut own = json!({"name": "A", "disabled": true, "domains": ["b.com", "a.com"],
                             "attributes": {"plan": "gold", "seats": 5}, "settings": {"inactivity": "30m"}})
        .as_object()
        .unwrap()
        .clone();
        let defaults = json!({"disabled": true, "domains": ["a.com", "b.com"], "attributes": {"plan": "gold", "seats": 6},
                              "settings": {"inactivity": "30m"}, "enforce_sso": false});
        leave_out(&mut own, defaults.as_object().unwrap());
        assert_eq!(json!(own), json!({"name": "A", "attributes": {"seats": 5}}));
    }
}
