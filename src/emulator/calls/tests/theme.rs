use serde_json::{Value, json};

use super::Api;

const IMPORT: &str = "/v2/mgmt/theme/import";
const EXPORT: &str = "/v2/mgmt/theme/export";

#[test]
fn a_theme_is_stored_as_sent_with_a_stamp_of_its_own() {
    let mut api = Api::new();
    let theme =
        json!({"componentsVersion": "1.0", "styles": {"light": {"globals": {"a": 1}}}, "newKey": [1]});
    assert_eq!(api.post(IMPORT, &json!({"theme": theme})), Ok(json!({})));
    let found = api.post(EXPORT, &Value::Null).unwrap()["theme"].take();
    assert_eq!((&found["styles"], &found["newKey"]), (&theme["styles"], &theme["newKey"]));
    assert_ne!(found["componentsVersion"], theme["componentsVersion"]);
    assert_ne!(found, api.post(EXPORT, &Value::Null).unwrap()["theme"]);
}

#[test]
fn the_consoles_shape_has_a_version_that_grows() {
    let mut api = Api::new();
    let version = |api: &mut Api| api.post("theme/export", &json!({})).unwrap()["theme"]["version"].take();
    assert_eq!(version(&mut api), json!(1));
    api.post("theme/import", &json!({"theme": {"id": "x", "cssTemplate": {"dark": {"b": 2}}}})).unwrap();
    assert_eq!(version(&mut api), json!(2));
    assert_eq!(api.post(EXPORT, &json!({})).unwrap()["theme"]["styles"], json!({"dark": {"b": 2}}));
}

#[test]
fn a_theme_of_other_types_is_refused() {
    let mut api = Api::new();
    for (path, theme) in [
        (IMPORT, json!(null)),
        (IMPORT, json!({})),
        (IMPORT, json!([])),
        (IMPORT, json!({"styles": "x"})),
        (IMPORT, json!({"styles": {"dark": []}})),
        ("theme/import", json!({})),
        ("theme/import", json!({"cssTemplate": 1})),
    ] {
        assert_eq!(api.post(path, &json!({"theme": theme})).unwrap_err().status, 400, "{path} {theme}");
    }
}
