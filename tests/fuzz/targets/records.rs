//! Files of the state folder, and saved plans, as somebody may have left them.

use std::{cell::LazyCell, fs, path::Path, time::Duration};

use descope_mgmt::{
    api::{Client, Options as ClientOptions, no_observer},
    config::{Inputs, SourceFile},
    live,
    plan::{Scope, saved_changes, still_holds},
    resource::{
        Address, Desired, Live, Object,
        tenant::{self, Names, Tenant},
    },
    state::{
        AuditContext, AuditEvent, AuditFilter, AuditProblem, Backup, Clock, Options, RunPlan, SavedPlan,
        State, StoredScope,
    },
    units::RateLimit,
};
use tempfile::TempDir;

use super::{
    parts, tell,
    yaml::{folder, inputs, load},
};

const PROJECT: &str = "P2abc";
const RUN: &str = "01KAV2GQ0000000000000000A1";

thread_local! {
    static FOLDER: LazyCell<TempDir> = LazyCell::new(folder);
}

fn opened() -> (std::path::PathBuf, State) {
    let root = FOLDER.with(|folder| folder.path().to_owned());
    let state = State::open(Options { root: root.clone(), ..Options::default() }).expect("no group is named");
    (root, state.with_clock(Clock::Fixed(chrono::DateTime::UNIX_EPOCH)))
}

fn put(path: &Path, bytes: &[u8]) {
    let parent = path.parent().expect("it lies in a folder");
    fs::create_dir_all(parent).expect("a folder can be made");
    fs::write(path, bytes).expect("a file can be written");
}

/// A saved plan as it lies there; and, if it is one but for its checksum, as the tool would have written it.
pub fn saved_plan(data: &[u8]) {
    let path = FOLDER.with(|folder| folder.path().join("plan.json"));
    put(&path, data);
    let _ = SavedPlan::read(&path).inspect_err(tell::state);
    let Ok(plan) = serde_json::from_slice::<SavedPlan>(data) else { return };
    plan.write(&path).expect("a plan can be written");
    assert_eq!(SavedPlan::read(&path).expect("what was written reads"), plan);
    let Some(scope) = Scope::restored(&plan.scope) else { return };
    assert_eq!(Scope::restored(&scope.stored("all")).map(|it| it.stored("all")), Some(scope.stored("all")));
    let files = plan.files.iter().map(|file| SourceFile { path: file.path.clone(), text: file.text.clone() });
    let directory = FOLDER.with(|folder| folder.path().to_owned());
    let from = Inputs { embedded: Some(files.collect()), ..inputs(directory, plan.environment.as_deref()) };
    let Some(config) = load(&from) else { return };
    let nothing = Live::default();
    let (Some(now), live) = (tell::plan(&config.desired, &nothing, &scope), nothing.index()) else { return };
    if let Err(moved) = still_holds(&plan.changes, &now, &live) {
        tell::causes(moved.iter().map(ToString::to_string));
    }
    assert!(still_holds(&saved_changes(&now), &now, &live).is_ok(), "a plan does not hold against itself");
}

/// A backup as it lies there; and, if it is one but for its checksum, as the tool would have written it: told,
/// compared with, and put back.
pub fn backup(data: &[u8]) {
    let (root, state) = opened();
    let path = root.join(format!("backups/{PROJECT}/{RUN}.json"));
    put(&path, data);
    let _ = state.summarize_backup(PROJECT, RUN).inspect_err(tell::state);
    let _ = state.read_backup(PROJECT, RUN).inspect_err(tell::state);
    let Ok(backup) = serde_json::from_slice::<Backup>(data) else { return };
    fs::remove_file(&path).expect("it is there");
    let backup = Backup { id: RUN.to_owned(), project_id: PROJECT.to_owned(), ..backup };
    // A body may be JSON and yet hold what is no text; what is told then is that nothing was written.
    let Ok(()) = state.write_backup(&backup).inspect_err(tell::state) else { return };
    let read = state.read_backup(PROJECT, RUN).expect("what was written reads");
    assert_eq!(serde_json::to_string(&read).ok(), serde_json::to_string(&backup).ok());
    let kept = read.resources.iter();
    let kept = kept.filter_map(|it| Some((it.address.parse::<Address>().ok()?, it.body.as_deref()?)));
    match live::remembered(kept) {
        Ok(live) => compared(&live),
        Err(unfit) => drop(unfit.to_string()),
    }
}

/// The plan from what was kept to something else, and back to exactly what was kept.
fn compared(live: &Live) {
    let other = Tenant {
        id: "acme".to_owned(),
        name: Some("Acme Corp".to_owned()),
        domains: Some(Names::from_iter(["acme.example"])),
        ..Tenant::default()
    };
    let desired = Desired { tenants: Some(vec![other]), ..Desired::default() };
    tell::plan(&desired, live, &Scope { prune: true, ..Scope::default() });
    let body = |raw: &serde_json::value::RawValue| serde_json::from_str::<Object>(raw.get()).ok();
    let as_it_was = |tenant: &descope_mgmt::resource::Observed<tenant::LiveTenant>| {
        let settings = live.settings.get(&tenant.object.id).and_then(|settings| body(&settings.raw));
        let _ = tenant::put_back(tenant, live.settings.get(&tenant.object.id));
        tenant::as_it_was(&body(&tenant.raw)?, settings.as_ref(), Some(&tenant.object)).ok()
    };
    let tenants: Vec<Tenant> = live.tenants.iter().filter_map(as_it_was).collect();
    tell::plan(&Desired { tenants: Some(tenants), ..Desired::default() }, live, &Scope::default());
}

/// An audit trail and, behind it, its head: verified and told; with a third part also gone on with.
pub fn audit(data: &[u8]) {
    let (root, state) = opened();
    let parts = parts(data);
    let (trail, head) =
        (root.join(format!("audit/{PROJECT}.jsonl")), root.join(format!("audit/{PROJECT}.head")));
    put(&trail, parts[0]);
    match parts.get(1) {
        Some(bytes) => put(&head, bytes),
        None => drop(fs::remove_file(&head)),
    }
    if let Ok(found) = state.verify_audit(PROJECT, None).inspect_err(tell::state) {
        tell::causes(found.problems.iter().map(ToString::to_string));
        let named = state.verify_audit(PROJECT, found.head.as_deref());
        assert!(named.is_ok_and(|named| named.problems.len() <= found.problems.len() + 1));
    }
    let _ = state.audit_excerpt(PROJECT, &AuditFilter::default(), 2).inspect_err(tell::state);
    let _ = state.audit_run(PROJECT, "01").inspect_err(tell::state);
    let _ = state.audit_own(PROJECT).inspect_err(tell::state);
    let _ = state.audit_loose_ends(PROJECT, RUN).inspect_err(tell::state);
    if let Ok(entries) = state.audit_entries(PROJECT) {
        entries.for_each(|entry| drop(entry.inspect_err(tell::state)));
    }
    // Some only: a run that starts costs more than all the rest.
    if parts.len() > 2 {
        gone_on_with(&state);
    }
}

/// Whatever lies there, a run that starts appends a line that reads, or says why it can't.
fn gone_on_with(state: &State) {
    let context = AuditContext {
        run_id: RUN.to_owned(),
        user: "ada".to_owned(),
        host: "build-7".to_owned(),
        git: None,
        environment: None,
        project_id: PROJECT.to_owned(),
    };
    let Ok(audit) = state.audit(context).inspect_err(tell::state) else { return };
    let runtime = tokio::runtime::Builder::new_current_thread().build().expect("a runtime can be made");
    runtime.block_on(audit.append(AuditEvent::run_started())).expect("an open trail takes a line");
    let head = audit.head().expect("a line was written");
    drop(audit);
    let found = state.verify_audit(PROJECT, Some(&head)).expect("what was written reads");
    let lost = |it: &AuditProblem| matches!(it, AuditProblem::CutOff { head: named } if *named == head);
    assert!(!found.problems.iter().any(lost), "the line that was written is not there");
}

/// One of the small files of the state folder, which the first line names.
pub fn state(data: &[u8]) {
    let (root, state) = opened();
    let at = data.iter().position(|byte| *byte == b'\n').unwrap_or(data.len());
    let bytes = data.get(at + 1..).unwrap_or_default();
    match &data[..at] {
        b"baseline" => {
            put(&root.join(format!("baseline/{PROJECT}.json")), bytes);
            if let Ok(baseline) = state.baseline(PROJECT).inspect_err(tell::state) {
                let known =
                    baseline.addresses().filter_map(|it| baseline.attributes::<Object>(it).ok()).count();
                let _ = (known, baseline.is_empty());
                state.write_baseline(&baseline).expect("a baseline can be written");
                let again = state.baseline(PROJECT).expect("what was written reads");
                assert!(
                    again.addresses().eq(baseline.addresses()),
                    "what was written reads as something else"
                );
            }
        }
        b"journal" => {
            put(&root.join(format!("journal/{PROJECT}/{RUN}.jsonl")), bytes);
            let _ = state.unfinished_journals(PROJECT).inspect_err(tell::state);
            if let Ok(record) = state.read_journal(PROJECT, RUN).inspect_err(tell::state) {
                let _ = (record.unknown().count(), record.unsucceeded().count(), record.left().count());
                if let Some(RunPlan { scope, .. }) = &record.plan {
                    let _: (Option<Scope>, &StoredScope) = (Scope::restored(scope), scope);
                }
            }
            let _ = state.settle_journal(PROJECT, RUN).inspect_err(tell::state);
        }
        b"lock" => {
            put(&root.join(format!("locks/{PROJECT}.json")), bytes);
            match state.lock_record(PROJECT) {
                Ok(record) => {
                    let owner = record.as_ref().map(|record| record.owner.clone());
                    let _ = record.map(|record| record.to_string());
                    let _ = state.break_lock(PROJECT, owner.as_deref()).inspect_err(tell::state);
                }
                Err(error) => tell::state(&error),
            }
        }
        b"rate" => {
            let path = root.join(format!("rate/{PROJECT}"));
            put(&path, bytes);
            let options = ClientOptions {
                base_url: "http://127.0.0.1:9".parse().ok(),
                project_id: PROJECT.to_owned(),
                key: "K2abc".to_owned().into(),
                rate: RateLimit::DEFAULT,
                path_rates: Vec::new(),
                slots_file: Some(path),
                timeout: Duration::from_secs(1),
                snapshot_timeout: Duration::from_secs(1),
                max_wait: Duration::ZERO,
                run_id: RUN.to_owned(),
                parallelism: None,
                proxy: false,
                observer: no_observer(),
            };
            let client = Client::new(options).expect("nothing is wrong with it");
            assert!(client.slots_free() <= 200);
        }
        _ => {}
    }
}
