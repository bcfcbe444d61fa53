//! What the service remembers of every write.

use std::time::{SystemTime, UNIX_EPOCH};

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

/// One record, in the shape of the wire but for `occurred` and `projectId`.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(in crate::emulator) struct Record {
    /// From 1, in the order of the writes.
    pub(in crate::emulator) number: u64,
    pub(in crate::emulator) user_id: String,
    pub(in crate::emulator) action: String,
    /// `info`, `warn` or `error`.
    #[serde(rename = "type")]
    pub(in crate::emulator) kind: String,
    pub(in crate::emulator) actor_id: String,
    /// Epoch milliseconds.
    pub(in crate::emulator) occurred: i64,
    pub(in crate::emulator) remote_address: String,
    /// The ids of the tenants concerned.
    pub(in crate::emulator) tenants: Vec<String>,
    pub(in crate::emulator) data: Map<String, Value>,
}

/// Now, in epoch milliseconds.
pub(in crate::emulator) fn epoch_millis() -> i64 {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    i64::try_from(now.as_millis()).unwrap_or(i64::MAX)
}
