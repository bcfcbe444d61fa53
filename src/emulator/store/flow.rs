//! A flow and a theme as they were imported, and what every import of a flow left behind.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

/// A flow in the shape of `/v2/mgmt/flow/import`, as it was sent.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(in crate::emulator) struct Flow {
    #[serde(rename = "flowId")]
    pub(in crate::emulator) id: String,
    pub(in crate::emulator) metadata: Map<String, Value>,
    pub(in crate::emulator) contents: Map<String, Value>,
    pub(in crate::emulator) screens: Vec<Map<String, Value>>,
    pub(in crate::emulator) references: Map<String, Value>,
    /// Keys that a newer service has.
    #[serde(flatten)]
    pub(in crate::emulator) extra: Map<String, Value>,
}

impl Flow {
    /// A text of its metadata; empty where there is none.
    pub(in crate::emulator) fn text(&self, key: &str) -> &str {
        self.metadata.get(key).and_then(Value::as_str).unwrap_or_default()
    }

    /// A flag of its metadata; false where there is none.
    pub(in crate::emulator) fn flag(&self, key: &str) -> bool {
        self.metadata.get(key) == Some(&Value::Bool(true))
    }

    /// Stamps the version of the components that it was rendered with.
    pub(in crate::emulator) fn stamp(&mut self, components: &str) {
        self.metadata.insert("componentsVersion".to_owned(), components.into());
    }
}

/// One import of a flow, as the console lists it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(in crate::emulator) struct Version {
    /// From 1; it grows by one per import.
    #[serde(rename = "version")]
    pub(in crate::emulator) number: usize,
    /// What the importer wrote about it.
    pub(in crate::emulator) changelog: String,
    pub(in crate::emulator) skip_render: bool,
    /// Epoch seconds.
    pub(in crate::emulator) modified_time: i64,
}

/// A flow as it is now, with its versions, oldest first.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub(in crate::emulator) struct StoredFlow {
    pub(in crate::emulator) flow: Flow,
    pub(in crate::emulator) versions: Vec<Version>,
}

impl StoredFlow {
    /// How often it was imported.
    pub(in crate::emulator) fn version(&self) -> usize {
        self.versions.len()
    }

    /// When it was imported last, in epoch seconds.
    pub(in crate::emulator) fn modified_time(&self) -> i64 {
        self.versions.last().map_or(0, |version| version.modified_time)
    }
}

/// The theme of a project.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub(in crate::emulator) struct StoredTheme {
    /// In the shape of `/v2/mgmt/theme/import`.
    pub(in crate::emulator) theme: Map<String, Value>,
    /// It grows by one per import.
    pub(in crate::emulator) version: usize,
}
