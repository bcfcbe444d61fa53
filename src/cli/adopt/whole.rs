//! Flows and the theme, adopted into the files that the configuration names, in the form that these have.

use std::{collections::BTreeMap, fs, path::Path};

use serde_json::{Value, json};

use crate::{
    config::Edited,
    resource::{
        Address, Attributes, Desired, Live,
        flow::{self, Content, Form, Origin, to_go_json},
        theme::{self, Theme},
    },
};

/// What is written of one flow or theme, and what the baseline keeps of it.
pub(super) struct Whole {
    pub(super) files: Vec<Edited>,
    pub(super) baseline: Attributes,
}

/// The files that say what is live of `address`; why not, where they can't.
pub(super) fn adopt(
    address: &Address,
    desired: &Desired,
    live: &Live,
    directory: &Path,
) -> Result<Whole, String> {
    if address.kind() == theme::KIND {
        let (wanted, now) = desired.theme.as_ref().zip(live.theme.as_ref()).ok_or("it is not live")?;
        return look(&now.object, &wanted.origin, directory);
    }
    let mut flows = desired.flows.iter().flatten();
    let wanted = flows.find(|flow| flow.address() == *address).ok_or("no file has it")?;
    let now = live.flows.get(&wanted.id).ok_or("it is not live: take it out of 'flows' by hand")?;
    let Origin::File(origin) = &wanted.origin else {
        return Err("a template makes it: change its variables, or the template".to_owned());
    };
    let now = now.object.clone().named(&wanted.id);
    let files = if directory.join(origin).is_dir() {
        folder(&now, origin, directory)?
    } else {
        vec![one_file(&now, origin, directory)?]
    };
    let (kept, returned) = (now.pruned().named(&wanted.id).digest(), now.digest());
    Ok(Whole { files, baseline: applied(&kept, &returned) })
}

/// What is desired, with what was adopted in it: files beside the configuration are read from the disk.
pub(super) fn put_in(desired: &mut Desired, live: &Live, adopted: &dyn Fn(&Address) -> bool) {
    for flow in desired.flows.iter_mut().flatten().filter(|flow| adopted(&flow.address())) {
        if let Some(now) = live.flows.get(&flow.id) {
            flow.content = now.object.clone().pruned().named(&flow.id);
        }
    }
    if let Some((wanted, now)) = desired.theme.as_mut().zip(live.theme.as_ref())
        && adopted(&Address::new(theme::KIND, theme::ID))
    {
        wanted.theme = now.object.clone();
    }
}

fn look(now: &Theme, origin: &str, directory: &Path) -> Result<Whole, String> {
    let text = to_go_json(&Value::Object(now.object().clone()));
    let file = edited(origin, directory, text)?;
    Ok(Whole { files: vec![file], baseline: applied(&now.digest(), &now.digest()) })
}

fn one_file(now: &Content, origin: &str, directory: &Path) -> Result<Edited, String> {
    let file = edited(origin, directory, String::new())?;
    let value: Value = serde_json::from_str(&file.before).map_err(|error| error.to_string())?;
    let (_, form) = Content::from_json(value).map_err(|error| error.to_string())?;
    let value = match form {
        Form::Console => now.console(),
        Form::Wrapped => json!({"flow": now.pruned().exported()}),
        Form::Exported | Form::Folder => now.pruned().exported(),
    };
    let read = Content::from_json(value.clone()).map_err(|error| error.to_string())?.0;
    if !read.over(now).same(now) {
        return Err("its form can't hold what is live: export it with `flow export`".to_owned());
    }
    Ok(Edited { after: to_go_json(&value), ..file })
}

/// The files of a folder. Screens that come or go are files that come or go: that is left to a person.
fn folder(now: &Content, origin: &str, directory: &Path) -> Result<Vec<Edited>, String> {
    let files = now.pruned().folder();
    let entries = fs::read_dir(directory.join(origin)).map_err(|error| error.to_string())?;
    let there = entries.filter_map(Result::ok).map(|entry| entry.file_name().to_string_lossy().into_owned());
    let there: Vec<String> =
        there.filter(|name| Path::new(name).extension().is_some_and(|it| it == "json")).collect();
    if there.len() != files.len() || !there.iter().all(|name| files.contains_key(name)) {
        return Err("screens came or went: `flow export --format folder` writes the whole folder".to_owned());
    }
    let texts: BTreeMap<&String, String> =
        files.iter().map(|(name, value)| (name, to_go_json(value))).collect();
    texts.into_iter().map(|(name, text)| edited(&format!("{origin}/{name}"), directory, text)).collect()
}

fn edited(origin: &str, directory: &Path, after: String) -> Result<Edited, String> {
    let path = directory.join(origin);
    let before = fs::read_to_string(&path).map_err(|error| format!("'{origin}' can't be read: {error}"))?;
    Ok(Edited { path, name: origin.into(), before, after })
}

fn applied(desired: &str, returned: &str) -> Attributes {
    let kept = [("desired", json!(desired)), ("returned", json!(returned)), ("template", Value::Null)];
    kept.map(|(key, value)| (key.to_owned(), value)).into_iter().collect()
}

/// Whether objects of this kind are compared, and adopted, as a whole.
pub(super) fn is_whole(address: &Address) -> bool {
    [flow::KIND, theme::KIND].contains(&address.kind())
}
