//! Tenants: an item, an override, the defaults.

use serde_json::{Value, json};

use super::parts::{described, duration, example, flag, list_of, map_of, object, one_of, text, value};
use crate::config::tenants::{COMMON, ITEM, LIFECYCLE, ROLE_INHERITANCE, SETTINGS};

/// An item of `tenants`.
pub(super) fn item() -> Value {
    let keys: Vec<&str> = ITEM.iter().chain(COMMON).copied().collect();
    let mut item =
        object(&keys, tenant, "A tenant. Every key but 'id' may be left out: it is then left alone.");
    if let Some(map) = item.as_object_mut() {
        map.insert("required".to_owned(), json!(["id"]));
    }
    item
}

/// What one environment has otherwise.
pub(super) fn above() -> Value {
    object(COMMON, tenant, "What is different here: maps merge, lists replace.")
}

/// `defaults.tenant`.
pub(super) fn defaults() -> Value {
    object(COMMON, tenant, "What a tenant has where its item says nothing.")
}

fn tenant(key: &str) -> Option<Value> {
    let texts = |description: &str, item: &str| described(list_of(&text(item)), description);
    Some(match key {
        "id" => example(
            "The id: 3 to 50 lower-case letters, digits and hyphens. It can't change.",
            &["acme-corp", "${environment}-acme"],
        ),
        "environments" => texts("The only environments that have the tenant.", "The name of an environment."),
        "name" => example("The name, unique in the project; a new tenant needs one.", &["Acme Corp"]),
        "domains" => {
            texts("Who has an address there may join; [] means none.", "A DNS name, as in acme.com.")
        }
        "parent" => text("The id of the parent; at most three levels. A change of it needs a replace."),
        "attributes" => described(
            map_of(&value("A text, a number, true or false, or a list of them.")),
            "Custom attributes, managed key by key: others stay as they are.",
        ),
        "remove_attributes" => texts("Custom attributes that shall go.", "The name of an attribute."),
        "enforce_sso" => flag("Whether users must sign in by SSO."),
        "enforce_sso_exclusions" => texts("Who may sign in without SSO all the same.", "A login id."),
        "disabled" => flag("Whether nobody can sign in."),
        "role_inheritance" => one_of(ROLE_INHERITANCE, "How roles of the parent reach down."),
        "default_roles" => texts("The roles that users get by default.", "The name of a role."),
        "settings" => object(SETTINGS, setting, "Session settings, of tenants without a parent."),
        "sensitive" => texts("Attributes that are masked in every output.", "As in attributes.token."),
        "lifecycle" => object(LIFECYCLE, lifecycle, "What a run may not do to the tenant."),
        _ => return None,
    })
}

fn setting(key: &str) -> Option<Value> {
    Some(match key {
        "session_token_expiration" => duration("How long a session token lasts."),
        "refresh_token_expiration" => duration("How long a refresh token lasts."),
        "stepup_token_expiration" => duration("How long a step-up token lasts."),
        "inactivity" => duration("After which time without a sign of life a session ends; 0s: never."),
        _ => return None,
    })
}

fn lifecycle(key: &str) -> Option<Value> {
    Some(match key {
        "prevent_destroy" => flag("Whether no run may delete or replace it."),
        "ignore_changes" => described(
            list_of(&text("As in attributes.seats.")),
            "Attributes whose difference is no change; a new tenant gets them all the same.",
        ),
        _ => return None,
    })
}
