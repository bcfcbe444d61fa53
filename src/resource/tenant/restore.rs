//! (a tenant as it was, as it is) → the desired tenant that is as it was, keys without words included.

use serde_json::Value;

use super::{
    Bag, LiveSettings, LiveTenant, Tenant, steps,
    wire::{SETTINGS, TENANT, key},
};
use crate::resource::{FieldChange, Object, Observed, Path, Step};

/// Wire keys that are put back as they were, because no YAML word stands for them.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Exactly {
    /// Keys of the tenant.
    pub tenant: Object,
    /// The settings, where they were kept.
    pub settings: Option<Object>,
}

/// Keys that hold secrets which can't be read, so that writing them back would only break what is there.
const SSO: [&str; 2] = ["authType", "domains"];

/// The desired tenant that is as `body` says. What only the live one has goes.
///
/// # Errors
/// The body is no tenant.
pub fn as_it_was(
    body: &Object,
    settings: Option<&Object>,
    live: Option<&LiveTenant>,
) -> Result<Tenant, serde_json::Error> {
    let was: LiveTenant = serde_json::from_value(Value::Object(body.clone()))?;
    let gone = live.into_iter().flat_map(|live| live.attributes.iter());
    let remove_attributes =
        gone.filter(|(name, _)| was.attributes.value(name).is_none()).map(|(name, _)| name).collect();
    let worded = |wire: &str| {
        let words = [
            key::NAME,
            key::DOMAINS,
            key::ATTRIBUTES,
            key::DISABLED,
            key::ENFORCE_SSO,
            key::EXCLUSIONS,
            key::ROLE_INHERITANCE,
        ];
        words.contains(&wire) || wire == "id" || SSO.contains(&wire) || TENANT.read_only.contains(&wire)
    };
    let tenant =
        body.iter().filter(|(wire, _)| !worded(wire)).map(|(wire, value)| (wire.clone(), value.clone()));
    Ok(Tenant {
        id: was.id,
        name: Some(was.name),
        domains: Some(was.domains),
        parent: Some(was.parent).filter(|parent| !parent.is_empty()),
        attributes: Some(was.attributes).filter(|bag: &Bag| !bag.is_empty()),
        remove_attributes,
        enforce_sso: Some(was.enforce_sso),
        enforce_sso_exclusions: Some(was.enforce_sso_exclusions),
        disabled: Some(was.disabled),
        role_inheritance: Some(was.role_inheritance),
        default_roles: Some(was.default_roles),
        exactly: Some(Box::new(Exactly { tenant: tenant.collect(), settings: settings.cloned() })),
        ..Tenant::default()
    })
}

/// The tenant that takes the place of a live one: as the live one is, what the configuration manages laid over it.
///
/// `None`: the live one can't be read.
pub fn made_anew(
    desired: &Tenant,
    live: &Observed<LiveTenant>,
    settings: Option<&Observed<LiveSettings>>,
) -> Option<Tenant> {
    let settings = settings.and_then(|settings| serde_json::from_str(settings.raw.get()).ok());
    let kept = as_it_was(&serde_json::from_str(live.raw.get()).ok()?, settings.as_ref(), None).ok()?;
    let own = kept.attributes.unwrap_or_default();
    let managed = desired.attributes.clone().unwrap_or_default();
    let unmanaged = own
        .iter()
        .filter(|(name, _)| managed.value(name).is_none() && !desired.remove_attributes.contains(name));
    let unmanaged: Vec<_> = unmanaged.map(|(name, value)| (name.to_owned(), value.clone())).collect();
    let attributes = managed.iter().map(|(name, value)| (name.to_owned(), value.clone())).chain(unmanaged);
    Some(Tenant {
        name: desired.name.clone().or(kept.name),
        domains: desired.domains.clone().or(kept.domains),
        attributes: Some(attributes.collect::<Bag>()).filter(|bag| !bag.is_empty()),
        enforce_sso: desired.enforce_sso.or(kept.enforce_sso),
        enforce_sso_exclusions: desired.enforce_sso_exclusions.clone().or(kept.enforce_sso_exclusions),
        disabled: desired.disabled.or(kept.disabled),
        role_inheritance: desired.role_inheritance.clone().or(kept.role_inheritance),
        default_roles: desired.default_roles.clone().or(kept.default_roles),
        exactly: kept.exactly,
        ..desired.clone()
    })
}

/// The steps that make a live tenant once more, after it was deleted.
pub fn put_back(live: &Observed<LiveTenant>, settings: Option<&Observed<LiveSettings>>) -> Vec<Step> {
    let settings = settings.and_then(|settings| serde_json::from_str(settings.raw.get()).ok());
    let object = serde_json::from_str(live.raw.get()).ok();
    let tenant = object.and_then(|object| as_it_was(&object, settings.as_ref(), None).ok());
    tenant.map(|tenant| steps::create(&tenant)).unwrap_or_default()
}

/// The keys without words in which a live tenant differs from what it was.
pub(super) fn differing_keys(exactly: &Exactly, live: &Object) -> Vec<FieldChange> {
    let changed = exactly.tenant.iter().filter(|(wire, was)| !TENANT.same(wire, Some(was), live.get(*wire)));
    changed
        .map(|(wire, was)| {
            FieldChange::new(Path::new([wire.as_str()]), live.get(wire).cloned(), Some(was.clone()))
        })
        .collect()
}

/// The settings in which a live tenant differs from what it was, by their wire keys; SSO is left alone.
pub(super) fn differing_settings(was: &Object, live: &Object) -> Vec<(String, Value)> {
    let left_alone = |wire: &str| SSO.contains(&wire) || wire == key::DOMAINS || wire == "id";
    let differences = SETTINGS.differences(was, live);
    differences.into_iter().filter(|it| !left_alone(&it.key)).map(|it| (it.key, it.expected)).collect()
}

#[cfg(test)]
mod tests {
    use serde_json::{json, value::RawValue};

    use super::*;
    use crate::resource::{Verdict, tenant::compare};

    fn object(value: Value) -> Object {
        serde_json::from_value(value).unwrap()
    }

    #[test]
    fn what_is_restored_is_as_it_was_in_every_key_but_sso() {
        let was = object(json!({
            "id": "acme", "name": "Acme", "selfProvisioningDomains": ["a.com"], "customAttributes": {"plan": "gold"},
            "federatedAppIds": ["app"], "neverHeardOf": {"x": 1}, "authType": "saml", "disabled": false,
        }));
        let now = json!({
            "id": "acme", "name": "Other", "selfProvisioningDomains": [], "customAttributes": {"plan": "x", "new": 1},
            "federatedAppIds": [], "neverHeardOf": {"x": 2}, "authType": "oidc", "disabled": true,
        });
        let live = Observed {
            object: serde_json::from_value::<LiveTenant>(now.clone()).unwrap(),
            raw: RawValue::from_string(now.to_string()).unwrap(),
        };
        let desired = as_it_was(&was, None, Some(&live.object)).unwrap();
        let comparison = compare(&desired, &live, None).unwrap();
        let mut after = comparison.steps[0].after(Some(&object(now)));
        assert_eq!(comparison.steps.len(), 1);
        assert_eq!(after["authType"], "oidc");
        after["authType"] = json!("saml");
        assert_eq!(after, was);
        assert_eq!(
            comparison.steps[0].judge(None, Some(&was)),
            Verdict::Differs(TENANT.differences(&comparison.steps[0].after(None), &was))
        );
    }
}
