//! (files, project) → the secrets that an import needs. They are asked for and never stored: whatever is in a
//! project has its secrets.
//!
//! Which secrets the service asks for is not published. Here every connector has one, and so has every OAuth
//! provider that is custom or uses an account of its own.

use serde_json::{Map, Value, json};

use super::{Import, text};
use crate::emulator::store::{Connector, Tables, connectors, providers};

/// The secrets that are missing.
pub(super) struct Missing {
    connectors: Vec<Value>,
    providers: Vec<Value>,
}

impl Missing {
    /// The secrets of what the project doesn't have yet, without those that come along.
    pub(super) fn of(import: &Import, now: &Tables) -> Self {
        let has = |wanted: &Connector| {
            connectors(&now.files).any(|held| held.name == wanted.name || held.id == wanted.id)
        };
        let new = connectors(&import.files).filter(|connector| !has(connector));
        let connectors = new.map(|connector| secret(connector.id, connector.name, "bearertoken"));
        let held =
            |name: &str| providers(&now.files).any(|(other, settings)| other == name && is_own(settings));
        let own = providers(&import.files).filter(|(name, settings)| is_own(settings) && !held(name));
        let providers = own.map(|(name, _)| secret(name, name, "clientSecret"));
        let given = |kind: &'static str| move |wanted: &Value| !comes_along(&import.secrets, kind, wanted);
        Self {
            connectors: connectors.filter(given("connectors")).collect(),
            providers: providers.filter(given("oauthProviders")).collect(),
        }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.connectors.is_empty() && self.providers.is_empty()
    }

    /// The name of the first thing whose secret is missing.
    pub(super) fn first(&self) -> Option<&str> {
        self.connectors.iter().chain(&self.providers).next().map(|secret| text(secret, "name"))
    }

    /// As the service lists them.
    pub(super) fn shown(&self) -> Value {
        json!({
            "connectors": self.connectors,
            "oauthProviders": self.providers,
            "outboundApps": [],
            "externalAuth": [],
        })
    }
}

fn secret(id: &str, name: &str, kind: &str) -> Value {
    json!({"id": id, "name": name, "type": kind, "value": ""})
}

fn is_own(settings: &Value) -> bool {
    ["custom", "useOwnAccount"].iter().any(|key| settings.get(key) == Some(&Value::Bool(true)))
}

fn comes_along(secrets: &Map<String, Value>, kind: &str, wanted: &Value) -> bool {
    let given = secrets.get(kind).and_then(Value::as_array).into_iter().flatten();
    given.into_iter().any(|secret| {
        text(secret, "id") == text(wanted, "id")
            && text(secret, "type") == text(wanted, "type")
            && !text(secret, "value").is_empty()
    })
}
