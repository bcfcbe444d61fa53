//! The built-in templates, and what is said of wrong variables.

use granit_parser::{Event, Parser, ScalarStyle};
use proptest::prelude::*;
use serde_json::{Map, Value, json};

use super::*;
use crate::resource::flow::{Method, check, differences, methods, tests::sample, to_go_json};

/// As much of YAML as the manifests of templates need; the real reader stands on a higher floor.
fn yaml(text: &str) -> Value {
    let mut events = Parser::new_from_str(text).map(|next| next.unwrap().0);
    loop {
        let event = events.next().unwrap();
        if !matches!(event, Event::StreamStart | Event::DocumentStart(..) | Event::Comment(..)) {
            return node(event, &mut events);
        }
    }
}

fn node<'e>(event: Event<'e>, events: &mut impl Iterator<Item = Event<'e>>) -> Value {
    let mut children = Vec::new();
    let is_map = match event {
        Event::Scalar(text, ScalarStyle::Plain, ..) => {
            return serde_json::from_str(&text).unwrap_or_else(|_| text.as_ref().into());
        }
        Event::Scalar(text, ..) => return text.as_ref().into(),
        Event::MappingStart(..) => true,
        Event::SequenceStart(..) => false,
        other => unreachable!("{other:?} in a manifest"),
    };
    loop {
        match events.next().unwrap() {
            Event::MappingEnd | Event::SequenceEnd => break,
            Event::Comment(..) => {}
            event => children.push(node(event, events)),
        }
    }
    if !is_map {
        return children.into();
    }
    let pairs = children.chunks(2).map(|pair| (pair[0].as_str().unwrap().to_owned(), pair[1].clone()));
    Value::Object(pairs.collect())
}

fn template(manifest: &str, flow: Value) -> Template {
    let manifest = yaml(manifest);
    let texts = |value: &Value| -> Vec<String> {
        value.as_array().into_iter().flatten().map(|it| it.as_str().unwrap().to_owned()).collect()
    };
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let variable = |value: &Value| Variable {
        kind: VariableKind::of_word(value["type"].as_str().unwrap()).unwrap(),
        default: value.get("default").cloned(),
        values: texts(&value["values"]),
        description: text(&value["description"]),
    };
    let choices = manifest["choices"].as_object().into_iter().flatten();
    Template {
        name: text(&manifest["name"]),
        version: manifest["version"].as_str().unwrap().parse().unwrap(),
        description: text(&manifest["description"]),
        variables: manifest["variables"]
            .as_object()
            .unwrap()
            .iter()
            .map(|(name, value)| (name.clone(), variable(value)))
            .collect(),
        choices: choices.map(|(value, keys)| (value.clone(), keys.as_object().unwrap().clone())).collect(),
        different: texts(&manifest["different"]),
        connectors: texts(&manifest["connectors"]),
        methods: texts(&manifest["methods"]),
        flow,
    }
}

fn built(name: &str, version: &str) -> Template {
    let found = built_in().iter().find(|it| (it.name, it.version) == (name, version)).unwrap();
    template(found.manifest, serde_json::from_str(found.flow).unwrap())
}

fn variables(value: Value) -> Object {
    match value {
        Value::Object(map) => map,
        other => unreachable!("{other} for variables"),
    }
}

#[test]
fn built_in_templates_say_what_they_are_and_give_flows_without_findings() {
    for it in built_in() {
        let template = built(it.name, it.version);
        assert_eq!((template.name.as_str(), template.version.to_string().as_str()), (it.name, it.version));
        let flow = template.render(&Map::new()).unwrap();
        assert_eq!(check(&flow), [], "{}", it.name);
        assert!(!flow.name().is_empty());
        for method in methods(&flow) {
            assert!(template.methods.iter().any(|known| known == method.as_str()), "{method}");
        }
        assert!(!flow.exported().to_string().contains("${{"), "{}", it.name);
        assert_eq!(to_go_json(&template.flow), it.flow, "{}", it.name);
        assert!(template.connectors.is_empty());
    }
}

#[test]
fn an_mfa_flow_has_the_methods_that_were_asked_for() {
    let expected = [("sms", "otp-sms"), ("totp", "totp"), ("email", "otp-email")];
    for version in ["1.0.0", "2.0.0"] {
        let template = built("mfa-login", version);
        for (primary, first) in expected {
            for (fallback, second) in expected.into_iter().filter(|(it, _)| *it != primary) {
                let given = variables(json!({"primary": primary, "fallback": fallback, "title": "Hello"}));
                let flow = template.render(&given).unwrap();
                assert_eq!(check(&flow), []);
                let mut wanted = vec!["magic-link-email", first, second];
                wanted.sort_unstable();
                let mut offered: Vec<_> = methods(&flow).into_iter().map(Method::as_str).collect();
                offered.sort_unstable();
                assert_eq!(offered, wanted);
                assert!(flow.exported().to_string().contains("\"Hello\""));
            }
        }
    }
}

#[test]
fn both_factors_must_not_be_the_same() {
    let template = built("mfa-login", "2.0.0");
    let problems = template.render(&variables(json!({"primary": "totp"}))).unwrap_err();
    let said: Vec<_> = problems.iter().map(ToString::to_string).collect();
    assert_eq!(said, ["'primary' and 'fallback' are both \"totp\"; they must differ"]);
    assert_eq!(problems[0].variable(), Some("primary"));
}

#[test]
fn all_that_is_wrong_with_variables_is_said_with_what_they_take() {
    let template = built("mfa-login", "1.0.0");
    let given = variables(json!({"primary": "pigeon", "title": 7, "extra": true}));
    let said: Vec<_> = template.render(&given).unwrap_err().iter().map(ToString::to_string).collect();
    assert_eq!(
        said,
        [
            "there is no variable 'extra'; the template takes button (a text; default Continue), fallback (one of \
             sms, totp, email; default totp), name (a text; default MFA Login), primary (one of sms, totp, email; \
             default sms), title (a text; default Welcome)",
            "the variable 'primary' cannot be \"pigeon\"; it takes one of sms, totp, email; default sms",
            "the variable 'title' cannot be 7; it takes a text; default Welcome",
        ]
    );
}

fn small(flow: Value) -> Template {
    let manifest = "name: t\nversion: 1.0.0\ndescription: ''\nvariables:\n  \
                    count: { type: number, description: '' }\n  \
                    flag: { type: boolean, default: false, description: '' }\n  \
                    items: { type: list, default: [a, 2], description: '' }\n  \
                    kind: { type: enum, values: [x], default: x, description: '' }\n\
                    choices:\n  x: { whole: { deep: true } }\n";
    let mut document = json!({"contents": {"tasks": {}}});
    document["metadata"] = flow;
    template(manifest, document)
}

#[test]
fn a_whole_placeholder_is_the_typed_value_and_one_in_a_text_its_text() {
    let template = small(json!({
        "a": "${{ count }}", "b": "n=${{count}}, ${{ items }}; ${{ flag }}", "c": "${{ items }}",
        "d": "${{ flag }}", "e": "$${{ count }} and ${{ count", "f": "${{ kind.whole }}", "k${{ count }}": 1,
    }));
    let flow = template.render(&variables(json!({"count": 3}))).unwrap();
    assert_eq!(
        flow.object()["metadata"],
        json!({
            "a": 3, "b": "n=3, a, 2; false", "c": ["a", 2], "d": false, "e": "${{ count }} and ${{ count",
            "f": {"deep": true}, "k3": 1,
        })
    );
}

#[test]
fn missing_unused_and_undeclared_variables_are_said() {
    let said = |flow: Value, given: Value| -> Vec<String> {
        small(flow).render(&variables(given)).unwrap_err().iter().map(ToString::to_string).collect()
    };
    assert_eq!(said(json!({}), json!({})), ["the variable 'count' has no value; it takes a number"]);
    assert_eq!(
        said(json!({"a": "${{ none }}", "b": "${{ none }} ${{ kind.whole }}"}), json!({"count": 1})),
        [
            "flow.json has the placeholder 'none', and template.yaml has no such variable",
            "the placeholder 'kind.whole' stands inside of a text, and its value is an object or null",
            "the variable 'count' is used nowhere in the template's flow.json",
        ]
    );
    let mut template = small(json!({"a": "${{ count }}"}));
    template.flow = json!("${{ count }}");
    let problems = template.render(&variables(json!({"count": 1}))).unwrap_err();
    assert_eq!(problems[0].to_string(), "the template's flow.json gives no flow");
}

#[test]
fn a_template_made_from_a_flow_gives_it_back() {
    for name in ["mfa-login", "sign-up-or-in"] {
        let flow = sample(name);
        let (manifest, written) = from_flow(&flow, "mine");
        let template = template(&manifest, written);
        assert_eq!(template.name, "mine");
        let rendered = template.render(&Map::new()).unwrap().named(flow.id());
        assert_eq!(differences(&flow, &rendered), []);
    }
    let (manifest, _) = from_flow(&sample("sign-up-or-in"), "mine");
    assert!(manifest.contains("connectors: [\"Welcome Mail\"]\nmethods: [\"magic-link-email\",\"oauth\"]\n"));
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 128, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_text_of_a_flow_survives_being_a_template(text in "[a${} ]{0,12}") {
        let mut flow = sample("mfa-login").exported();
        flow["metadata"]["description"] = json!(text);
        flow["contents"]["tasks"]["1"][&text] = json!(text);
        let flow = crate::resource::flow::tests::content(flow);
        let (manifest, written) = from_flow(&flow, "mine");
        let rendered = template(&manifest, written).render(&Map::new()).unwrap().named(flow.id());
        prop_assert_eq!(differences(&flow, &rendered), []);
    }
}
