//! Results for pipelines: Markdown for a pull request, JSON lines, a job's summary, annotations.

use serde_json::{Value, json};

use crate::common::{Desk, Ran, Service, many};

/// Every line as an object of this format version.
fn lines(ran: &Ran) -> Vec<Value> {
    let lines: Vec<Value> = ran.out.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert!(lines.iter().all(|line| line["format_version"] == "1.0" && line["type"].is_string()), "{ran:?}");
    lines
}

fn types(lines: &[Value]) -> Vec<&str> {
    lines.iter().map(|line| line["type"].as_str().unwrap()).collect()
}

#[test]
fn json_lines_tell_an_apply_as_it_happens_and_end_with_its_summary() {
    let service = Service::start();
    service.yaml(&many(2));
    service.fault(&["/v1/mgmt/tenant/create=429:1"]);
    let ran = service.sh("tenant sync --yes -o jsonl").exits(0);
    let lines = lines(&ran);
    let types = types(&lines);
    assert_eq!((types[0], types[1]), ("plan", "apply_started"));
    for (kind, count) in
        [("change_started", 2), ("change_ended", 2), ("waiting", 1), ("proving", 1), ("summary", 1)]
    {
        assert!(types.iter().filter(|it| **it == kind).count() >= count, "{kind}: {types:?}");
    }
    let waiting = lines.iter().find(|line| line["type"] == "waiting").unwrap();
    assert_eq!(waiting["why"], "rate_limited");
    let last = lines.last().unwrap();
    assert_eq!((&last["type"], &last["summary"]["created"]), (&json!("summary"), &json!(2)));
    assert!(last["run_id"].is_string() && last["backup_id"].is_string(), "{last}");
}

#[test]
fn json_lines_of_a_plan_a_list_and_an_object_end_with_a_word_on_the_whole() {
    let service = Service::start();
    service.yaml(&many(2));
    let plan = lines(&service.sh("plan -o jsonl").exits(0));
    assert_eq!(types(&plan), ["plan", "summary"]);
    assert_eq!(plan[1]["summary"]["create"], 2);
    service.sh("apply --yes").exits(0);
    let list = lines(&service.sh("tenant list -o jsonl").exits(0));
    assert_eq!(types(&list), ["item", "item", "summary"]);
    assert_eq!((&list[0]["item"]["id"], &list[2]["items"]), (&json!("tenant-00000"), &json!(2)));
    let object = lines(&service.sh("tenant show tenant-00001 -o jsonl").exits(0));
    assert_eq!((types(&object), &object[0]["id"]), (vec!["result"], &json!("tenant-00001")));
}

#[test]
fn json_lines_ask_nothing_and_tell_errors_as_lines_too() {
    let service = Service::start();
    service.yaml(&many(1));
    let lines_of_refusal = lines(&service.sh("apply -o jsonl").exits(4));
    assert_eq!(types(&lines_of_refusal), ["plan", "error"]);
    for line in ["frobnicate -o jsonl", "-o jsonl plan --nope"] {
        let found = lines(&service.sh(line).exits(64));
        assert_eq!(found[0]["error"]["code"], "wrong_usage", "{line}");
    }
}

#[test]
fn a_markdown_plan_is_one_document_the_same_every_time() {
    let desk = Desk::new();
    desk.write("descope.yaml", "version: 1\ntenants:\n  - { id: acme, name: \"A <b> | @team `x`\" }\n");
    let ran = desk.sh("--sandbox plan -o markdown").exits(0);
    assert!(ran.out.starts_with("### descope-mgmt plan:"), "{}", ran.out);
    assert!(
        ran.out.contains("**Plan: 1 to create.**") && ran.out.contains("+ tenant.acme create"),
        "{}",
        ran.out
    );
    assert_eq!(desk.sh("--sandbox plan -o markdown").exits(0).out, ran.out);
    let done = desk.sh("--sandbox apply --yes -o markdown").exits(0);
    assert!(
        done.out.starts_with("### descope-mgmt apply:") && done.out.contains("✓ 1 created"),
        "{}",
        done.out
    );
    let list = desk.sh("--sandbox tenant list -o markdown").exits(0);
    assert!(list.out.contains("| acme | `` A <b> \\| @team `x` ``"), "{}", list.out);
    let failed = desk.sh("--sandbox tenant show nobody -o markdown").exits(1);
    assert!(
        failed.out.starts_with("### descope-mgmt failed") && failed.err.starts_with("error:"),
        "{failed:?}"
    );
}

#[test]
fn a_markdown_plan_of_thousands_fits_into_a_comment() {
    let desk = Desk::new();
    desk.write("descope.yaml", &format!("version: 1\n{}", many(3_000)));
    let ran = desk.sh("--sandbox plan -o markdown --full").exits(0);
    assert!(ran.out.chars().count() < 60_000);
    assert!(
        ran.out.contains("**Plan: 3000 to create.**") && ran.out.contains("not shown"),
        "{}",
        ran.out.len()
    );
}

#[test]
fn plan_and_apply_append_to_the_summary_of_a_job() {
    let mut desk = Desk::new();
    desk.set("GITHUB_STEP_SUMMARY", "summary.md");
    desk.write("descope.yaml", &format!("version: 1\n{}", many(1)));
    for line in
        ["--sandbox plan", "--sandbox apply --yes -o json", "--sandbox apply --yes", "--sandbox drift"]
    {
        desk.sh(line).exits(0);
    }
    let summary = std::fs::read_to_string(desk.path("summary.md")).unwrap();
    let headings: Vec<&str> = summary.lines().filter(|line| line.starts_with("### ")).collect();
    let of = |what: &str| {
        headings.iter().filter(|it| it.starts_with(&format!("### descope-mgmt {what}:"))).count()
    };
    assert_eq!((of("plan"), of("apply"), of("drift")), (1, 2, 1), "{summary}");
}

#[test]
fn a_summary_that_can_not_be_written_is_a_warning() {
    let desk = Desk::new().with("GITHUB_STEP_SUMMARY", "no/such/folder/summary.md");
    desk.write("descope.yaml", &format!("version: 1\n{}", many(1)));
    desk.sh("--sandbox plan").exits(0).says("warning: the file in GITHUB_STEP_SUMMARY could not be written");
}

#[test]
fn problems_of_a_configuration_are_annotations_where_github_reads_them() {
    let desk = Desk::new().with("GITHUB_ACTIONS", "true");
    desk.write("descope.yaml", "version: 1\ntenants:\n  - { id: acme, nmae: Acme }\n");
    for line in ["config validate", "config validate -o json", "plan", "plan -o json"] {
        let ran = desk.sh(line).exits(5);
        assert!(ran.err.contains("::error file=descope.yaml,line=3,col=17::unknown key 'nmae'"), "{ran:?}");
        assert!(!ran.out.contains("::error"), "{ran:?}");
    }
    let silent = Desk::new();
    silent.write("descope.yaml", "version: 1\nnope: 1\n");
    assert!(!silent.sh("config validate").exits(5).err.contains("::"));
}
