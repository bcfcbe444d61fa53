//! Flows, themes, snapshots and templates in all their forms.

use std::{cell::LazyCell, collections::BTreeMap, ffi::OsStr, fs, path::Path};

use descope_mgmt::{
    config::{Catalog, Inputs, SourceFile},
    resource::{
        flow::{self, Content, to_go_json},
        project::snapshot::{self, Files},
        theme::{self, Theme},
    },
};
use serde_json::Value;
use tempfile::TempDir;

use super::{
    parts, tell,
    yaml::{folder, inputs, load},
};

thread_local! {
    static FOLDER: LazyCell<TempDir> = LazyCell::new(folder);
}

/// The configuration that names the file of a flow; an unread template reads none, so that few files are looked at.
const CONFIGURATION: &str = "version: 1\nflows:\n  - { id: sign-up-or-in, file: flow.json }\n";
const LOOK: &str = "version: 1\ntheme: { file: flow.json }\n";

/// One document, in any form, or two that are compared.
pub fn flow(data: &[u8]) {
    let parts = parts(data);
    let look = data.windows(8).any(|word| word == b"\"styles\"");
    named_by_a_configuration(parts[0], if look { LOOK } else { CONFIGURATION });
    let values: Vec<Value> = parts.iter().filter_map(|part| serde_json::from_slice(part).ok()).collect();
    let flows: Vec<Content> = values.iter().filter_map(read).collect();
    flows.iter().for_each(looked_at);
    if let [live, desired, ..] = flows.as_slice() {
        compared(live, desired);
    }
    let themes: Vec<Theme> = values.iter().filter_map(|it| Theme::from_json(it.clone()).ok()).collect();
    for theme in &themes {
        assert!(theme::differences(theme, theme).is_empty(), "a theme differs from itself");
        let again = Theme::from_json(Value::Object(theme.object().clone()));
        assert_eq!(again.map(|again| again.digest()), Ok(theme.digest()));
    }
    if let [live, desired, ..] = themes.as_slice() {
        let differs = !theme::differences(live, desired).is_empty();
        assert_eq!(live.digest() != desired.digest(), differs, "digest and differences disagree");
    }
}

/// Read as a file that the configuration names, strictly, all problems at their lines.
fn named_by_a_configuration(text: &[u8], yaml: &str) {
    let directory = FOLDER.with(|folder| folder.path().to_owned());
    fs::write(directory.join("flow.json"), text).expect("a file can be written");
    let files = vec![SourceFile { path: "descope.yaml".into(), text: yaml.to_owned() }];
    load(&Inputs { embedded: Some(files), ..inputs(directory, None) });
}

/// A flow in one document; or in a document whose keys are the names of files.
fn read(value: &Value) -> Option<Content> {
    let files = value.as_object()?;
    let found = if files.contains_key("contents.json") {
        let files: BTreeMap<String, Value> = files.clone().into_iter().collect();
        Content::from_folder(&files).map(|content| content.named("sign-up-or-in"))
    } else {
        Content::from_json(value.clone()).map(|(content, form)| {
            for finding in flow::check(&content) {
                let _ = form.locate(&content, &finding.pointer);
            }
            content
        })
    };
    found.inspect_err(|error| drop((error.to_string(), error.hint()))).ok()
}

/// What is told of one flow, and its way through every form.
fn looked_at(flow: &Content) {
    let _ = (flow::methods(flow), flow::dependencies(flow), flow::sub_flows(flow).count());
    let _ = flow::summary(flow, None, &flow.digest());
    assert!(flow::differences(flow, flow).is_empty(), "a flow differs from itself");
    let pruned = flow.pruned();
    assert!(pruned.same(flow), "pruning changes what is meant");
    let exported = again(&pruned.exported()).expect("what is exported reads");
    assert!(exported.same(flow), "an export means something else");
    assert_eq!(
        to_go_json(&exported.pruned().exported()),
        to_go_json(&pruned.exported()),
        "not the same bytes"
    );
    let files = pruned.folder();
    let from_files = Content::from_folder(&files).expect("a folder reads").named(flow.id());
    assert_eq!(from_files.pruned().folder(), files, "not the same files");
    // The console's form has no word for some things; what it has words for it keeps.
    let console = again(&flow.console()).expect("the console's form reads");
    let second = again(&console.console()).expect("the console's form reads again");
    assert!(second.same(&console), "the console's form means something else each time");
    assert_eq!(to_go_json(&second.console()), to_go_json(&console.console()), "not the same bytes");
    let (yaml, value) = flow::template::from_flow(flow, "made");
    assert!(!yaml.is_empty() && value.is_object());
    let _ = (flow::create(flow), flow::replace(flow));
}

fn again(value: &Value) -> Option<Content> {
    let text = to_go_json(value);
    Content::from_json(serde_json::from_str(&text).ok()?).ok().map(|(content, _)| content)
}

fn compared(live: &Content, desired: &Content) {
    let differences = flow::differences(live, desired);
    assert_eq!(differences.is_empty(), live.same(desired), "told and compared differ");
    assert_eq!(live.same(desired), desired.same(live), "compared one way only");
    assert_eq!(live.same(desired), live.digest() == desired.digest(), "digest and comparison disagree");
    let over = desired.over(live);
    assert!(over.over(live).same(&over), "laid over twice is not what it is once");
}

/// The files of one snapshot, or of two that are compared, as objects whose keys are paths.
pub fn snapshot(data: &[u8]) {
    let sides: Vec<Files> = parts(data).iter().filter_map(|part| serde_json::from_slice(part).ok()).collect();
    for files in &sides {
        assert!(snapshot::differences(files, files, &[]).is_empty(), "a snapshot differs from itself");
        let Ok(disk) = snapshot::to_disk(files).inspect_err(|error| drop(error.to_string())) else {
            continue;
        };
        for (path, bytes) in &disk {
            assert!(!path.starts_with('/') && !path.split('/').any(|part| part == ".."), "{path} is outside");
            let read = snapshot::from_disk(path, bytes).expect("what is written reads");
            assert!(read.is_some(), "{path} is written, and not read");
        }
        // Only what a file of its name can hold comes back as it was.
        let mut fitting = files.clone();
        fitting.retain(|path, value| {
            let ending = Path::new(path).extension().and_then(OsStr::to_str);
            match ending {
                Some("txt" | "html") => value.is_string(),
                ending => ending == Some("json"),
            }
        });
        let read = disk.iter().filter_map(|(path, bytes)| {
            let value = snapshot::from_disk(path, bytes).ok()??;
            fitting.contains_key(path).then(|| (path.clone(), value))
        });
        let read = snapshot::in_live_words(read.collect(), &fitting);
        let differences = snapshot::differences(&fitting, &read, &[]);
        assert!(differences.is_empty(), "a way through files changes something: {differences:?}");
    }
    if let [live, wanted, ..] = sides.as_slice() {
        let _ = snapshot::differences(live, wanted, &["project".to_owned()]);
        let _ = snapshot::differences(live, wanted, &[]);
    }
    for (path, bytes) in
        [("a.json", data), ("assets/a.html", data), ("assets/a.png", data), (".git/x.json", data)]
    {
        let _ = snapshot::from_disk(path, bytes).inspect_err(|error| drop(error.to_string()));
    }
}

/// `template.yaml`, `flow.json` and, as JSON, values of the variables.
pub fn template(data: &[u8]) {
    let parts = parts(data);
    let [yaml, flow, values @ ..] = parts.as_slice() else { return };
    let directory = FOLDER.with(|folder| folder.path().to_owned());
    let folder = directory.join("templates/made/1.0.0");
    fs::create_dir_all(&folder).expect("a folder can be made");
    fs::write(folder.join("template.yaml"), yaml).expect("a file can be written");
    fs::write(folder.join("flow.json"), flow).expect("a file can be written");
    let catalog = Catalog::find(&directory.join("templates"));
    let entry = catalog.entries().iter().find(|entry| entry.name == "made").expect("it was just written");
    match entry.read() {
        Err(why) => tell::failure(&descope_mgmt::render::Failure::new("bad_template", &why, None)),
        Ok(template) => {
            let values = values.first().and_then(|it| serde_json::from_slice(it).ok()).unwrap_or_default();
            match template.render(&values) {
                Ok(content) => looked_at(&content),
                Err(problems) => problems.iter().for_each(|problem| drop(problem.to_string())),
            }
        }
    }
    let configured = "version: 1\nflows:\n  - { id: x, template: made@1, variables: { primary: sms } }\n";
    let files = vec![SourceFile { path: "descope.yaml".into(), text: configured.to_owned() }];
    load(&Inputs { embedded: Some(files), ..inputs(directory, None) });
}
