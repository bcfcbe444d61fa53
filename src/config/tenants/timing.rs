//! Session settings that the service takes and that have an effect.

use std::time::Duration;

use super::{Entry, List, unique::value_site};
use crate::{
    config::{
        problems::{Problem, Problems},
        source::Site,
    },
    resource::tenant::Settings,
    units::format_duration,
};

const SHORTEST_SESSION: Duration = Duration::from_secs(180);
const SHORTEST_INACTIVITY: Duration = Duration::from_secs(600);

pub(super) fn check(list: &List<'_>, problems: &mut Problems) {
    for (entry, tenant) in list.pairs() {
        let Some(settings) = &tenant.settings else { continue };
        if let Some(parent) = &tenant.parent {
            let message = format!(
                "session settings of '{}' have no effect: those of its parent '{parent}' win",
                entry.id
            );
            let problem =
                Problem::warning("settings_of_sub_tenant", message).at(value_site(entry, "settings"));
            problems.report(problem.hint("set them on the tenant at the top"));
        }
        check_settings(entry, settings, problems);
    }
}

fn check_settings(entry: &Entry<'_>, settings: &Settings, problems: &mut Problems) {
    let Settings { session_token_expiration, refresh_token_expiration, stepup_token_expiration, inactivity } =
        settings;
    let mut report = |key: &str, reason: String, hint: &str| {
        let problem = Problem::error("bad_session_setting", format!("'{key}' of '{}' {reason}", entry.id));
        problems.report(problem.at(setting_site(entry, key)).hint(hint));
    };
    for (key, time) in [
        ("session_token_expiration", session_token_expiration),
        ("refresh_token_expiration", refresh_token_expiration),
        ("stepup_token_expiration", stepup_token_expiration),
        ("inactivity", inactivity),
    ] {
        let Some(time) = time else { continue };
        if time.subsec_millis() != 0 {
            report(key, "must be in whole seconds".to_owned(), "write a time such as 10m");
        } else if time.is_zero() && key != "inactivity" {
            report(key, "must be longer than nothing".to_owned(), "write a time such as 10m");
        }
    }
    if let Some(session) = session_token_expiration.filter(|time| !time.is_zero()) {
        if session < SHORTEST_SESSION {
            report(
                "session_token_expiration",
                "must be 3m or more".to_owned(),
                "the service takes no shorter one",
            );
        }
        if let Some(refresh) = refresh_token_expiration.filter(|refresh| session > *refresh) {
            let (session, refresh) = (format_duration(session), format_duration(refresh));
            let reason = format!("must not be longer than 'refresh_token_expiration': {session} > {refresh}");
            report(
                "session_token_expiration",
                reason,
                "make the session shorter or the refresh token longer",
            );
        }
    }
    if inactivity.is_some_and(|time| !time.is_zero() && time < SHORTEST_INACTIVITY) {
        report("inactivity", "must be 10m or more".to_owned(), "0s turns it off");
    }
}

fn setting_site(entry: &Entry<'_>, key: &str) -> Site {
    let own = entry.node.value("settings").and_then(|settings| settings.value(key));
    own.map_or_else(|| value_site(entry, "settings"), Site::from)
}
