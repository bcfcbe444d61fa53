//! A plan and a report as people see them.

use insta::assert_snapshot;
use serde_json::{Value, json, value::RawValue};

use super::{
    Header, markdown,
    plan_text::{self, Room},
    report_text,
    style::Styles,
};
use crate::{
    apply::{Fault, Outcome, Report, Status},
    plan::{Comparison, Inputs, Plan, Presence, Scope, Unlike, Warning, compute},
    resource::{
        Address, Desired, FieldChange, Live, Observed, Path,
        tenant::{Bag, Names, Tenant},
    },
    state::Baseline,
    units::RateLimit,
};

fn live(tenants: &[Value]) -> Live {
    let observe = |value: &Value| Observed {
        object: serde_json::from_value(value.clone()).unwrap(),
        raw: RawValue::from_string(value.to_string()).unwrap(),
    };
    Live { tenants: tenants.iter().map(observe).collect(), ..Live::default() }
}

fn moment(text: &str) -> chrono::DateTime<chrono::Utc> {
    text.parse().unwrap()
}

fn names(names: &[&str]) -> Names {
    names.iter().copied().collect()
}

/// One of everything.
fn everything() -> Plan {
    let tenant =
        |id: &str, name: &str| Tenant { id: id.into(), name: Some(name.into()), ..Tenant::default() };
    let tenants = vec![
        Tenant {
            domains: Some(names(&["acme.com"])),
            attributes: Some(Bag::from_iter([("token".to_owned(), json!("s3cret"))])),
            sensitive: vec![Path::new(["attributes", "token"])],
            ..tenant("acme-corp", "Acme Corp")
        },
        Tenant { domains: Some(names(&["globex.com"])), ..tenant("globex", "Globex") },
        Tenant { parent: Some("globex".into()), ..tenant("child", "Child") },
        Tenant { domains: Some(names(&["held.example"])), ..tenant("waits", "Waits") },
    ];
    let live = live(&[
        json!({"id": "acme-corp", "name": "Acme Corp", "selfProvisioningDomains": ["acme.com", "acme.net"],
               "customAttributes": {"token": "old", "seats": 5}, "neverHeardOf": 1}),
        json!({"id": "child", "name": "Child"}),
        json!({"id": "old", "name": "Old", "authType": "saml", "selfProvisioningDomains": ["held.example"]}),
        json!({"id": "stray", "name": "Stray"}),
    ]);
    let desired = Desired {
        tenants: Some(tenants),
        protect: vec!["tenant.old".parse().unwrap()],
        ..Desired::default()
    };
    let scope = Scope { prune: true, excludes: vec!["tenant.stray".parse().unwrap()], ..Scope::default() };
    let mut plan =
        compute(Inputs { desired: &desired, live: &live, baseline: &Baseline::empty("P2"), scope: &scope })
            .unwrap();
    let address = Some(Address::new("tenant", "globex"));
    plan.warnings.push(Warning { code: "x", message: "ownership can't be checked".into(), address });
    plan
}

fn header() -> Header {
    Header {
        environment: Some("staging".into()),
        why: Some("environment from branch release/7".into()),
        project_id: "P2abc".into(),
        project_name: Some("PCC Staging".into()),
        files: vec!["descope.yaml".into()],
        ..Header::default()
    }
}

fn text(plan: &Plan, width: usize, coloured: bool) -> String {
    plan_text::plan(
        plan,
        &header(),
        RateLimit::DEFAULT,
        &Styles::new(coloured),
        Room { width, full: false, drift: false, now: moment("2026-07-01T14:30:00Z") },
    )
}

#[test]
fn a_plan_at_eighty_columns() {
    assert_snapshot!(text(&everything(), 80, false));
}

#[test]
fn a_plan_at_forty_columns() {
    assert_snapshot!(text(&everything(), 40, false));
}

#[test]
fn a_plan_as_markdown() {
    assert_snapshot!(markdown::plan(&everything(), &header(), RateLimit::DEFAULT, false, 1));
}

#[test]
fn a_drift_as_markdown() {
    assert_snapshot!(markdown::plan(&everything(), &header(), RateLimit::DEFAULT, true, 1));
}

#[test]
fn colours_are_never_the_only_sign() {
    let (plain, coloured) = (text(&everything(), 200, false), text(&everything(), 200, true));
    assert!(
        coloured.contains("\u{1b}[32m") && coloured.contains("\u{1b}[31m") && coloured.contains("\u{1b}[33m")
    );
    assert_eq!(console::strip_ansi_codes(&coloured), plain);
}

#[test]
fn sensitive_values_are_in_no_output() {
    let plan = everything();
    let document = super::json::plan(&plan, &header(), RateLimit::DEFAULT, true).to_string();
    let comment = markdown::plan(&plan, &header(), RateLimit::DEFAULT, false, 1);
    for output in [text(&plan, 80, false), document, comment] {
        assert!(
            !output.contains("s3cret") && !output.contains("\"old\" ->") && output.contains("(sensitive)"),
            "{output}"
        );
    }
}

#[test]
fn a_report_names_every_failure_and_the_ways_on_and_back() {
    let outcome = |id: &str, action, status, fault: Option<(&str, &str)>| Outcome {
        address: Address::new("tenant", id),
        action,
        status,
        attempts: 1,
        duration_ms: 5,
        fault: fault.map(|(message, hint)| Fault {
            code: "x".into(),
            message: message.into(),
            hint: Some(hint.into()),
        }),
        returned: None,
    };
    let report = Report {
        run_id: "RUN".into(),
        outcomes: vec![
            outcome("a", "create", Status::Succeeded, None),
            outcome("b", "update", Status::Succeeded, None),
            outcome("c", "create", Status::Failed, Some(("refused: it is taken", "take another"))),
            outcome("d", "create", Status::Skipped, Some(("depends on tenant.c, which failed", "-"))),
            outcome("e", "delete", Status::Unknown, Some(("no answer", "run again"))),
        ],
        unchanged: 3,
        backup_id: Some("BACKUP".into()),
        retry_command: Some("descope-mgmt tenant sync --target tenant.c".into()),
        audit_head: Some("abc".into()),
        ..Report::default()
    };
    assert_snapshot!(report_text::report(&report, &Styles::new(false), 60));
    assert_snapshot!(markdown::report(&Plan::default(), &header(), RateLimit::DEFAULT, &report));
}

#[test]
fn who_changed_something_and_when_is_told_where_it_is_known() {
    use crate::plan::{Cause, Traced};
    let mut plan = everything();
    let told = |plan: &mut Plan, traced: Traced| {
        let change = plan.changes.iter_mut().find(|change| change.address.id() == "acme-corp").unwrap();
        (change.cause, change.traced) = (Cause::Console, traced);
        let document = super::json::plan(plan, &header(), RateLimit::DEFAULT, true);
        let change =
            document["changes"].as_array().unwrap().iter().find(|it| it["id"] == "acme-corp").unwrap();
        let line =
            text(plan, 120, false).lines().find(|line| line.contains("tenant.acme-corp")).unwrap().to_owned();
        (line, change["changed_at"].clone(), change["changed_by"].clone())
    };
    for (at, ago) in [
        ("14:29:30", "just now"),
        ("14:00:00", "30 min ago"),
        ("12:20:00", "2 h ago"),
        ("00:00:00", "14 h ago"),
    ] {
        let at = moment(&format!("2026-07-01T{at}Z"));
        let (line, when, who) = told(&mut plan, Traced::By { at, actor: "U2xy".into() });
        assert!(line.ends_with(&format!("(changed outside this tool, {ago}, actor U2xy)")), "{line}");
        assert_eq!((when, who), (json!(at), json!("U2xy")));
    }
    let (line, when, _) = told(&mut plan, Traced::Unknown);
    assert!(line.ends_with("(changed outside this tool; Descope's audit does not know who)"), "{line}");
    assert_eq!(when, Value::Null);
    assert!(
        told(&mut plan, Traced::Untraceable)
            .0
            .ends_with("(changed outside this tool; who and when is unknown)")
    );
    assert!(told(&mut plan, Traced::NotAsked).0.ends_with("(changed outside this tool)"));
}

#[test]
fn two_environments_compared_as_markdown() {
    let unlike = |address: &str, presence, fields| Unlike {
        address: address.parse().unwrap(),
        counterpart: None,
        presence,
        name: Some("x".into()),
        fields,
    };
    let field = |path: &[&str], before: Value, after: Value| {
        FieldChange::new(Path::new(path.iter().copied()), Some(before), Some(after))
    };
    let secret =
        FieldChange { sensitive: true, ..field(&["attributes", "token"], json!("s3cret"), json!("other")) };
    let evil = field(&["name"], json!("a|b\n```\n<b>"), json!("\u{1b}[2J`c`"));
    let found = Comparison {
        differences: vec![
            unlike("tenant.acme", Presence::Both, vec![evil, secret]),
            unlike("tenant.one", Presence::OnlyFrom, vec![]),
            unlike("tenant.two", Presence::OnlyTo, vec![]),
        ],
        same: 3,
    };
    let two = Header { environment: Some("prod".into()), ..header() };
    assert_snapshot!(markdown::comparison(&found, &header(), &two), @r##"
    ### descope-mgmt compare: `staging` and `prod`

    **1 differ, 1 only in the first, 1 only in the second. 3 the same.**

    Project `P2abc` `PCC Staging` · `descope.yaml` · `environment from branch release/7`  
    compared with Project `P2abc` `PCC Staging` · `descope.yaml` · `environment from branch release/7`

    From `staging` (red) to `prod` (green).

    <details open><summary>1 different</summary>

    ```diff
    ! tenant.acme
    -     name: "a|b\n```\n<b>"
    +     name: "\u001b[2J`c`"
    !     attributes.token: (sensitive)
    ```

    </details>

    <details open><summary>1 only in staging</summary>

    ```diff
    - tenant.one
    ```

    </details>

    <details open><summary>1 only in prod</summary>

    ```diff
    + tenant.two
    ```

    </details>
    "##);
}
