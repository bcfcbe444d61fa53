//! The secrets that an import needs: the file of Descope's own command line ↔ what the call takes.

use std::collections::BTreeMap;
use std::fmt;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

/// The kinds as the file begins its keys, and as the service calls them.
const KINDS: [(&str, &str); 4] = [
    ("connector", "connectors"),
    ("oauthprovider", "oauthProviders"),
    ("outboundapp", "outboundApps"),
    ("externalauth", "externalAuth"),
];

/// Secrets by what they belong to, as the file has them. `Debug` shows no value.
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Secrets(BTreeMap<String, Owner>);

#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
struct Owner {
    #[serde(default)]
    name: String,
    #[serde(default)]
    secrets: BTreeMap<String, String>,
}

impl fmt::Debug for Secrets {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.0.keys()).finish()
    }
}

/// A secret that an import needs and does not have.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct MissingSecret {
    /// What it belongs to, as the file begins its key: `connector`.
    pub kind: &'static str,
    /// The id of what it belongs to.
    pub id: String,
    /// The name of what it belongs to.
    pub name: String,
    /// Which of its secrets.
    #[serde(rename = "type")]
    pub sort: String,
}

impl MissingSecret {
    /// What the service says is missing.
    pub fn all(missing: &Map<String, Value>) -> Vec<Self> {
        let of = |(kind, wire): (&'static str, &str)| {
            let listed = missing.get(wire).and_then(Value::as_array).into_iter().flatten();
            let text = |secret: &Value, key: &str| {
                secret.get(key).and_then(Value::as_str).unwrap_or_default().to_owned()
            };
            let all: Vec<Self> = listed
                .map(|it| Self { kind, id: text(it, "id"), name: text(it, "name"), sort: text(it, "type") })
                .collect();
            all
        };
        KINDS.into_iter().flat_map(of).collect()
    }
}

impl Secrets {
    /// These secrets with an empty place for each that is missing.
    #[must_use]
    pub fn with_places_for(mut self, missing: &[MissingSecret]) -> Self {
        for MissingSecret { kind, id, name, sort } in missing {
            let owner = self.0.entry(format!("{kind}-{id}")).or_default();
            name.clone_into(&mut owner.name);
            owner.secrets.entry(sort.clone()).or_default();
        }
        self
    }

    /// As the service takes them; places that are still empty are left out.
    pub fn to_wire(&self) -> Value {
        let mut wire = Map::new();
        for (key, owner) in &self.0 {
            let Some((_, list, id)) = KINDS.into_iter().find_map(|(kind, list)| {
                let id = key.strip_prefix(kind)?.strip_prefix('-')?;
                Some((kind, list, id))
            }) else {
                continue;
            };
            let filled = owner.secrets.iter().filter(|(_, value)| !value.is_empty());
            let filled: Vec<Value> = filled
                .map(|(sort, value)| json!({"id": id, "name": owner.name, "type": sort, "value": value}))
                .collect();
            if !filled.is_empty()
                && let Value::Array(items) = wire.entry(list).or_insert_with(|| json!([]))
            {
                items.extend(filled);
            }
        }
        Value::Object(wire)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_missing_gets_a_place_and_what_is_filled_in_goes_along() {
        let missing = json!({
            "connectors": [{"id": "CI1", "name": "Mail", "type": "bearertoken", "value": ""}], "outboundApps": [],
            "oauthProviders": [{"id": "acme-idp", "name": "acme-idp", "type": "clientSecret", "value": ""}],
        });
        let missing = MissingSecret::all(missing.as_object().unwrap());
        let places = Secrets::default().with_places_for(&missing);
        assert_eq!(
            serde_json::to_value(&places).unwrap(),
            json!({
                "connector-CI1": {"name": "Mail", "secrets": {"bearertoken": ""}},
                "oauthprovider-acme-idp": {"name": "acme-idp", "secrets": {"clientSecret": ""}},
            })
        );
        assert_eq!(places.to_wire(), json!({}));
        let filled: Secrets = serde_json::from_value(
            json!({"connector-CI1": {"name": "Mail", "secrets": {"bearertoken": "s3cret"}}}),
        )
        .unwrap();
        assert_eq!(
            filled.to_wire(),
            json!({"connectors": [{"id": "CI1", "name": "Mail", "type": "bearertoken", "value": "s3cret"}]})
        );
        assert!(!format!("{filled:?}").contains("s3cret"));
    }
}
