//! What differs between two environments, and what only looks so.

use serde_json::{json, value::to_raw_value};

use super::*;
use crate::resource::{
    flow::Content,
    tenant::{Bag, LiveSettings, Sensitive, Tenant},
};

fn live(tenants: &[Value]) -> Live {
    let observe = |value: &Value| Observed {
        object: serde_json::from_value(value.clone()).unwrap(),
        raw: to_raw_value(value).unwrap(),
    };
    Live { tenants: tenants.iter().map(observe).collect(), ..Live::default() }
}

fn items(ids: &[&str]) -> Desired {
    let item = |(id, line): (&&str, usize)| Tenant {
        id: (*id).to_owned(),
        place: Some(Place { file: "descope.yaml".into(), line, column: 5 }),
        sensitive: vec![Path::new(["attributes", "token"])],
        ..Tenant::default()
    };
    Desired { tenants: Some(ids.iter().zip(1..).map(item).collect()), ..Desired::default() }
}

#[test]
fn one_item_of_the_configuration_is_one_tenant_whatever_its_ids() {
    let from = live(&[
        json!({"id": "qa-top", "name": "Top", "createdTime": 1}),
        json!({"id": "qa-low", "name": "Low", "parent": "qa-top", "customAttributes": {"token": "a"}}),
        json!({"id": "own", "name": "Own"}),
    ]);
    let to = live(&[
        json!({"id": "prod-top", "name": "Top", "createdTime": 2, "successors": ["prod-low"]}),
        json!({"id": "prod-low", "name": "Low", "parent": "prod-top", "customAttributes": {"token": "b"}}),
        json!({"id": "new", "name": "New"}),
    ]);
    let (one, two) = (items(&["qa-top", "qa-low"]), items(&["prod-top", "prod-low"]));
    let found = compare(Side { live: &from, desired: &one }, Side { live: &to, desired: &two });
    let told: Vec<_> = found.differences.iter().map(|it| (it.address.as_str(), it.presence)).collect();
    assert_eq!(
        told,
        [
            ("tenant.new", Presence::OnlyTo),
            ("tenant.own", Presence::OnlyFrom),
            ("tenant.qa-low", Presence::Both)
        ]
    );
    let low = &found.differences[2];
    assert_eq!(low.counterpart.as_ref().map(Address::as_str), Some("tenant.prod-low"));
    assert_eq!(low.fields.len(), 1);
    assert!(low.fields[0].sensitive && low.fields[0].path == Path::new(["attributes", "token"]));
    assert_eq!(found.same, 1);
}

#[test]
fn without_a_configuration_tenants_are_one_by_their_ids() {
    let from = live(&[json!({"id": "a", "name": "A", "selfProvisioningDomains": ["X.com", "y.com"]})]);
    let to = live(&[json!({"id": "a", "name": "A", "selfProvisioningDomains": ["y.com", "x.com"]})]);
    let none = Desired::default();
    let found = compare(Side { live: &from, desired: &none }, Side { live: &to, desired: &none });
    assert_eq!(found, Comparison { differences: Vec::new(), same: 1 });
    // Nothing but domains is the same in capitals.
    let roles = |role: &str| live(&[json!({"id": "a", "name": "A", "defaultRoles": [role]})]);
    assert_eq!(
        told(&alone(&roles("Admin"), &roles("admin"))),
        ["tenant.a default_roles: [\"Admin\"] -> [\"admin\"]"]
    );
}

fn alone(from: &Live, to: &Live) -> Comparison {
    let none = Desired::default();
    compare(Side { live: from, desired: &none }, Side { live: to, desired: &none })
}

/// `path: before -> after` of every attribute that differs.
fn told(found: &Comparison) -> Vec<String> {
    let fields =
        found.differences.iter().flat_map(|it| it.fields.iter().map(move |field| (&it.address, field)));
    let text = |value: &Option<Value>| value.as_ref().map_or_else(|| "-".to_owned(), Value::to_string);
    fields.map(|(at, it)| format!("{at} {}: {} -> {}", it.path, text(&it.before), text(&it.after))).collect()
}

#[test]
fn of_maps_the_entries_that_differ_are_told_and_no_others() {
    let tenant = |attributes: Value| json!({"id": "a", "name": "A", "customAttributes": attributes});
    let from = live(&[tenant(json!({"same": [1, 2], "other": "x", "left": true}))]);
    let to = live(&[tenant(json!({"same": [1, 2], "other": "y", "right": 3}))]);
    assert_eq!(
        told(&alone(&from, &to)),
        [
            "tenant.a attributes.left: true -> -",
            "tenant.a attributes.other: \"x\" -> \"y\"",
            "tenant.a attributes.right: - -> 3",
        ]
    );
}

#[test]
fn settings_count_where_they_were_read() {
    let with = |timeout: u32| {
        let settings = json!({"enabled": true, "sessionTokenExpiration": timeout, "sessionTokenExpirationUnit": "minutes"});
        let object: LiveSettings = serde_json::from_value(settings.clone()).unwrap();
        let observed = Observed { object, raw: to_raw_value(&settings).unwrap() };
        let mut live = live(&[json!({"id": "a", "name": "A"})]);
        live.settings.insert("a".into(), observed);
        live
    };
    assert_eq!(alone(&with(5), &with(5)), Comparison { differences: Vec::new(), same: 1 });
    let differing = told(&alone(&with(5), &with(6)));
    assert!(differing.len() == 1 && differing[0].starts_with("tenant.a settings."), "{differing:?}");
}

#[test]
fn a_flow_is_in_one_environment_or_in_both_and_then_what_differs_in_it_is_told() {
    let flow = |id: &str, description: &str| {
        let value = json!({
            "flowId": id, "metadata": {"name": id.to_uppercase(), "description": description},
            "contents": {"startTask": "0", "tasks": {}}, "screens": [],
        });
        (
            id.to_owned(),
            Observed { raw: to_raw_value(&value).unwrap(), object: Content::from_json(value).unwrap().0 },
        )
    };
    let from =
        Live { flows: [flow("a", "one"), flow("left", ""), flow("same", "")].into(), ..Live::default() };
    let to =
        Live { flows: [flow("a", "two"), flow("right", ""), flow("same", "")].into(), ..Live::default() };
    let found = alone(&from, &to);
    let where_: Vec<_> = found
        .differences
        .iter()
        .map(|it| (it.address.as_str(), it.presence, it.name.as_deref().unwrap_or_default()))
        .collect();
    assert_eq!(
        where_,
        [
            ("flow.a", Presence::Both, "A"),
            ("flow.left", Presence::OnlyFrom, "LEFT"),
            ("flow.right", Presence::OnlyTo, "RIGHT"),
        ]
    );
    assert_eq!(told(&found), ["flow.a metadata.description: \"one\" -> \"two\""]);
    assert_eq!(found.same, 1);
}

#[test]
fn of_a_project_only_the_tags_can_differ_and_a_theme_is_one_whole() {
    let project = |id: &str, tags: &[&str]| {
        let value = json!({"id": id, "name": format!("name of {id}"), "tags": tags});
        Observed { raw: to_raw_value(&value).unwrap(), object: serde_json::from_value(value).unwrap() }
    };
    let theme = |colour: &str| {
        let value = json!({"styles": {"light": {"primary": colour}}});
        Observed { raw: to_raw_value(&value).unwrap(), object: theme::Theme::from_json(value).unwrap() }
    };
    let side = |id: &str, tags: &[&str], colour: &str| Live {
        project: Some(project(id, tags)),
        theme: Some(theme(colour)),
        ..Live::default()
    };
    let found = alone(&side("P1", &["a"], "red"), &side("P2", &["a"], "red"));
    assert_eq!(found, Comparison { differences: Vec::new(), same: 2 });
    let found = alone(&side("P1", &["a"], "red"), &side("P2", &["b"], "blue"));
    let addresses: Vec<_> = found.differences.iter().map(|it| it.address.as_str()).collect();
    assert_eq!(addresses, ["project.settings", "theme.default"]);
    assert!(told(&found).contains(&"project.settings tags: [\"a\"] -> [\"b\"]".to_owned()));
}

#[test]
fn what_either_side_calls_sensitive_is_so_in_both_and_nothing_else_is() {
    let tenant = |value: &str| {
        live(&[json!({"id": "a", "name": value, "customAttributes": {"token": value, "plan": value}})])
    };
    let hiding = |paths: &[&str]| Desired {
        tenants: Some(vec![Tenant {
            id: "a".into(),
            attributes: Some(Bag::from_iter([("token".to_owned(), json!("z"))])),
            sensitive: paths.iter().map(|path| Path::new(["attributes", path])).collect(),
            ..Tenant::default()
        }]),
        ..Desired::default()
    };
    let (from, to) = (tenant("x"), tenant("y"));
    let sensitive = |one: &Desired, other: &Desired| -> Vec<String> {
        let found = compare(Side { live: &from, desired: one }, Side { live: &to, desired: other });
        let fields = found.differences[0].fields.iter().filter(|field| field.sensitive);
        fields.map(|field| field.path.to_string()).collect()
    };
    assert_eq!(sensitive(&hiding(&["token"]), &hiding(&[])), ["attributes.token"]);
    assert_eq!(sensitive(&hiding(&[]), &hiding(&["token"])), ["attributes.token"]);
    assert_eq!(sensitive(&hiding(&[]), &hiding(&[])), [""; 0]);
    // An orphan's paths are known by what was said of it elsewhere.
    let others = Desired {
        sensitive: Sensitive { others: vec![Path::new(["attributes", "plan"])], ..Sensitive::default() },
        ..Desired::default()
    };
    assert_eq!(sensitive(&others, &Desired::default()), ["attributes.plan"]);
}

fn places(found: &Comparison) -> Vec<(&str, Presence, Option<&str>)> {
    let all = found.differences.iter();
    all.map(|it| (it.address.id(), it.presence, it.counterpart.as_ref().map(Address::id))).collect()
}

#[test]
fn an_item_that_only_one_environment_has_yet_hides_nobody() {
    let (one, two) = (items(&["qa"]), items(&["prod"]));
    let side = |live, desired| Side { live, desired };
    let (nothing, there) = (live(&[]), live(&[json!({"id": "prod", "name": "Top"})]));
    let found = compare(side(&nothing, &one), side(&there, &two));
    assert_eq!(places(&found), [("prod", Presence::OnlyTo, None)]);
    let found = compare(side(&there, &two), side(&nothing, &one));
    assert_eq!(places(&found), [("prod", Presence::OnlyFrom, None)]);
}

#[test]
fn who_is_an_item_of_the_configuration_is_not_also_its_namesake() {
    let (one, two) = (items(&["qa"]), items(&["x"]));
    let from = live(&[json!({"id": "qa", "name": "Edited"}), json!({"id": "x", "name": "Top"})]);
    let to = live(&[json!({"id": "x", "name": "Top"})]);
    let found = compare(Side { live: &from, desired: &one }, Side { live: &to, desired: &two });
    assert_eq!(places(&found), [("qa", Presence::Both, Some("x")), ("x", Presence::OnlyFrom, None)]);
}

#[test]
fn what_one_side_does_not_have_at_all_differs() {
    let tenant = |extra: Value| {
        let mut tenant = json!({"id": "a", "name": "A"});
        tenant.as_object_mut().unwrap().extend(extra.as_object().unwrap().clone());
        live(&[tenant])
    };
    let (bare, full) = (
        tenant(json!({})),
        tenant(json!({"parent": "top", "roleInheritance": "userOnly", "customAttributes": {"k": 1}})),
    );
    let paths = |found: &Comparison| {
        found.differences[0].fields.iter().map(|it| it.path.to_string()).collect::<Vec<_>>()
    };
    let (there, back) = (alone(&bare, &full), alone(&full, &bare));
    assert_eq!(paths(&there), ["attributes.k", "parent", "role_inheritance"]);
    assert_eq!(paths(&back), paths(&there));
}
