//! What a step sends, and what it makes of what it finds.

use serde_json::json;

use super::*;

static SHAPE: Shape = Shape {
    read_only: &["createdTime", "parent"],
    computed: &["successors"],
    caseless: &["selfProvisioningDomains"],
    opaque: &["customAttributes"],
    copied: &["selfProvisioningDomains"],
    wrapper: Some("tenant"),
    words: &[("selfProvisioningDomains", "domains")],
    ..Shape::PLAIN
};

fn object(value: Value) -> Object {
    match value {
        Value::Object(object) => object,
        other => panic!("{other} is no object"),
    }
}

fn step(edit: Edit) -> Step {
    Step {
        label: "update",
        look: Request::read("/look"),
        path: "/write",
        id: "acme".into(),
        key: Some("id"),
        lane: Lane::Object("tenant.acme".into()),
        edit,
        shape: &SHAPE,
    }
}

fn rename() -> Step {
    step(Edit::Update(vec![("name".into(), Assign::Set(json!("New")))]))
}

fn live() -> Object {
    object(json!({
        "id": "acme", "name": "Old", "customAttributes": {"a": 1, "gone": 2}, "parent": "p",
        "createdTime": 5, "successors": [], "neverHeardOf": {"deep": [1, {"x": null}]},
    }))
}

#[test]
fn an_update_sends_back_what_it_does_not_change_and_nothing_read_only() {
    let body = rename().request(Some(&live()), "").body.unwrap();
    let expected = json!({
        "id": "acme", "name": "New", "customAttributes": {"a": 1, "gone": 2}, "successors": [],
        "neverHeardOf": {"deep": [1, {"x": null}]},
    });
    assert_eq!(body, expected);
}

#[test]
fn a_map_is_merged_key_by_key() {
    let merge = Assign::Merge { set: object(json!({"b": true})), remove: vec!["gone".into()] };
    let body =
        step(Edit::Update(vec![("customAttributes".into(), merge)])).request(Some(&live()), "").body.unwrap();
    assert_eq!(body["customAttributes"], json!({"a": 1, "b": true}));
}

#[test]
fn a_look_tells_done_from_untouched_from_anything_else() {
    let (before, step) = (live(), rename());
    let mut now = before.clone();
    assert_eq!(step.judge(Some(&before), Some(&now)), Verdict::Untouched);
    now.insert("name".into(), json!("New"));
    now.insert("successors".into(), json!(["child"]));
    now.insert("disabled".into(), json!(false));
    assert_eq!(step.judge(Some(&before), Some(&now)), Verdict::Done);
    now.shift_remove("neverHeardOf");
    assert!(
        matches!(step.judge(Some(&before), Some(&now)), Verdict::Differs(keys) if keys[0].key == "neverHeardOf")
    );
    assert_eq!(step.judge(Some(&before), None), Verdict::Differs(vec![]));
}

#[test]
fn a_create_is_judged_by_what_it_named() {
    let step =
        step(Edit::Create(object(json!({"name": "A", "selfProvisioningDomains": ["B.com", "a.com"]}))));
    assert_eq!(step.judge(None, None), Verdict::Untouched);
    let now =
        object(json!({"id": "acme", "name": "A", "selfProvisioningDomains": ["a.com", "b.com"], "x": 1}));
    assert_eq!(step.judge(None, Some(&now)), Verdict::Done);
    let dropped = object(json!({"id": "acme", "name": "A", "selfProvisioningDomains": []}));
    assert!(matches!(step.judge(None, Some(&dropped)), Verdict::Differs(keys) if keys.len() == 1));
}

#[test]
fn an_absent_object_is_a_delete_done() {
    let step = step(Edit::Delete(object(json!({"cascade": false}))));
    assert_eq!(step.judge(Some(&live()), None), Verdict::Done);
    assert_eq!(step.judge(Some(&live()), Some(&live())), Verdict::Untouched);
    assert_eq!(step.request(None, "").body.unwrap(), json!({"id": "acme", "cascade": false}));
}

#[test]
fn empty_is_absent_everywhere_but_in_somebody_elses_data() {
    let same = |key, left, right| SHAPE.same(key, Some(&left), Some(&right));
    assert!(same("sso", json!({"a": {"b": true, "c": false}}), json!({"a": {"b": true}, "d": ""})));
    assert!(!same("sso", json!({"a": {"b": true}}), json!({"a": {"b": false}})));
    assert!(!same("customAttributes", json!({"active": false}), json!({"x": 1, "active": true})));
    assert!(!same("customAttributes", json!({"active": false, "x": 1}), json!({"x": 1})));
}

#[test]
fn a_copy_of_what_was_just_written_is_brought_up_to_date() {
    let mut before = object(json!({"selfProvisioningDomains": ["old.com"], "enabled": true}));
    rename().catch_up(&mut before, &object(json!({"selfProvisioningDomains": [], "enabled": false})));
    assert_eq!(before, object(json!({"selfProvisioningDomains": [], "enabled": true})));
}

#[test]
fn some_calls_want_the_object_in_an_envelope_and_a_remark_beside_it() {
    static LETTER: Shape = Shape { envelope: Some("flow"), remark: Some("changelog"), ..Shape::PLAIN };
    let step = |edit| Step { key: Some("flowId"), shape: &LETTER, ..step(edit) };
    let body = step(Edit::Create(object(json!({"x": 1})))).request(None, "run 7").body.unwrap();
    assert_eq!(body, json!({"flow": {"flowId": "acme", "x": 1}, "changelog": "run 7"}));
    let delete = Step { key: None, ..step(Edit::Delete(object(json!({"ids": ["acme"]})))) };
    assert_eq!(delete.request(None, "run 7").body.unwrap(), json!({"ids": ["acme"]}));
}

#[test]
fn half_of_our_own_write_is_told_from_somebody_elses() {
    static WHOLE: Shape = Shape { lost: Some(|_, _| Vec::new()), ..Shape::PLAIN };
    let edits =
        vec![("a".into(), Assign::Set(json!({"x": 2, "y": 2}))), ("b".into(), Assign::Set(json!([1, 2])))];
    let step = Step { shape: &WHOLE, ..step(Edit::Update(edits)) };
    let before = object(json!({"a": {"x": 1, "y": 1}, "b": [1]}));
    let is_half_done = |now: Value| step.is_half_done(Some(&before), &object(now));
    assert!(is_half_done(json!({"a": {"x": 2, "y": 1}, "b": [1]})));
    assert!(is_half_done(json!({"a": {"x": 1, "y": 1}, "b": [2, 1]})));
    assert!(!is_half_done(json!({"a": {"x": 3, "y": 1}, "b": [1]})));
    assert!(!is_half_done(json!({"a": {"x": 1, "y": 1}, "b": [1, 3]})));
    assert!(!is_half_done(json!({"a": {"x": 1, "y": 1}, "b": [1], "c": 1})));
    assert!(!rename().is_half_done(Some(&live()), &live()), "such objects are never put back");
}

#[test]
fn an_answer_may_be_wrapped_or_flat() {
    assert_eq!(SHAPE.unwrap(object(json!({"tenant": {"id": "a"}}))), object(json!({"id": "a"})));
    assert_eq!(
        SHAPE.unwrap(object(json!({"id": "a", "tenant": {}}))),
        object(json!({"id": "a", "tenant": {}}))
    );
}
