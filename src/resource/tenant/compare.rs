//! (desired tenant, live tenant) → what differs. Typed until something does.

use serde_json::{Value, json, value::RawValue};

use super::{
    Exactly, LiveSettings, LiveTenant, Tenant, desired_attributes, restore, steps, wire::key,
    words::settings_side_by_side,
};
use crate::{
    resource::{Attributes, FieldChange, Object, Observed, Path, Step, remove, same_value},
    units::format_duration,
};

/// How a live tenant differs from the desired one.
#[derive(Debug, Clone, PartialEq)]
pub struct Comparison {
    /// Each attribute that differs.
    pub fields: Vec<FieldChange>,
    /// The managed attributes as they are.
    pub before: Attributes,
    /// The managed attributes as they shall be.
    pub after: Attributes,
    /// Live fields that the configuration does not manage and that stay.
    pub unmanaged_kept: usize,
    /// Whether the difference needs a new tenant in place of this one.
    pub replace: bool,
    /// What makes it so; empty where it takes a replace.
    pub steps: Vec<Step>,
}

/// Compares a desired tenant with the live one of the same id; `None` where nothing managed differs.
///
/// `settings` are the live settings, read only where the configuration manages some.
pub fn compare(
    desired: &Tenant,
    live: &Observed<LiveTenant>,
    settings: Option<&Observed<LiveSettings>>,
) -> Option<Comparison> {
    let mut fields = differing_fields(desired, &live.object, settings.map(|settings| &settings.object));
    let restored = desired.exactly.as_ref().map(|exactly| restored(exactly, live, settings));
    let (keys, settings_keys) = restored.unwrap_or_default();
    fields.extend(keys);
    if fields.is_empty() {
        return None;
    }
    let replace = fields.iter().any(|field| field.path.words() == ["parent"]);
    let mut after = desired_attributes(desired);
    desired.lifecycle.ignore_changes.iter().for_each(|path| remove(&mut after, path));
    Some(Comparison {
        before: before(&after, &fields),
        unmanaged_kept: unmanaged(desired, live),
        steps: if replace { Vec::new() } else { steps::update(desired, &fields, settings_keys) },
        after,
        replace,
        fields,
    })
}

/// What a restore puts back beyond the words: keys of the tenant, and keys of its settings to write.
fn restored(
    exactly: &Exactly,
    live: &Observed<LiveTenant>,
    settings: Option<&Observed<LiveSettings>>,
) -> (Vec<FieldChange>, Vec<(String, Value)>) {
    let parse = |raw: &RawValue| serde_json::from_str::<Object>(raw.get()).unwrap_or_default();
    let mut fields = restore::differing_keys(exactly, &parse(&live.raw));
    let now = settings.map(|settings| parse(&settings.raw)).unwrap_or_default();
    let keys =
        exactly.settings.as_ref().map(|was| restore::differing_settings(was, &now)).unwrap_or_default();
    fields.extend(keys.iter().map(|(key, was)| {
        FieldChange::new(Path::new(["settings", key]), now.get(key).cloned(), Some(was.clone()))
    }));
    (fields, keys)
}

fn differing_fields(
    desired: &Tenant,
    live: &LiveTenant,
    settings: Option<&LiveSettings>,
) -> Vec<FieldChange> {
    let Tenant {
        id: _,
        name,
        domains,
        parent,
        attributes,
        remove_attributes,
        enforce_sso,
        enforce_sso_exclusions,
        disabled,
        role_inheritance,
        default_roles,
        settings: desired_settings,
        sensitive: _,
        lifecycle: _,
        exactly: _,
        place: _,
    } = desired;
    let mut found = Found { tenant: desired, fields: Vec::new() };
    found.text("name", name.as_deref(), &live.name);
    if let Some(domains) = domains.as_ref().filter(|domains| !domains.same_ignoring_case(&live.domains)) {
        found.push(["domains"], Some(live.domains.to_json()), Some(domains.to_json()));
    }
    found.text("parent", parent.as_deref(), &live.parent);
    for (name, value) in attributes.iter().flat_map(super::Bag::iter) {
        let now = live.attributes.value(name);
        if !now.is_some_and(|now| same_value(now, value)) {
            found.push(["attributes", name], now.cloned(), Some(value.clone()));
        }
    }
    for name in remove_attributes.iter() {
        if let Some(now) = live.attributes.value(name) {
            found.push(["attributes", name], Some(now.clone()), None);
        }
    }
    found.flag("enforce_sso", *enforce_sso, live.enforce_sso);
    found.names("enforce_sso_exclusions", enforce_sso_exclusions.as_ref(), &live.enforce_sso_exclusions);
    found.flag("disabled", *disabled, live.disabled);
    found.text("role_inheritance", role_inheritance.as_deref(), &live.role_inheritance);
    found.names("default_roles", default_roles.as_ref(), &live.default_roles);
    for (word, want, now) in desired_settings.iter().flat_map(|want| settings_side_by_side(want, settings)) {
        if now != Some(want) {
            let now = now.map(|now| json!(format_duration(now)));
            found.push(["settings", word], now, Some(json!(format_duration(want))));
        }
    }
    found.fields
}

/// Collects the differences that are not ignored.
struct Found<'a> {
    tenant: &'a Tenant,
    fields: Vec<FieldChange>,
}

impl Found<'_> {
    fn push<const N: usize>(&mut self, words: [&str; N], before: Option<Value>, after: Option<Value>) {
        let path = Path::new(words);
        if !self.tenant.ignores(&path) {
            let sensitive = self.tenant.is_sensitive(&path);
            self.fields.push(FieldChange { sensitive, ..FieldChange::new(path, before, after) });
        }
    }

    fn text(&mut self, word: &str, desired: Option<&str>, live: &str) {
        if let Some(desired) = desired.filter(|desired| *desired != live) {
            let before = (!live.is_empty()).then(|| json!(live));
            self.push([word], before, Some(json!(desired)));
        }
    }

    fn flag(&mut self, word: &str, desired: Option<bool>, live: bool) {
        if let Some(desired) = desired.filter(|desired| *desired != live) {
            self.push([word], Some(json!(live)), Some(json!(desired)));
        }
    }

    fn names(&mut self, word: &str, desired: Option<&super::Names>, live: &super::Names) {
        if let Some(desired) = desired.filter(|desired| *desired != live) {
            self.push([word], Some(live.to_json()), Some(desired.to_json()));
        }
    }
}

/// The managed attributes before the change: as after it, with what differs put back.
fn before(after: &Attributes, fields: &[FieldChange]) -> Attributes {
    let mut before = after.clone();
    for field in fields {
        put(&mut before, field.path.words(), field.before.as_ref());
    }
    before
}

fn put(map: &mut Attributes, words: &[String], value: Option<&Value>) {
    let Some((word, rest)) = words.split_first() else { return };
    if rest.is_empty() {
        match value {
            Some(value) => map.insert(word.clone(), value.clone()),
            None => map.shift_remove(word),
        };
    } else if let Value::Object(inner) = map.entry(word.clone()).or_insert_with(|| json!({})) {
        put(inner, rest, value);
    }
}

/// Counts the live fields that hold something and that the configuration does not manage.
fn unmanaged(desired: &Tenant, live: &Observed<LiveTenant>) -> usize {
    let Ok(object) = serde_json::from_str::<Object>(live.raw.get()) else { return 0 };
    let managed = |wire: &str| match wire {
        key::NAME => desired.name.is_some(),
        key::DOMAINS => desired.domains.is_some(),
        key::PARENT => desired.parent.is_some(),
        key::ENFORCE_SSO => desired.enforce_sso.is_some(),
        key::EXCLUSIONS => desired.enforce_sso_exclusions.is_some(),
        key::DISABLED => desired.disabled.is_some(),
        key::ROLE_INHERITANCE => desired.role_inheritance.is_some(),
        key::DEFAULT_ROLES => desired.default_roles.is_some(),
        // Counted one by one below.
        key::ATTRIBUTES => true,
        other => key::NOT_COUNTED.contains(&other),
    };
    let says_nothing = |wire: &str, value: &Value| {
        super::wire::TENANT.same(wire, Some(value), None) || (wire == "authType" && value == "none")
    };
    let fields = object.iter().filter(|(wire, value)| !managed(wire) && !says_nothing(wire, value)).count();
    let named = |name: &str| {
        desired.attributes.as_ref().is_some_and(|bag| bag.value(name).is_some())
            || desired.remove_attributes.contains(name)
    };
    fields + live.object.attributes.iter().filter(|(name, _)| !named(name)).count()
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::resource::tenant::{Bag, Lifecycle, Names, Settings};

    fn observed(value: &Value) -> Observed<LiveTenant> {
        Observed {
            object: serde_json::from_value(value.clone()).unwrap(),
            raw: RawValue::from_string(value.to_string()).unwrap(),
        }
    }

    fn live() -> Observed<LiveTenant> {
        observed(&json!({
            "id": "acme", "name": "Acme", "selfProvisioningDomains": ["b.com", "a.com"], "authType": "saml",
            "customAttributes": {"plan": "gold", "seats": 50, "legacy": "x"}, "parent": "", "domains": ["sso.com"],
            "createdTime": 7, "disabled": false, "enforceSSO": true, "successors": ["x"], "brandNew": {"a": 1},
        }))
    }

    fn names<const N: usize>(names: [&str; N]) -> Names {
        names.into_iter().collect()
    }

    fn in_sync() -> Tenant {
        Tenant {
            id: "acme".into(),
            name: Some("Acme".into()),
            domains: Some(names(["A.com", "b.com"])),
            attributes: Some(Bag::from_iter([("seats".to_owned(), json!(50.0))])),
            enforce_sso: Some(true),
            ..Tenant::default()
        }
    }

    fn paths(comparison: &Comparison) -> Vec<String> {
        comparison.fields.iter().map(|field| field.path.to_string()).collect()
    }

    #[test]
    fn order_case_of_domains_and_the_way_a_number_is_written_are_no_change() {
        assert_eq!(compare(&in_sync(), &live(), None), None);
    }

    #[test]
    fn only_what_the_configuration_names_is_compared_and_the_rest_is_counted() {
        let desired = Tenant { name: Some("New".into()), ..in_sync() };
        let comparison = compare(&desired, &live(), None).unwrap();
        assert_eq!(paths(&comparison), ["name"]);
        // authType, SSO domains, brandNew, and the attributes plan and legacy.
        assert_eq!(comparison.unmanaged_kept, 5);
        assert_eq!((&comparison.before["name"], &comparison.after["name"]), (&json!("Acme"), &json!("New")));
        assert!(!comparison.replace && comparison.steps.len() == 1);
    }

    #[test]
    fn attributes_are_managed_key_by_key_and_removed_by_name() {
        let desired = Tenant {
            attributes: Some(Bag::from_iter([
                ("plan".to_owned(), json!("free")),
                ("new".to_owned(), json!(true)),
            ])),
            remove_attributes: ["legacy", "absent"].into_iter().collect(),
            ..in_sync()
        };
        let comparison = compare(&desired, &live(), None).unwrap();
        assert_eq!(paths(&comparison), ["attributes.new", "attributes.plan", "attributes.legacy"]);
        assert_eq!(comparison.before["attributes"], json!({"plan": "gold", "legacy": "x"}));
        assert_eq!(comparison.fields[2].after, None);
    }

    #[test]
    fn ignored_attributes_are_no_change_and_an_empty_list_means_none() {
        let ignoring = Lifecycle { ignore_changes: vec![Path::new(["attributes"])], ..Lifecycle::default() };
        let desired = Tenant {
            attributes: Some(Bag::from_iter([("seats".to_owned(), json!(1))])),
            lifecycle: ignoring,
            ..in_sync()
        };
        assert_eq!(compare(&desired, &live(), None), None);
        let desired = Tenant { domains: Some(names([])), ..desired };
        assert_eq!(paths(&compare(&desired, &live(), None).unwrap()), ["domains"]);
    }

    #[test]
    fn a_change_of_parent_is_a_replace() {
        let desired = Tenant { parent: Some("top".into()), ..in_sync() };
        let comparison = compare(&desired, &live(), None).unwrap();
        assert!(comparison.replace && comparison.steps.is_empty());
        assert_eq!(comparison.fields[0].before, None);
    }

    #[test]
    fn settings_are_compared_as_durations_and_only_where_they_are_in_force() {
        let hour = Duration::from_secs(3_600);
        let desired = Tenant {
            settings: Some(Settings { session_token_expiration: Some(hour), ..Settings::default() }),
            ..in_sync()
        };
        let settings = |enabled: bool| {
            let object =
                LiveSettings { enabled, session_token_expiration: Some(hour), ..LiveSettings::default() };
            Observed { object, raw: RawValue::from_string("{}".to_owned()).unwrap() }
        };
        assert_eq!(compare(&desired, &live(), Some(&settings(true))), None);
        let comparison = compare(&desired, &live(), Some(&settings(false))).unwrap();
        assert_eq!(paths(&comparison), ["settings.session_token_expiration"]);
        assert_eq!(comparison.fields[0].after, Some(json!("1h")));
    }
}
