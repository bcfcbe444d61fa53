//! Flows in a plan: in order, by who changed what, and only where nothing moved.

use serde_json::{Value, json, value::RawValue};

use super::*;
use crate::{
    resource::{
        Desired, Live, Observed, Step,
        flow::{Content, Facts, Flow, Origin},
        theme::{DesiredTheme, Theme},
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

/// The same, with flows of which only the ids are known.
fn live_with(flows: &[Content], others: &[&str]) -> Live {
    let mut live = live(flows);
    live.flow_ids.extend(others.iter().map(|id| (*id).to_owned()));
    live
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
    // One that stays as it is is there already, and one that runs itself waits for nobody.
    let there = plan(
        &[flow("a", "", &["b", "a", "elsewhere"]), flow("b", "same", &[])],
        &live_with(&[content("b", "same", &[])], &["elsewhere"]),
        &none,
    );
    assert_eq!(needs(&there, "a"), [""; 0]);
    let circle = plan_of(&[flow("a", "", &["b"]), flow("b", "", &["a"])]);
    assert_eq!((needs(&circle, "a"), needs(&circle, "b")), (vec![], vec!["a".to_owned()]));
    assert!(circle.changes.iter().all(|change| change.withheld.is_none()));
}

#[test]
fn a_tenant_of_the_same_id_is_nobodys_sub_flow() {
    let tenant = |id: &str| crate::plan::tests::tenant(id, &[]);
    let desired = Desired {
        tenants: Some(vec![tenant("abc"), tenant("bcd")]),
        flows: Some(vec![flow("abc", "", &["bcd"]), flow("bcd", "same", &["missing"])]),
        ..Desired::default()
    };
    let now = live(&[content("bcd", "same", &["missing"])]);
    let (baseline, scope) = (Baseline::empty("P2"), Scope::default());
    let plan = compute(Inputs { desired: &desired, live: &now, baseline: &baseline, scope: &scope }).unwrap();
    assert!(of(&plan, "tenant.abc").needs.is_empty() && of(&plan, "flow.abc").needs.is_empty());
    assert_eq!(plan.warnings, []);
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
    assert_eq!(moved[0].to_string(), "flow.a is not as it was planned: field 'metadata.description'");
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

fn place(line: usize) -> Place {
    Place { file: "descope.yaml".into(), line, column: 5 }
}

fn of<'a>(plan: &'a Plan, address: &str) -> &'a Change {
    plan.changes.iter().find(|change| change.address.as_str() == address).unwrap()
}

fn labels(steps: &[Step]) -> Vec<(&str, &str)> {
    steps.iter().map(|step| (step.label, step.id.as_str())).collect()
}

#[test]
fn a_flow_that_is_made_is_taken_away_again_where_its_steps_end_half_way() {
    let wanted = Flow { place: Some(place(7)), ..flow("a", "new", &[]) };
    let made = plan(std::slice::from_ref(&wanted), &live(&[]), &Baseline::empty("P2"));
    let change = of(&made, "flow.a");
    assert_eq!((change.name.as_str(), change.place.clone()), ("a", Some(place(7))));
    let digest = wanted.content.digest();
    assert_eq!(change.action.after(), Some(&flow::summary(&wanted.content, Some(&wanted.origin), &digest)));
    assert_eq!(change.steps, [flow::create(&wanted.content)]);
    assert_eq!(change.undo, [flow::delete("a")]);
    let [applied, desired, live] = change.versions.clone().unwrap();
    assert_eq!((applied.as_str(), live.as_str()), ("never", "sha256 "));
    assert_eq!(desired, format!("sha256 {}", &wanted.content.digest()[..12]));
}

#[test]
fn a_flow_that_changes_is_named_as_it_will_be_and_put_back_as_it_was() {
    let old = content("a", "old", &[]);
    let wanted = Flow { place: Some(place(7)), ..flow("a", "new", &[]) };
    let made = plan(std::slice::from_ref(&wanted), &live(std::slice::from_ref(&old)), &Baseline::empty("P2"));
    let change = of(&made, "flow.a");
    assert_eq!((change.name.as_str(), change.place.clone()), ("a", Some(place(7))));
    assert_eq!(change.steps, [flow::replace(&wanted.content)]);
    assert_eq!(change.undo, [flow::replace(&old)]);
    assert_eq!(change.seen[flow::EXPORT_PATH].as_ref(), old.object());
    let told: Vec<_> = change.fields.iter().map(|it| (it.label.as_deref(), it.path.to_string())).collect();
    assert_eq!(told, [(Some("description"), "metadata.description".to_owned())]);
    assert_eq!(
        (change.fields[0].before.clone(), change.fields[0].after.clone()),
        (Some("old".into()), Some("new".into()))
    );
}

#[test]
fn a_flow_is_read_by_itself_before_and_after_and_the_theme_is_too() {
    let old = [content("a", "old", &[]), content("b", "old", &[])];
    let estimate = |wanted: &[Flow]| {
        plan(wanted, &live(&old), &Baseline::empty("P2")).estimate(crate::units::RateLimit::DEFAULT).requests
    };
    let one = [flow("a", "new", &[]), flow("b", "old", &[])];
    let both = [flow("a", "new", &[]), flow("b", "new", &[])];
    // Each is read before the first write, before its own where that was long ago, and after it; the list that tells
    // whether it is there is read once.
    assert_eq!((estimate(&one), estimate(&both)), (4, 7));
}

#[test]
fn another_major_version_of_the_same_template_is_a_change_that_must_be_allowed() {
    let same = content("a", "said", &[]);
    let planned = |applied: Option<&str>, name: &str, version: &str| {
        let origin = Origin::Template { name: name.into(), version: version.parse().unwrap() };
        let wanted = Flow { origin, ..flow("a", "said", &[]) };
        let mut baseline = Baseline::empty("P2");
        let digest = same.digest();
        baseline.set("flow.a", &json!({"desired": digest, "returned": digest, "template": applied})).unwrap();
        plan(&[wanted], &live(std::slice::from_ref(&same)), &baseline)
    };
    let made = planned(Some("mfa@1.2.0"), "mfa", "2.0.0");
    let change = of(&made, "flow.a");
    assert_eq!(change.breaking, ["Flow 'a' version change: v1 -> v2 (breaking changes possible)"]);
    assert_eq!((change.withheld.clone(), change.cause), (Some(Withheld::Breaking), Cause::Config));
    let [version] = change.fields.as_slice() else { panic!("{:?}", change.fields) };
    assert_eq!((version.label.as_deref(), version.path.to_string().as_str()), (Some("template"), "template"));
    assert_eq!(
        (version.before.clone(), version.after.clone()),
        (Some("mfa@1.2.0".into()), Some("mfa@2.0.0".into()))
    );
    for (applied, name, version) in [
        (Some("mfa@2.0.0"), "mfa", "2.1.0"),
        (Some("otp@1.0.0"), "mfa", "2.0.0"),
        (Some("no version"), "mfa", "2.0.0"),
        (None, "mfa", "2.0.0"),
    ] {
        assert!(planned(applied, name, version).is_empty(), "{applied:?} {name} {version}");
    }
}

/// A plan that deletes `doomed` of the live flows, with these desired.
fn deleting(doomed: &[&str], wanted: &[Flow], now: &[Content]) -> Plan {
    let doomed_flows = doomed.iter().map(|id| (*id).to_owned()).collect();
    let desired = Desired { flows: Some(wanted.to_vec()), doomed_flows, ..Desired::default() };
    let (live, baseline) = (live(now), Baseline::empty("P2"));
    compute(Inputs { desired: &desired, live: &live, baseline: &baseline, scope: &Scope::default() }).unwrap()
}

#[test]
fn a_flow_goes_once_nobody_runs_it_any_more() {
    let old = content("old", "", &["old"]);
    let lone = deleting(&["old"], &[], &[old.clone(), content("other", "", &["third"])]);
    let change = of(&lone, "flow.old");
    assert_eq!(
        (change.cause, change.withheld.clone(), change.needs.as_slice()),
        (Cause::Config, None, &[][..])
    );
    assert_eq!((labels(&change.steps), change.undo.len()), (vec![("delete", "old")], 0));
    assert_eq!((change.name.as_str(), change.action.word()), ("old", "delete"));
    assert_eq!(change.action.before(), Some(&flow::summary(&old, None, &old.digest())));
    assert_eq!(change.seen[flow::EXPORT_PATH].as_ref(), old.object());
    assert_eq!(change.versions.as_ref().unwrap()[2], format!("sha256 {}", &old.digest()[..12]));

    let runs = content("user", "", &["old"]);
    let used = deleting(&["old"], &[], &[old.clone(), runs.clone()]);
    assert_eq!(of(&used, "flow.old").withheld, Some(Withheld::Used(vec![Address::new("flow", "user")])));
    let still = deleting(&["old"], &[flow("user", "edited", &["old"])], &[old.clone(), runs.clone()]);
    assert_eq!(of(&still, "flow.old").withheld, Some(Withheld::Used(vec![Address::new("flow", "user")])));

    let both = deleting(&["old", "user"], &[], &[old.clone(), runs.clone()]);
    assert_eq!(of(&both, "flow.old").needs, [Need::Gone(Address::new("flow", "user"))]);
    let leaves = deleting(&["old"], &[flow("user", "", &[])], &[old, runs]);
    assert_eq!(of(&leaves, "flow.old").needs, [Need::Made(Address::new("flow", "user"))]);
    assert_eq!(of(&leaves, "flow.old").withheld, None);
}

fn theme(colour: &str) -> Theme {
    Theme::from_json(json!({"styles": {"light": {"primary": colour}}, "componentsVersion": "3.1"})).unwrap()
}

fn observed(theme: &Theme) -> Observed<Theme> {
    let raw = RawValue::from_string(Value::Object(theme.object().clone()).to_string()).unwrap();
    Observed { object: theme.clone(), raw }
}

#[test]
fn a_theme_is_put_in_place_and_put_back_whole() {
    let (now, wanted) = (theme("red"), theme("blue"));
    let live = Live { theme: Some(observed(&now)), ..Live::default() };
    let origin = "theme.json".to_owned();
    let planned = |theme: &Theme| {
        let theme =
            Some(DesiredTheme { theme: theme.clone(), origin: origin.clone(), place: Some(place(3)) });
        let (desired, baseline) = (Desired { theme, ..Desired::default() }, Baseline::empty("P2"));
        compute(Inputs { desired: &desired, live: &live, baseline: &baseline, scope: &Scope::default() })
            .unwrap()
    };
    assert!(planned(&now).is_empty());
    let made = planned(&wanted);
    let change = of(&made, "theme.default");
    assert_eq!(
        (change.steps.as_slice(), change.undo.as_slice()),
        (&[theme::replace(&wanted)][..], &[theme::replace(&now)][..])
    );
    assert_eq!(
        (change.place.clone(), change.seen[theme::EXPORT_PATH].as_ref()),
        (Some(place(3)), now.object())
    );
    assert_eq!(change.fields, theme::differences(&now, &wanted));
    assert!(!change.fields.is_empty());
    assert_eq!(change.action.after().unwrap()["file"], "theme.json");
    assert_eq!((change.name.as_str(), change.cause), ("default", Cause::Unknown));
    let short = |theme: &Theme| format!("sha256 {}", &theme.digest()[..12]);
    assert_eq!(change.versions, Some(["never".to_owned(), short(&wanted), short(&now)]));
}

#[test]
fn what_a_flow_leans_on_is_there_or_missing_or_could_not_be_looked_at() {
    let wanted = [flow("a", "", &["b", "gone", "gone"]), flow("b", "", &[])];
    let run = |facts: Facts| {
        let live = Live { facts, flow_ids: ["c".to_owned()].into(), ..Live::default() };
        let desired = Desired { flows: Some(wanted.to_vec()), ..Desired::default() };
        compute(Inputs {
            desired: &desired,
            live: &live,
            baseline: &Baseline::empty("P2"),
            scope: &Scope::default(),
        })
    };
    let problems = run(Facts::default()).unwrap_err();
    let [missing] = problems.as_slice() else { panic!("{problems:?}") };
    assert_eq!(missing.code, "missing_flow");
    assert!(
        missing.message.starts_with("flow 'a' uses flow 'gone', which the project does not have"),
        "{}",
        missing.message
    );

    let mut leaning = content("a", "", &[]).into_object();
    leaning.insert(
        "references".into(),
        json!({"connectors": {"Mail": {"id": "CI2x"}, "Store": {"id": "CI2y"}}}),
    );
    let content = Content::from_json(Value::Object(leaning)).unwrap().0;
    let leaning = Flow { content, ..flow("a", "", &[]) };
    let with = |connectors: Option<&[&str]>, unseen: Option<&str>| {
        let connectors = connectors.map(|names| names.iter().map(|name| (*name).to_owned()).collect());
        let facts = Facts { connectors, unseen: unseen.map(str::to_owned), ..Facts::default() };
        let (live, desired) = (
            Live { facts, ..Live::default() },
            Desired { flows: Some(vec![leaning.clone()]), ..Desired::default() },
        );
        compute(Inputs {
            desired: &desired,
            live: &live,
            baseline: &Baseline::empty("P2"),
            scope: &Scope::default(),
        })
    };
    assert_eq!(with(Some(&["Mail", "Store"]), None).unwrap().warnings, []);
    let codes: Vec<_> = with(Some(&["Mail"]), None).unwrap_err().iter().map(|it| it.code).collect();
    assert_eq!(codes, ["missing_connector"]);
    let warned = with(None, Some("the key may not export")).unwrap().warnings;
    assert_eq!(
        warned,
        [Warning {
            code: "not_checked",
            message:
                "flow 'a' leans on connector 'Mail', connector 'Store', not checked: the key may not export"
                    .to_owned(),
            address: Some(Address::new("flow", "a")),
        }]
    );
}
