//! Descope's own audit → who changed a tenant last, and when (Audit).

use std::collections::{BTreeSet, HashMap};

use chrono::{DateTime, Utc};
use serde::{Deserialize, Deserializer, de::Error as _};
use serde_json::{Value, json};

use crate::api::{Client, Error, Request};

/// Where records are searched.
const SEARCH_PATH: &str = "/v1/mgmt/audit/search";
/// The most records of one answer.
const PAGE: usize = 1_000;
/// Pages that are read at most, newest records first: who changed something long ago is not worth a wait.
const MOST_PAGES: usize = 5;
/// Beyond so many tenants all records are read, rather than those of each.
const MOST_NAMED: usize = 200;

/// One record: who did something, and when. What it was is not documented, and not looked at.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct Record {
    /// When.
    #[serde(deserialize_with = "moment")]
    pub occurred: DateTime<Utc>,
    /// A person in the console, or a key.
    #[serde(default, rename = "actorId")]
    pub actor: String,
    #[serde(default)]
    tenants: Option<Vec<String>>,
    #[serde(default)]
    data: Value,
}

impl Record {
    /// Whether one of these runs made it: its id came with the request, and may be anywhere in what is free text.
    pub fn is_of(&self, run: impl Fn(&str) -> bool) -> bool {
        texts(&self.data).into_iter().any(run)
    }
}

/// All texts in a value.
fn texts(value: &Value) -> Vec<&str> {
    match value {
        Value::String(text) => vec![text],
        Value::Array(items) => items.iter().flat_map(texts).collect(),
        Value::Object(map) => map.values().flat_map(texts).collect(),
        _ => Vec::new(),
    }
}

/// Milliseconds since 1970, as a text or a number.
fn moment<'de, D: Deserializer<'de>>(deserializer: D) -> Result<DateTime<Utc>, D::Error> {
    let value = Value::deserialize(deserializer)?;
    let millis = value.as_i64().or_else(|| value.as_str()?.parse().ok());
    millis.and_then(DateTime::from_timestamp_millis).ok_or_else(|| D::Error::custom("no moment"))
}

/// The newest record of each of these tenants that is not our own; those of whom there is none are left out.
///
/// Records appear a minute late, and are kept for 30 days.
pub async fn last_changes(
    client: &Client,
    tenants: &BTreeSet<&str>,
    ours: impl Fn(&str, &Record) -> bool,
) -> Result<HashMap<String, Record>, Error> {
    #[derive(Deserialize)]
    struct Found {
        #[serde(default)]
        audits: Option<Vec<Record>>,
    }
    let mut found: HashMap<String, Record> = HashMap::new();
    for page in 0..MOST_PAGES {
        let mut body = json!({"size": PAGE, "page": page});
        if let (Some(map), true) = (body.as_object_mut(), tenants.len() <= MOST_NAMED) {
            map.insert("tenants".to_owned(), json!(tenants));
        }
        let answer = client.send(&Request::search(SEARCH_PATH, body)).await?;
        let records = answer.json::<Found>()?.audits.unwrap_or_default();
        let was_last = records.len() < PAGE;
        for record in records {
            for id in record.tenants.iter().flatten().filter(|id| tenants.contains(id.as_str())) {
                let newer = found.get(id).is_none_or(|other| record.occurred > other.occurred);
                if newer && !ours(id, &record) {
                    found.insert(id.clone(), record.clone());
                }
            }
        }
        if was_last || found.len() == tenants.len() {
            break;
        }
    }
    Ok(found)
}
