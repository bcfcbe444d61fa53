use std::collections::BTreeMap;

use proptest::prelude::*;
use serde_json::{Value, json};

use super::{Api, Options, UndefinedAttributes};

const CALLS: [(&str, &str); 14] = [
    ("POST", "tenant/create"),
    ("POST", "tenant/update"),
    ("PATCH", "tenant/patch"),
    ("POST", "tenant/delete"),
    ("POST", "tenant/updateDefaultRoles"),
    ("POST", "tenant/settings"),
    ("POST", "tenant/search"),
    ("POST", "role/create"),
    ("POST", "role/update"),
    ("POST", "role/delete"),
    ("POST", "role/search"),
    ("POST", "permission/create"),
    ("POST", "permission/update"),
    ("POST", "permission/delete"),
];

/// Every key that some call reads, and one that none does, with values that make sense somewhere.
fn plausible() -> Vec<(&'static str, Value)> {
    let few = ["a", "b", "c"].map(Value::from).to_vec();
    let domains = vec![json!(["a.example"]), json!(["A.EXAMPLE", "b.example"])];
    let roles = vec![json!(["Tenant Admin"]), json!(["a"])];
    let flags = vec![json!(true), json!(false)];
    let numbers = vec![json!(10), json!("60"), json!(-1)];
    let keys = [
        ("tenantId", few.clone()),
        ("parent", few.clone()),
        ("newName", few),
        ("selfProvisioningDomains", domains.clone()),
        ("tenantSelfProvisioningDomains", domains.clone()),
        ("domains", domains),
        ("customAttributes", vec![json!({"plan": "gold", "seats": 3}), json!({"plan": null})]),
        ("authType", vec![json!("saml"), json!("none")]),
        ("roleInheritance", vec![json!("userOnly")]),
        ("defaultRoles", roles.clone()),
        ("permissionNames", roles),
        ("cascade", flags.clone()),
        ("disabled", flags.clone()),
        ("enabled", flags),
        ("sessionTokenExpiration", numbers.clone()),
        ("refreshTokenExpiration", numbers),
        ("sessionTokenExpirationUnit", vec![json!("weeks"), json!("seconds")]),
        ("ssoSetupSuiteSettings", vec![json!({"disabledFeatures": {"scim": true}})]),
        ("idJagEnabled", vec![json!(true)]),
        ("unknown", vec![json!(1)]),
    ];
    keys.into_iter().flat_map(|(key, values)| values.into_iter().map(move |value| (key, value))).collect()
}

/// A value that belongs nowhere.
pub(super) fn nonsense() -> impl Strategy<Value = Value> {
    prop_oneof![
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        "\\PC*".prop_map(Value::from),
        prop::sample::select(vec![
            json!(null),
            json!(""),
            json!([]),
            json!({}),
            json!([1, null]),
            json!({"x": {}}),
            json!("9223372036854775807"),
        ]),
    ]
}

/// A call with an id and a name out of a few, so that they collide, and some fields more.
fn call() -> impl Strategy<Value = ((&'static str, &'static str), Value)> {
    let few = || prop::sample::select(vec!["a", "b", "c"]);
    let more = prop::collection::vec(prop::sample::select(plausible()), 0..5);
    let keys: Vec<&str> = plausible().into_iter().map(|(key, _)| key).chain(["id", "name"]).collect();
    let wrong = prop::option::weighted(0.2, (prop::sample::select(keys), nonsense()));
    let body = (few(), few(), more, wrong).prop_map(|(id, name, more, wrong)| {
        let named = [("id", id.into()), ("name", name.into()), ("tenantId", id.into())];
        let fields = named.into_iter().chain(more).chain(wrong);
        Value::Object(fields.map(|(key, value)| (key.to_owned(), value)).collect())
    });
    // Half of the calls are creates: without tenants there is little to break.
    let call = prop_oneof![Just(CALLS[0]), prop::sample::select(&CALLS[..])];
    (call, prop_oneof![19 => body, 1 => nonsense()])
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, failure_persistence: None, ..ProptestConfig::default() })]

    /// Whatever is sent: an answer or a refusal in the service's shape, and rules that hold afterwards.
    #[test]
    fn no_sequence_of_calls_breaks_a_rule(
        calls in prop::collection::vec(call(), 1..40),
        policy in prop::sample::select(vec![
            UndefinedAttributes::Accept, UndefinedAttributes::Drop, UndefinedAttributes::Refuse,
        ]),
    ) {
        let mut api = Api::with(&Options { undefined_attributes: policy, ..Options::default() });
        for ((method, path), body) in calls {
            let before = api.get("tenant/all").unwrap();
            if let Err(refusal) = api.call("Bearer P1:K", method, path, &body) {
                prop_assert!(matches!(refusal.status, 400 | 404), "{refusal:?}");
                prop_assert!(refusal.code.starts_with('E') && !refusal.message.is_empty());
                prop_assert_eq!(&before, &api.get("tenant/all").unwrap());
            }
            let all = api.get("tenant/all").unwrap();
            let mut domains = BTreeMap::new();
            for tenant in all["tenants"].as_array().unwrap() {
                let (id, parent) = (tenant["id"].as_str().unwrap(), tenant["parent"].as_str().unwrap());
                prop_assert!(parent.is_empty() || api.tenant(parent)["successors"].to_string().contains(id));
                prop_assert_eq!(tenant, &api.tenant(id));
                prop_assert!(!tenant["name"].as_str().unwrap().is_empty());
                prop_assert_eq!(api.found(&json!({"tenantNames": [tenant["name"]]})), vec![id.to_owned()]);
                for domain in tenant["selfProvisioningDomains"].as_array().unwrap() {
                    let claim = domain.as_str().unwrap().to_lowercase();
                    let owner = domains.entry(claim).or_insert_with(|| id.to_owned());
                    prop_assert_eq!(owner.as_str(), id);
                }
                for child in tenant["successors"].as_array().unwrap() {
                    prop_assert_eq!(&api.tenant(child.as_str().unwrap())["parent"], id);
                }
                let settings = api.get(&format!("tenant/settings?id={id}")).unwrap();
                prop_assert_eq!(&settings["domains"], &tenant["domains"]);
                prop_assert_eq!(&settings["selfProvisioningDomains"], &tenant["selfProvisioningDomains"]);
            }
        }
    }
}
