//! The samples in `tests/data/snapshot-sample`, read and written in every form.

mod big;
mod edits;
mod laws;

use std::{collections::BTreeMap, path::PathBuf};

use serde_json::{Value, json};

use super::*;

/// A sample as its file says it.
fn text_of(path: &str) -> String {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/data/snapshot-sample");
    std::fs::read_to_string(folder.join(path)).unwrap()
}

fn value_of(path: &str) -> Value {
    serde_json::from_str(&text_of(path)).unwrap()
}

/// The exported sample of this name.
pub(super) fn sample(name: &str) -> Content {
    Content::from_json(value_of(&format!("exported/{name}.json"))).unwrap().0
}

/// The flow in `value`, which must be one in the exported shape.
pub(super) fn content(value: Value) -> Content {
    Content::from_json(value).unwrap().0
}

fn folder_of(name: &str) -> BTreeMap<String, String> {
    let folder =
        PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/data/snapshot-sample/project/flows").join(name);
    let files =
        std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap());
    files.map(|file| (file.clone(), text_of(&format!("project/flows/{name}/{file}")))).collect()
}

#[test]
fn samples_are_written_as_they_were_read() {
    for name in ["mfa-login", "sign-up-or-in"] {
        assert_eq!(to_go_json(&sample(name).exported()), text_of(&format!("exported/{name}.json")));
        let files = folder_of(name);
        let values =
            files.iter().map(|(file, text)| (file.clone(), serde_json::from_str(text).unwrap())).collect();
        let read = Content::from_folder(&values).unwrap();
        let written: BTreeMap<String, String> =
            read.folder().iter().map(|(file, value)| (file.clone(), to_go_json(value))).collect();
        assert_eq!(written, files);
        assert_eq!(to_go_json(&read.named(name).exported()), text_of(&format!("exported/{name}.json")));
    }
    let console = value_of("console/mfa-login.json");
    assert_eq!(to_go_json(&console), text_of("console/mfa-login.json"));
}

#[test]
fn the_consoles_export_is_the_same_flow_without_references() {
    let (read, form) = Content::from_json(value_of("console/mfa-login.json")).unwrap();
    assert_eq!(form, Form::Console);
    let mut exported = sample("mfa-login").into_object();
    exported.shift_remove("references");
    assert_eq!(Value::Object(read.clone().into_object()), Value::Object(exported));

    let mut console = value_of("console/mfa-login.json");
    for counter in ["version", "etag", "modifiedTime"] {
        console["flow"].as_object_mut().unwrap().shift_remove(counter);
    }
    for screen in console["screens"].as_array_mut().unwrap() {
        screen.as_object_mut().unwrap().shift_remove("version");
    }
    assert_eq!(read.console(), console);
}

#[test]
fn the_answer_of_the_service_is_unwrapped() {
    let (read, form) = Content::from_json(json!({"flow": sample("mfa-login").exported()})).unwrap();
    assert_eq!((read, form), (sample("mfa-login"), Form::Wrapped));
}

#[test]
fn what_is_no_flow_says_what_is_missing() {
    let error = |value| Content::from_json(value).unwrap_err().to_string();
    assert_eq!(error(json!([])), "this is no flow: a flow is a JSON object");
    assert_eq!(
        error(json!({"tenants": []})),
        "this is no flow: it has neither 'contents' and 'metadata' nor 'flow' and 'screens'"
    );
    assert_eq!(error(json!({"metadata": {}})), "an exported flow must have /contents");
    assert_eq!(
        error(json!({"metadata": {}, "contents": {"tasks": []}})),
        "an exported flow must have an object at /contents/tasks"
    );
    assert_eq!(error(json!({"flow": {"dsl": {}}})), "a flow from the console must have /screens");
    assert_eq!(error(json!({"flow": {}, "screens": []})), "a flow from the console must have /flow/dsl");
    let screens = |screens| json!({"metadata": {}, "contents": {"tasks": {}}, "screens": screens});
    assert_eq!(
        error(screens(json!([{}]))),
        "an exported flow must have the id of the screen at /screens/0/screenId"
    );
    let twice = screens(json!([{"screenId": "SC1"}, {"screenId": "SC1"}]));
    assert_eq!(error(twice), "two screens have the id 'SC1'");
    for hinted in
        [NotAFlow::NoForm, NotAFlow::Missing { form: Form::Folder, what: "contents.json".to_owned() }]
    {
        assert!(hinted.hint().contains("three forms"), "{hinted}");
    }
}

#[test]
fn a_folder_must_have_the_files_it_lists_and_no_others() {
    let mut files = sample("mfa-login").folder();
    files.insert("screen-SCother.json".to_owned(), json!({"screenId": "SCother"}));
    assert_eq!(
        Content::from_folder(&files).unwrap_err(),
        NotAFlow::Unlisted("screen-SCother.json".to_owned())
    );
    files.remove("screen-SCother.json");
    files.remove("screen-SC2abcdefghijklmnopqrstuvwxyE.json");
    assert_eq!(
        Content::from_folder(&files).unwrap_err().to_string(),
        "a snapshot folder of a flow must have screen-SC2abcdefghijklmnopqrstuvwxyE.json"
    );
}

#[test]
fn metadata_with_keys_that_a_folder_uses_itself_keeps_them() {
    let object = json!({"screens": [{}], "references": {"a": 1}, "flow": 5, "name": "Sign in"});
    let flow = content(json!({"flowId": "a", "metadata": object, "contents": {"tasks": {}}, "other": 7}));
    let read = Content::from_folder(&flow.folder()).unwrap().named("a");
    assert!(read.same(&flow), "{}", to_go_json(&read.exported()));
    assert_eq!(read.folder(), flow.folder());
}

#[test]
fn connectors_and_roles_count_by_name() {
    let live = sample("sign-up-or-in");
    let elsewhere =
        text_of("exported/sign-up-or-in.json").replace("CI2abcdefghijklmnopqrstuvwxy1", "CI9elsewhere");
    let elsewhere = content(serde_json::from_str(&elsewhere).unwrap());
    assert!(live.same(&elsewhere));
    assert_eq!(live.digest(), elsewhere.digest());
    assert!(differing_keys(live.object(), elsewhere.object()).is_empty());
    let renamed = text_of("exported/sign-up-or-in.json").replace("\"Welcome Mail\"", "\"Other Mail\"");
    let renamed = content(serde_json::from_str(&renamed).unwrap());
    assert_eq!(differing_keys(live.object(), renamed.object()), ["contents", "references"]);
}

#[test]
fn empty_is_absent_only_where_it_says_nothing() {
    let same = |key: &str, left: Value, right: Value| same_key(key, Some(&left), Some(&right));
    assert!(same("metadata", json!({"disabled": false, "translation": {"enabled": false}}), json!({})));
    assert!(same("references", json!({"connectors": {}, "oauth": []}), json!({"roles": null})));
    assert!(same_key("references", None, Some(&json!({}))));
    let screens = |value| json!([{"screenId": "S", "interactions": [{"id": "a", "icon": value}]}]);
    assert!(same("screens", screens(json!("")), screens(json!(null))));
    let task = |value| json!({"tasks": {"1": {"arguments": {"x": value}}}});
    assert!(!same("contents", task(json!("")), task(json!(null))));
    let node = |value| json!([{"screenId": "S", "contents": {"ROOT": {"hidden": value}}}]);
    assert!(!same("screens", node(json!(false)), node(json!(null))));
}

#[test]
fn the_order_of_rules_and_conditions_counts_and_that_of_screens_and_interactions_does_not() {
    let same = |key: &str, left: Value, right: Value| same_key(key, Some(&left), Some(&right));
    let rules = |one: &str, other: &str| json!({"tasks": {"1": {"next": {"rules": [{"interactionId": one}, {"interactionId": other}]}}}});
    assert!(!same("contents", rules("a", "b"), rules("b", "a")));
    let screens = |one: &str, other: &str| json!([{"screenId": one}, {"screenId": other}]);
    assert!(same("screens", screens("a", "b"), screens("b", "a")));
    let shared = |one: &str, other: &str| json!({"sharedInteractions": [{"id": one}, {"id": other}]});
    assert!(same("metadata", shared("a", "b"), shared("b", "a")));
}

#[test]
fn a_copy_of_the_screen_in_its_task_says_nothing_more() {
    let plain = sample("mfa-login");
    let mut copied = plain.exported();
    let copy = copied["screens"][0]["contents"].clone();
    copied["contents"]["tasks"]["0"]["htmlTemplate"] = copy;
    let copied = content(copied);
    assert!(plain.same(&copied));
    assert_eq!(plain.digest(), copied.digest());
}

#[test]
fn what_nobody_knows_takes_the_place_of_nothing_in_the_console_s_form() {
    let flow = Content::from_json(json!({
        "flowId": "a", "flow": "unknown", "screens": [{"screenId": "SC1", "id": "other", "contents": {"a": 1}, "htmlTemplate": {}}],
        "metadata": {"name": "A", "id": "other", "dsl": {}},
        "contents": {"startTask": "0", "tasks": {"0": {"id": "0", "type": "end"}}},
    }));
    let flow = flow.unwrap().0;
    let (read, _) = Content::from_json(flow.console()).unwrap();
    assert_eq!((read.id(), read.name(), read.tasks().count()), ("a", "A", 1));
    let screens: Vec<_> = read.screens().collect();
    assert_eq!((screens[0].0, &screens[0].1["contents"]), ("SC1", &json!({"a": 1})));
}
