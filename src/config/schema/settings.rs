//! How the tool works.

use serde_json::{Value, json};

use super::parts::{described, example, flag, map_of, number, object, text};
use crate::config::settings::{ENVIRONMENT_SETTINGS, RETENTION, SHARED_IDS};

/// The map `settings`.
pub(super) fn shared() -> Value {
    let keys: Vec<&str> = ENVIRONMENT_SETTINGS.iter().copied().chain([SHARED_IDS]).collect();
    object(
        &keys,
        setting,
        "How the tool works, in all environments; an environment's block may say otherwise.",
    )
}

/// One setting.
pub(super) fn setting(key: &str) -> Option<Value> {
    let or_null = |description: &str| described(json!({"type": ["string", "null"]}), description);
    Some(match key {
        "rate_limit" => {
            let one = json!({"type": "string", "examples": ["200/60s"]});
            described(
                json!({"anyOf": [one, map_of(&one)]}),
                "Requests to one project in any window; a map gives limits to paths, as globs.",
            )
        }
        "concurrency" => example("How many requests at once: auto, or 1 to 64.", &["auto"]),
        "state_dir" => text("The folder for lock, baseline, journal, audit and backups. It may be a team's."),
        "state_group" => or_null("The group that shares the state folder; null: it is private."),
        "backup_dir" => or_null("The folder for backups; null: in the state folder."),
        "retention" => {
            object(RETENTION, retention, "How long backups are kept: one goes when neither holds it.")
        }
        "templates_dir" => text("The folder with flow templates, relative to this file."),
        "allow_shared_tenant_ids" => {
            flag("Whether a tenant id may be in a protected environment and in another one.")
        }
        _ => return None,
    })
}

fn retention(key: &str) -> Option<Value> {
    Some(match key {
        "keep_last" => number("So many of the newest backups stay."),
        "keep_days" => number("The backups of so many days stay."),
        _ => return None,
    })
}
