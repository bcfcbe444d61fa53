//! A flow → what must be there in the project for it to work.

use serde_json::Value;

use super::{
    Content,
    content::{text, text_at},
    names::Names,
    pointer::pointer,
};

/// OAuth providers that every project has.
pub const SYSTEM_PROVIDERS: [&str; 9] =
    ["apple", "discord", "facebook", "github", "gitlab", "google", "linkedin", "microsoft", "slack"];

/// Connectors that every project has: Descope's own, and translations made by hand.
const SYSTEM_CONNECTORS: [&str; 2] = ["Descope", "manual"];

/// What a flow needs, in the order of the flow. Each name stands once for every place that needs it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Dependencies {
    /// Connectors, by name where the references tell it.
    pub connectors: Vec<Dependency>,
    /// OAuth providers.
    pub oauth_providers: Vec<Dependency>,
    /// Flows that it runs, by id.
    pub sub_flows: Vec<Dependency>,
    /// Roles.
    pub roles: Vec<Dependency>,
    /// Custom attributes of users.
    pub user_attributes: Vec<Dependency>,
    /// Custom attributes of tenants.
    pub tenant_attributes: Vec<Dependency>,
}

/// One thing that a flow needs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Dependency {
    /// Its name, or its id where the flow tells no name.
    pub name: String,
    /// Where the flow needs it: a JSON pointer into the exported shape.
    pub pointer: String,
    /// Whether every project has it.
    pub built_in: bool,
    /// Whether `name` is an id, because the references tell no name for it.
    pub by_id: bool,
}

/// What the flow needs.
pub fn dependencies(content: &Content) -> Dependencies {
    let mut found = Finder { names: Names::of(content.object()), found: Dependencies::default() };
    found.translation(content);
    for (id, task) in content.tasks() {
        found.task(id, task);
    }
    for (index, (_, screen)) in content.screens().enumerate() {
        found.screen(index, screen.get("contents"));
    }
    found.references(content.object().get("references"));
    found.found
}

/// The ids of the flows that a flow runs; the rest of what it needs is left unread.
pub fn sub_flows(content: &Content) -> impl Iterator<Item = &str> {
    let running = content.tasks().filter(|(_, task)| text_at(task, "type") == "flow");
    running
        .filter_map(|(_, task)| task.pointer("/arguments/flowId/value")?.as_str())
        .filter(|id| !id.is_empty())
}

struct Finder<'a> {
    names: Names<'a>,
    found: Dependencies,
}

impl Finder<'_> {
    fn translation(&mut self, content: &Content) {
        let translation = content.object().get("metadata").and_then(|metadata| metadata.get("translation"));
        let id = translation.map_or("", |translation| text_at(translation, "connectorId"));
        self.connector(id, &["metadata", "translation", "connectorId"]);
    }

    fn task(&mut self, id: &str, task: &Value) {
        let argument = |key: &str| task.get("arguments")?.get(key)?.get("value");
        let at = |key| ["contents", "tasks", id, "arguments", key, "value"];
        match (text_at(task, "type"), text_at(task, "action")) {
            ("flow", _) => {
                let flow = argument("flowId").map_or("", text);
                push(&mut self.found.sub_flows, flow, &at("flowId"));
            }
            (_, "connector") => self.connector(argument("connectorId").map_or("", text), &at("connectorId")),
            (_, action) if action.starts_with("oauth-start") => {
                self.provider(argument("defaultProvider").map_or("", text), &at("defaultProvider"));
            }
            (_, "update-user-properties") => {
                let definitions = argument("userPropertiesDefinitions").and_then(Value::as_array);
                for (index, definition) in definitions.into_iter().flatten().enumerate() {
                    let Some(name) = text_at(definition, "key").strip_prefix("customAttributes.") else {
                        continue;
                    };
                    let index = index.to_string();
                    let path = [&at("userPropertiesDefinitions")[..], &[index.as_str(), "key"]].concat();
                    push(&mut self.found.user_attributes, name, &path);
                }
            }
            _ => {}
        }
        if let Some(connectors) = task.get("componentsConnectors") {
            self.components(connectors, &["contents", "tasks", id, "componentsConnectors"]);
        }
    }

    /// The connectors named anywhere in `value`, whose inside is not established.
    fn components(&mut self, value: &Value, path: &[&str]) {
        match value {
            Value::String(id) if self.names.name(id).is_some() || is_connector_id(id) => {
                self.connector(id, path);
            }
            Value::Object(map) => {
                map.iter().for_each(|(key, value)| self.components(value, &[path, &[key]].concat()));
            }
            Value::Array(items) => {
                for (index, item) in items.iter().enumerate() {
                    self.components(item, &[path, &[index.to_string().as_str()]].concat());
                }
            }
            _ => {}
        }
    }

    fn screen(&mut self, index: usize, contents: Option<&Value>) {
        let index = index.to_string();
        for (id, node) in contents.and_then(Value::as_object).into_iter().flatten() {
            let provider = node.get("props").map_or("", |props| text_at(props, "data-descope-provider"));
            self.provider(provider, &["screens", &index, "contents", id, "props", "data-descope-provider"]);
        }
    }

    fn references(&mut self, references: Option<&Value>) {
        let listed = |key: &str| references.and_then(|references| references.get(key));
        for (key, found) in [("connectors", &mut self.found.connectors), ("roles", &mut self.found.roles)] {
            for (name, _) in listed(key).and_then(Value::as_object).into_iter().flatten() {
                // Where a task needs it is the better place.
                if !found.iter().any(|known| known.name == *name) {
                    push(found, name, &["references", key, name]);
                }
            }
        }
        for (key, found) in [
            ("oauth", &mut self.found.oauth_providers),
            ("userAttributes", &mut self.found.user_attributes),
            ("tenantAttributes", &mut self.found.tenant_attributes),
        ] {
            for (index, name) in listed(key).and_then(Value::as_array).into_iter().flatten().enumerate() {
                if !found.iter().any(|known| known.name == text(name)) {
                    push(found, text(name), &["references", key, &index.to_string()]);
                }
            }
        }
        for provider in &mut self.found.oauth_providers {
            provider.built_in = SYSTEM_PROVIDERS.contains(&provider.name.as_str());
        }
    }

    fn connector(&mut self, id: &str, path: &[&str]) {
        let name = self.names.name(id);
        let known = name.unwrap_or(id);
        push(&mut self.found.connectors, known, path);
        if let Some(connector) = self.found.connectors.last_mut().filter(|last| last.name == known) {
            connector.by_id = name.is_none();
            connector.built_in = SYSTEM_CONNECTORS.contains(&known);
        }
    }

    fn provider(&mut self, name: &str, path: &[&str]) {
        push(&mut self.found.oauth_providers, name, path);
    }
}

fn push(found: &mut Vec<Dependency>, name: &str, path: &[&str]) {
    if !name.is_empty() {
        let name = name.to_owned();
        found.push(Dependency { name, pointer: pointer(path), built_in: false, by_id: false });
    }
}

fn is_connector_id(text: &str) -> bool {
    text.len() == 29 && text.starts_with("CI") && text.bytes().all(|byte| byte.is_ascii_alphanumeric())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::resource::flow::tests::{content, sample};

    fn said(found: &[Dependency]) -> Vec<(&str, &str)> {
        found.iter().map(|it| (it.name.as_str(), it.pointer.as_str())).collect()
    }

    #[test]
    fn a_flow_needs_its_connectors_providers_and_sub_flows() {
        let needs = dependencies(&sample("sign-up-or-in"));
        let connector = "/contents/tasks/7/arguments/connectorId/value";
        assert_eq!(said(&needs.connectors), [("Welcome Mail", connector)]);
        assert_eq!(said(&needs.sub_flows), [("mfa-login", "/contents/tasks/6/arguments/flowId/value")]);
        let providers: Vec<_> =
            needs.oauth_providers.iter().map(|it| (it.name.as_str(), it.built_in)).collect();
        assert_eq!(providers, [("apple", true), ("google", true)]);
        for found in needs.connectors.iter().chain(&needs.oauth_providers).chain(&needs.sub_flows) {
            assert!(sample("sign-up-or-in").exported().pointer(&found.pointer).is_some(), "{found:?}");
        }
    }

    #[test]
    fn attributes_are_needed_where_they_are_written() {
        let needs = dependencies(&sample("mfa-login"));
        let key = "/contents/tasks/8/arguments/userPropertiesDefinitions/value/0/key";
        assert_eq!(said(&needs.user_attributes), [("mfaEnrolled", key)]);
    }

    #[test]
    fn what_the_references_do_not_name_is_told_by_its_id() {
        let task = json!({"action": "connector", "arguments": {"connectorId": {"value": "CI1"}}});
        let shown =
            json!({"screenId": "S", "componentsConnectors": {"x": ["CI2abcdefghijklmnopqrstuvwxy1"]}});
        let needs = dependencies(&content(json!({
            "metadata": {"translation": {"connectorId": "manual"}},
            "contents": {"tasks": {"1": task, "2": shown}},
            "references": {"roles": {"Editor": "ROL1"}, "connectors": {"Mail": "CI9"}, "oauth": ["acme-idp"]},
        })));
        let connectors: Vec<_> =
            needs.connectors.iter().map(|it| (it.name.as_str(), it.by_id, it.built_in)).collect();
        assert_eq!(
            connectors,
            [
                ("manual", true, true),
                ("CI1", true, false),
                ("CI2abcdefghijklmnopqrstuvwxy1", true, false),
                ("Mail", false, false)
            ]
        );
        assert_eq!(said(&needs.roles), [("Editor", "/references/roles/Editor")]);
        assert_eq!(said(&needs.oauth_providers), [("acme-idp", "/references/oauth/0")]);
        assert!(!needs.oauth_providers[0].built_in);
    }
}
