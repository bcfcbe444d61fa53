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

/// A configuration with a flow, a secret and a name that would be markup, applied in the sandbox of two environments.
fn furnished() -> Desk {
    let desk = Desk::new();
    desk.write(
        "descope.yaml",
        "version: 1\nenvironments: { dev: {}, test: {} }\ntenants:\n  - { id: acme, name: \"<b>A|c</b> `me` @team\", \
         domains: [acme.example], attributes: { plan: gold, token: t0ps3cret }, sensitive: [attributes.token], \
         environments: [dev] }\n  - { id: both, name: Both }\nflows: [{ id: login, template: login@1 }]\n\
         settings: { allow_shared_tenant_ids: true }\n",
    );
    desk.sh("--sandbox -e dev apply --yes").exits(0);
    desk.sh("--sandbox -e test apply --yes").exits(0);
    desk
}

/// A page of Markdown: a heading first, nothing for a terminal, nothing secret, all that is opened closed.
#[track_caller]
fn is_page(text: &str, heading: &str) {
    assert!(text.starts_with(&format!("### descope-mgmt {heading}")), "{heading}: {text}");
    assert!(text.chars().count() < 60_000 && text.ends_with('\n'));
    assert!(!text.contains('\u{1b}') && !text.contains("t0ps3cret"), "{text}");
    assert_eq!(text.matches("<details").count(), text.matches("</details>").count(), "{text}");
    assert_eq!(text.lines().filter(|line| line.starts_with("```")).count() % 2, 0, "{text}");
    let mut fenced = false;
    for line in text.lines() {
        fenced ^= line.starts_with("```");
        let of_ours = line.starts_with("<details") || line == "</details>";
        assert!(
            fenced || of_ours || !without_code(line).contains("<b>"),
            "a live value became markup: {line}"
        );
    }
}

/// A line without its code spans, which end with as many backticks as they begin with.
fn without_code(line: &str) -> String {
    let (mut rest, mut bare) = (line, String::new());
    while let Some(at) = rest.find('`') {
        let (before, behind) = rest.split_at(at);
        let inner = behind.trim_start_matches('`');
        let fence = &behind[..behind.len() - inner.len()];
        bare += before;
        let ends =
            |end: &usize| !inner[end + fence.len()..].starts_with('`') && !inner[..*end].ends_with('`');
        let end = inner.match_indices(fence).map(|(at, _)| at).find(ends);
        rest = end.map_or("", |end| &inner[end + fence.len()..]);
    }
    bare + rest
}

#[test]
fn every_result_is_a_page_of_markdown() {
    let desk = furnished();
    for (line, heading, said) in [
        ("tenant list", "tenant list (SANDBOX)", "| ID | NAME |"),
        ("tenant show acme", "tenant show (SANDBOX): `acme`", "#### attributes"),
        ("flow list", "flow list (SANDBOX)", "| login |"),
        ("flow show login", "flow show (SANDBOX): `login`", "| what | value |"),
        ("flow validate", "flow validate (SANDBOX)", "No flow leans on anything."),
        ("project show", "project show (SANDBOX)", "| tenants | 2 |"),
        ("project list", "project list (SANDBOX)", "| --- |"),
        ("backup list", "backup list (SANDBOX)", "| --- |"),
        (
            "backup show latest",
            "backup show (SANDBOX): `01",
            "| tenant.acme | not there: about to be created |",
        ),
        (
            "backup show latest --full",
            "backup show (SANDBOX): `01",
            "<details><summary>tenant.acme</summary>",
        ),
        ("backup verify", "backup verify (SANDBOX)", "| what | value |"),
        ("audit list", "audit list (SANDBOX)", "| tenant.acme |"),
        ("audit verify", "audit verify (SANDBOX)", "| what | value |"),
        ("config show", "config show (SANDBOX)", "| `settings.rate_limit` | 200/60s |"),
        ("lock show", "lock show (SANDBOX)", "Nobody holds the lock"),
        ("doctor", "doctor (SANDBOX)", "| name | status | message | remedy |"),
        ("drift", "drift: `dev` (SANDBOX)", "**No drift."),
        ("plan", "plan: `dev` (SANDBOX)", "**No changes."),
        ("project create New --dry-run", "project create (SANDBOX)", "Plan: 1 to create."),
        ("version", "version (SANDBOX)", "| what | value |"),
    ] {
        let ran = desk.sh(&format!("--sandbox -e dev -o markdown {line}"));
        assert!(matches!(ran.code, 0 | 2), "{line}: {ran:?}");
        is_page(&ran.out, heading);
        assert!(ran.out.contains(said), "{line}: {}", ran.out);
    }
    let unlike = desk.sh("--sandbox compare --from dev --to test -o markdown").exits(2);
    is_page(&unlike.out, "compare: `dev` and `test` (SANDBOX)");
    assert!(unlike.out.contains("<details open><summary>1 only in dev</summary>"), "{}", unlike.out);
}

#[test]
fn markdown_of_all_environments_is_short_enough_together_and_ends_with_a_table() {
    let desk = Desk::new();
    let yaml = many(1_500);
    let settings = "settings: { allow_shared_tenant_ids: true }\n";
    desk.write(
        "descope.yaml",
        &format!("version: 1\nenvironments: {{ a: {{}}, b: {{}}, c: {{}} }}\n{settings}{yaml}"),
    );
    let ran = desk.sh("--sandbox plan -e all -o markdown").exits(0);
    is_page(&ran.out, "plan: `a` (SANDBOX)");
    assert_eq!(ran.out.matches("**Plan: 1500 to create.**").count(), 3);
    assert!(ran.out.contains("| c | 1500 | 0 |") && ran.out.contains("not shown"), "{}", &ran.out[..2_000]);
}
