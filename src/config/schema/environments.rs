//! The blocks below `environments`.

use serde_json::{Value, json};

use super::{
    parts::{described, example, list_of, map_of, number, object, text},
    settings, tenants,
};
use crate::config::{
    environment::{LIMITS, OWN, PROJECT},
    settings::ENVIRONMENT_SETTINGS,
};

/// One block.
pub(super) fn block() -> Value {
    let keys: Vec<&str> = OWN.iter().chain(ENVIRONMENT_SETTINGS).copied().collect();
    object(&keys, |key| own(key).or_else(|| settings::setting(key)), "An environment: one project.")
}

fn own(key: &str) -> Option<Value> {
    Some(match key {
        "project_id" => example("The id of the project.", &["${DESCOPE_PROD_PROJECT_ID}"]),
        "project_name" => {
            text("The name that the live project is expected to have; another one stops the run.")
        }
        "base_url" => example("The address of the management API.", &["https://api.descope.com"]),
        "branches" => described(
            list_of(&text("A glob, as in release/*.")),
            "The git branches that choose this environment.",
        ),
        "management_key" => described(
            json!({"type": "string", "pattern": "^\\$\\{[A-Za-z_][A-Za-z0-9_]*\\}$",
                   "examples": ["${DESCOPE_PROD_KEY}"]}),
            "A reference to the variable that holds the key; never the key itself.",
        ),
        "protected" => described(
            json!({"type": "boolean"}),
            "Whether writes want the project's name typed; 'prod' and 'production' always do.",
        ),
        "limits" => object(LIMITS, limit, "How much one run may change without the project's name typed."),
        "project" => object(PROJECT, project, "Attributes of the project itself."),
        "tenants" => described(
            map_of(&tenants::above()),
            "What tenants have otherwise in this environment, by their ids.",
        ),
        _ => return None,
    })
}

fn limit(key: &str) -> Option<Value> {
    Some(match key {
        "max_delete" => number("How many objects it may delete or replace."),
        "max_change" => {
            example("How many objects it may change; \"30%\" is a share of those there.", &["30%"])
        }
        _ => return None,
    })
}

fn project(key: &str) -> Option<Value> {
    Some(match key {
        "name" => text("The name of the project."),
        "tags" => described(list_of(&text("A tag.")), "The tags of the project."),
        _ => return None,
    })
}
