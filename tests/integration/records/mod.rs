//! The commands on the state folder: they need no network and no key, and say what lies there.

mod audit;
mod backup;
mod lock;

use std::path::PathBuf;

use descope_mgmt::state::{AuditContext, AuditEvent, BackedUp, Backup, Git, Holder, Options, Process, State};
use serde_json::{Value, value::RawValue};
use tokio::runtime::Runtime;

use crate::common::{Desk, Ran};

/// The project of the configuration.
pub(super) const PROJECT: &str = "P2records";

/// The key is a reference to a variable that nobody sets.
const CONFIGURATION: &str = "version: 1
environments:
  staging: { project_id: P2records, management_key: \"${NOBODY_SETS_THIS}\" }
settings: { retention: { keep_last: 2, keep_days: 30 } }
tenants:
  - { id: acme, name: Acme, sensitive: [attributes.token] }
";

/// A desk with a configuration, and the state folder that it uses.
pub(super) struct Records {
    pub(super) desk: Desk,
    pub(super) state: State,
    runtime: Runtime,
}

impl Records {
    pub(super) fn new() -> Self {
        let desk = Desk::new();
        desk.write("descope.yaml", CONFIGURATION);
        let state = State::open(Options { root: desk.path("records"), ..Options::default() }).unwrap();
        Self { desk, state, runtime: Runtime::new().unwrap() }
    }

    /// Runs the binary on the state folder in the environment staging.
    pub(super) fn sh(&self, line: &str) -> Ran {
        self.desk.sh(&format!("-e staging --state-dir records {line}"))
    }

    /// Writes these events of a run in the audit trail of the project and returns its head.
    pub(super) fn audit(&self, run: &str, user: &str, events: Vec<AuditEvent>) -> String {
        let context = AuditContext {
            run_id: run.to_owned(),
            user: user.to_owned(),
            host: "build-7".to_owned(),
            git: Some(Git { commit: "c0ffee".to_owned(), branch: Some("=main".to_owned()), dirty: true }),
            environment: Some("staging".to_owned()),
            project_id: PROJECT.to_owned(),
        };
        self.runtime.block_on(async {
            let audit = self.state.audit(context).unwrap();
            for event in events {
                audit.append(event).await.unwrap();
            }
            audit.head().unwrap()
        })
    }

    /// Writes a backup of one tenant with this body.
    pub(super) fn backup(&self, id: &str, body: &str) {
        let backup = Backup {
            id: id.to_owned(),
            created_at: chrono::DateTime::UNIX_EPOCH,
            tool_version: "0.1.0".to_owned(),
            user: "ada".to_owned(),
            host: "build-7".to_owned(),
            environment: Some("staging".to_owned()),
            project_id: PROJECT.to_owned(),
            reason: Some("before the move".to_owned()),
            command: "tenant sync".to_owned(),
            git: None,
            resources: vec![
                BackedUp {
                    address: "tenant.acme".to_owned(),
                    body: Some(RawValue::from_string(body.to_owned()).unwrap()),
                },
                BackedUp { address: "tenant.new".to_owned(), body: None },
            ],
        };
        self.state.write_backup(&backup).unwrap();
    }

    /// Leaves the lock of the project behind, held by this process.
    pub(super) fn hold(&self, run: &str, process: Process) {
        let holder = Holder {
            run_id: run.to_owned(),
            actor: descope_mgmt::state::Actor { user: "ada".to_owned(), host: "build-7".to_owned() },
            process,
            command: "tenant sync".to_owned(),
        };
        let patience = std::time::Duration::ZERO;
        let lock = self.runtime.block_on(self.state.lock(PROJECT, holder, patience, &|_| {})).unwrap();
        std::mem::forget(lock);
    }

    /// What the audit trail says of each line: action, address, outcome.
    pub(super) fn audited(&self) -> Vec<[String; 3]> {
        let list = self.sh("audit list --limit 0 -o json").exits(0).json();
        let text = |item: &Value, key: &str| item[key].as_str().unwrap_or_default().to_owned();
        let line = |item: &Value| ["action", "address", "outcome"].map(|key| text(item, key));
        list["items"].as_array().unwrap().iter().map(line).collect()
    }

    pub(super) fn file(&self, name: &str) -> PathBuf {
        self.state.root().join(name)
    }
}

#[test]
fn no_command_on_records_needs_a_key_or_writes_a_file_to_look() {
    let records = Records::new();
    for (line, said) in [
        ("audit list", "No such lines."),
        ("audit verify", "✓ audit trail of project P2records: 0 lines"),
        ("audit export", ""),
        ("backup list", "No backups."),
        ("backup verify", "No backups."),
        ("backup prune", "Nothing to remove: 0 backups"),
        ("lock show", "Nobody holds the lock of project P2records."),
        ("lock break", "Nobody holds the lock of project P2records."),
    ] {
        records.sh(line).exits(0).says(said);
    }
    assert!(!records.state.root().exists());
    for line in ["audit list -o json", "backup list -o json"] {
        let list = records.sh(line).exits(0).json();
        assert_eq!(list, serde_json::json!({"format_version": "1.0", "items": []}), "{line}");
    }
}

#[test]
fn without_a_project_the_command_says_how_to_name_one() {
    let desk = Desk::new();
    desk.sh("lock show").exits(5).says("no project id").says("DESCOPE_PROJECT_ID");
    let desk = desk.with("DESCOPE_PROJECT_ID", PROJECT);
    desk.sh("lock show").exits(0).says("P2records");
}

#[test]
fn the_records_of_the_sandbox_are_found_where_a_run_left_them() {
    let desk = Desk::new();
    desk.write("descope.yaml", "version: 1\ntenants:\n  - { id: acme, name: Acme }\n");
    let report = desk.sh("--sandbox tenant sync --yes -o json").exits(0).json();
    let result = &report["result"];
    let [run, head] = ["run_id", "audit_head"].map(|key| result[key].as_str().unwrap());
    desk.sh(&format!("--sandbox audit show {run}")).exits(0).says("tenant.acme").says("succeeded");
    desk.sh(&format!("--sandbox audit verify --head {head}")).exits(0).says("✓");
    let shown = desk.sh("--sandbox backup show latest -o json").exits(0).json();
    assert_eq!(shown["id"], result["backup_id"]);
    assert_eq!(shown["project_id"], report["plan"]["project_id"]);
}
