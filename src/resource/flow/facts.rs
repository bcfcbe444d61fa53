//! A snapshot of a project → the names of what its flows may lean on.

use std::collections::BTreeSet;

use serde_json::Value;

/// What a project has that flows lean on; `None` where nobody could look (What a flow depends on).
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Facts {
    /// Names of connectors.
    pub connectors: Option<BTreeSet<String>>,
    /// Names of OAuth providers that are set up, those of the service's own included.
    pub oauth_providers: Option<BTreeSet<String>>,
    /// Names of roles of the project.
    pub roles: Option<BTreeSet<String>>,
    /// Names of the custom attributes of users.
    pub user_attributes: Option<BTreeSet<String>>,
    /// Names of the custom attributes of tenants.
    pub tenant_attributes: Option<BTreeSet<String>>,
    /// Why nobody could look.
    pub unseen: Option<String>,
}

impl Facts {
    /// Takes in what the answer to a snapshot export shows (Snapshots).
    pub fn take_snapshot(&mut self, answer: &Value) {
        let Some(files) = answer.get("files").and_then(Value::as_object) else { return };
        let connectors = files.iter().filter(|(path, _)| {
            path.strip_prefix("connectors/").is_some_and(|name| name != "connectors.json")
        });
        self.connectors = Some(connectors.filter_map(|(_, file)| name(file)).collect());
        let settings = files.get("auth/oauth.json").and_then(|file| file.get("providerSettings"));
        let providers = settings.and_then(Value::as_object).into_iter().flat_map(|map| map.keys());
        self.oauth_providers = Some(providers.cloned().collect());
        let attributes = |of: &str| {
            let list = files.get("attributes.json").and_then(|file| file.get(of)).and_then(Value::as_array);
            list.into_iter().flatten().filter_map(name).collect::<BTreeSet<String>>()
        };
        self.user_attributes = Some(attributes("user"));
        self.tenant_attributes = Some(attributes("tenant"));
    }
}

fn name(object: &Value) -> Option<String> {
    Some(object.get("name")?.as_str()?.to_owned())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_snapshot_names_connectors_providers_and_attributes() {
        let mut facts = Facts::default();
        facts.take_snapshot(&json!({"files": {
            "connectors/connectors.json": {"connectors": ["welcome-mail"]},
            "connectors/welcome-mail.json": {"id": "CI2x", "type": "sendgrid", "name": "Welcome mail"},
            "auth/oauth.json": {"providerSettings": {"google": {}, "acme-idp": {"custom": true}}},
            "attributes.json": {"user": [{"name": "plan"}], "tenant": []},
        }}));
        let names =
            |names: &[&str]| Some(names.iter().map(|name| (*name).to_owned()).collect::<BTreeSet<_>>());
        assert_eq!(facts.connectors, names(&["Welcome mail"]));
        assert_eq!(facts.oauth_providers, names(&["acme-idp", "google"]));
        assert_eq!((facts.user_attributes, facts.tenant_attributes), (names(&["plan"]), names(&[])));
        assert_eq!((facts.roles, facts.unseen), (None, None));
    }
}
