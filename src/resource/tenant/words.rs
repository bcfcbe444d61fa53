//! Tenants as attributes in YAML words.

use std::time::Duration;

use serde_json::{Value, json};

use super::{LiveSettings, LiveTenant, Settings, Tenant};
use crate::{resource::Attributes, units::format_duration};

/// What the configuration manages of a tenant.
pub fn desired_attributes(tenant: &Tenant) -> Attributes {
    let Tenant {
        id: _,
        name,
        domains,
        parent,
        attributes,
        remove_attributes: _,
        enforce_sso,
        enforce_sso_exclusions,
        disabled,
        role_inheritance,
        default_roles,
        settings,
        sensitive: _,
        lifecycle: _,
        exactly: _,
        place: _,
    } = tenant;
    let entries = [
        ("name", name.as_ref().map(|name| json!(name))),
        ("domains", domains.as_ref().map(super::Names::to_json)),
        ("parent", parent.as_ref().map(|parent| json!(parent))),
        ("attributes", attributes.as_ref().map(|bag| Value::Object(bag.to_json()))),
        ("enforce_sso", enforce_sso.map(Value::Bool)),
        ("enforce_sso_exclusions", enforce_sso_exclusions.as_ref().map(super::Names::to_json)),
        ("disabled", disabled.map(Value::Bool)),
        ("role_inheritance", role_inheritance.as_ref().map(|text| json!(text))),
        ("default_roles", default_roles.as_ref().map(super::Names::to_json)),
        ("settings", settings.as_ref().map(|settings| Value::Object(settings_attributes(settings)))),
    ];
    entries.into_iter().filter_map(|(word, value)| Some((word.to_owned(), value?))).collect()
}

/// A live tenant: what it has, empty values left out.
pub fn live_attributes(live: &LiveTenant) -> Attributes {
    let text = |text: &str| (!text.is_empty()).then(|| json!(text));
    let names = |names: &super::Names| (!names.is_empty()).then(|| names.to_json());
    let entries = [
        ("name", Some(json!(live.name))),
        ("domains", Some(live.domains.to_json())),
        ("parent", text(&live.parent)),
        ("attributes", (!live.attributes.is_empty()).then(|| Value::Object(live.attributes.to_json()))),
        ("enforce_sso", live.enforce_sso.then(|| json!(true))),
        ("enforce_sso_exclusions", names(&live.enforce_sso_exclusions)),
        ("disabled", live.disabled.then(|| json!(true))),
        ("role_inheritance", text(&live.role_inheritance)),
        ("default_roles", names(&live.default_roles)),
    ];
    entries.into_iter().filter_map(|(word, value)| Some((word.to_owned(), value?))).collect()
}

/// The session settings of a live tenant; none where it has none of its own.
pub fn live_settings(live: &LiveSettings) -> Attributes {
    let LiveSettings {
        enabled,
        session_token_expiration,
        refresh_token_expiration,
        stepup_token_expiration,
        inactivity,
    } = live;
    let entries = [
        ("session_token_expiration", session_token_expiration),
        ("refresh_token_expiration", refresh_token_expiration),
        ("stepup_token_expiration", stepup_token_expiration),
        ("inactivity", inactivity),
    ];
    let told = entries.into_iter().filter(|_| *enabled);
    told.filter_map(|(word, time)| Some((word.to_owned(), json!(format_duration((*time)?))))).collect()
}

/// The settings by their YAML words, desired and live side by side.
pub(super) fn settings_side_by_side<'a>(
    desired: &'a Settings,
    live: Option<&'a LiveSettings>,
) -> impl Iterator<Item = (&'static str, Duration, Option<Duration>)> + 'a {
    let Settings { session_token_expiration, refresh_token_expiration, stepup_token_expiration, inactivity } =
        desired;
    let live = live.filter(|live| live.enabled);
    [
        (
            "session_token_expiration",
            *session_token_expiration,
            live.and_then(|live| live.session_token_expiration),
        ),
        (
            "refresh_token_expiration",
            *refresh_token_expiration,
            live.and_then(|live| live.refresh_token_expiration),
        ),
        (
            "stepup_token_expiration",
            *stepup_token_expiration,
            live.and_then(|live| live.stepup_token_expiration),
        ),
        ("inactivity", *inactivity, live.and_then(|live| live.inactivity)),
    ]
    .into_iter()
    .filter_map(|(word, desired, live)| Some((word, desired?, live)))
}

fn settings_attributes(settings: &Settings) -> Attributes {
    settings_side_by_side(settings, None)
        .map(|(word, desired, _)| (word.to_owned(), json!(format_duration(desired))))
        .collect()
}
