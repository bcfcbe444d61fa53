//! The configuration of a project beyond tenants, roles and flows: the files of a snapshot.
//!
//! Most are opaque. Three are looked into: what connectors there are, what OAuth providers, what attributes.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value, json};

/// Files of a snapshot by their paths: objects, or texts for assets.
pub(in crate::emulator) type Files = BTreeMap<String, Value>;

pub(in crate::emulator) const ATTRIBUTES: &str = "attributes.json";
pub(in crate::emulator) const CONNECTORS: &str = "connectors/connectors.json";
pub(in crate::emulator) const OAUTH: &str = "auth/oauth.json";

/// The connector that every project has without listing it.
pub(in crate::emulator) const BUILT_IN: &str = "Descope";

/// The OAuth providers that every project has.
pub(in crate::emulator) const PROVIDERS: [&str; 9] =
    ["apple", "discord", "facebook", "github", "gitlab", "google", "linkedin", "microsoft", "slack"];

/// A connector, as far as it is looked into.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(in crate::emulator) struct Connector<'a> {
    pub(in crate::emulator) id: &'a str,
    pub(in crate::emulator) name: &'a str,
}

/// The files of a project that nobody has configured.
pub(in crate::emulator) fn fresh_files() -> Files {
    let providers: Map<String, Value> =
        PROVIDERS.iter().map(|name| ((*name).to_owned(), json!({"custom": false}))).collect();
    let durations = json!({
        "refreshTokenExpiration": 4,
        "refreshTokenExpirationUnit": "weeks",
        "sessionTokenExpiration": 10,
        "sessionTokenExpirationUnit": "minutes",
    });
    let files = [
        ("snapshot.json", json!({"version": 1})),
        ("project.json", durations),
        ("environment.json", json!({"appUrl": "", "customDomain": "", "trustedDomains": ""})),
        (OAUTH, json!({"enabled": true, "providerSettings": providers})),
        (CONNECTORS, json!({"connectors": []})),
        ("applications.json", json!({"applications": []})),
        ("outboundapps.json", json!({"outboundApps": []})),
        ("jwttemplates.json", json!({"templates": []})),
        ("lists.json", json!({"lists": []})),
        (ATTRIBUTES, json!({"accessKey": [], "tenant": [], "user": []})),
        ("widgets/widgets.json", json!({"widgets": []})),
        ("widgets/flows/flows.json", json!({"flows": []})),
    ];
    files.into_iter().map(|(path, value)| (path.to_owned(), value)).collect()
}

/// The connectors that are listed and have a file.
pub(in crate::emulator) fn connectors(files: &Files) -> impl Iterator<Item = Connector<'_>> {
    list(files, CONNECTORS, "connectors").filter_map(Value::as_str).filter_map(|slug| {
        let file = files.get(&connector_path(slug))?;
        let text = |key: &str| file.get(key).and_then(Value::as_str);
        Some(Connector { id: text("id").unwrap_or(slug), name: text("name").unwrap_or(slug) })
    })
}

/// Where the connector of this slug is.
pub(in crate::emulator) fn connector_path(slug: &str) -> String {
    format!("connectors/{slug}.json")
}

/// The OAuth providers with their settings.
pub(in crate::emulator) fn providers(files: &Files) -> impl Iterator<Item = (&str, &Value)> {
    let settings = files.get(OAUTH).and_then(|file| file.get("providerSettings"));
    settings.and_then(Value::as_object).into_iter().flatten().map(|(name, value)| (name.as_str(), value))
}

/// The names of the tenants' attributes.
pub(in crate::emulator) fn tenant_attributes(files: &Files) -> BTreeSet<String> {
    let names = list(files, ATTRIBUTES, "tenant").filter_map(|attribute| attribute.get("name")?.as_str());
    names.map(str::to_owned).collect()
}

/// The items of a list in a file; none where it is no list.
pub(in crate::emulator) fn list<'a>(
    files: &'a Files,
    path: &str,
    key: &str,
) -> impl Iterator<Item = &'a Value> {
    files.get(path).and_then(|file| file.get(key)).and_then(Value::as_array).into_iter().flatten()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fresh_project_has_the_system_providers_and_nothing_else() {
        let files = fresh_files();
        assert_eq!(providers(&files).map(|(name, _)| name).collect::<Vec<_>>(), PROVIDERS);
        assert_eq!((connectors(&files).count(), tenant_attributes(&files).len()), (0, 0));
    }

    #[test]
    fn a_connector_counts_when_it_is_listed_and_has_a_file() {
        let mut files = fresh_files();
        files.insert(CONNECTORS.to_owned(), json!({"connectors": ["mail", "ghost", 7]}));
        files.insert(connector_path("mail"), json!({"id": "CI1", "name": "Mail"}));
        files.insert(connector_path("unlisted"), json!({"id": "CI2", "name": "Unlisted"}));
        assert_eq!(connectors(&files).collect::<Vec<_>>(), [Connector { id: "CI1", name: "Mail" }]);
    }
}
