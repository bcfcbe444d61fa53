//! A body → whether a flow or a theme has the types that the service's gateway asks for.

#![expect(dead_code, reason = "the fields say which types are accepted; nothing reads them")]

use std::collections::BTreeMap;

use serde::{Deserialize, de::DeserializeOwned};
use serde_json::{Map, Value};

use crate::emulator::answer::Refusal;

type Object = Map<String, Value>;
type Texts = Option<Vec<String>>;
type Names = Option<BTreeMap<String, String>>;

/// The body of `/v2/mgmt/flow/import`. Keys that nobody knows are nobody's business.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(in crate::emulator::calls) struct FlowBody {
    flow: Option<FlowShape>,
    skip_render: Option<bool>,
    changelog: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct FlowShape {
    flow_id: Option<String>,
    metadata: Option<Metadata>,
    contents: Option<Contents>,
    screens: Option<Vec<Screen>>,
    references: Option<References>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Metadata {
    name: Option<String>,
    description: Option<String>,
    components_version: Option<String>,
    disabled: Option<bool>,
    fingerprint: Option<bool>,
    widget: Option<bool>,
    management: Option<bool>,
    translation: Option<Translation>,
    shared_interactions: Option<Vec<Interaction>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Translation {
    enabled: Option<bool>,
    connector_id: Option<String>,
    source_language: Option<String>,
    target_languages: Texts,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Contents {
    start_task: Option<String>,
    tasks: Option<BTreeMap<String, Object>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Screen {
    #[serde(rename = "screenId")]
    id: Option<String>,
    interactions: Option<Vec<Interaction>>,
    contents: Option<Object>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Interaction {
    id: Option<String>,
    r#type: Option<String>,
    label: Option<String>,
    icon: Option<String>,
    sub_type: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct References {
    connectors: Names,
    roles: Names,
    oauth: Texts,
    user_attributes: Texts,
    tenant_attributes: Texts,
    omitted: Texts,
}

/// The body of `/v1/mgmt/flow/import`.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct ConsoleBody {
    flow_id: Option<String>,
    flow: Option<ConsoleFlow>,
    screens: Option<Vec<ConsoleScreen>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct ConsoleFlow {
    id: Option<String>,
    name: Option<String>,
    description: Option<String>,
    dsl: Option<Contents>,
    disabled: Option<bool>,
    translate: Option<bool>,
    #[serde(rename = "translateConnectorID")]
    translate_connector_id: Option<String>,
    translate_source_lang: Option<String>,
    translate_target_langs: Texts,
    fingerprint: Option<bool>,
    widget: Option<bool>,
    shared_interactions: Option<Vec<Interaction>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct ConsoleScreen {
    id: Option<String>,
    interactions: Option<Vec<Interaction>>,
    html_template: Option<Object>,
    components_version: Option<String>,
}

/// The body of `/v2/mgmt/theme/import`.
#[derive(Deserialize)]
pub(in crate::emulator::calls) struct ThemeBody {
    theme: Option<ThemeShape>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct ThemeShape {
    styles: Option<Styles>,
    components_version: Option<String>,
    references: Option<Object>,
}

/// The body of `/v1/mgmt/theme/import`.
#[derive(Deserialize)]
pub(in crate::emulator::calls) struct ConsoleThemeBody {
    theme: Option<ConsoleTheme>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct ConsoleTheme {
    id: Option<String>,
    css_template: Option<Styles>,
    components_version: Option<String>,
}

#[derive(Deserialize)]
struct Styles {
    dark: Option<Object>,
    light: Option<Object>,
}

/// Refuses a body that does not have the types of this shape.
pub(in crate::emulator::calls) fn check<Shape: DeserializeOwned>(body: &Value) -> Result<(), Refusal> {
    match Shape::deserialize(body) {
        Ok(_) => Ok(()),
        Err(error) => Err(Refusal::unreadable(&format!("The body can't be read: {error}"))),
    }
}
