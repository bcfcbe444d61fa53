//! A tenant's settings: stored apart from the tenant, all but three keys.

use serde_json::{Map, Value};

use super::{
    Rules,
    tenant::{auth_type, one_of, store, stored},
};
use crate::emulator::{
    answer::{Answer, Refusal},
    fields::{Fields, zero},
    store::{Project, setup_suite},
};

const UNITS: [&str; 6] = ["", "seconds", "minutes", "hours", "days", "weeks"];
const MINUTE: i64 = 60;

/// The durations, each with its unit in a key of its own.
const DURATIONS: [&str; 4] =
    ["refreshTokenExpiration", "sessionTokenExpiration", "stepupTokenExpiration", "inactivityTime"];

/// A tenant's settings.
pub(super) fn load_settings(
    project: &mut Project,
    rules: &Rules,
    fields: &Fields,
) -> Result<Answer, Refusal> {
    let mut settings = stored(project.seen(), &fields.required("id")?)?.shown_settings();
    if let Some(order) = rules.order() {
        settings.values_mut().filter_map(Value::as_array_mut).for_each(|items| order.apply(items));
    }
    Ok(Answer::json(&settings))
}

/// Replaces a tenant's settings: what is left out is reset, SSO domains too.
pub(super) fn replace_settings(
    project: &mut Project,
    rules: &Rules,
    fields: &Fields,
) -> Result<Answer, Refusal> {
    let mut stored = stored(project.now(), &fields.required("tenantId")?)?;
    stored.tenant.domains = fields.texts("domains")?;
    stored.tenant.self_provisioning_domains = fields.texts("selfProvisioningDomains")?;
    stored.tenant.auth_type = auth_type(fields)?;
    let mut settings = given(fields)?;
    // A key that this service has without us knowing it is replaced like the others.
    for (key, value) in stored.settings.iter().flatten() {
        if !settings.contains_key(key) {
            settings.insert(key.clone(), fields.value(key).cloned().unwrap_or_else(|| zero(value)));
        }
    }
    stored.settings = Some(settings);
    store(project, rules, stored)
}

fn given(fields: &Fields) -> Result<Map<String, Value>, Refusal> {
    let mut settings = Map::new();
    settings.insert("enabled".to_owned(), fields.flag("enabled")?.into());
    for key in DURATIONS {
        let unit = format!("{key}Unit");
        settings.insert(key.to_owned(), fields.number(key)?.into());
        settings.insert(unit.clone(), one_of(fields, &unit, &UNITS)?.into());
    }
    settings.insert("enableInactivity".to_owned(), fields.flag("enableInactivity")?.into());
    settings.insert("JITDisabled".to_owned(), fields.flag("JITDisabled")?.into());
    settings.insert("ssoSetupSuiteSettings".to_owned(), setup_suite(&fields.map("ssoSetupSuiteSettings")?));
    check_durations(fields)?;
    Ok(settings)
}

/// The limits of the documentation; they hold only for settings that are on.
fn check_durations(fields: &Fields) -> Result<(), Refusal> {
    if !fields.flag("enabled")? {
        return Ok(());
    }
    let session = seconds(fields, "sessionTokenExpiration")?;
    let refresh = seconds(fields, "refreshTokenExpiration")?;
    let inactivity = seconds(fields, "inactivityTime")?;
    if session > 0 && session < 3 * MINUTE {
        return Err(Refusal::against_rules("The session token must last at least 3 minutes"));
    }
    if refresh > 0 && session > refresh {
        return Err(Refusal::against_rules("The session token can't outlast the refresh token"));
    }
    if fields.flag("enableInactivity")? && inactivity > 0 && inactivity < 10 * MINUTE {
        return Err(Refusal::against_rules("The inactivity time must be at least 10 minutes"));
    }
    Ok(())
}

fn seconds(fields: &Fields, key: &str) -> Result<i64, Refusal> {
    let unit = match fields.text(&format!("{key}Unit"))?.as_str() {
        "seconds" => 1,
        "hours" => 60 * MINUTE,
        "days" => 24 * 60 * MINUTE,
        "weeks" => 7 * 24 * 60 * MINUTE,
        _ => MINUTE,
    };
    match fields.number(key)? {
        number if number < 0 => Err(Refusal::against_rules(&format!("The {key} field can't be negative"))),
        number => Ok(number.saturating_mul(unit)),
    }
}
