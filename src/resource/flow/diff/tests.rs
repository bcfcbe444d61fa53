//! What is told of a change, and what is not told twice.

use serde_json::{Value, json};

use super::*;
use crate::resource::flow::tests::{content, sample};

fn changed(name: &str, change: impl FnOnce(&mut Value)) -> (Content, Content) {
    let live = sample(name);
    let mut desired = live.exported();
    change(&mut desired);
    (live, content(desired))
}

fn labels(found: &[FlowDifference]) -> Vec<&str> {
    found.iter().map(|it| it.label.as_str()).collect()
}

fn remove(value: &mut Value, pointer: &str, keys: &[&str]) {
    match value.pointer_mut(pointer).unwrap() {
        Value::Object(map) => map.retain(|key, _| !keys.contains(&key.as_str())),
        Value::Array(items) => items.retain(|item| {
            !keys.iter().any(|key| item == key || item["id"] == *key || item["interactionId"] == *key)
        }),
        _ => unreachable!("a map or a list"),
    }
}

fn without_oauth(flow: &mut Value) {
    remove(flow, "/contents/tasks", &["4", "4.end"]);
    remove(flow, "/contents/tasks/0/next/rules", &["google01", "apple001"]);
    remove(flow, "/screens/0/contents", &["google01", "apple001"]);
    remove(flow, "/screens/0/contents/ROOT/nodes", &["google01", "apple001"]);
    remove(flow, "/screens/0/interactions", &["google01", "apple001"]);
}

fn with_another_button_text(flow: &mut Value) {
    let screen = &mut flow["screens"][0];
    screen["contents"]["submit01"]["props"]["children"] = json!("Go on");
    screen["interactions"][0]["label"] = json!("Go on");
    let copy = screen["contents"].clone();
    flow["contents"]["tasks"]["0"]["htmlTemplate"] = copy;
}

fn with_another_connector(flow: &mut Value) {
    flow["contents"]["tasks"]["7"]["arguments"]["connectorId"]["value"] = json!("CI2other");
    flow["references"]["connectors"] = json!({"Other Mail": "CI2other"});
}

#[test]
fn a_button_text_a_connector_and_a_method_are_three_differences() {
    let (live, desired) = changed("sign-up-or-in", |flow| {
        with_another_button_text(flow);
        with_another_connector(flow);
        without_oauth(flow);
    });
    let found = differences(&live, &desired);
    assert_eq!(
        labels(&found),
        [
            "method removed: oauth",
            "task 7 \"Send Welcome Mail\": connector",
            "screen \"Welcome Screen\": button text"
        ]
    );
    let [method, connector, text] = &found[..] else { unreachable!("three") };
    assert_eq!(
        method.before,
        Some(json!(["4 \"Sign Up or In / OAuth\"", "4.end \"Sign Up or In / OAuth\""]))
    );
    assert_eq!(method.breaking.as_deref(), Some("people who sign in with oauth no longer can"));
    assert_eq!(
        (&connector.before, &connector.after),
        (&Some(json!("Welcome Mail")), &Some(json!("Other Mail")))
    );
    assert_eq!(connector.breaking.as_deref(), Some("the flow no longer uses the connector 'Welcome Mail'"));
    assert_eq!(text.path.join("/"), "screens/SC2abcdefghijklmnopqrstuvwxyA/contents/submit01/props/children");
    assert_eq!((&text.before, &text.after), (&Some(json!("Continue")), &Some(json!("Go on"))));
    assert_eq!(text.breaking, None);
}

#[test]
fn a_method_comes_with_its_tasks_and_its_screens() {
    let (desired, live) = changed("mfa-login", |flow| {
        remove(flow, "/contents/tasks", &["4", "5", "7"]);
        remove(flow, "/contents/tasks/0/next/rules", &["totp0001"]);
        remove(flow, "/screens/0/contents", &["totp0001"]);
        remove(flow, "/screens/0/contents/ROOT/nodes", &["totp0001"]);
        remove(flow, "/screens/0/interactions", &["totp0001"]);
        flow["screens"].as_array_mut().unwrap().remove(3);
    });
    let found = differences(&live, &desired);
    assert_eq!(labels(&found), ["method added: totp"]);
    let tasks = ["4 \"Update User / TOTP\"", "5 \"Authenticator App\"", "7 \"Verify Code / TOTP\""];
    assert_eq!(found[0].after, Some(json!(tasks)));
    assert_eq!(labels(&differences(&desired, &live)), ["method removed: totp"]);
}

#[test]
fn rules_conditions_and_sub_flows_are_told_by_name() {
    let (live, desired) = changed("sign-up-or-in", |flow| {
        let tasks = &mut flow["contents"]["tasks"];
        tasks["0"]["next"]["rules"][0]["taskId"] = json!("5");
        tasks["5"]["conditions"][0]["atomicConditions"][0]["operator"] = json!("is-false");
        tasks["5"]["next"]["rules"].as_array_mut().unwrap().reverse();
        tasks["6"]["arguments"]["flowId"]["value"] = json!("other");
        tasks["7"]["name"] = json!("Greet");
    });
    let found = differences(&live, &desired);
    assert_eq!(
        labels(&found),
        [
            "task 0 \"Welcome Screen\": rule \"Continue\"",
            "task 5 \"New user?\": condition \"New user\"",
            "task 5 \"New user?\": order of rules",
            "task 6 \"mfa-login\": sub-flow",
            "task 7 \"Greet\": name",
        ]
    );
    assert_eq!(found[0].before, Some(json!("1 \"Sign Up or In / Magic Link / Email\"")));
    assert_eq!(found[0].after, Some(json!("5 \"New user?\"")));
    assert_eq!(found[2].path, ["contents", "tasks", "5", "next"]);
}

#[test]
fn a_lost_input_is_breaking_and_told_once() {
    let (live, desired) = changed("sign-up-or-in", |flow| {
        remove(flow, "/screens/0/contents", &["email001"]);
        remove(flow, "/screens/0/contents/ROOT/nodes", &["email001"]);
        remove(flow, "/contents/tasks/0", &["inputKeys", "allInputKeys"]);
    });
    let found = differences(&live, &desired);
    assert_eq!(labels(&found), ["screen \"Welcome Screen\": input \"Email\" removed"]);
    assert_eq!(found[0].breaking.as_deref(), Some("the screen no longer asks for 'email'"));

    let (live, desired) = changed("sign-up-or-in", |flow| {
        flow["screens"][0]["contents"]["email001"]["props"]["name"] = json!("mail");
    });
    let found = differences(&live, &desired);
    assert_eq!(labels(&found), ["screen \"Welcome Screen\": input \"Email\" name"]);
    assert!(found[0].breaking.is_some());
}

#[test]
fn a_component_that_moves_is_told_where_it_is_and_an_order_where_it_counts() {
    let (live, desired) = changed("mfa-login", |flow| {
        let contents = &mut flow["screens"][0]["contents"];
        contents["box"] = contents["ROOT"].clone();
        contents["box"]["nodes"] = json!(["sms00001"]);
        contents["box"]["parent"] = json!("ROOT");
        contents["ROOT"]["nodes"] = json!(["box", "title002", "totp0001"]);
        contents["sms00001"]["parent"] = json!("box");
    });
    let screen = "screen \"Choose A Second Factor\":";
    assert_eq!(
        labels(&differences(&live, &desired)),
        [format!("{screen} button \"Text message\" moved"), format!("{screen} container box added")]
    );
    let (live, desired) = changed("mfa-login", |flow| {
        flow["screens"][0]["contents"]["ROOT"]["nodes"].as_array_mut().unwrap().reverse();
    });
    let found = differences(&live, &desired);
    assert_eq!(labels(&found), [format!("{screen} order of components in container ROOT")]);
}

#[test]
fn tasks_screens_and_references_that_come_and_go_are_told() {
    let (live, desired) = changed("sign-up-or-in", |flow| {
        remove(flow, "/contents/tasks", &["7"]);
        flow["contents"]["tasks"]["6"]["next"]["rules"][0]["taskId"] = json!("8");
        flow["references"] = json!({"roles": {"Editor": "ROL1"}, "oauth": ["acme-idp"]});
        flow["screens"].as_array_mut().unwrap().push(json!({"screenId": "SCnew"}));
        flow["metadata"]["description"] = json!("Shorter");
        flow["unknown"] = json!({"deep": true});
    });
    let found = differences(&live, &desired);
    assert_eq!(
        labels(&found),
        [
            "description",
            "task 6 \"mfa-login\": rule \"9.success\"",
            "task removed: 7 \"Send Welcome Mail\"",
            "screen added: SCnew",
            "role reference added: Editor",
            "OAuth provider reference added: acme-idp",
            "unknown",
        ]
    );
    assert!(found[2].breaking.as_ref().is_some_and(|why| why.contains("'Welcome Mail'")));
}

fn breaking(found: &[FlowDifference]) -> Vec<&str> {
    found.iter().filter_map(|it| it.breaking.as_deref()).collect()
}

#[test]
fn an_input_is_lost_with_the_task_that_shows_it_though_its_screen_stays_in_the_file() {
    let (live, desired) = changed("mfa-login", |flow| {
        flow["contents"]["tasks"]["0"]["next"]["rules"][0]["taskId"] = json!("2");
        remove(flow, "/contents/tasks", &["1"]);
    });
    assert_eq!(breaking(&differences(&live, &desired)), ["the flow no longer asks for 'phone'"]);
}

#[test]
fn a_connector_that_is_only_referred_to_is_used_no_more() {
    let (live, desired) = changed("sign-up-or-in", |flow| {
        let tasks = flow["contents"]["tasks"].as_object_mut().unwrap();
        let user = tasks.iter().find(|(_, task)| task["action"] == "connector").unwrap().0.clone();
        let next = tasks[&user]["next"]["rules"][0]["taskId"].clone();
        tasks.shift_remove(&user);
        for task in tasks.values_mut() {
            for rule in task.pointer_mut("/next/rules").and_then(Value::as_array_mut).into_iter().flatten() {
                if rule["taskId"] == user.as_str() {
                    rule["taskId"] = next.clone();
                }
            }
        }
    });
    assert_eq!(
        breaking(&differences(&live, &desired)),
        ["the flow no longer uses the connector 'Welcome Mail'"]
    );
}

#[test]
fn a_reference_that_was_left_unresolved_is_repaired_without_a_break() {
    let (desired, live) = changed("sign-up-or-in", |flow| {
        flow["references"].as_object_mut().unwrap().shift_remove("connectors");
    });
    assert_eq!(breaking(&differences(&live, &desired)), Vec::<&str>::new());
}
