//! The references of a flow → the names behind the ids of connectors and roles in it.

use std::collections::HashMap;

use serde_json::Value;

use crate::resource::Object;

/// The names of the connectors and roles that a flow refers to, by their ids.
///
/// An import resolves them by name: the ids are those of the project that the flow was exported from, so that two
/// flows with different ids but the same names are the same.
#[derive(Debug, Default)]
pub(super) struct Names<'a>(HashMap<&'a str, &'a str>);

impl<'a> Names<'a> {
    /// The names in the references of a flow in the exported shape.
    pub(super) fn of(flow: &'a Object) -> Self {
        let mut names: HashMap<&'a str, &'a str> = HashMap::new();
        for kind in ["connectors", "roles"] {
            let listed = flow.get("references").and_then(|references| references.get(kind));
            for (name, id) in listed.and_then(Value::as_object).into_iter().flatten() {
                let Some(id) = id.as_str().filter(|id| !id.is_empty()) else { continue };
                // One id under two names: the same one is taken whatever the order.
                let known = names.entry(id).or_insert(name);
                *known = (*known).min(name);
            }
        }
        Self(names)
    }

    /// The name of what has this id, where it is known.
    pub(super) fn name(&self, id: &str) -> Option<&'a str> {
        if self.0.is_empty() { None } else { self.0.get(id).copied() }
    }
}
