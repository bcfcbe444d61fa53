//! A tenant as stored, and as it goes over the wire.

use std::time::{SystemTime, UNIX_EPOCH};

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

/// The tenant object of the wire, all but the computed `successors`.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(in crate::emulator) struct Tenant {
    pub(in crate::emulator) id: String,
    pub(in crate::emulator) name: String,
    pub(in crate::emulator) self_provisioning_domains: Vec<String>,
    pub(in crate::emulator) custom_attributes: Map<String, Value>,
    pub(in crate::emulator) auth_type: String,
    /// SSO domains; not the self-provisioning ones.
    pub(in crate::emulator) domains: Vec<String>,
    /// Epoch seconds.
    pub(in crate::emulator) created_time: i64,
    pub(in crate::emulator) disabled: bool,
    #[serde(rename = "enforceSSO")]
    pub(in crate::emulator) enforce_sso: bool,
    #[serde(rename = "enforceSSOExclusions")]
    pub(in crate::emulator) enforce_sso_exclusions: Vec<String>,
    pub(in crate::emulator) federated_app_ids: Vec<String>,
    pub(in crate::emulator) parent: String,
    pub(in crate::emulator) default_roles: Vec<String>,
    pub(in crate::emulator) role_inheritance: String,
    /// Keys that a newer service has.
    #[serde(flatten)]
    pub(in crate::emulator) extra: Map<String, Value>,
}

/// A tenant with what is stored apart from its object.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub(in crate::emulator) struct Stored {
    pub(in crate::emulator) tenant: Tenant,
    /// Its settings, without the keys that the tenant object has; `None`: never set.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(in crate::emulator) settings: Option<Map<String, Value>>,
    /// Users that belong to this tenant only.
    #[serde(default)]
    pub(in crate::emulator) users: u64,
}

impl Stored {
    /// A tenant from a raw object as a test hands it over: its wire keys as they are, beside them `__users`
    /// (a number) and `__settings` (an object), or `users` and `settings` for short.
    pub(in crate::emulator) fn seed(raw: Map<String, Value>) -> Result<Self, serde_json::Error> {
        let mut raw: Map<String, Value> = raw.into_iter().filter(|(_, value)| !value.is_null()).collect();
        raw.remove("successors");
        let mut apart = |long: &str, short: &str| raw.remove(long).or_else(|| raw.remove(short));
        let (users, settings) = (apart("__users", "users"), apart("__settings", "settings"));
        let mut tenant: Tenant = serde_json::from_value(Value::Object(raw))?;
        if tenant.auth_type.is_empty() {
            "none".clone_into(&mut tenant.auth_type);
        }
        Ok(Self {
            tenant,
            settings: settings.map(serde_json::from_value).transpose()?,
            users: users.map(serde_json::from_value).transpose()?.unwrap_or_default(),
        })
    }

    /// The answer to a read of its settings: those of a tenant that never had any are the project's.
    pub(in crate::emulator) fn shown_settings(&self) -> Map<String, Value> {
        let mut shown = Map::from_iter([
            ("domains".to_owned(), json!(self.tenant.domains)),
            ("selfProvisioningDomains".to_owned(), json!(self.tenant.self_provisioning_domains)),
            ("authType".to_owned(), json!(self.tenant.auth_type)),
        ]);
        shown.extend(self.settings.clone().unwrap_or_else(default_settings));
        shown
    }
}

/// A tenant as it goes over the wire.
#[derive(Debug, Serialize)]
pub(in crate::emulator) struct Shown<'a> {
    #[serde(flatten)]
    pub(in crate::emulator) tenant: &'a Tenant,
    pub(in crate::emulator) successors: Vec<&'a str>,
}

/// The settings of a tenant that never had its own: off, with the project's durations.
fn default_settings() -> Map<String, Value> {
    let settings = json!({
        "enabled": false,
        "refreshTokenExpiration": 4,
        "refreshTokenExpirationUnit": "weeks",
        "sessionTokenExpiration": 10,
        "sessionTokenExpirationUnit": "minutes",
        "stepupTokenExpiration": 10,
        "stepupTokenExpirationUnit": "minutes",
        "enableInactivity": false,
        "inactivityTime": 30,
        "inactivityTimeUnit": "minutes",
        "JITDisabled": false,
        "ssoSetupSuiteSettings": setup_suite(&Map::new()),
    });
    match settings {
        Value::Object(settings) => settings,
        _ => Map::new(),
    }
}

/// The SSO set-up suite's settings with every key there.
pub(in crate::emulator) fn setup_suite(given: &Map<String, Value>) -> Value {
    let disabled = given.get("disabledFeatures");
    let feature = |name: &str| disabled.and_then(|features| features.get(name)) == Some(&Value::Bool(true));
    json!({
        "enabled": given.get("enabled") == Some(&Value::Bool(true)),
        "styleId": given.get("styleId").and_then(Value::as_str).unwrap_or_default(),
        "disabledFeatures": {
            "saml": feature("saml"),
            "oidc": feature("oidc"),
            "scim": feature("scim"),
            "ssoDomains": feature("ssoDomains"),
            "groupMapping": feature("groupMapping"),
        },
    })
}

/// Now, in epoch seconds.
pub(in crate::emulator) fn epoch_seconds() -> i64 {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    i64::try_from(now.as_secs()).unwrap_or(i64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_seed_is_stored_as_it_is() {
        let raw = json!({
            "id": "a", "name": "A", "authType": "saml", "domains": ["sso.example"], "createdTime": 7,
            "newInTheService": {"deep": [1]}, "parent": null, "__users": 3, "__settings": {"enabled": true},
            "successors": ["ghost"],
        });
        let stored = Stored::seed(raw.as_object().unwrap().clone()).unwrap();
        assert_eq!((stored.users, stored.tenant.created_time), (3, 7));
        assert_eq!(stored.tenant.extra.get("newInTheService"), Some(&json!({"deep": [1]})));
        assert_eq!(stored.tenant.extra.len(), 1);
        let settings = stored.shown_settings();
        assert_eq!((&settings["enabled"], &settings["domains"]), (&json!(true), &json!(["sso.example"])));
        assert!(!settings.contains_key("sessionTokenExpiration"));
    }

    #[test]
    fn a_seed_of_the_wrong_type_is_refused() {
        for raw in [json!({"id": 1}), json!({"id": "a", "users": "many"}), json!({"id": "a", "settings": []})]
        {
            assert!(Stored::seed(raw.as_object().unwrap().clone()).is_err(), "{raw}");
        }
    }

    #[test]
    fn settings_that_were_never_set_are_off() {
        let settings = Stored::default().shown_settings();
        assert_eq!((&settings["enabled"], &settings["sessionTokenExpiration"]), (&json!(false), &json!(10)));
    }
}
