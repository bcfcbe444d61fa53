use serde_json::{Map, Value, json};

use super::{Api, CREATE, sample_files};

const EXPORT: &str = "project/snapshot/export";
const VALIDATE: &str = "project/snapshot/validate";
const IMPORT: &str = "project/snapshot/import";

fn files(api: &mut Api) -> Map<String, Value> {
    api.post(EXPORT, &json!({})).unwrap()["files"].as_object().unwrap().clone()
}

fn secrets() -> Value {
    json!({
        "connectors": [{"id": "CI2abcdefghijklmnopqrstuvwxy1", "name": "Welcome Mail", "type": "bearertoken", "value": "s"}],
        "oauthProviders": [{"id": "acme-idp", "name": "acme-idp", "type": "clientSecret", "value": "s"}],
    })
}

fn import(api: &mut Api, files: &Map<String, Value>) {
    api.post(IMPORT, &json!({"files": files, "inputSecrets": secrets()})).unwrap();
}

#[test]
fn what_is_imported_is_exported_again() {
    let mut api = Api::new();
    let sample = sample_files();
    import(&mut api, &sample);
    let found = files(&mut api);
    assert_eq!(found.keys().collect::<Vec<_>>(), {
        let mut paths: Vec<_> = sample.keys().collect();
        paths.sort_unstable();
        paths
    });
    for (path, file) in &sample {
        // Ids of roles and permissions are a project's own.
        if !["roles.json", "permissions.json"].contains(&path.as_str()) {
            assert_eq!(found[path], *file, "{path}");
        }
    }
    for path in [
        "project.json",
        "auth/otp.json",
        "connectors/welcome-mail.json",
        "attributes.json",
        "assets/magiclink-email.html",
    ] {
        assert_eq!(found[path].to_string(), sample[path].to_string(), "{path}");
    }
    import(&mut api, &found);
    assert_eq!(files(&mut api), found, "a second round changes nothing");
}

#[test]
fn an_import_overwrites_the_whole_configuration_but_no_tenant() {
    let mut api = Api::new();
    api.post(CREATE, &json!({"id": "a", "name": "A"})).unwrap();
    api.post("permission/create", &json!({"name": "old"})).unwrap();
    api.post("role/create", &json!({"name": "Old", "permissionNames": ["old"]})).unwrap();
    api.post("role/create", &json!({"name": "Own", "permissionNames": ["old"], "tenantId": "a"})).unwrap();
    let flow = json!({"flowId": "old", "metadata": {"name": "Old"}, "contents": {"startTask": "0"}});
    api.post("/v2/mgmt/flow/import", &json!({"flow": flow})).unwrap();
    import(&mut api, &sample_files());
    let flows = api.post("flow/list", &json!({})).unwrap();
    assert_eq!((&flows["flows"][0]["id"], &flows["total"]), (&json!("mfa-login"), &json!(2)));
    let roles = api.get("role/all").unwrap()["roles"].take();
    let names: Vec<_> =
        roles.as_array().unwrap().iter().map(|role| (&role["name"], &role["permissionNames"])).collect();
    assert_eq!(names[0], (&json!("Editor"), &json!(["docs.write"])));
    assert_eq!(names[2], (&json!("Own"), &json!([])));
    assert_eq!((names.len(), api.tenant("a")["name"].clone()), (3, json!("A")));
    api.post(IMPORT, &json!({"files": {"project.json": {"name": "x"}}})).unwrap();
    assert_eq!(api.post("flow/list", &json!({})).unwrap()["total"], json!(0));
    let left = files(&mut api);
    assert!(!left.contains_key("connectors/welcome-mail.json") && left.contains_key("roles.json"));
}

#[test]
fn secrets_of_what_is_new_are_asked_for() {
    let mut api = Api::new();
    let sample = sample_files();
    let answer = api.post(VALIDATE, &json!({"files": sample})).unwrap();
    assert_eq!((&answer["ok"], &answer["failures"]), (&json!(false), &json!([])));
    let mut missing = answer["missingSecrets"].clone();
    assert_eq!(missing["connectors"][0]["name"], json!("Welcome Mail"));
    assert_eq!(
        missing["oauthProviders"][0],
        json!({"id": "acme-idp", "name": "acme-idp", "type": "clientSecret", "value": ""})
    );
    assert_eq!((&missing["outboundApps"], &missing["externalAuth"]), (&json!([]), &json!([])));
    let refusal = api.post(IMPORT, &json!({"files": sample, "inputSecrets": missing})).unwrap_err();
    assert!(refusal.status == 400 && refusal.message.contains("Welcome Mail"), "{refusal:?}");
    for kind in ["connectors", "oauthProviders"] {
        missing[kind][0]["value"] = json!("s3cret");
    }
    let body = json!({"files": sample, "inputSecrets": missing});
    assert_eq!(api.post(VALIDATE, &body), Ok(json!({"ok": true, "failures": []})));
    api.post(IMPORT, &body).unwrap();
    // What the project has keeps its secret, and no secret comes out.
    assert_eq!(api.post(VALIDATE, &json!({"files": sample})).unwrap()["ok"], json!(true));
    assert!(!json!(files(&mut api)).to_string().contains("s3cret"));
}

#[test]
fn a_failed_validation_is_no_http_error_but_a_failed_import_is() {
    let mut api = Api::new();
    let before = files(&mut api);
    for (path, file) in [
        ("roles.json", json!({"roles": [{"name": "X", "permissions": ["ghost"]}]})),
        ("flows/flows.json", json!({"flows": ["ghost"]})),
        ("connectors/connectors.json", json!({"connectors": ["ghost"]})),
        ("roles.json", json!([])),
        ("../up.json", json!({})),
    ] {
        let body = json!({"files": {path: file}});
        let answer = api.post(VALIDATE, &body).unwrap();
        assert_eq!(
            (&answer["ok"], answer["failures"].as_array().unwrap().len()),
            (&json!(false), 1),
            "{answer}"
        );
        assert_eq!(api.post(IMPORT, &body).unwrap_err().status, 400, "{body}");
    }
    let mut sample = sample_files();
    sample.insert("connectors/connectors.json".to_owned(), json!({"connectors": []}));
    let answer = api.post(VALIDATE, &json!({"files": sample, "inputSecrets": secrets()})).unwrap();
    assert!(answer["failures"][0].as_str().unwrap().contains("Welcome Mail"), "{answer}");
    assert_eq!(files(&mut api), before);
}

#[test]
fn lists_can_be_left_out_and_nothing_else() {
    let mut api = Api::new();
    api.plant("P1", &json!({"lists.json": {"lists": [{"id": "L1"}]}}));
    let body = json!({"files": {"lists.json": {"lists": []}, "project.json": {}}, "excludes": ["lists"]});
    api.post(IMPORT, &body).unwrap();
    assert_eq!(files(&mut api)["lists.json"], json!({"lists": [{"id": "L1"}]}));
    let wrong = json!({"files": {"project.json": {}}, "excludes": ["flows"]});
    for path in [VALIDATE, IMPORT] {
        assert_eq!(api.post(path, &wrong).unwrap_err().status, 400);
        assert_eq!(api.post(path, &json!({})).unwrap_err().status, 400);
        assert_eq!(api.post(path, &json!({"files": []})).unwrap_err().status, 400);
    }
}

#[test]
fn the_plain_format_has_assets_where_they_are_used() {
    let mut api = Api::new();
    import(&mut api, &sample_files());
    let plain = api.post(EXPORT, &json!({"format": "plain"})).unwrap()["files"].take();
    assert!(!plain.to_string().contains("assets/"));
    let template = plain["auth/magiclink.json"]["emailTemplates"][0].as_str().unwrap();
    assert!(template.contains('<'), "{template}");
    assert_eq!(api.post(EXPORT, &json!({"format": "zip"})).unwrap_err().status, 400);
}

#[test]
fn attributes_that_a_tenant_brought_are_exported() {
    let mut api = Api::new();
    api.post(CREATE, &json!({"id": "a", "name": "A", "customAttributes": {"plan": "gold"}})).unwrap();
    let attributes = files(&mut api)["attributes.json"].clone();
    assert_eq!(attributes["tenant"], json!([{"displayName": "plan", "name": "plan", "type": "string"}]));
}
