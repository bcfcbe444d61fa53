//! What was done, and the search for it.

use std::time::Duration;

use serde_json::{Map, Value, json};

use super::Rules;
use crate::emulator::{
    access::Caller,
    answer::{Answer, Refusal},
    exchange::Call,
    fields::Fields,
    store::{Effect, Project, Record, epoch_millis},
};

/// The most records of one answer, and how many there are when nothing is said.
const LARGEST_PAGE: usize = 1_000;

/// How long records are kept.
const KEPT: Duration = Duration::from_hours(30 * 24);

/// Keys of a request that say what was written.
const SUBJECTS: [&str; 6] = ["id", "ids", "flowId", "tenantId", "name", "tags"];

/// What a call is called in the audit; `None`: it only reads. The service's own names are not documented.
pub(super) fn action(method: &str, path: &str) -> Option<&'static str> {
    Some(match (method, path) {
        ("POST", "/v1/mgmt/tenant/create") => "TenantCreated",
        ("POST", "/v1/mgmt/tenant/delete") => "TenantDeleted",
        ("POST", "/v1/mgmt/tenant/update" | "/v1/mgmt/tenant/updateDefaultRoles")
        | ("PATCH", "/v1/mgmt/tenant/patch") => "TenantModified",
        ("POST", "/v1/mgmt/tenant/settings") => "TenantSettingsModified",
        ("POST", "/v1/mgmt/role/create") => "RoleCreated",
        ("POST", "/v1/mgmt/role/update") => "RoleModified",
        ("POST", "/v1/mgmt/role/delete") => "RoleDeleted",
        ("POST", "/v1/mgmt/permission/create") => "PermissionCreated",
        ("POST", "/v1/mgmt/permission/update") => "PermissionModified",
        ("POST", "/v1/mgmt/permission/delete") => "PermissionDeleted",
        ("POST", "/v1/mgmt/flow/import" | "/v2/mgmt/flow/import") => "FlowModified",
        ("POST", "/v1/mgmt/flow/delete") => "FlowDeleted",
        ("POST", "/v1/mgmt/theme/import" | "/v2/mgmt/theme/import") => "ThemeModified",
        ("POST", "/v1/mgmt/project/snapshot/import") => "ProjectImported",
        ("POST", "/v1/mgmt/project/clone" | "/v1/mgmt/project/clone/async") => "ProjectCloned",
        ("POST", "/v1/mgmt/project/update/name" | "/v1/mgmt/project/update/tags")
        | ("PUT", "/v1/mgmt/infra") => "ProjectModified",
        _ => return None,
    })
}

/// Notes a write that was done: who, what, and to what the last effects of the project say it was done.
pub(super) fn note(project: &mut Project, action: &str, caller: &Caller, call: &Call, effects: usize) {
    let written = project.unwritten().get(effects..).unwrap_or_default();
    let mut tenants: Vec<String> = written
        .iter()
        .filter_map(|effect| match effect {
            Effect::Tenant(stored) => Some(stored.tenant.id.clone()),
            Effect::NoTenant(id) => Some(id.clone()),
            _ => None,
        })
        .collect();
    tenants.dedup();
    let mut data = Map::new();
    if let Ok(fields) = Fields::of_body(&call.body) {
        let said = |key: &&str| fields.value(key).map(|value| ((*key).to_owned(), value.clone()));
        data.extend(SUBJECTS.iter().filter_map(said));
        // The gateway's own key for a flow is one level down.
        if let Some(id) = fields.value("flow").and_then(|flow| flow.get("flowId")) {
            data.insert("flowId".to_owned(), id.clone());
        }
    }
    let named = call.headers.iter().find(|(name, _)| name == "x-external-rid");
    if let Some((name, id)) = named {
        data.insert(name.clone(), id.as_str().into());
    }
    add(
        project,
        Record {
            action: action.to_owned(),
            kind: "info".to_owned(),
            actor_id: caller.key_id.clone(),
            tenants,
            data,
            ..Record::default()
        },
    );
}

/// Adds a record that a client makes up.
pub(super) fn create_event(project: &mut Project, _: &Rules, fields: &Fields) -> Result<Answer, Refusal> {
    let (action, actor_id) = (fields.required("action")?, fields.required("actorId")?);
    let (kind, tenant) = (fields.required("type")?, fields.required("tenantId")?);
    if !["info", "warn", "error"].contains(&kind.as_str()) {
        return Err(Refusal::invalid("The type field has an unknown value"));
    }
    let (user_id, data) = (fields.text("userId")?, fields.map("data")?);
    let tenants = vec![tenant];
    add(project, Record { user_id, action, kind, actor_id, tenants, data, ..Record::default() });
    Ok(Answer::done())
}

fn add(project: &mut Project, record: Record) {
    project.note(Record {
        number: project.now().next_record(),
        occurred: epoch_millis(),
        remote_address: "127.0.0.1".to_owned(),
        ..record
    });
}

/// The records that pass every filter that is given, newest first unless said otherwise.
pub(super) fn search_audit(project: &mut Project, rules: &Rules, fields: &Fields) -> Result<Answer, Refusal> {
    let filter = Filter::of(fields, rules.audit_lag)?;
    let mut found: Vec<&Record> =
        project.now().records().map(AsRef::as_ref).filter(|record| filter.passes(record)).collect();
    if !fields.flag("oldestFirst")? {
        found.reverse();
    }
    let (size, page) = (whole(fields, "size")?, whole(fields, "page")?);
    if size > LARGEST_PAGE {
        return Err(Refusal::against_rules("The size field is at most 1000"));
    }
    let size = if size == 0 { LARGEST_PAGE } else { size };
    let shown = found.iter().skip(page.saturating_mul(size)).take(size);
    let audits: Vec<Value> = shown.map(|record| wire(project.id(), record)).collect();
    Ok(Answer::json(&json!({"audits": audits, "total": found.len()})))
}

struct Filter {
    from: i64,
    to: i64,
    text: String,
    no_tenants: bool,
    /// What is asked for of keys that a record has one value or several of.
    wanted: Vec<(&'static str, Vec<String>)>,
    unwanted: Vec<String>,
}

impl Filter {
    fn of(fields: &Fields, lag: Duration) -> Result<Self, Refusal> {
        let millis = |duration: Duration| i64::try_from(duration.as_millis()).unwrap_or(i64::MAX);
        let now = epoch_millis();
        // A client without a time sends zero, or the zero time of its language, which is long before 1970.
        let to = match fields.number("to")? {
            to if to <= 0 => i64::MAX,
            to => to,
        };
        let keys = [
            "userIds",
            "actions",
            "actorIds",
            "tenants",
            "devices",
            "methods",
            "geos",
            "remoteAddresses",
            "externalIds",
        ];
        let mut wanted = Vec::new();
        for key in keys {
            wanted.push((key, fields.texts(key)?));
        }
        Ok(Self {
            from: fields.number("from")?.max(now.saturating_sub(millis(KEPT))),
            to: to.min(now.saturating_sub(millis(lag))),
            text: fields.text("text")?.to_lowercase(),
            no_tenants: fields.flag("noTenants")?,
            wanted,
            unwanted: fields.texts("excludedActions")?,
        })
    }

    fn passes(&self, record: &Record) -> bool {
        let Self { from, to, text, no_tenants, wanted, unwanted } = self;
        let is_wanted = |(key, values): &(&str, Vec<String>)| {
            let has = |held: &[String]| held.iter().any(|one| values.contains(one));
            values.is_empty()
                || match *key {
                    "userIds" => values.contains(&record.user_id),
                    "actions" => values.contains(&record.action),
                    "actorIds" => values.contains(&record.actor_id),
                    "remoteAddresses" => values.contains(&record.remote_address),
                    "tenants" => has(&record.tenants) || (*no_tenants && record.tenants.is_empty()),
                    // Nobody who writes through this API has a device, a place or a login.
                    _ => false,
                }
        };
        (*from..=*to).contains(&record.occurred)
            && wanted.iter().all(is_wanted)
            && !unwanted.contains(&record.action)
            && (text.is_empty() || searched(record).to_lowercase().contains(text))
    }
}

fn whole(fields: &Fields, key: &str) -> Result<usize, Refusal> {
    let number = fields.number(key)?;
    usize::try_from(number).map_err(|_| Refusal::against_rules(&format!("The {key} field can't be negative")))
}

/// What a text is looked for in.
fn searched(record: &Record) -> String {
    let Record { action, actor_id, user_id, tenants, data, .. } = record;
    format!("{action} {actor_id} {user_id} {} {}", tenants.join(" "), Value::from(data.clone()))
}

fn wire(project: &str, record: &Record) -> Value {
    json!({
        "ID": format!("A2Emulator{:018}", record.number),
        "projectId": project,
        "userId": record.user_id,
        "action": record.action,
        "occurred": record.occurred.to_string(),
        "device": "",
        "method": "",
        "geo": "",
        "remoteAddress": record.remote_address,
        "externalIds": [],
        "tenants": record.tenants,
        "data": record.data,
        "type": record.kind,
        "actorId": record.actor_id,
    })
}
