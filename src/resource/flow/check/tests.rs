//! What is found in flows with one fault each, and that sound flows have none.

use serde_json::{Value, json};

use super::*;
use crate::resource::flow::tests::{content, sample};

fn found(name: &str, fault: impl FnOnce(&mut Value)) -> Vec<(Severity, &'static str, String)> {
    let mut flow = sample(name).exported();
    fault(&mut flow);
    let flow = content(flow);
    let found = check(&flow);
    for finding in &found {
        assert!(flow.exported().pointer(&finding.pointer).is_some(), "{finding:?}");
    }
    found.into_iter().map(|it| (it.severity, it.code, it.message)).collect()
}

fn error(code: &'static str, message: &str) -> (Severity, &'static str, String) {
    (Severity::Error, code, message.to_owned())
}

fn warning(code: &'static str, message: &str) -> (Severity, &'static str, String) {
    (Severity::Warning, code, message.to_owned())
}

#[test]
fn sound_flows_have_no_findings() {
    for name in ["mfa-login", "sign-up-or-in"] {
        assert_eq!(found(name, |_| {}), []);
    }
}

#[test]
fn a_rule_or_a_task_that_points_to_nothing_is_an_error() {
    assert_eq!(
        found("mfa-login", |flow| flow["contents"]["tasks"]["8"]["next"]["rules"][0]["taskId"] = json!("99")),
        [
            error(
                "missing_task",
                "task 8 \"Update User / Properties\" leads on 'success' to task '99', and there is no such task"
            ),
            warning("unreachable_task", "task 9 \"End\" cannot be reached from the start"),
        ]
    );
    assert_eq!(
        found("mfa-login", |flow| flow["contents"]["tasks"]["1"]["screenId"] = json!("SCnone")),
        [
            error(
                "missing_screen",
                "task 1 \"Phone Number\" shows the screen 'SCnone', and there is no such screen"
            ),
            warning("unused_screen", "no task shows the screen 'SC2abcdefghijklmnopqrstuvwxyE'"),
        ]
    );
}

#[test]
fn a_flow_must_start_somewhere() {
    let no_start = found("mfa-login", |flow| {
        flow["contents"]["tasks"].as_object_mut().unwrap().shift_remove("start");
    });
    assert_eq!(no_start, [error("no_start", "there is no task 'start'")]);
    let no_first = found("mfa-login", |flow| flow["contents"]["startTask"] = json!("77"));
    assert_eq!(no_first, [error("no_start_task", "startTask is '77', and there is no such task")]);
    let other = found("mfa-login", |flow| flow["contents"]["startTask"] = json!("1"));
    assert_eq!(other, [warning("start_differs", "startTask is '1', and no rule of 'start' leads there")]);
    let none = found("mfa-login", |flow| flow["contents"]["startTask"] = json!(null));
    assert_eq!(none, [error("no_start_task", "there is no startTask")]);
}

#[test]
fn what_leads_nowhere_or_fits_no_screen_is_a_warning() {
    let codes = |name, fault: &dyn Fn(&mut Value)| {
        found(name, fault).into_iter().map(|(severity, code, _)| (severity, code)).collect::<Vec<_>>()
    };
    let warn = |code| (Severity::Warning, code);
    let tasks = |flow: &mut Value| flow["contents"]["tasks"].take();
    assert_eq!(
        codes("mfa-login", &|flow| flow["contents"]["tasks"]["8"]["next"] = json!({})),
        [warn("unreachable_task"), warn("dead_end")]
    );
    assert_eq!(
        codes("mfa-login", &|flow| flow["screens"][0]["interactions"][0]["id"] = json!("other")),
        [warn("unknown_interaction")]
    );
    assert_eq!(
        codes("mfa-login", &|flow| {
            let copy = flow["screens"][0]["contents"].clone();
            flow["contents"]["tasks"]["1"]["htmlTemplate"] = copy;
        }),
        [warn("stale_copy")]
    );
    assert_eq!(
        codes("sign-up-or-in", &|flow| {
            flow["contents"]["tasks"]["5"]["next"]["rules"][0]["interactionId"] = json!("other");
        }),
        [warn("unknown_condition"), warn("dead_end")]
    );
    assert_eq!(
        codes("mfa-login", &|flow| {
            let mut all = tasks(flow);
            all["10"] = json!({"type": "screen", "screenId": "SC2abcdefghijklmnopqrstuvwxyE"});
            all["9"]["next"] = json!({"rules": [{"interactionId": "success", "taskId": "10"}]});
            flow["contents"]["tasks"] = all;
        }),
        [warn("shared_screen")]
    );
}

#[test]
fn many_tasks_are_flagged() {
    let with = |count: usize| {
        found("mfa-login", |flow| {
            for id in 100..100 + count {
                flow["contents"]["tasks"][id.to_string()] =
                    json!({"type": "screen", "screenId": "SC2abcdefghijklmnopqrstuvwxyE"});
            }
        })
    };
    let codes = |count| with(count).into_iter().map(|(_, code, _)| code).collect::<Vec<_>>();
    assert!(!codes(89).contains(&"many_tasks"));
    assert!(codes(90).contains(&"many_tasks"));
    assert!(codes(190).contains(&"too_many_tasks"));
}

#[test]
fn an_mfa_flow_needs_a_method_to_fall_back_on() {
    let without_totp = |flow: &mut Value| {
        let tasks = flow["contents"]["tasks"].as_object_mut().unwrap();
        tasks.retain(|id, _| !["4", "5", "7"].contains(&id.as_str()));
        flow["contents"]["tasks"]["0"]["next"]["rules"].as_array_mut().unwrap().pop();
        flow["screens"].as_array_mut().unwrap().pop();
    };
    let message = "an MFA flow needs a primary and a fallback method, and this one has only otp-sms";
    assert_eq!(found("mfa-login", without_totp), [error("mfa_fallback", message)]);
    let unnamed = found("mfa-login", |flow| {
        without_totp(flow);
        flow["flowId"] = json!("phone");
        flow["metadata"]["name"] = json!("Phone");
    });
    assert_eq!(unnamed, [], "one method is no second factor");
}

/// A password, then the actions of a second step.
fn after_a_password(id: &str, actions: &[&str]) -> Vec<(Severity, String)> {
    let mut tasks = json!({"start": {"next": {"rules": [{"taskId": "0"}]}}});
    let all: Vec<&str> = ["sign-in-password"].iter().chain(actions).copied().chain(["logged-in"]).collect();
    for (index, action) in all.iter().enumerate() {
        let next = if *action == "logged-in" {
            json!({})
        } else {
            json!({"rules": [{"interactionId": "success", "taskId": (index + 1).to_string()}]})
        };
        tasks[index.to_string()] = json!({"type": "automated", "action": action, "next": next});
    }
    let flow = json!({"flowId": id, "metadata": {}, "contents": {"startTask": "0", "tasks": tasks}});
    check(&content(flow)).into_iter().map(|it| (it.severity, it.message)).collect()
}

#[test]
fn a_second_factor_without_another_is_a_warning_unless_people_are_enrolled_there() {
    let only = "the second factor is otp-sms, and there is no other to fall back on";
    assert_eq!(
        after_a_password("login", &["sign-in-otp-sms", "verify-code-otp-sms"]),
        [(Severity::Warning, only.to_owned())]
    );
    assert_eq!(after_a_password("login", &["update-user-otp-sms", "verify-code-otp-sms"]), []);
    assert_eq!(
        after_a_password("login", &["sign-in-otp-sms", "verify-code-otp-sms", "verify-totp-code"]),
        []
    );
    let said = "an MFA flow needs a primary and a fallback method, and this one has only otp-sms";
    assert_eq!(
        after_a_password("two-factor", &["update-user-otp-sms", "verify-code-otp-sms"]),
        [(Severity::Error, said.to_owned())]
    );
    assert_eq!(after_a_password("login", &[]), []);
}
