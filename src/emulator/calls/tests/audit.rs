use std::time::Duration;

use serde_json::{Value, json};

use super::{Api, CREATE, Options, Record, epoch_millis};

fn search(api: &mut Api, filter: &Value) -> Vec<Value> {
    let found = api.post("audit/search", filter).unwrap();
    found["audits"].as_array().unwrap().clone()
}

fn some_writes() -> Api {
    let mut api = Api::new();
    api.headers.push(("x-external-rid".to_owned(), "01JRUN".to_owned()));
    api.post(CREATE, &json!({"id": "acme", "name": "Acme"})).unwrap();
    api.headers.clear();
    api.post("permission/create", &json!({"name": "docs.write"})).unwrap();
    api.call("Bearer P1:Kconsole", "POST", "tenant/delete", &json!({"id": "acme"})).unwrap();
    api
}

#[test]
fn every_write_is_recorded_with_who_and_what() {
    let mut api = some_writes();
    assert_eq!(api.post(CREATE, &json!({"id": "b"})).unwrap_err().status, 400);
    api.get("tenant/all").unwrap();
    let records = search(&mut api, &json!({"oldestFirst": true}));
    let actions: Vec<_> = records.iter().map(|record| record["action"].as_str().unwrap()).collect();
    assert_eq!(actions, ["TenantCreated", "PermissionCreated", "TenantDeleted"]);
    assert_eq!((&records[0]["tenants"], &records[1]["tenants"]), (&json!(["acme"]), &json!([])));
    assert_eq!(records[0]["data"], json!({"id": "acme", "name": "Acme", "x-external-rid": "01JRUN"}));
    assert_eq!(records[0]["actorId"], json!(super::KeySpec::from("K").id()));
    assert_eq!(records[2]["actorId"], json!(super::KeySpec::from("Kconsole").id()));
    assert!(records[0]["occurred"].as_str().unwrap().parse::<i64>().unwrap() > 1_700_000_000_000);
    assert!(!json!(records).to_string().contains("Kconsole"));
}

#[test]
fn a_search_keeps_to_its_filters() {
    let mut api = some_writes();
    let console = super::KeySpec::from("Kconsole").id();
    let now = epoch_millis();
    for (filter, count) in [
        (json!({}), 3),
        (json!({"actions": ["TenantCreated", "TenantDeleted"]}), 2),
        (json!({"excludedActions": ["TenantCreated"]}), 2),
        (json!({"tenants": ["acme"]}), 2),
        (json!({"tenants": ["acme"], "noTenants": true}), 3),
        (json!({"tenants": ["nobody"]}), 0),
        (json!({"actorIds": [console]}), 1),
        (json!({"text": "01jrun"}), 1),
        (json!({"text": "DOCS.write"}), 1),
        (json!({"userIds": ["U1"]}), 0),
        (json!({"devices": ["phone"]}), 0),
        (json!({"remoteAddresses": ["127.0.0.1"]}), 3),
        (json!({"from": now - 60_000, "to": (now + 60_000).to_string()}), 3),
        (json!({"from": now + 60_000}), 0),
        (json!({"to": now - 60_000}), 0),
        (json!({"from": -62_135_596_800_000_i64, "to": -62_135_596_800_000_i64}), 3),
        (json!({"size": 2}), 2),
        (json!({"size": 2, "page": 1}), 1),
        (json!({"size": 2, "page": 2}), 0),
    ] {
        assert_eq!(search(&mut api, &filter).len(), count, "{filter}");
    }
    let page = api.post("audit/search", &json!({"size": 1})).unwrap();
    assert_eq!((&page["total"], &page["audits"][0]["action"]), (&json!(3), &json!("TenantDeleted")));
    for wrong in
        [json!({"size": 1001}), json!({"page": -1}), json!({"tenants": "acme"}), json!({"from": "x"})]
    {
        assert_eq!(api.post("audit/search", &wrong).unwrap_err().status, 400, "{wrong}");
    }
}

#[test]
fn a_record_is_found_after_the_lag_and_for_thirty_days() {
    let mut api = Api::with(&Options { audit_lag: Duration::from_mins(1), ..Options::default() });
    let day = 24 * 3_600_000;
    for (number, age) in [0, 61_000, 29 * day, 31 * day].into_iter().enumerate() {
        let occurred = epoch_millis() - age;
        let number = u64::try_from(number).unwrap();
        let record = Record { number, occurred, action: number.to_string(), ..Record::default() };
        api.store.project("P1").unwrap().note(record);
    }
    let found = search(&mut api, &json!({}));
    let found: Vec<_> = found.iter().map(|record| record["action"].as_str().unwrap()).collect();
    assert_eq!(found, ["2", "1"]);
}

#[test]
fn a_record_can_be_made_up() {
    let mut api = Api::new();
    let event =
        json!({"action": "Deployed", "type": "warn", "actorId": "ci", "tenantId": "acme", "data": {"n": 1}});
    api.post("audit/event", &event).unwrap();
    let found = search(&mut api, &json!({"actorIds": ["ci"]}));
    assert_eq!(
        (&found[0]["type"], &found[0]["tenants"], &found[0]["data"]["n"]),
        (&json!("warn"), &json!(["acme"]), &json!(1))
    );
    for (key, wrong) in [("type", "loud"), ("action", ""), ("tenantId", "")] {
        let mut event = event.clone();
        event[key] = json!(wrong);
        assert_eq!(api.post("audit/event", &event).unwrap_err().status, 400, "{key}");
    }
}
