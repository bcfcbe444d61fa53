//! `tenant sync`, from YAML to live and back to "no changes".

use std::time::{Duration, Instant};

use descope_mgmt::{emulator::Options, units::RateLimit};
use serde_json::{Value, json};

use crate::common::{Desk, Service, many, root};

const THREE_LEVELS: &str = "
tenants:
  - { id: low, name: Low, parent: mid, domains: [low.example] }
  - { id: mid, name: Mid, parent: top, attributes: { seats: 5, active: true } }
  - { id: top, name: Top, domains: [b.example, a.example] }
";

#[test]
fn ten_tenants_of_three_levels_are_created_in_the_sandbox_and_then_there_is_nothing_to_do() {
    let desk = Desk::new();
    let example = root().join("examples/portfolio");
    let sync = format!("--sandbox -c {} tenant sync", example.display());
    let ran = desk.sh(&format!("{sync} --yes")).exits(0).says("Plan: 10 to create.").says("✓ 10 created");
    assert!(ran.out.starts_with("descope-mgmt · SANDBOX · dev · project P"), "{}", ran.out);
    let again = desk.sh(&sync).exits(0).says("No changes. 10 unchanged.");
    assert!(!again.out.contains("created"));
}

#[test]
fn a_dry_run_wins_over_everything() {
    let service = Service::start();
    service.yaml(THREE_LEVELS);
    service.sh("tenant sync --dry-run --yes").exits(0).says("Plan: 3 to create.").says("5 requests");
    service.sh("tenant sync --dry-run --yes --detailed-exitcode").exits(2);
    assert_eq!(service.tenants(), Vec::<Value>::new());
    assert!(
        service
            .desk
            .files_below(".descope-mgmt")
            .iter()
            .all(|path| path.to_str().unwrap().contains("/rate/"))
    );
}

#[test]
fn creates_cost_three_requests_beside_themselves_and_a_plan_costs_one() {
    let service = Service::start();
    service.yaml(THREE_LEVELS);
    service.sh("tenant sync --yes").exits(0);
    assert!(service.calls().len() <= 3 + 3, "{:?}", service.calls());
    let before = service.calls().len();
    service.sh("plan --detailed-exitcode").exits(0).says("No changes. 3 unchanged.");
    assert_eq!(service.calls().len() - before, 1);
}

#[test]
fn an_update_costs_a_read_and_a_write() {
    let service = Service::start();
    service.yaml(&many(4));
    service.sh("apply --yes").exits(0);
    let before = service.calls().len();
    service.yaml(&many(4).replace("Tenant", "Other"));
    service.sh("apply --yes").exits(0).says("⚠ 4 updated");
    assert!(service.calls().len() - before <= 2 * 4 + 3, "{:?}", service.calls());
}

#[test]
fn an_update_changes_one_key_and_every_other_byte_stays() {
    let service = Service::start();
    let strange = json!({
        "id": "acme", "name": "Old", "selfProvisioningDomains": ["z.example", "a.example"],
        "customAttributes": {"tier": "gold", "big": 9_007_199_254_740_993_u64, "list": ["b", "a"]},
        "authType": "saml", "domains": ["sso.example"], "createdTime": 1_700_000_000, "disabled": false,
        "enforceSSO": true, "enforceSSOExclusions": ["U1"], "federatedAppIds": ["app1", "app2"], "parent": "",
        "successors": [], "defaultRoles": ["Tenant Admin"], "roleInheritance": "userOnly",
        "idJagSettings": {"issuer": "https://x.example"}, "idJagEnabled": true, "neverHeardOf": {"a": [1, {"b": null}]},
    });
    service.seed(json!([strange]));
    let before = service.tenant("acme");
    service.yaml("tenants:\n  - { id: acme, name: New }\n");
    service.sh("tenant sync --yes").exits(0).says("name: \"Old\" -> \"New\"").says("unmanaged fields kept");
    let mut after = service.tenant("acme");
    assert_eq!(after["name"], "New");
    after["name"] = json!("Old");
    assert_eq!(after, before);
    assert_eq!(after["neverHeardOf"], json!({"a": [1, {"b": null}]}));
    service.sh("plan --detailed-exitcode").exits(0).says("No changes.");
}

#[test]
fn a_server_that_shuffles_its_lists_makes_no_change() {
    let service = Service::start_with(Options { shuffle: true, ..Options::default() });
    service.yaml(
        "tenants:\n  - id: acme\n    name: Acme\n    domains: [a.example, b.example, c.example, d.example]\n    \
         attributes: { list: [one, two, three, four] }\n  - { id: other, name: Other, domains: [o.example] }\n",
    );
    service.sh("tenant sync --yes").exits(0);
    for _ in 0..4 {
        service.sh("plan --detailed-exitcode").exits(0).says("No changes.");
    }
}

#[test]
fn orphans_are_listed_and_pruned_only_when_told() {
    let service = Service::start();
    service.seed(json!([{"id": "stray", "name": "Stray"}]));
    service.yaml("tenants:\n  - { id: acme, name: Acme }\n");
    service.sh("tenant sync --yes").exits(0).says("? tenant.stray").says("1 orphan");
    assert_eq!(service.tenants().len(), 2);
    service.sh("tenant sync --yes --prune").exits(0).says("- tenant.stray").says("1 deleted");
    assert_eq!(service.tenants().len(), 1);
}

#[test]
fn a_domain_moves_and_two_are_swapped_in_one_apply() {
    let service = Service::start();
    let yaml = |a: &str, b: &str, c: &str, d: &str| {
        let line =
            |id: &str, domain: &str| format!("  - {{ id: t-{id}, name: Name {id}, domains: [{domain}] }}\n");
        format!("tenants:\n{}{}{}{}", line("a", a), line("b", b), line("c", c), line("d", d))
    };
    service.yaml(&yaml("moves.example", "", "one.example", "two.example"));
    service.sh("tenant sync --yes").exits(0);
    service.yaml(&yaml("", "moves.example", "two.example", "one.example"));
    service.sh("tenant sync --yes").exits(0).says("⚠ 4 updated, ✗ 0 failed");
    let domains = |id: &str| service.tenant(id)["selfProvisioningDomains"].clone();
    assert_eq!(
        [domains("t-b"), domains("t-c"), domains("t-d")],
        [json!(["moves.example"]), json!(["two.example"]), json!(["one.example"])]
    );
    service.sh("plan --detailed-exitcode").exits(0);
}

#[test]
fn seven_of_ten_are_created_when_three_want_domains_that_others_hold() {
    let service = Service::start();
    service.seed(json!([
        {"id": "old-1", "name": "Old 1", "selfProvisioningDomains": ["t1.example"]},
        {"id": "old-2", "name": "Old 2", "selfProvisioningDomains": ["t4.example", "t7.example"]},
    ]));
    service.yaml(&many(10));
    let ran = service.sh("tenant sync --yes -o json").exits(3);
    let result = &ran.json()["result"];
    assert_eq!((&result["summary"]["created"], &result["summary"]["withheld"]), (&json!(7), &json!(3)));
    let withheld: Vec<_> =
        result["results"].as_array().unwrap().iter().filter(|it| it["status"] == "withheld").collect();
    assert!(
        withheld[0]["error"]["message"].as_str().unwrap().contains("is held by the live tenant tenant.old-1")
    );
    service.yaml(
        &many(10)
            .replace("t1.example", "u1.example")
            .replace("t4.example", "u4.example")
            .replace("t7.example", "u7.example"),
    );
    service.sh("tenant sync --yes").exits(0).says("✓ 3 created");
}

#[test]
fn settings_and_default_roles_are_set_and_everything_else_of_them_is_sent_back() {
    let service = Service::start();
    service.seed(json!([{
        "id": "acme", "name": "Acme", "authType": "saml", "domains": ["sso.example"],
        "settings": {
            "domains": ["sso.example"], "selfProvisioningDomains": [], "authType": "saml", "enabled": true,
            "sessionTokenExpiration": 60, "sessionTokenExpirationUnit": "minutes", "JITDisabled": true,
            "refreshTokenExpiration": 4, "refreshTokenExpirationUnit": "weeks", "enableInactivity": true,
            "stepupTokenExpiration": 10, "stepupTokenExpirationUnit": "minutes",
            "inactivityTime": 30, "inactivityTimeUnit": "minutes",
            "ssoSetupSuiteSettings": {"enabled": true, "styleId": "s", "disabledFeatures": {
                "saml": false, "oidc": false, "scim": true, "ssoDomains": false, "groupMapping": false}},
        },
    }]));
    let before = service.get("/v1/mgmt/tenant/settings?id=acme");
    let yaml = |session: &str| {
        format!(
            "tenants:\n  - id: acme\n    default_roles: [Tenant Admin]\n    settings: {{ session_token_expiration: {session} }}\n"
        )
    };
    service.yaml(&yaml("1h"));
    let ran = service.sh("tenant sync --yes").exits(0).says("default_roles");
    assert!(!ran.out.contains("session_token_expiration"), "60 minutes are one hour: {}", ran.out);
    assert_eq!(service.get("/v1/mgmt/tenant/settings?id=acme"), before);
    service.yaml(&yaml("2h"));
    service.sh("tenant sync --yes").exits(0).says("settings.session_token_expiration: \"1h\" -> \"2h\"");
    let mut after = service.get("/v1/mgmt/tenant/settings?id=acme");
    assert_eq!(
        (&after["sessionTokenExpiration"], &after["sessionTokenExpirationUnit"]),
        (&json!(2), &json!("hours"))
    );
    after["sessionTokenExpiration"] = before["sessionTokenExpiration"].clone();
    after["sessionTokenExpirationUnit"] = before["sessionTokenExpirationUnit"].clone();
    assert_eq!(after, before);
    assert_eq!(service.tenant("acme")["defaultRoles"], json!(["Tenant Admin"]));
    service.sh("plan --detailed-exitcode").exits(0);
}

#[test]
fn an_attribute_that_the_service_drops_is_reported_by_name() {
    use descope_mgmt::emulator::UndefinedAttributes::Drop;
    let service = Service::start_with(Options { undefined_attributes: Drop, ..Options::default() });
    service.define(&["seats"]);
    service.yaml("tenants:\n  - { id: acme, name: Acme, attributes: { seats: 1, undefined: 2 } }\n");
    service
        .sh("tenant sync --yes")
        .exits(1)
        .says("attributes.undefined")
        .says("define the attribute in the console first");
}

#[test]
fn reads_that_lag_behind_writes_are_waited_for() {
    let service =
        Service::start_with(Options { read_lag: Duration::from_millis(1500), ..Options::default() });
    service.yaml(&many(3));
    service.sh("tenant sync --yes").exits(0).says("✓ 3 created, ⚠ 0 updated, ✗ 0 failed");
}

#[test]
fn a_burst_goes_at_once_and_what_is_over_the_limit_takes_one_window_more() {
    let limit = RateLimit { requests: 60, window: Duration::from_secs(3) };
    let service = Service::start_with(Options { rate_limit: Some(limit), ..Options::default() });
    service.yaml(&many(50));
    let started = Instant::now();
    service.sh("tenant sync --yes --rate-limit 60/3s").exits(0).says("✓ 50 created");
    assert!(started.elapsed() < Duration::from_secs(3), "{:?}", started.elapsed());
    // The next process knows what this one sent.
    service.yaml(&many(110));
    service.sh("tenant sync --yes --rate-limit 60/3s").exits(0).says("✓ 60 created");
    assert_eq!(service.stats()["limit_violations"], 0);
}

#[test]
fn a_limit_stricter_than_configured_is_learned_and_obeyed() {
    let limit = RateLimit { requests: 10, window: Duration::from_secs(1) };
    let service = Service::start_with(Options { rate_limit: Some(limit), ..Options::default() });
    service.yaml(&many(30));
    service
        .sh("tenant sync --yes --rate-limit 40/1s")
        .exits(0)
        .says("rate limited, resuming in")
        .says("✓ 30 created");
}

#[test]
fn targets_take_along_parents_and_nothing_else() {
    let service = Service::start();
    service.yaml(THREE_LEVELS);
    service.sh("tenant sync --yes --target tenant.mid").exits(0).says("✓ 2 created");
    service.sh("tenant sync --yes --target tenant.nope").exits(5).says("'tenant.nope' names nothing");
    service.sh("plan --exclude tenant.low").exits(0).says("No changes.");
}

#[test]
fn json_is_one_document_with_its_keys() {
    let service = Service::start();
    service.yaml(THREE_LEVELS);
    let plan = service.sh("plan -o json").exits(0).json();
    let keys = |value: &Value| value.as_object().unwrap().keys().cloned().collect::<Vec<_>>();
    assert_eq!(
        keys(&plan),
        [
            "format_version",
            "environment",
            "project_id",
            "sandbox",
            "config_files",
            "changes",
            "orphans",
            "summary",
            "requests",
            "seconds",
            "warnings"
        ]
    );
    assert_eq!(
        keys(&plan["changes"][0]),
        [
            "address",
            "kind",
            "id",
            "action",
            "before",
            "after",
            "fields",
            "unmanaged_kept",
            "cause",
            "depends_on",
            "requests"
        ]
    );
    assert_eq!(plan["changes"][0]["depends_on"], json!(["tenant.mid"]));
    let applied = service.sh("apply -o json --yes").exits(0).json();
    assert_eq!(keys(&applied), ["format_version", "plan", "result"]);
    assert_eq!(
        keys(&applied["result"]),
        ["run_id", "results", "summary", "backup_id", "rollback_command", "retry_command", "audit_head"]
    );
    assert_eq!(
        keys(&applied["result"]["results"][0]),
        ["address", "id", "action", "status", "attempts", "duration_ms", "error"]
    );
    let full = service.sh("plan -o json --full").exits(0).json();
    assert_eq!(
        (full["changes"].as_array().unwrap().len(), &full["changes"][0]["action"]),
        (3, &json!("no-op"))
    );
    let items = service.sh("tenant list -o json").exits(0).json();
    assert_eq!(items["items"][2], json!({"id": "top", "name": "Top", "domains": ["a.example", "b.example"]}));
}

#[test]
fn ten_thousand_changes_do_not_flood_the_screen() {
    let service = Service::start();
    service.yaml(&many(10_000));
    let short =
        service.sh("plan").exits(0).says("… 9900 more changes (--full shows all)").says("10000 to create");
    assert!(short.out.lines().count() < 500);
    assert!(service.sh("plan --full").exits(0).out.lines().count() > 30_000);
}

#[test]
fn a_list_and_a_show_tell_what_is_live() {
    let service = Service::start();
    service.seed(json!([{"id": "acme", "name": "Acme\u{1b}[31m", "selfProvisioningDomains": ["a.example"], "disabled": true}]));
    service.sh("tenant list").exits(0).says("acme  Acme\\u{1b}[31m").says("disabled");
    service.sh("tenant show acme").exits(0).says("domains:").says("settings:");
    service.sh("tenant show nobody").exits(1).says("no tenant 'nobody'");
}

#[test]
fn records_are_kept_private_and_hold_no_key() {
    let service = Service::start();
    service.yaml(THREE_LEVELS);
    service.sh("tenant sync --yes --log-level trace --log-file log.jsonl").exits(0);
    let files = service.desk.files_below("");
    let names: Vec<String> = files.iter().map(|path| path.to_string_lossy().into_owned()).collect();
    for kind in ["/audit/", "/backups/", "/baseline/", "/rate/"] {
        assert!(names.iter().any(|name| name.contains(kind)), "{kind}: {names:#?}");
    }
    assert!(service.desk.files_below(".descope-mgmt/journal").is_empty(), "{names:#?}");
    for path in files.iter().filter(|path| path.to_string_lossy().contains(".descope-mgmt")) {
        use std::os::unix::fs::PermissionsExt;
        assert_eq!(path.metadata().unwrap().permissions().mode() & 0o777, 0o600, "{}", path.display());
    }
    let key = service.key();
    for path in files {
        let text = std::fs::read_to_string(&path).unwrap();
        assert!(!text.contains(&key), "{} holds the key", path.display());
    }
}

#[test]
fn a_state_folder_of_a_group_is_the_groups_in_every_file() {
    use std::os::unix::fs::{MetadataExt, PermissionsExt};
    let service = Service::start();
    let gid = service.desk.folder.path().metadata().unwrap().gid();
    let groups = std::fs::read_to_string("/etc/group").unwrap_or_default();
    let name = groups
        .lines()
        .map(|line| line.split(':').collect::<Vec<_>>())
        .find(|parts| parts.get(2) == Some(&gid.to_string().as_str()));
    // A group without a name can't be configured; there is nothing to test on such a system.
    let Some(name) = name.map(|parts| parts[0].to_owned()) else { return };
    service.yaml(&format!(
        "settings: {{ state_dir: shared, state_group: {name} }}\ntenants:\n  - {{ id: acme, name: Acme }}\n"
    ));
    service.sh("tenant sync --yes").exits(0).says(&format!("lock: group '{name}' on"));
    let files = service.desk.files_below("shared");
    assert!(files.len() >= 5, "{files:#?}");
    for path in files {
        let file = path.metadata().unwrap();
        let folder = path.parent().unwrap().metadata().unwrap();
        assert_eq!((file.permissions().mode() & 0o7777, file.gid()), (0o660, gid), "{}", path.display());
        assert_eq!(folder.permissions().mode() & 0o7777, 0o2770, "{}", path.display());
    }
}
