//! Wire words: tenants and their settings as the service says them. They meet YAML words here and nowhere else.

use std::time::Duration;

use serde::{Deserialize, Deserializer};
use serde_json::{Value, json};

use super::{Bag, Names};
use crate::{
    api::Request,
    resource::{Body, Object, Shape},
};

/// Reads one tenant, with `id` in the query (Tenants, read).
pub const TENANT_PATH: &str = "/v1/mgmt/tenant";
/// Reads every tenant of the project in one answer (Tenants, read).
pub const TENANTS_PATH: &str = "/v1/mgmt/tenant/all";
/// Reads a tenant's settings, with `id` in the query; writes them (Tenants, settings).
pub const SETTINGS_PATH: &str = "/v1/mgmt/tenant/settings";
pub(super) const CREATE_PATH: &str = "/v1/mgmt/tenant/create";
pub(super) const UPDATE_PATH: &str = "/v1/mgmt/tenant/update";
pub(super) const DELETE_PATH: &str = "/v1/mgmt/tenant/delete";
pub(super) const ROLES_PATH: &str = "/v1/mgmt/tenant/updateDefaultRoles";

/// Wire keys of a tenant (Tenants, the tenant as read).
pub(super) mod key {
    pub(crate) const NAME: &str = "name";
    pub(crate) const DOMAINS: &str = "selfProvisioningDomains";
    pub(crate) const ATTRIBUTES: &str = "customAttributes";
    pub(crate) const DISABLED: &str = "disabled";
    pub(crate) const ENFORCE_SSO: &str = "enforceSSO";
    pub(crate) const EXCLUSIONS: &str = "enforceSSOExclusions";
    pub(crate) const PARENT: &str = "parent";
    pub(crate) const DEFAULT_ROLES: &str = "defaultRoles";
    pub(crate) const ROLE_INHERITANCE: &str = "roleInheritance";
    /// Keys that say nothing of how the tenant is set up.
    pub(crate) const NOT_COUNTED: [&str; 3] = ["id", "createdTime", "successors"];
}

const TENANT_WORDS: &[(&str, &str)] = &[
    (key::DOMAINS, "domains"),
    (key::ATTRIBUTES, "attributes"),
    (key::ENFORCE_SSO, "enforce_sso"),
    (key::EXCLUSIONS, "enforce_sso_exclusions"),
    (key::DEFAULT_ROLES, "default_roles"),
    (key::ROLE_INHERITANCE, "role_inheritance"),
    ("domains", "SSO domains"),
];

/// The update of a tenant: a full replace, without the keys that have calls of their own or none (Tenants, update).
pub(super) static TENANT: Shape = Shape {
    read_only: &["createdTime", "successors", key::PARENT, key::DEFAULT_ROLES, "domains"],
    ..SHAPE_OF_TENANT
};

/// The roles that a tenant's users get: names only, a list that is replaced (Tenants, other).
pub(super) static DEFAULT_ROLES: Shape = Shape { body: Body::Edited, ..SHAPE_OF_TENANT };
const SHAPE_OF_TENANT: Shape = Shape {
    computed: &["successors"],
    caseless: &[key::DOMAINS],
    opaque: &[key::ATTRIBUTES],
    wrapper: Some("tenant"),
    words: TENANT_WORDS,
    ..Shape::PLAIN
};

/// The settings of a tenant: a full replace that wipes SSO domains which are left out (Tenants, settings).
pub(super) static SETTINGS: Shape = Shape {
    read_only: &["id"],
    caseless: &[key::DOMAINS],
    opaque: &[key::ATTRIBUTES],
    copied: &[key::DOMAINS],
    wrapper: Some("settings"),
    words: &[
        ("enabled", "settings"),
        ("sessionTokenExpiration", "settings.session_token_expiration"),
        ("sessionTokenExpirationUnit", "settings.session_token_expiration"),
        ("refreshTokenExpiration", "settings.refresh_token_expiration"),
        ("refreshTokenExpirationUnit", "settings.refresh_token_expiration"),
        ("stepupTokenExpiration", "settings.stepup_token_expiration"),
        ("stepupTokenExpirationUnit", "settings.stepup_token_expiration"),
        ("enableInactivity", "settings.inactivity"),
        ("inactivityTime", "settings.inactivity"),
        ("inactivityTimeUnit", "settings.inactivity"),
        (key::DOMAINS, "domains"),
        ("domains", "SSO domains"),
    ],
    ..Shape::PLAIN
};

/// A live tenant, as far as we know its keys. Null, absent and empty are one.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct LiveTenant {
    /// The id.
    #[serde(deserialize_with = "or_default")]
    pub id: String,
    /// The name.
    #[serde(deserialize_with = "or_default")]
    pub name: String,
    /// Self-provisioning domains.
    #[serde(rename = "selfProvisioningDomains")]
    pub domains: Names,
    /// Custom attributes.
    #[serde(rename = "customAttributes")]
    pub attributes: Bag,
    /// `none`, `saml` or `oidc`.
    #[serde(deserialize_with = "or_default")]
    pub auth_type: String,
    /// SSO domains, which are not the self-provisioning ones.
    #[serde(rename = "domains")]
    pub sso_domains: Names,
    /// Whether nobody can sign in.
    #[serde(deserialize_with = "or_default")]
    pub disabled: bool,
    /// Whether users must sign in by SSO.
    #[serde(rename = "enforceSSO", deserialize_with = "or_default")]
    pub enforce_sso: bool,
    /// Who may sign in without SSO.
    #[serde(rename = "enforceSSOExclusions")]
    pub enforce_sso_exclusions: Names,
    /// The parent's id, empty at the top.
    #[serde(deserialize_with = "or_default")]
    pub parent: String,
    /// Names of default roles.
    pub default_roles: Names,
    /// Empty, `none` or `userOnly`.
    #[serde(deserialize_with = "or_default")]
    pub role_inheritance: String,
}

impl LiveTenant {
    /// Whether the tenant has an SSO set-up, which no backup can bring back.
    pub fn has_sso(&self) -> bool {
        !(self.auth_type.is_empty() || self.auth_type == "none") || !self.sso_domains.is_empty()
    }
}

fn or_default<'de, D, T>(deserializer: D) -> Result<T, D::Error>
where
    D: Deserializer<'de>,
    T: Default + Deserialize<'de>,
{
    Ok(Option::<T>::deserialize(deserializer)?.unwrap_or_default())
}

/// Session settings of a live tenant, as durations. `None` where the service says nothing usable.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct LiveSettings {
    /// Whether the tenant has settings of its own; if not, the numbers mean nothing.
    pub enabled: bool,
    /// How long a session token lasts.
    pub session_token_expiration: Option<Duration>,
    /// How long a refresh token lasts.
    pub refresh_token_expiration: Option<Duration>,
    /// How long a step-up token lasts.
    pub stepup_token_expiration: Option<Duration>,
    /// After which time without a sign of life a session ends; zero: never.
    pub inactivity: Option<Duration>,
}

impl LiveSettings {
    /// The settings in an answer.
    pub fn from_object(object: &Object) -> Self {
        let inactive = object.get("enableInactivity") != Some(&Value::Bool(true));
        Self {
            enabled: object.get("enabled") == Some(&Value::Bool(true)),
            session_token_expiration: read_duration(object, "sessionTokenExpiration"),
            refresh_token_expiration: read_duration(object, "refreshTokenExpiration"),
            stepup_token_expiration: read_duration(object, "stepupTokenExpiration"),
            inactivity: if inactive { Some(Duration::ZERO) } else { read_duration(object, "inactivityTime") },
        }
    }
}

impl<'de> Deserialize<'de> for LiveSettings {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Ok(Self::from_object(&SETTINGS.unwrap(Object::deserialize(deserializer)?)))
    }
}

const UNITS: [(&str, u64); 5] =
    [("weeks", 604_800), ("days", 86_400), ("hours", 3_600), ("minutes", 60), ("seconds", 1)];

fn read_duration(object: &Object, key: &str) -> Option<Duration> {
    let count = match object.get(key)? {
        Value::Number(number) => number.as_u64()?,
        Value::String(text) => text.parse().ok()?,
        _ => return None,
    };
    let unit = object.get(&format!("{key}Unit")).and_then(Value::as_str)?;
    let size = UNITS.iter().find(|(name, _)| *name == unit)?.1;
    count.checked_mul(size).map(Duration::from_secs)
}

/// A duration as the service takes it: a count and the largest unit that holds it as a whole number.
pub(super) fn write_duration(duration: Duration) -> (Value, Value) {
    let seconds = duration.as_secs();
    let (unit, size) =
        UNITS.into_iter().find(|(_, size)| seconds.is_multiple_of(*size)).unwrap_or(("seconds", 1));
    if seconds == 0 { (json!(0), json!("minutes")) } else { (json!(seconds / size), json!(unit)) }
}

/// How the objects look that are read from `path`.
pub fn shape(path: &str) -> &'static Shape {
    if path == SETTINGS_PATH { &SETTINGS } else { &TENANT }
}

/// Reads the tenant called `id`.
pub fn look(id: &str) -> Request {
    Request::read(TENANT_PATH).with_query("id", id)
}

/// Reads the settings of the tenant called `id`.
pub fn look_settings(id: &str) -> Request {
    Request::read(SETTINGS_PATH).with_query("id", id)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn null_absent_and_empty_are_one() {
        let full = json!({"id": "a", "name": null, "selfProvisioningDomains": null, "customAttributes": null,
                          "disabled": null, "parent": null, "enforceSSO": false, "somethingNew": {"x": 1}});
        let bare: LiveTenant = serde_json::from_value(json!({"id": "a"})).unwrap();
        assert_eq!(serde_json::from_value::<LiveTenant>(full).unwrap(), bare);
        assert!(!bare.has_sso());
    }

    #[test]
    fn durations_are_read_as_numbers_or_strings_and_written_in_the_largest_unit() {
        let object: Object = serde_json::from_value(json!({
            "enabled": true, "sessionTokenExpiration": "60", "sessionTokenExpirationUnit": "minutes",
            "refreshTokenExpiration": 4, "refreshTokenExpirationUnit": "weeks",
        }))
        .unwrap();
        let settings = LiveSettings::from_object(&object);
        assert_eq!(settings.session_token_expiration, Some(Duration::from_secs(3_600)));
        assert_eq!(settings.refresh_token_expiration, Some(Duration::from_secs(4 * 604_800)));
        assert_eq!((settings.stepup_token_expiration, settings.inactivity), (None, Some(Duration::ZERO)));
        assert_eq!(write_duration(Duration::from_secs(3_600)), (json!(1), json!("hours")));
        assert_eq!(write_duration(Duration::from_secs(90)), (json!(90), json!("seconds")));
    }
}
