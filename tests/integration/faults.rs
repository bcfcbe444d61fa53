//! The wire at its worst: every answer that is none, and what the tool makes of it.

use descope_mgmt::emulator::Options;
use serde_json::{Value, json};
use wiremock::{Mock, MockServer, ResponseTemplate, matchers::path};

use crate::common::{Desk, Service, many};

const ONE: &str = "tenants:\n  - { id: acme, name: Acme }\n";

fn talk_to(url: &str) -> Desk {
    let desk = Desk::new()
        .with("DESCOPE_PROJECT_ID", "P2aaaaaaaaaaaaaaaaaaaaaaaaaaa")
        .with("DESCOPE_MANAGEMENT_KEY", &format!("K2{}", "a".repeat(200)))
        .with("DESCOPE_BASE_URL", url);
    desk.write("descope.yaml", &format!("version: 1\n{ONE}"));
    desk
}

#[test]
fn a_wrong_key_is_told_with_where_to_look() {
    let mut service = Service::start();
    service.desk.set("DESCOPE_MANAGEMENT_KEY", &format!("K2{}", "b".repeat(200)));
    service.yaml(ONE);
    service
        .sh("tenant sync --yes")
        .exits(1)
        .says("Management key rejected")
        .says("Company -> Management Keys");
    let error = service.sh("plan -o json").exits(1).json();
    assert_eq!(error["error"]["code"], "unauthorized");
}

#[test]
fn an_unknown_host_and_a_refused_connection_say_what_to_check() {
    talk_to(&format!("http://{}.invalid", "x".repeat(70)))
        .sh("plan")
        .exits(1)
        .says("was not found")
        .says("check the base URL");
    let free = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    talk_to(&format!("http://{free}"))
        .sh("plan")
        .exits(1)
        .says("refused the connection")
        .says("check the base URL");
}

#[test]
fn a_server_without_tls_is_told_apart() {
    let service = Service::start();
    let url = service
        .desk
        .variables
        .iter()
        .find(|(name, _)| name == "DESCOPE_BASE_URL")
        .unwrap()
        .1
        .replace("http:", "https:");
    talk_to(&url).sh("plan").exits(1).says("no secure connection to").says("doesn't speak TLS");
}

#[test]
fn html_truncated_json_and_a_hang_are_sentences_and_nothing_is_lost() {
    let service = Service::start();
    service.yaml(ONE);
    service.fault(&["/v1/mgmt/tenant/all=html"]);
    service.sh("plan").exits(1).says("a web page came instead of JSON").says("sign in to the network");
    service.no_faults();
    service.fault(&["/v1/mgmt/tenant/all=hang"]);
    service
        .sh("plan --timeout 100ms --max-wait 500ms")
        .exits(1)
        .says("no answer within 100ms")
        .says("--timeout");
    service.no_faults();
    service.fault(&["/v1/mgmt/tenant/all=truncate"]);
    service.sh("plan --max-wait 500ms").exits(1).says("dropped before the answer was complete");
    service.no_faults();
    assert_eq!(service.tenants(), Vec::<Value>::new());
}

#[test]
fn nobody_looks_at_a_screen_on_which_nothing_happens() {
    let service = Service::start();
    service.yaml(ONE);
    service.fault(&["/v1/mgmt/tenant/all=hang"]);
    let slow = "'GET /v1/mgmt/tenant/all' has been without an answer for 1 s";
    service.sh("plan --timeout 1500ms --max-wait 1s").exits(1).says(slow);
    let lines = service.sh("plan --timeout 1500ms --max-wait 1s -o jsonl").exits(1);
    assert!(lines.out.lines().any(|line| line.contains("\"slow\"") && line.contains(slow)), "{}", lines.out);
    service.no_faults();
    // The write is looked for in vain: no request is slow, and nothing ends.
    service.fault(&["/v1/mgmt/tenant/create=503"]);
    let ran = service.sh("tenant sync --yes --max-wait 2s").exits(3);
    assert!(ran.err.contains("0/1 done"), "{}", ran.err);
}

/// Every write x every fault: converged or honestly reported, nothing twice, nothing lost.
#[test]
fn every_write_survives_every_fault() {
    let writes = ["create", "update", "delete", "settings", "updateDefaultRoles"];
    let faults = ["429", "500", "503", "html", "hang", "drop-before", "drop-after", "truncate"];
    let cells: Vec<(&str, &str)> =
        writes.into_iter().flat_map(|write| faults.map(|fault| (write, fault))).collect();
    std::thread::scope(|scope| {
        for cells in cells.chunks(2) {
            scope.spawn(move || cells.iter().for_each(|(write, fault)| one_fault(write, fault)));
        }
    });
}

fn one_fault(write: &str, fault: &str) {
    let service = Service::start();
    service.seed(json!([
        {"id": "acme", "name": "Acme", "authType": "saml", "domains": ["sso.example"], "neverHeardOf": 7},
        {"id": "stray", "name": "Stray"},
    ]));
    let (yaml, flags) = match write {
        "create" => ("tenants:\n  - { id: acme }\n  - { id: made, name: Made }\n  - { id: stray }\n", ""),
        "update" => ("tenants:\n  - { id: acme, name: New }\n  - { id: stray }\n", ""),
        "delete" => ("tenants:\n  - { id: acme }\n", "--prune"),
        "settings" => (
            "tenants:\n  - { id: acme, settings: { session_token_expiration: 20m } }\n  - { id: stray }\n",
            "",
        ),
        _ => ("tenants:\n  - { id: acme, default_roles: [Tenant Admin] }\n  - { id: stray }\n", ""),
    };
    service.yaml(yaml);
    let before = service.tenant("acme");
    service.fault(&[&format!("POST /v1/mgmt/tenant/{write}={fault}:1")]);
    let label = format!("{write} x {fault}");
    let ran = service.sh(&format!("tenant sync --yes {flags} --timeout 1s"));
    assert!(ran.code == 0, "{label}: {ran:?}");
    service.no_faults();
    let plan = service.sh(&format!("plan {flags} --detailed-exitcode"));
    assert_eq!(plan.code, 0, "{label}: {plan:?}");
    let mut after = service.tenant("acme");
    for key in ["name", "defaultRoles"] {
        after[key] = before[key].clone();
    }
    assert_eq!(after, before, "{label}: a field nobody named changed");
    let expected = match write {
        "create" => 3,
        "delete" => 1,
        _ => 2,
    };
    assert_eq!(service.tenants().len(), expected, "{label}");
    let audit = service.desk.files_below(".descope-mgmt/audit");
    let lines = std::fs::read_to_string(
        audit.iter().find(|it| it.extension().is_some_and(|it| it == "jsonl")).unwrap(),
    )
    .unwrap();
    let ended = lines
        .lines()
        .filter(|line| line.contains("\"outcome\":\"succeeded\"") && line.contains("\"address\":\"tenant."))
        .count();
    assert_eq!(ended, 1, "{label}: one outcome in the audit\n{lines}");
}

#[test]
fn a_tenant_that_somebody_changed_between_plan_and_apply_stops_the_run() {
    // The prompt is where the time passes; a second operator is quicker than any of them.
    let service =
        Service::start_with(Options { latency: std::time::Duration::from_secs(1), ..Options::default() });
    service.seed(json!([{"id": "acme", "name": "Old"}]));
    service.yaml("tenants:\n  - { id: acme, name: New }\n");
    let mut child = service
        .desk
        .command(&["tenant", "sync", "--yes"])
        .stdin(std::process::Stdio::null())
        .stdout(std::process::Stdio::piped())
        .stderr(std::process::Stdio::piped())
        .spawn()
        .unwrap();
    while !service.calls().iter().any(|path| path.ends_with("/all")) {
        std::thread::sleep(std::time::Duration::from_millis(5));
    }
    // The first list is under way; its answer was made before this write, the second one comes after it.
    std::thread::sleep(std::time::Duration::from_millis(1050));
    service.seed(json!([{"id": "acme", "name": "Old", "somethingNew": true}]));
    let status = child.wait().unwrap();
    let mut err = String::new();
    std::io::Read::read_to_string(&mut child.stderr.take().unwrap(), &mut err).unwrap();
    assert_eq!(status.code(), Some(6), "{err}");
    assert!(err.contains("tenant.acme (field 'somethingNew')"), "{err}");
    assert_eq!(service.tenant("acme")["name"], "Old");
}

#[test]
fn what_fails_is_reported_skips_its_children_and_the_retry_command_works_when_pasted() {
    use descope_mgmt::emulator::UndefinedAttributes::Refuse;
    let service = Service::start_with(Options { undefined_attributes: Refuse, ..Options::default() });
    service.define(&["known"]);
    service.yaml(
        "tenants:\n  - { id: top, name: Top, attributes: { plan: x } }\n  - { id: low, name: Low, parent: top }\n  \
         - { id: other, name: Other }\n",
    );
    let ran = service.sh("tenant sync --yes -o json").exits(3).json();
    let result = &ran["result"];
    assert_eq!(
        (&result["summary"]["created"], &result["summary"]["failed"], &result["summary"]["skipped"]),
        (&json!(1), &json!(1), &json!(1))
    );
    let of =
        |id: &str| result["results"].as_array().unwrap().iter().find(|it| it["id"] == id).unwrap().clone();
    assert!(of("top")["error"]["hint"].as_str().unwrap().contains("define the attribute"), "{}", of("top"));
    assert!(of("low")["error"]["message"].as_str().unwrap().contains("depends on tenant.top"));
    let retry = result["retry_command"].as_str().unwrap();
    assert_eq!(retry, "descope-mgmt tenant sync --target tenant.low --target tenant.top");
    service.define(&["plan"]);
    service.sh(&format!("{} --yes", retry.trim_start_matches("descope-mgmt "))).exits(0).says("✓ 2 created");
    service.sh("plan --detailed-exitcode").exits(0);
}

#[test]
fn a_killed_run_is_followed_by_one_that_converges() {
    let service =
        Service::start_with(Options { latency: std::time::Duration::from_millis(20), ..Options::default() });
    service.yaml(&many(60));
    for stop_after in [5, 20, 40] {
        let mut child = service
            .desk
            .command(&["tenant", "sync", "--yes", "--parallelism", "4", "-q"])
            .stdin(std::process::Stdio::null())
            .stdout(std::process::Stdio::null())
            .spawn()
            .unwrap();
        while service.tenants().len() < stop_after && child.try_wait().unwrap().is_none() {
            std::thread::sleep(std::time::Duration::from_millis(2));
        }
        child.kill().unwrap();
        child.wait().unwrap();
    }
    service.sh("tenant sync --yes").exits(0).says("never ended");
    assert_eq!(service.tenants().len(), 60);
    service.sh("plan --detailed-exitcode").exits(0);
    service.sh("audit verify").exits(0);
    assert!(service.desk.files_below(".descope-mgmt/journal").is_empty());
}

#[test]
fn what_a_killed_run_wrote_is_no_conflict_with_a_configuration_that_changed_since() {
    let service =
        Service::start_with(Options { latency: std::time::Duration::from_millis(20), ..Options::default() });
    let yaml = |name: &str| service.yaml(&many(20).replace("name: Tenant", &format!("name: {name}")));
    yaml("First");
    service.sh("apply --yes -q").exits(0);
    yaml("Second");
    let mut command = service.desk.command(&["apply", "--yes", "--parallelism", "2", "-q"]);
    let mut child = command.stdout(std::process::Stdio::null()).spawn().unwrap();
    let written =
        || service.tenants().iter().filter(|it| it["name"].as_str().unwrap().starts_with("Second")).count();
    while written() < 5 && child.try_wait().unwrap().is_none() {
        std::thread::sleep(std::time::Duration::from_millis(5));
    }
    child.kill().unwrap();
    child.wait().unwrap();
    yaml("Third");
    service.sh("apply --yes").exits(0).says("never ended").says("⚠ 20 updated");
    service.sh("drift").exits(0);
}

#[test]
fn two_applies_at_once_do_not_interleave() {
    let service =
        Service::start_with(Options { latency: std::time::Duration::from_millis(20), ..Options::default() });
    service.yaml(&many(40));
    let spawn = |arguments: &[&str]| {
        let mut command = service.desk.command(arguments);
        command.stdout(std::process::Stdio::piped()).stderr(std::process::Stdio::piped()).spawn().unwrap()
    };
    let first = spawn(&["tenant", "sync", "--yes", "--parallelism", "2"]);
    while service.desk.files_below(".descope-mgmt/locks").is_empty() {
        std::thread::sleep(std::time::Duration::from_millis(2));
    }
    let second = service.sh("tenant sync --yes --lock-timeout 100ms");
    assert!(second.code == 6 || second.code == 0, "{second:?}");
    if second.code == 6 && second.err.contains("lock") {
        assert!(second.err.contains("tester"), "{second:?}");
    }
    let first = first.wait_with_output().unwrap();
    assert_eq!(first.status.code(), Some(0), "{}", String::from_utf8_lossy(&first.stderr));
    assert_eq!(service.tenants().len(), 40);
}

#[test]
fn an_interrupt_finishes_what_is_under_way_and_exits_130() {
    let service =
        Service::start_with(Options { latency: std::time::Duration::from_millis(50), ..Options::default() });
    service.yaml(&many(60));
    let child = service
        .desk
        .command(&["tenant", "sync", "--yes", "--parallelism", "2"])
        .stdin(std::process::Stdio::null())
        .stdout(std::process::Stdio::piped())
        .stderr(std::process::Stdio::piped())
        .spawn()
        .unwrap();
    while service.tenants().len() < 4 {
        std::thread::sleep(std::time::Duration::from_millis(5));
    }
    let pid = i32::try_from(child.id()).unwrap();
    nix::sys::signal::kill(nix::unistd::Pid::from_raw(pid), nix::sys::signal::Signal::SIGINT).unwrap();
    let output = child.wait_with_output().unwrap();
    let out = String::from_utf8(output.stdout).unwrap();
    assert_eq!(output.status.code(), Some(130), "{out}");
    assert!(out.contains("the run was interrupted before its turn came") && out.contains("retry"), "{out}");
    let made = service.tenants().len();
    assert!(out.contains(&format!("✓ {made} created")), "{made}: {out}");
    assert!(service.desk.files_below(".descope-mgmt/locks").is_empty());
}

#[test]
fn a_full_or_read_only_state_folder_stops_the_run_before_the_first_write() {
    let service = Service::start();
    service.yaml(ONE);
    service.desk.write("blocked", "a file where a folder should be");
    service.sh("tenant sync --yes --state-dir blocked").exits(1).says("blocked");
    assert_eq!(service.tenants(), Vec::<Value>::new());
}

#[test]
fn a_change_takes_no_longer_than_it_may_and_is_unknown_where_that_is_too_short_to_tell() {
    let service = Service::start();
    service.yaml(&many(1));
    service.fault(&["/v1/mgmt/tenant/create=503"]);
    // After ten seconds it would be known that nothing was made.
    let told = service.sh("tenant sync --yes --max-wait 1s -o json").exits(3).json();
    let result = &told["result"]["results"][0];
    assert_eq!((&result["status"], &result["error"]["code"]), (&json!("unknown"), &json!("outcome_unknown")));
}

#[test]
fn only_an_empty_list_is_one() {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    for (body, is_a_list) in [
        ("{\"tenants\":[]}", true),
        ("{\"tenants\":null}", true),
        ("{}", true),
        ("[]", false),
        ("", false),
        ("{\"tenant\":{\"id\":\"acme\"}}", false),
    ] {
        let mut service = Service::start();
        let projects = json!({"projects": [{"id": service.project, "name": "Mine"}]});
        let server = runtime.block_on(async {
            let server = MockServer::start().await;
            let list = ResponseTemplate::new(200).set_body_raw(body, "application/json");
            let named = ResponseTemplate::new(200).set_body_json(&projects);
            Mock::given(path("/v1/mgmt/tenant/all")).respond_with(list).mount(&server).await;
            Mock::given(path("/v1/mgmt/projects/list")).respond_with(named).mount(&server).await;
            server
        });
        service.desk.set("DESCOPE_BASE_URL", &server.uri());
        service.yaml(&many(1));
        let ran = service.sh("plan");
        assert_eq!(ran.code, i32::from(!is_a_list), "{body}: {ran:?}");
    }
}
