//! Flows and themes as a user configures them.

use serde_json::{Value, json};

use crate::{
    config::testing::Case,
    resource::flow::{Flow, to_go_json},
};

/// A flow of one task that leads to a screen, in the exported shape.
pub(super) fn flow(next: &str) -> Value {
    json!({
        "flowId": "other",
        "metadata": {"name": "Login"},
        "contents": {"startTask": "0", "tasks": {
            "start": {"id": "start", "next": {"rules": [{"taskId": "0"}]}},
            "0": {"id": "0", "name": "Welcome", "type": "screen", "screenId": "S1",
                  "next": {"rules": [{"interactionId": "go", "taskId": next}]}},
            "1": {"id": "1", "name": "End", "type": "automated", "action": "logged-in", "next": {"rules": []}},
        }},
        "screens": [{"screenId": "S1", "interactions": [{"id": "go", "type": "button", "label": "Go"}],
                     "contents": {"ROOT": {"nodes": []}}}],
        "references": {},
    })
}

fn case(yaml: &str) -> Case {
    Case::new(yaml)
        .file("flows/login.json", &to_go_json(&flow("1")))
        .file("flows/broken.json", "{\n  \"a\": ,\n}\n")
}

fn flows(case: &Case) -> Vec<Flow> {
    case.config().desired.flows.expect("flows")
}

#[test]
fn a_flow_is_read_from_a_file_relative_to_its_configuration_and_takes_the_id_it_is_given() {
    let case = case("include: [sub/*.yaml]\n")
        .file("sub/flows.yaml", "flows: [{ id: sign-in, file: ../flows/login.json }]\n");
    let flows = flows(&case);
    assert_eq!((flows[0].id.as_str(), flows[0].content.id()), ("sign-in", "sign-in"));
    assert_eq!(flows[0].origin.to_string(), "sub/../flows/login.json");
    assert_eq!(flows[0].place.as_ref().unwrap().to_string(), "sub/flows.yaml:1:9");
}

#[test]
fn without_the_key_flows_are_nobodys_business_and_an_empty_list_manages_none() {
    assert_eq!(Case::new("tenants: []\n").config().desired.flows, None);
    assert_eq!(flows(&Case::new("flows: []\n")), []);
}

#[test]
fn what_is_wrong_with_an_item_is_said_at_its_place() {
    let yaml = "flows:\n\
                - { id: a, file: flows/lgin.json }\n\
                - { id: b }\n\
                - { id: c, file: flows/login.json, template: x }\n\
                - { id: 'd e', file: flows/login.json }\n\
                - { id: f, file: flows/broken.json }\n\
                - { id: g, file: flows/login.json, variables: { a: 1 } }\n\
                - { id: h, template: nosuch }\n\
                - { id: i, fiel: x }\n\
                - { file: x }\n\
                - { id: j, file: flows/login.json, environments: [nowhere] }\n";
    insta::assert_snapshot!(case(yaml).problems(), @"
    descope.yaml:2:18: error: 'flows/lgin.json' does not exist [no_such_file]
      hint: did you mean 'login.json'?
    descope.yaml:3:9: error: flow 'b' has neither a file nor a template [no_source]
      hint: write: file: flows/NAME.json, or template: mfa-login@2
    descope.yaml:4:46: error: flow 'c' has a file and a template [file_and_template]
      hint: keep one of the two
    descope.yaml:5:9: error: 'd e' is no id of a flow [invalid_id]
      hint: use letters, digits, '-' and '_'
    descope.yaml:7:47: error: only a template has variables [variables_without_template]
      hint: take 'variables' out
    descope.yaml:8:22: error: template 'nosuch' does not exist [unknown_template]
      hint: available are 'login', 'mfa-login', 'sign-up'
    descope.yaml:9:9: error: flow 'i' has neither a file nor a template [no_source]
      hint: write: file: flows/NAME.json, or template: mfa-login@2
    descope.yaml:9:12: error: unknown key 'fiel' in a flow [unknown_key]
      hint: did you mean 'file'?
    descope.yaml:10:3: error: a flow needs an 'id' [missing_id]
      hint: as in: id: sign-up-or-in
    descope.yaml:11:51: error: environment 'nowhere' is not defined [unknown_environment]
    flows/broken.json:2:8: error: this is not JSON: expected value [not_json]
      descope.yaml:6:18: named here
    ");
}

#[test]
fn one_id_twice_names_both_places() {
    let case = Case::empty()
        .file("flows/login.json", &to_go_json(&flow("1")))
        .file("a.yaml", "flows: [{ id: x, file: flows/login.json }]\n")
        .file("b.yaml", "flows: [{ id: x, file: flows/login.json }]\n")
        .with(|inputs| inputs.files = ["a.yaml", "b.yaml"].map(Into::into).to_vec());
    insta::assert_snapshot!(case.problems(), @"
    b.yaml:1:15: error: Flow 'x' defined in multiple configs: a.yaml, b.yaml [duplicate_flow]
      a.yaml:1:15: the first definition
      hint: keep one of the two; 'environments' says where it applies
    ");
}

#[test]
fn findings_in_a_flow_stand_at_their_line_in_every_form() {
    let broken = flow("77");
    let console = crate::resource::flow::Content::from_json(broken.clone()).unwrap().0;
    let yaml = "flows:\n- { id: a, file: exported.json }\n- { id: b, file: console.json }\n- { id: c, file: folder }\n";
    let mut case = Case::new(yaml)
        .file("exported.json", &to_go_json(&broken))
        .file("console.json", &to_go_json(&console.console()));
    for (name, value) in console.folder() {
        case = case.file(&format!("folder/{name}"), &to_go_json(&value));
    }
    insta::assert_snapshot!(case.problems(), @r#"
    exported.json:12:25: error: flow 'a': task 0 "Welcome" leads on 'go' to task '77', and there is no such task (/contents/tasks/0/next/rules/0/taskId) [missing_task]
      hint: lead the rule to a task of this flow
    exported.json:19:12: warning: flow 'a': task 1 "End" cannot be reached from the start (/contents/tasks/1) [unreachable_task]
      hint: lead a rule to it, or remove it
    console.json:15:27: error: flow 'b': task 0 "Welcome" leads on 'go' to task '77', and there is no such task (/contents/tasks/0/next/rules/0/taskId) [missing_task]
      hint: lead the rule to a task of this flow
    console.json:22:14: warning: flow 'b': task 1 "End" cannot be reached from the start (/contents/tasks/1) [unreachable_task]
      hint: lead a rule to it, or remove it
    folder/contents.json:11:23: error: flow 'c': task 0 "Welcome" leads on 'go' to task '77', and there is no such task (/contents/tasks/0/next/rules/0/taskId) [missing_task]
      hint: lead the rule to a task of this flow
    folder/contents.json:18:10: warning: flow 'c': task 1 "End" cannot be reached from the start (/contents/tasks/1) [unreachable_task]
      hint: lead a rule to it, or remove it
    "#);
}

#[test]
fn a_flow_that_is_elsewhere_only_is_not_read_here() {
    let yaml = "environments: { dev: {}, prod: {} }\nflows:\n- { id: a, file: missing.json, environments: [prod] }\n";
    assert_eq!(flows(&Case::new(yaml).environment("dev")), []);
    assert!(Case::new(yaml).environment("prod").problems().contains("'missing.json' does not exist"));
}

#[test]
fn a_template_of_the_folder_is_filled_and_its_highest_fitting_version_counts() {
    let mut value = flow("1");
    value["metadata"]["name"] = json!("${{ title }}");
    let manifest = |version: &str| {
        format!(
            "name: ours\nversion: {version}\ndescription: Ours\nvariables:\n  title: {{ type: string, default: Hello }}\n"
        )
    };
    let yaml =
        "flows:\n- { id: a, template: ours@1, variables: { title: Welcome } }\n- { id: b, template: ours }\n";
    let case = Case::new(yaml)
        .file("templates/ours/1.0.0/template.yaml", &manifest("1.0.0"))
        .file("templates/ours/1.0.0/flow.json", &to_go_json(&value))
        .file("templates/ours/1.2.0/template.yaml", &manifest("1.2.0"))
        .file("templates/ours/1.2.0/flow.json", &to_go_json(&value))
        .file("templates/ours/2.0.0/template.yaml", &manifest("2.0.0"))
        .file("templates/ours/2.0.0/flow.json", &to_go_json(&value));
    let flows = flows(&case);
    let seen: Vec<_> = flows.iter().map(|it| (it.origin.to_string(), it.content.name().to_owned())).collect();
    assert_eq!(seen, [("ours@1.2.0".into(), "Welcome".into()), ("ours@2.0.0".into(), "Hello".into())]);
}

#[test]
fn a_wrong_variable_names_what_the_template_takes_and_a_wrong_template_its_line() {
    let value = to_go_json(&flow("1")).replace("\"Login\"", "\"${{ title }}\"");
    let yaml = "flows:\n\
                - id: a\n  template: ours@1\n  variables: { title: 1, colour: red }\n\
                - { id: b, template: ours@2 }\n\
                - { id: c, template: ours@9 }\n\
                - { id: d, template: our }\n";
    let case = Case::new(yaml)
        .file(
            "templates/ours/1.0.0/template.yaml",
            "name: ours\nversion: 1.0.0\nvariables: { title: { type: string, description: The title } }\n",
        )
        .file("templates/ours/1.0.0/flow.json", &value)
        .file(
            "templates/ours/2.0.0/template.yaml",
            "name: ours\nversion: 2.0.0\nvariables: { title: { type: strnig } }\n",
        )
        .file("templates/ours/2.0.0/flow.json", &value);
    insta::assert_snapshot!(case.problems(), @"
    descope.yaml:4:23: error: template 'ours@1.0.0': the variable 'title' cannot be 1; it takes a text [wrong_variable]
      hint: `descope-mgmt flow templates NAME` shows what it takes
    descope.yaml:4:34: error: template 'ours@1.0.0': there is no variable 'colour'; the template takes title (a text) [wrong_variable]
      hint: `descope-mgmt flow templates NAME` shows what it takes
    descope.yaml:5:22: error: templates/ours/2.0.0/template.yaml:3:29: error: 'strnig' is no type of a variable [bad_template]
    descope.yaml:6:22: error: template 'ours' has no version 9 [unknown_template]
      hint: available are 1.0.0, 2.0.0
    descope.yaml:7:22: error: template 'our' does not exist [unknown_template]
      hint: did you mean 'ours'? available are 'login', 'mfa-login', 'ours', 'sign-up'
    ");
}

#[test]
fn a_theme_is_read_and_what_is_none_is_refused() {
    let theme = r#"{"styles": {"dark": {}, "light": {}}, "componentsVersion": "1"}"#;
    let case = Case::new("theme: { file: theme.json }\n").file("theme.json", theme);
    let theme = case.config().desired.theme.unwrap();
    assert_eq!((theme.origin.as_str(), theme.theme.object().len()), ("theme.json", 2));
    let case = Case::new("theme: { file: theme.json, colour: red }\n").file("theme.json", "{}");
    insta::assert_snapshot!(case.problems(), @"
    descope.yaml:1:16: error: 'theme.json': this is no theme: a theme is a JSON object with 'styles', bare or inside of 'theme' [not_a_theme]
      hint: export one with: descope-mgmt flow export --theme
    descope.yaml:1:28: error: unknown key 'colour' in 'theme' [unknown_key]
      hint: known are 'file'
    ");
}
