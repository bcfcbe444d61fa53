use serde_json::{Value, json};

use super::{Api, Options, UnknownReferences, sample};

const IMPORT: &str = "/v2/mgmt/flow/import";
const EXPORT: &str = "/v2/mgmt/flow/export";

fn flow(id: &str) -> Value {
    json!({
        "flowId": id,
        "metadata": {"name": "A flow", "tomorrow": {"deep": [1, null]}},
        "contents": {"startTask": "0", "tasks": {"0": {"id": "0", "arguments": {"empty": {"value": ""}}}}},
        "screens": [{"screenId": "SC1", "interactions": [{"id": "go", "type": "button"}], "contents": {"ROOT": {}}}],
    })
}

fn import(api: &mut Api, flow: &Value) -> Result<Value, super::Refusal> {
    api.post(IMPORT, &json!({"flow": flow}))
}

fn export(api: &mut Api, id: &str) -> Value {
    api.post(EXPORT, &json!({"flowId": id})).unwrap()["flow"].take()
}

#[test]
fn an_export_is_the_import_with_a_new_stamp_and_empty_values() {
    let mut api = Api::new();
    let mut sent = flow("login");
    sent["metadata"]["componentsVersion"] = json!("1.0");
    sent["newKey"] = json!(7);
    assert_eq!(import(&mut api, &sent), Ok(json!({})));
    let found = export(&mut api, "login");
    assert_ne!(found["metadata"]["componentsVersion"], json!("1.0"));
    assert_ne!(found, export(&mut api, "login"), "two reads differ in the stamp");
    assert_eq!(found["metadata"]["tomorrow"], json!({"deep": [1, null]}));
    assert_eq!((&found["metadata"]["translation"], &found["newKey"]), (&json!(null), &json!(7)));
    assert_eq!(found["contents"], sent["contents"]);
    let button = json!({"id": "go", "type": "button", "label": "", "icon": "", "subType": ""});
    assert_eq!(found["screens"][0]["interactions"], json!([button]));
    assert_eq!(found["references"]["omitted"], json!([]));
}

#[test]
fn an_import_overwrites_and_leaves_a_version_with_its_changelog() {
    let mut api = Api::new();
    api.post(IMPORT, &json!({"flow": flow("login"), "changelog": "first"})).unwrap();
    let mut other = flow("login");
    other["metadata"] = json!({"name": "Renamed"});
    api.post(IMPORT, &json!({"flow": other, "changelog": "run 01J", "skipRender": true})).unwrap();
    let found = export(&mut api, "login");
    assert_eq!((&found["metadata"]["name"], found["metadata"].get("tomorrow")), (&json!("Renamed"), None));
    let project = api.store.project("P1").unwrap();
    let versions = json!(project.now().flows.get("login").unwrap().versions);
    assert_eq!((&versions[0]["version"], &versions[0]["changelog"]), (&json!(1), &json!("first")));
    assert_eq!((&versions[1]["changelog"], &versions[1]["skipRender"]), (&json!("run 01J"), &json!(true)));
}

#[test]
fn flows_are_listed_all_or_by_id_with_their_count() {
    let mut api = Api::new();
    assert_eq!(api.post("flow/list", &Value::Null), Ok(json!({"flows": [], "total": 0})));
    import(&mut api, &flow("a")).unwrap();
    import(&mut api, &flow("b")).unwrap();
    let all = api.post("flow/list", &json!({})).unwrap();
    assert_eq!((&all["total"], &all["flows"][1]["id"]), (&json!(2), &json!("b")));
    assert_eq!(all["flows"][0]["dsl"], json!({}));
    let one = api.post("flow/list", &json!({"ids": ["b", "nobody"]})).unwrap();
    assert_eq!((&one["total"], &one["flows"][0]["name"]), (&json!(1), &json!("A flow")));
}

#[test]
fn a_delete_takes_all_or_none() {
    let mut api = Api::new();
    import(&mut api, &flow("a")).unwrap();
    import(&mut api, &flow("b")).unwrap();
    assert_eq!(api.post("flow/delete", &json!({"ids": ["a", "nobody"]})).unwrap_err().status, 404);
    assert_eq!(api.post("flow/delete", &json!({})).unwrap_err().status, 400);
    assert_eq!(api.post("flow/list", &json!({})).unwrap()["total"], json!(2));
    api.post("flow/delete", &json!({"ids": ["a", "b"]})).unwrap();
    assert_eq!(api.post(EXPORT, &json!({"flowId": "a"})).unwrap_err().status, 404);
}

#[test]
fn a_body_of_other_types_is_refused_as_by_the_gateway() {
    let mut api = Api::new();
    for (place, wrong, code) in [
        ("/flowId", json!(7), "E011001"),
        ("/flowId", json!(""), "E011003"),
        ("/flowId", json!("a b"), "E011003"),
        ("/metadata", json!("text"), "E011001"),
        ("/metadata", json!(null), "E011003"),
        ("/metadata/name", json!(["x"]), "E011001"),
        ("/contents", json!([]), "E011001"),
        ("/contents", json!(null), "E011003"),
        ("/contents/tasks", json!([]), "E011001"),
        ("/contents/tasks/0", json!("x"), "E011001"),
        ("/screens", json!({}), "E011001"),
        ("/screens/0", json!("x"), "E011001"),
        ("/screens/0/interactions/0/id", json!(1), "E011001"),
    ] {
        let mut sent = flow("login");
        *sent.pointer_mut(place).unwrap() = wrong.clone();
        let refusal = import(&mut api, &sent).unwrap_err();
        assert_eq!((refusal.status, refusal.code), (400, code), "{place} {wrong}");
    }
    for body in
        [json!({}), json!({"flow": null}), json!({"flow": []}), json!({"flow": flow("a"), "changelog": 1})]
    {
        assert_eq!(api.post(IMPORT, &body).unwrap_err().status, 400, "{body}");
    }
    assert_eq!(api.post("flow/list", &json!({})).unwrap()["total"], json!(0));
}

#[test]
fn references_are_resolved_by_name_wherever_their_ids_stand() {
    let mut api = Api::new();
    api.plant(
        "P1",
        &json!({
            "connectors/connectors.json": {"connectors": ["mail"]},
            "connectors/mail.json": {"id": "CIown", "name": "Mail", "type": "email"},
        }),
    );
    let mut sent = flow("login");
    sent["references"] = json!({"connectors": {"Mail": "CIsource", "Descope": "x"}, "oauth": ["google"]});
    sent["contents"]["tasks"]["0"]["arguments"]["connectorId"] =
        json!({"type": "inline", "value": "CIsource"});
    import(&mut api, &sent).unwrap();
    let found = export(&mut api, "login");
    assert_eq!(found["references"]["connectors"]["Mail"], json!("CIown"));
    assert_eq!(found["contents"]["tasks"]["0"]["arguments"]["connectorId"]["value"], json!("CIown"));
    assert_eq!(
        (&found["references"]["omitted"], &found["references"]["oauth"]),
        (&json!([]), &json!(["google"]))
    );
}

#[test]
fn an_unknown_reference_is_omitted_or_refused() {
    let mut sent = flow("login");
    let names = json!({"connectors": {"Ghost": "CI1"}, "roles": {"Tenant Admin": "R", "Nobody": "R2"}, "oauth": ["okta"]});
    sent["references"] = names;
    let mut api = Api::new();
    import(&mut api, &sent).unwrap();
    let found = export(&mut api, "login")["references"].take();
    assert_eq!(found["omitted"], json!(["Ghost", "Nobody", "okta"]));
    assert_eq!((&found["connectors"], &found["oauth"]), (&json!({}), &json!([])));
    assert!(found["roles"]["Tenant Admin"].as_str().unwrap().starts_with("ROL2"));

    let mut api = Api::with(&Options { unknown_references: UnknownReferences::Refuse, ..Options::default() });
    let refusal = import(&mut api, &sent).unwrap_err();
    assert!(refusal.status == 400 && refusal.message.contains("Ghost"), "{refusal:?}");
    assert_eq!(api.post("flow/list", &json!({})).unwrap()["total"], json!(0));
}

#[test]
fn the_consoles_shape_is_the_same_flow() {
    let mut api = Api::new();
    let exported = sample("exported/mfa-login.json");
    let mut console = sample("console/mfa-login.json");
    console["flowId"] = json!("from-console");
    api.post("flow/import", &console).unwrap();
    import(&mut api, &exported).unwrap();
    let (mut one, mut two) = (export(&mut api, "from-console"), export(&mut api, "mfa-login"));
    for flow in [&mut one, &mut two] {
        flow["flowId"] = json!("");
        flow["metadata"]["componentsVersion"] = json!("");
        flow["references"] = json!({});
    }
    assert_eq!(one, two);

    let mut back = api.post("flow/export", &json!({"flowId": "mfa-login"})).unwrap();
    assert_eq!(back["flow"]["dsl"], console["flow"]["dsl"]);
    assert_eq!(back["screens"][0]["htmlTemplate"], console["screens"][0]["htmlTemplate"]);
    // What the console exports can be imported as it is.
    back["flowId"] = json!("again");
    back["flow"]["translate"] = json!(true);
    back["flow"]["translateSourceLang"] = json!("en");
    api.post("flow/import", &back).unwrap();
    assert_eq!(export(&mut api, "again")["metadata"]["translation"]["sourceLanguage"], json!("en"));
    for wrong in
        [json!({"flowId": "x"}), json!({"flow": back["flow"]}), json!({"flowId": "x", "flow": {"dsl": 1}})]
    {
        assert_eq!(api.post("flow/import", &wrong).unwrap_err().status, 400, "{wrong}");
    }
}

#[test]
fn a_template_can_be_imported() {
    let mut api = Api::new();
    let listed = api.post("flow/template/list", &json!({})).unwrap();
    for template in listed["templates"].as_array().unwrap() {
        let body = json!({"flowId": template["id"], "flow": {"name": template["name"], "dsl": template["dsl"]},
            "screens": template["screens"]});
        api.post("flow/import", &body).unwrap();
    }
    assert_eq!(api.post("flow/list", &json!({})).unwrap()["total"], listed["total"]);
}
