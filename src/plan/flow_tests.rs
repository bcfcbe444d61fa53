//! Flows in a plan: in order, by who changed what, and only where nothing moved.

use serde_json::{Value, json, value::RawValue};

use super::*;
use crate::{
    resource::{
        Desired, Live, Observed,
        flow::{Content, Flow, Origin},
    },
    state::Baseline,
};

/// A flow that says something, and runs others.
fn content(id: &str, description: &str, runs: &[&str]) -> Content {
    let run = |(n, id): (usize, &&str)| {
        let task = json!({"id": n.to_string(), "type": "flow", "arguments": {"flowId": {"type": "inline", "value": id}}});
        (n.to_string(), task)
    };
    let tasks: serde_json::Map<String, Value> = runs.iter().enumerate().map(run).collect();
    let value = json!({
        "flowId": id, "metadata": {"name": id, "description": description},
        "contents": {"startTask": "0", "tasks": tasks}, "screens": [],
    });
    Content::from_json(value).unwrap().0
}

fn flow(id: &str, description: &str, runs: &[&str]) -> Flow {
    let origin = Origin::File(format!("{id}.json"));
    Flow { id: id.into(), content: content(id, description, runs), origin, place: None }
}

fn live(flows: &[Content]) -> Live {
    let observe = |content: &Content| {
        let raw = RawValue::from_string(content.exported().to_string()).unwrap();
        (content.id().to_owned(), Observed { object: content.clone(), raw })
    };
    let flows: std::collections::BTreeMap<_, _> = flows.iter().map(observe).collect();
    Live { flow_ids: flows.keys().cloned().collect(), flows, ..Live::default() }
}

fn plan(flows: &[Flow], live: &Live, baseline: &Baseline) -> Plan {
    let desired = Desired { flows: Some(flows.to_vec()), ..Desired::default() };
    compute(Inputs { desired: &desired, live, baseline, scope: &Scope::default() }).unwrap()
}

fn needs(plan: &Plan, id: &str) -> Vec<String> {
    let change = plan.changes.iter().find(|change| change.address.id() == id).unwrap();
    change.needs.iter().map(|need| need.address().id().to_owned()).collect()
}

#[test]
fn whoever_runs_a_flow_waits_for_it_and_a_circle_is_cut_once() {
    let none = Baseline::empty("P2");
    let plan_of = |flows: &[Flow]| plan(flows, &live(&[]), &none);
    let chain = plan_of(&[flow("a", "", &["b"]), flow("b", "", &["c"]), flow("c", "", &[])]);
    assert_eq!(
        (needs(&chain, "a"), needs(&chain, "b"), needs(&chain, "c")),
        (vec!["b".into()], vec!["c".into()], vec![])
    );
    let circle = plan_of(&[flow("a", "", &["b"]), flow("b", "", &["a"])]);
    assert_eq!((needs(&circle, "a"), needs(&circle, "b")), (vec![], vec!["a".to_owned()]));
    assert!(circle.changes.iter().all(|change| change.withheld.is_none()));
}

#[test]
fn what_was_applied_and_came_back_in_other_words_is_in_sync() {
    let wanted = flow("a", "wanted", &[]);
    let (said, edited) = (content("a", "as the service says it", &[]), content("a", "edited", &[]));
    let mut baseline = Baseline::empty("P2");
    let applied = json!({"desired": wanted.content.digest(), "returned": said.digest(), "template": null});
    baseline.set("flow.a", &applied).unwrap();
    assert!(plan(std::slice::from_ref(&wanted), &live(std::slice::from_ref(&said)), &baseline).is_empty());
    let cause = |wanted: Flow, now: &Content| {
        plan(&[wanted], &live(std::slice::from_ref(now)), &baseline).changes[0].cause
    };
    assert_eq!(cause(wanted.clone(), &edited), Cause::Console);
    assert_eq!(cause(flow("a", "new", &[]), &said), Cause::Config);
    assert_eq!(cause(flow("a", "new", &[]), &edited), Cause::Both);
    let gone = plan(&[wanted], &live(&[]), &baseline);
    assert_eq!(gone.changes[0].cause, Cause::Console, "somebody deleted it");
}

#[test]
fn a_flow_that_moved_or_came_since_the_plan_is_named() {
    let none = Baseline::empty("P2");
    let before = live(&[content("a", "old", &[])]);
    let made = plan(&[flow("a", "new", &[]), flow("b", "", &[])], &before, &none);
    assert_eq!(confirm(&made, &before), Ok(()));
    let edited = live(&[content("a", "edited", &[])]);
    let moved = confirm(&made, &edited).unwrap_err();
    assert_eq!(
        moved[0].to_string(),
        "flow.a changed in Descope since the plan was shown: field 'metadata.description'"
    );
    let both = live(&[content("a", "old", &[]), content("b", "", &[])]);
    assert_eq!(confirm(&made, &both).unwrap_err()[0].what, "it is there already");
    assert_eq!(confirm(&made, &live(&[])).unwrap_err()[0].what, "it is gone");
}

#[test]
fn applying_a_plan_leaves_nothing_to_plan_and_keeps_unknown_keys() {
    let none = Baseline::empty("P2");
    let mut old = content("a", "old", &[]).into_object();
    old.insert("neverHeardOf".into(), json!({"deep": [1, null]}));
    let now = Content::from_json(Value::Object(old)).unwrap().0;
    let made = plan(&[flow("a", "new", &[])], &live(std::slice::from_ref(&now)), &none);
    let step = &made.changes[0].steps[0];
    let after = step.after(Some(now.object()));
    assert_eq!(after["neverHeardOf"], json!({"deep": [1, null]}));
    let after = Content::from_json(Value::Object(after)).unwrap().0;
    assert!(plan(&[flow("a", "new", &[])], &live(&[after]), &none).is_empty());
    let written = step.after(Some(now.object()));
    let undone = made.changes[0].undo[0].after(Some(&written));
    assert_eq!(Value::Object(undone)["metadata"], now.exported()["metadata"]);
}
