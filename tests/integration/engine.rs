//! The engine at its edges: halves of a replace, releases, lag after our own writes, circles.

use std::{process::Stdio, time::Duration};

use descope_mgmt::emulator::{Options, UndefinedAttributes::Refuse};
use serde_json::{Value, json};

use crate::common::{Service, many};

fn family() -> Value {
    json!([
        {"id": "p1x", "name": "P1"}, {"id": "p2x", "name": "P2"},
        {"id": "kid", "name": "Kid", "parent": "p1x", "selfProvisioningDomains": ["kid.example"],
         "customAttributes": {"a": 1, "b": "x"}, "federatedAppIds": ["app"], "disabled": true},
    ])
}

const MOVED: &str = "tenants:\n  - { id: p1x }\n  - { id: p2x }\n  - { id: kid, parent: p2x }\n";

#[test]
fn a_replace_brings_along_what_the_configuration_does_not_manage() {
    let service = Service::start();
    service.seed(family());
    let settings = || service.get("/v1/mgmt/tenant/settings?id=kid");
    let mut own = settings();
    for (key, value) in
        [("enabled", json!(true)), ("sessionTokenExpiration", json!(20)), ("tenantId", json!("kid"))]
    {
        own[key] = value;
    }
    service.post("/v1/mgmt/tenant/settings", &own);
    let (before, settings_before) = (service.tenant("kid"), settings());
    service.yaml(MOVED);
    service.sh("tenant sync --yes --allow-replace tenant.kid").exits(0).says("1 replaced");
    assert_eq!(settings(), settings_before);
    let mut after = service.tenant("kid");
    assert_eq!(after["parent"], "p2x");
    for key in ["parent", "createdTime"] {
        after[key] = before[key].clone();
    }
    assert_eq!(after, before);
}

#[test]
fn a_one_off_move_brings_everything_along_too() {
    let service = Service::start();
    service.seed(family());
    let before = service.tenant("kid");
    service.sh("tenant update kid --parent p2x --yes").exits(4).says("--allow-replace tenant.kid");
    service.sh("tenant update kid --parent p2x --yes --allow-replace tenant.kid").exits(0);
    let after = service.tenant("kid");
    assert_eq!((&after["parent"], &after["customAttributes"]), (&json!("p2x"), &before["customAttributes"]));
    assert_eq!(after["selfProvisioningDomains"], before["selfProvisioningDomains"]);
}

#[test]
fn a_replace_that_cannot_be_finished_puts_the_old_tenant_back() {
    let service = Service::start_with(Options { undefined_attributes: Refuse, ..Options::default() });
    service.define(&["a", "b"]);
    service.seed(family());
    let before = service.tenant("kid");
    service.yaml(&MOVED.replace("parent: p2x", "parent: p2x, attributes: { undefined: 1 }"));
    service
        .sh("tenant sync --yes --allow-replace tenant.kid")
        .exits(1)
        .says("was put back without its users");
    let mut after = service.tenant("kid");
    after["createdTime"] = before["createdTime"].clone();
    assert_eq!(after, before);
}

#[test]
fn a_parent_that_a_replaced_tenant_moves_under_is_not_pruned() {
    let service = Service::start();
    service.seed(family());
    service.yaml("tenants:\n  - { id: p1x }\n  - { id: kid, parent: p2x }\n");
    service
        .sh("tenant sync --yes --prune --allow-replace tenant.kid")
        .exits(3)
        .says("sub-tenants hang on it and stay");
    assert_eq!((service.tenant("kid")["parent"].clone(), service.tenants().len()), (json!("p2x"), 3));
}

#[test]
fn a_replace_to_a_fourth_level_is_refused() {
    let service = Service::start();
    service.seed(json!([
        {"id": "l1x", "name": "1"}, {"id": "l2x", "name": "2", "parent": "l1x"}, {"id": "l3x", "name": "3", "parent": "l2x"},
        {"id": "kid", "name": "Kid"},
    ]));
    service
        .yaml("tenants:\n  - { id: l1x }\n  - { id: l2x }\n  - { id: l3x }\n  - { id: kid, parent: l3x }\n");
    service.sh("tenant sync --yes --allow-replace tenant.kid").exits(5).says("deeper than 3 levels");
}

#[test]
fn a_replaced_tenant_gets_settings_of_its_own_and_none_of_the_old_sso() {
    let service = Service::start();
    service.seed(json!([
        {"id": "p1x", "name": "P1"}, {"id": "p2x", "name": "P2"},
        {"id": "kid", "name": "Kid", "parent": "p1x", "authType": "saml", "domains": ["sso.example"],
         "settings": {"enabled": true, "sessionTokenExpiration": 20, "sessionTokenExpirationUnit": "minutes",
                      "authType": "saml", "domains": ["sso.example"]}},
    ]));
    service.yaml(&MOVED.replace("parent: p2x", "parent: p2x, settings: { session_token_expiration: 20m }"));
    service.sh("tenant sync --yes --allow-replace tenant.kid").exits(0);
    let settings = service.get("/v1/mgmt/tenant/settings?id=kid");
    assert_eq!((&settings["sessionTokenExpiration"], &settings["enabled"]), (&json!(20), &json!(true)));
    assert_ne!(settings["authType"], "saml");
}

const SWAP: &str = "tenants:\n  - { id: aa1, name: B, domains: [b.example] }\n  - { id: bb1, name: A, domains: [a.example] }\n";

fn pair() -> Value {
    json!([
        {"id": "aa1", "name": "A", "selfProvisioningDomains": ["a.example"]},
        {"id": "bb1", "name": "B", "selfProvisioningDomains": ["b.example"]},
    ])
}

#[test]
fn a_swap_goes_well_though_reads_lag() {
    let service =
        Service::start_with(Options { read_lag: Duration::from_millis(1500), ..Options::default() });
    service.seed(pair());
    std::thread::sleep(Duration::from_millis(1600));
    service.yaml(SWAP);
    service.sh("tenant sync --yes").exits(0).says("⚠ 2 updated");
}

#[test]
fn a_swap_that_breaks_off_gives_back_what_was_given_up() {
    let service = Service::start_with(Options { undefined_attributes: Refuse, ..Options::default() });
    service.define(&["known"]);
    service.seed(pair());
    let undefined = |yaml: &str, name: &str| {
        yaml.replace(&format!("name: {name},"), &format!("name: {name}, attributes: {{ undefined: 1 }},"))
    };
    service.yaml(&undefined(&undefined(SWAP, "A"), "B"));
    service.sh("tenant sync --yes").exits(1).says("has them back");
    let names: Vec<_> = service
        .tenants()
        .iter()
        .map(|it| (it["name"].clone(), it["selfProvisioningDomains"].clone()))
        .collect();
    assert_eq!(names, [(json!("A"), json!(["a.example"])), (json!("B"), json!(["b.example"]))]);
    // What the other one has taken meanwhile can't come back; that is shouted about.
    service.yaml(&undefined(SWAP, "B"));
    service.sh("tenant sync --yes").exits(3).says("DID NOT GET THEM BACK").says("backup restore");
}

#[test]
fn an_interrupted_swap_and_a_hang_up_leave_nothing_half_done() {
    let service = Service::start_with(Options { latency: Duration::from_millis(200), ..Options::default() });
    service.seed(pair());
    service.yaml(SWAP);
    let mut command = service.desk.command(&["tenant", "sync", "--yes", "--parallelism", "1"]);
    let child = command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    while !service.calls().iter().any(|path| path.ends_with("/update")) {
        std::thread::sleep(Duration::from_millis(5));
    }
    let pid = nix::unistd::Pid::from_raw(i32::try_from(child.id()).unwrap());
    nix::sys::signal::kill(pid, nix::sys::signal::Signal::SIGHUP).unwrap();
    let output = child.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(130), "{}", String::from_utf8_lossy(&output.stdout));
    let names: Vec<_> = service.tenants().iter().map(|it| it["name"].clone()).collect();
    assert!(names == ["A", "B"] || names == ["B", "A"], "{names:?}");
}

#[test]
fn what_no_release_can_untangle_is_withheld_and_said() {
    let service = Service::start();
    service.seed(json!([
        {"id": "p1x", "name": "P1"}, {"id": "p2x", "name": "P2"},
        {"id": "aa1", "name": "A", "parent": "p1x"}, {"id": "bb1", "name": "B", "parent": "p1x"},
    ]));
    service.yaml("tenants:\n  - { id: p1x }\n  - { id: p2x }\n  - { id: aa1, name: B, parent: p2x }\n  - { id: bb1, name: A, parent: p2x }\n");
    service
        .sh("tenant sync --yes --allow-replace tenant.*")
        .exits(3)
        .says("waits for others that wait for it");
    assert_eq!(service.tenants().len(), 4);
}

#[test]
fn an_ignored_name_is_not_given_up() {
    let service = Service::start();
    service.seed(pair());
    service.yaml("tenants:\n  - { id: aa1, name: A9, disabled: true, lifecycle: { ignore_changes: [name] } }\n  - { id: bb1, name: A }\n");
    service.sh("tenant sync --yes").exits(3).says("name 'A' is held by the live tenant");
}

#[test]
fn taking_away_the_last_way_in_is_a_lockout() {
    let service = Service::start();
    service.seed(json!([{"id": "acme", "name": "Acme", "enforceSSO": true, "enforceSSOExclusions": ["admin@x.example"]}]));
    service.yaml("tenants:\n  - { id: acme, enforce_sso_exclusions: [] }\n");
    service.sh("tenant sync --yes").exits(4).says("--allow-lockout");
    service.sh("tenant sync --yes --allow-lockout").exits(0);
}

#[test]
fn settings_and_roles_of_a_new_tenant_survive_lag_and_faults() {
    let service =
        Service::start_with(Options { read_lag: Duration::from_millis(1500), ..Options::default() });
    service.yaml("tenants:\n  - { id: acme, name: Acme, settings: { session_token_expiration: 20m }, default_roles: [Tenant Admin] }\n");
    service.fault(&["POST /v1/mgmt/tenant/updateDefaultRoles=drop-after:1"]);
    service.sh("tenant sync --yes").exits(0).says("✓ 1 created");
    std::thread::sleep(Duration::from_millis(1600));
    assert_eq!(service.tenant("acme")["defaultRoles"], json!(["Tenant Admin"]));
}

#[test]
fn the_requests_foreseen_are_the_requests_sent() {
    let service = Service::start();
    let yaml = |minutes: u32| {
        let one = |n: u32| {
            format!(
                "  - {{ id: tenant-{n}, name: T{n}, settings: {{ session_token_expiration: {minutes}m }} }}\n"
            )
        };
        format!("tenants:\n{}", (0..4).map(one).collect::<String>())
    };
    for minutes in [20, 30] {
        service.yaml(&yaml(minutes));
        let foreseen = service.sh("plan -o json").exits(0).json()["requests"].as_u64().unwrap();
        let before = service.calls().len();
        service.sh("tenant sync --yes").exits(0);
        let planning = 1 + if minutes == 30 { 4 } else { 0 };
        assert_eq!(service.calls().len() - before - planning, usize::try_from(foreseen).unwrap());
    }
}

#[test]
fn a_key_in_any_other_place_than_its_own_is_refused() {
    let service = Service::start();
    service.yaml("tenants:\n  - { id: acme, name: \"n ${DESCOPE_MANAGEMENT_KEY}\" }\n");
    let ran = service.sh("tenant sync --yes").exits(5).says("holds a management key");
    assert!(!ran.out.contains(&service.key()) && !ran.err.contains(&service.key()));
}

#[test]
fn a_result_that_cannot_be_written_is_no_success() {
    let service = Service::start();
    service.yaml("tenants: []\n");
    for line in ["plan -o json", "--help", "plan --help", "--version", "version"] {
        let full = std::fs::OpenOptions::new().write(true).open("/dev/full").unwrap();
        let arguments: Vec<&str> = line.split(' ').collect();
        let mut command = service.desk.command(&arguments);
        let status = command.stdin(Stdio::null()).stdout(full).stderr(Stdio::null()).status();
        assert_eq!(status.unwrap().code(), Some(1), "{line}");
    }
}

#[test]
fn a_plan_that_nobody_could_see_is_not_applied_and_a_lost_result_is_in_the_audit() {
    let service = Service::start();
    service.yaml("tenants:\n  - { id: acme, name: Acme }\n");
    let apply = |format: &str| {
        let full = std::fs::OpenOptions::new().write(true).open("/dev/full").unwrap();
        let mut command = service.desk.command(&["apply", "--yes", "-o", format]);
        let output = command.stdin(Stdio::null()).stdout(full).stderr(Stdio::piped()).output().unwrap();
        (output.status.code(), String::from_utf8(output.stderr).unwrap())
    };
    let (code, said) = apply("text");
    assert!(code == Some(1) && said.contains("so nothing was written"), "{said}");
    assert_eq!(service.tenants(), Vec::<Value>::new());
    let (code, said) = apply("json");
    assert!(code == Some(1) && said.contains("audit show 01"), "{said}");
    assert_eq!(service.tenants().len(), 1);
}

#[test]
fn the_sandbox_variable_is_a_truth_value_or_a_file() {
    let service = Service::start();
    service.yaml("tenants: []\n");
    let run = |value: &str| {
        let mut command = service.desk.command(&["plan"]);
        command.env("DESCOPE_MGMT_SANDBOX", value).stdin(Stdio::null()).output().unwrap()
    };
    assert!(!String::from_utf8_lossy(&run("false").stdout).contains("SANDBOX"));
    assert!(String::from_utf8_lossy(&run("true").stdout).contains("SANDBOX"));
    assert_eq!(run("maybe").status.code(), Some(64));
    assert!(!service.desk.path("false").exists() && !service.desk.path("true").exists());
}

#[test]
fn a_write_that_is_done_and_cannot_be_recorded_is_no_failure_and_the_last() {
    let service = Service::start_with(Options { latency: Duration::from_millis(400), ..Options::default() });
    service.yaml(&many(2));
    let audit = service.desk.path(&format!("state/audit/{}.jsonl", service.project));
    let mut command = service.desk.command(&[
        "tenant",
        "sync",
        "--yes",
        "--parallelism",
        "1",
        "--state-dir",
        "state",
        "-o",
        "json",
    ]);
    let running = command.stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
    let announced = || std::fs::read_to_string(&audit).is_ok_and(|text| text.contains("intended"));
    while !announced() {
        std::thread::yield_now();
    }
    std::fs::rename(&audit, audit.with_extension("away")).unwrap();
    std::fs::create_dir(&audit).unwrap();
    let output = running.wait_with_output().unwrap();
    let told: Value = serde_json::from_slice(&output.stdout).unwrap();
    let results = told["result"]["results"].as_array().unwrap();
    let status: Vec<_> = results.iter().map(|it| it["status"].as_str().unwrap()).collect();
    assert_eq!((output.status.code(), service.tenants().len()), (Some(3), 1), "{told:#}");
    assert_eq!(status.iter().filter(|it| **it == "succeeded").count(), 1, "{told:#}");
    assert_eq!(status.iter().filter(|it| **it == "skipped").count(), 1, "{told:#}");
}
