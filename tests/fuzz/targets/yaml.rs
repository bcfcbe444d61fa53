//! A configuration → what is desired, or all that is wrong with it; and edits of the user's own file.

use std::{cell::LazyCell, collections::BTreeSet, fs, path::PathBuf};

use descope_mgmt::{
    config::{self, Config, Editor, Inputs, SourceFile, Variables},
    plan::{Plan, Scope},
    resource::{
        Address, Live, Observed,
        tenant::{self, LiveTenant, Tenant},
    },
};
use serde_json::value::RawValue;
use tempfile::TempDir;

use super::{parts, tell};

thread_local! {
    static FOLDER: LazyCell<TempDir> = LazyCell::new(folder);
}

/// A folder in memory, where there is one.
pub(crate) fn folder() -> TempDir {
    let memory = tempfile::Builder::new().tempdir_in("/dev/shm");
    memory.or_else(|_| tempfile::tempdir()).expect("a folder can be made")
}

/// What a load starts from, `environment` being the one that `-e` names.
pub(crate) fn inputs(directory: PathBuf, environment: Option<&str>) -> Inputs {
    let variables = [
        ("DESCOPE_PROJECT_ID", "P2abc"),
        ("DESCOPE_MANAGEMENT_KEY", "K2abc"),
        ("NAME", "Acme Corp"),
        ("EMPTY", ""),
        ("ODD", "a: [b]\n# \"c\" 'd' ${NAME}"),
    ];
    Inputs {
        environment: environment.map(str::to_owned),
        variables: Variables::from_iter(variables),
        directory,
        offline: true,
        keep_sources: true,
        ..Inputs::default()
    }
}

/// Loads and tells what is wrong.
pub(crate) fn load(inputs: &Inputs) -> Option<Config> {
    match config::load(inputs) {
        Ok(config) => {
            tell::diagnostics(&config.warnings);
            Some(config)
        }
        Err(error) => {
            tell::configuration(&error);
            None
        }
    }
}

/// One file, or several, which are merged.
pub fn yaml(data: &[u8]) {
    let directory = FOLDER.with(|folder| folder.path().to_owned());
    if data.first() == Some(&b'!') {
        return on_disk(directory, &data[1..]);
    }
    let source = |(number, part): (usize, &&[u8])| SourceFile {
        path: format!("{number}.yaml").into(),
        text: String::from_utf8_lossy(part).into_owned(),
    };
    let files: Vec<SourceFile> = parts(data).iter().enumerate().map(source).collect();
    let defined = files.iter().any(|file| file.text.contains("environments"));
    let environments = if defined { &[Some("dev"), Some("prod")][..] } else { &[None] };
    for environment in environments.iter().copied() {
        let inputs = Inputs { embedded: Some(files.clone()), ..inputs(directory.clone(), environment) };
        if let Some(config) = load(&inputs) {
            tell::plan(&config.desired, &Live::default(), &Scope::default());
        }
    }
}

/// The same from a file, whose bytes may be no text.
fn on_disk(directory: PathBuf, bytes: &[u8]) {
    fs::write(directory.join("descope.yaml"), bytes).expect("a file can be written");
    let inputs = inputs(directory, None);
    load(&inputs);
    let _ = config::environments(&inputs).inspect_err(tell::configuration);
}

/// A file and, behind it, the tenants that are live: all that differs is adopted.
pub fn edit(data: &[u8]) {
    let parts = parts(data);
    let (Ok(text), Some(live)) = (std::str::from_utf8(parts[0]), parts.get(1)) else { return };
    let Some(live) = tenants(live) else { return };
    let directory = FOLDER.with(|folder| folder.path().to_owned());
    let path = directory.join("descope.yaml");
    fs::write(&path, text).expect("a file can be written");
    let environment = text.contains("environments").then_some("dev");
    let mut inputs = inputs(directory, environment);
    inputs.overlay.insert(path, text.to_owned());
    let Some(before) = load(&inputs) else { return };
    let Some(plan) = tell::plan(&before.desired, &live, &Scope::default()) else { return };
    let touched = touched(&plan);
    if !written(&mut inputs, environment, &plan, &live) {
        return;
    }
    config::environments(&inputs).expect("what was edited is still YAML");
    // What is live need not be what a configuration may say: the tool tells that, and writes nothing.
    let Some(after) = load(&inputs) else { return };
    let others = |config: &Config| -> Vec<Tenant> {
        let tenants = config.desired.tenants.iter().flatten();
        let others = tenants.filter(|tenant| !touched.contains(&tenant.address()));
        others.map(|tenant| Tenant { place: None, ..tenant.clone() }).collect()
    };
    assert_eq!(others(&before), others(&after), "an edit changed what it was not to");
    let _ = tell::plan(&after.desired, &live, &Scope::default());
}

/// Plans and makes the edits; whether they could be made.
fn written(inputs: &mut Inputs, environment: Option<&str>, plan: &Plan, live: &Live) -> bool {
    let Ok(mut editor) = Editor::open(inputs, environment) else { return false };
    let tidy = |id: &str| {
        let found = live.tenants.iter().find(|tenant| tenant.object.id == id)?;
        Some((id.to_owned(), tenant::tidy_attributes(&found.object, None)))
    };
    let new: Vec<_> = plan.orphans.iter().filter_map(|orphan| tidy(orphan.address.id())).collect();
    if !new.is_empty() && editor.add(&new, None).is_err() {
        return false;
    }
    for change in plan.changes.iter().filter(|change| change.address.kind() == tenant::KIND) {
        let id = change.address.id();
        match change.action.before() {
            Some(_) => drop(editor.adopt(id, &change.fields)),
            None => drop(editor.remove(id)),
        }
    }
    match editor.finish() {
        Ok(edited) => {
            for file in edited {
                let (before, after) = file.shown();
                let _ = descope_mgmt::render::unified(&file.name, &before, &after);
                inputs.overlay.insert(file.path, file.after);
            }
            true
        }
        Err(refused) => {
            tell::causes(refused.into_iter().map(|(id, left)| format!("{id}: {}", left.why)));
            false
        }
    }
}

fn touched(plan: &Plan) -> BTreeSet<Address> {
    let orphans = plan.orphans.iter().map(|orphan| &orphan.address);
    plan.changes.iter().map(|change| &change.address).chain(orphans).cloned().collect()
}

fn tenants(json: &[u8]) -> Option<Live> {
    let raws: Vec<Box<RawValue>> = serde_json::from_slice(json).ok()?;
    let observe = |raw: Box<RawValue>| {
        let object: LiveTenant = serde_json::from_str(raw.get()).ok()?;
        Some(Observed { object, raw })
    };
    let tenants = raws.into_iter().map(observe).collect::<Option<Vec<_>>>()?;
    let ids: BTreeSet<&str> = tenants.iter().map(|tenant| tenant.object.id.as_str()).collect();
    // No service has two tenants of one id, or one without any.
    (ids.len() == tenants.len() && !ids.contains("")).then_some(Live { tenants, ..Live::default() })
}
