use proptest::prelude::*;
use serde_json::{Value, json};

use super::{Api, Options, UnknownReferences, fuzz::nonsense, sample, sample_files};

/// Calls that write configuration, each with a body that is right.
fn right() -> Vec<(&'static str, Value)> {
    let mut console = sample("console/mfa-login.json");
    console["flowId"] = json!("mfa-login");
    let flow = json!({"flow": sample("exported/sign-up-or-in.json"), "changelog": "a", "skipRender": true});
    let small = json!({"flow": {
        "flowId": "small",
        "metadata": {"name": "Small", "translation": {"enabled": true}, "sharedInteractions": [{"id": "1"}]},
        "contents": {"startTask": "0", "tasks": {"0": {"id": "0"}}},
        "screens": [{"screenId": "SC1", "interactions": [{"id": "go"}], "contents": {}}],
        "references": {"connectors": {"Welcome Mail": "CI"}, "roles": {"Editor": "R"}, "oauth": ["google"]},
    }});
    let secrets = json!({
        "connectors": [{"id": "CI2abcdefghijklmnopqrstuvwxy1", "type": "bearertoken", "value": "s"}],
        "oauthProviders": [{"id": "acme-idp", "type": "clientSecret", "value": "s"}],
    });
    let snapshot = json!({"files": sample_files(), "inputSecrets": secrets, "excludes": ["lists"]});
    vec![
        ("/v2/mgmt/flow/import", flow),
        ("/v2/mgmt/flow/import", small),
        ("flow/import", console),
        ("flow/delete", json!({"ids": ["mfa-login"]})),
        ("flow/list", json!({"ids": ["mfa-login"]})),
        ("/v2/mgmt/theme/import", json!({"theme": {"styles": {"dark": {}, "light": {}}, "references": {}}})),
        ("theme/import", json!({"theme": {"cssTemplate": {"dark": {}}}})),
        ("project/snapshot/import", snapshot.clone()),
        ("project/snapshot/validate", snapshot),
        ("project/snapshot/export", json!({"format": "plain"})),
        ("project/update/name", json!({"name": "A"})),
        ("project/update/tags", json!({"tags": ["a"]})),
        ("project/clone", json!({"name": "A", "environment": "production", "tags": ["a"]})),
        ("project/clone/async", json!({"name": "A"})),
        ("infra", json!({"entity": "project", "data": {"version": 1, "name": "A", "tags": ["a"]}})),
        ("audit/search", json!({"from": 1, "to": "2", "tenants": ["a"], "size": 1, "page": 1, "text": "a"})),
        ("audit/event", json!({"action": "A", "type": "info", "actorId": "a", "tenantId": "a", "data": {}})),
        ("role/create", json!({"name": "Editor"})),
        ("tenant/create", json!({"name": "A", "customAttributes": {"plan": "gold"}})),
    ]
}

/// Every place in a value, as a pointer.
fn places(value: &Value, at: &str, into: &mut Vec<String>) {
    into.push(at.to_owned());
    match value {
        Value::Object(fields) => {
            for (key, value) in fields {
                places(value, &format!("{at}/{}", key.replace('~', "~0").replace('/', "~1")), into);
            }
        }
        Value::Array(items) => {
            for (index, value) in items.iter().enumerate() {
                places(value, &format!("{at}/{index}"), into);
            }
        }
        _ => {}
    }
}

/// A right body, or one with nonsense in one place of it.
fn call() -> impl Strategy<Value = (&'static str, Value)> {
    let wrong = prop::option::weighted(0.7, (any::<prop::sample::Index>(), 0_usize..7, nonsense()));
    (prop::sample::select(right()), wrong).prop_map(|((path, mut body), wrong)| {
        if let Some((index, depth, nonsense)) = wrong {
            let mut all = Vec::new();
            places(&body, "", &mut all);
            // There are many more places deep down than near the top.
            all.retain(|place| place.matches('/').count() <= depth);
            *body.pointer_mut(index.get(&all).as_str()).unwrap() = nonsense;
        }
        (path, body)
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 32, failure_persistence: None, ..ProptestConfig::default() })]

    /// Whatever is sent: an answer or a refusal in the service's shape, and a project that can be exported, and
    /// imported again as it was.
    #[test]
    fn no_configuration_breaks_the_project(
        calls in prop::collection::vec(call(), 1..12),
        policy in prop::sample::select(vec![UnknownReferences::Omit, UnknownReferences::Refuse]),
    ) {
        let mut api = Api::with(&Options { unknown_references: policy, ..Options::default() });
        for (path, body) in calls {
            let bearer = if path == "infra" { "Bearer K" } else { "Bearer P1:K" };
            if let Err(refusal) = api.call(bearer, "POST", path, &body) {
                prop_assert!(matches!(refusal.status, 400 | 404), "{refusal:?}");
                prop_assert!(refusal.code.starts_with('E') && !refusal.message.is_empty());
            }
            let listed = api.post("flow/list", &json!({})).unwrap();
            for flow in listed["flows"].as_array().unwrap() {
                let exported = api.post("/v2/mgmt/flow/export", &json!({"flowId": flow["id"]})).unwrap();
                prop_assert!(exported["flow"]["references"]["omitted"].is_array());
                let console = api.post("flow/export", &json!({"flowId": flow["id"]})).unwrap();
                prop_assert_eq!(&console["flow"]["dsl"], &exported["flow"]["contents"]);
            }
            let files = api.post("project/snapshot/export", &json!({})).unwrap();
            let ok = json!({"ok": true, "failures": []});
            prop_assert_eq!(api.post("project/snapshot/validate", &files).unwrap(), ok, "{} {}", path, body);
        }
        let files = api.post("project/snapshot/export", &json!({})).unwrap();
        api.post("project/snapshot/import", &files).unwrap();
        prop_assert_eq!(api.post("project/snapshot/export", &json!({})).unwrap(), files);
    }
}
