//! A path → the JSON that lies there, as texts whose lines are known where something is wrong in them.

use std::{
    collections::BTreeMap,
    fs,
    io::{self, Read},
    path::{Path, PathBuf},
};

use super::{Extra, pointer, strict};
use crate::{
    config::{
        fields::Fields,
        inputs::Inputs,
        problems::Problem,
        source::{Site, Source},
        suggest,
        tree::{MOST_BYTES, Node},
    },
    resource::{
        flow::{Content, Form, NotAFlow},
        theme::Theme,
    },
};

/// What a flow was read from.
#[derive(Debug)]
pub(super) struct Document {
    pub(super) form: Form,
    files: Vec<File>,
}

/// One JSON file.
#[derive(Debug)]
struct File {
    /// Its name in the folder of a flow; empty for a flow in one file.
    key: String,
    /// The name that messages use.
    shown: String,
    path: PathBuf,
    text: String,
}

/// The flow at `path`, and what it was read from. `node` is where the configuration names it.
pub(super) fn flow(
    node: Node<'_>,
    path: &Path,
    inputs: &Inputs,
    extra: &mut Extra,
    fields: &mut Fields<'_, '_>,
) -> Option<(Content, Document)> {
    let is_folder = path.is_dir();
    let files =
        if is_folder { folder_files(path, inputs) } else { one_file(path, inputs).map(|it| vec![it]) };
    let files = files.map_err(|error| fields.problems.report(unreadable(node, path, inputs, &error))).ok()?;
    let mut values = BTreeMap::new();
    for file in &files {
        match strict::parse(&file.text) {
            Ok(value) => drop(values.insert(file.key.clone(), value)),
            Err(error) => fields.problems.report(no_json(file, &error, extra).related(node, "named here")),
        }
    }
    if values.len() < files.len() {
        return None;
    }
    let read = if is_folder {
        Content::from_folder(&values).map(|content| (content, Form::Folder))
    } else {
        values.pop_first().map_or(Err(NotAFlow::NoObject), |(_, value)| Content::from_json(value))
    };
    match read {
        Ok((content, form)) => Some((content, Document { form, files })),
        Err(error) => {
            let message = format!("'{}': {error}", shown(path, inputs));
            let problem = Problem::error("not_a_flow", message).at(node);
            fields.problems.report(problem.hint(error.hint()));
            None
        }
    }
}

/// The theme at `path`.
pub(super) fn theme(
    node: Node<'_>,
    path: &Path,
    inputs: &Inputs,
    extra: &mut Extra,
    fields: &mut Fields<'_, '_>,
) -> Option<Theme> {
    let file = one_file(path, inputs);
    let file = file.map_err(|error| fields.problems.report(unreadable(node, path, inputs, &error))).ok()?;
    let value = strict::parse(&file.text)
        .map_err(|error| fields.problems.report(no_json(&file, &error, extra).related(node, "named here")))
        .ok()?;
    let problem = |error: &dyn std::fmt::Display| {
        let message = format!("'{}': {error}", file.shown);
        Problem::error("not_a_theme", message)
            .at(node)
            .hint("export one with: descope-mgmt flow export --theme")
    };
    Theme::from_json(value).map_err(|error| fields.problems.report(problem(&error))).ok()
}

impl Document {
    /// Where a JSON pointer of the exported shape stands in the files; the beginning of the first where it can't be
    /// told.
    pub(super) fn site(&self, pointer: &str, content: &Content, extra: &mut Extra) -> Option<Site> {
        let (key, inner) = self.form.locate(content, pointer);
        let key = key.unwrap_or_default();
        let file = self.files.iter().find(|file| file.key == key).or(self.files.first())?;
        let range = pointer::find(&file.text, &inner).unwrap_or(0..0);
        let byte = |at: usize| u32::try_from(at).unwrap_or(u32::MAX);
        Some(Site { file: extra.number_of(file), start: byte(range.start), end: byte(range.end) })
    }
}

impl Extra {
    /// The number of a file, whose lines are kept to be shown.
    fn number_of(&mut self, file: &File) -> u32 {
        if let Some(known) = self.sources.iter().find(|source| **source.name() == *file.shown) {
            return known.number();
        }
        let number = self.next();
        self.sources.push(Source::new(number, &file.shown, file.path.clone(), file.text.clone()));
        number
    }
}

fn one_file(path: &Path, inputs: &Inputs) -> io::Result<File> {
    Ok(File { key: String::new(), shown: shown(path, inputs), path: path.to_owned(), text: text_of(path)? })
}

/// The JSON files of a flow's folder, by name.
fn folder_files(path: &Path, inputs: &Inputs) -> io::Result<Vec<File>> {
    let mut files = Vec::new();
    for entry in fs::read_dir(path)? {
        let path = entry?.path();
        let key = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        // What begins with a dot was put there by some other program.
        if path.extension().is_some_and(|it| it == "json") && !key.starts_with('.') {
            files.push(File { key, ..one_file(&path, inputs)? });
        }
    }
    files.sort_by(|a, b| a.key.cmp(&b.key));
    Ok(files)
}

/// The text of a file, read no further than a configuration may be long: what is named may be a pipe.
fn text_of(path: &Path) -> io::Result<String> {
    let mut text = String::new();
    fs::File::open(path)?.take(MOST_BYTES + 1).read_to_string(&mut text)?;
    if text.len() as u64 > MOST_BYTES {
        return Err(io::Error::other(format!("it is larger than {} MiB", MOST_BYTES >> 20)));
    }
    Ok(text)
}

/// A path as the user knows it: below the working folder where it lies there.
pub(super) fn shown(path: &Path, inputs: &Inputs) -> String {
    path.strip_prefix(&inputs.directory).unwrap_or(path).display().to_string()
}

fn unreadable(node: Node<'_>, path: &Path, inputs: &Inputs, error: &io::Error) -> Problem {
    let shown = shown(path, inputs);
    if error.kind() != io::ErrorKind::NotFound {
        return Problem::error("unreadable_file", format!("'{shown}' can't be read: {error}")).at(node);
    }
    let beside = beside(path);
    let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    let hint = suggest::did_you_mean(&name, beside.iter().map(String::as_str));
    let hint = hint.unwrap_or_else(|| "there is no JSON file beside it; correct the path".to_owned());
    Problem::error("no_such_file", format!("'{shown}' does not exist")).at(node).hint(hint)
}

/// The JSON files and folders that lie where a path points to.
fn beside(path: &Path) -> Vec<String> {
    let entries = path.parent().and_then(|folder| fs::read_dir(folder).ok());
    let paths = entries.into_iter().flatten().flatten().map(|entry| entry.path());
    let mut names: Vec<String> = paths
        .filter(|path| path.is_dir() || path.extension().is_some_and(|it| it == "json"))
        .filter_map(|path| Some(path.file_name()?.to_string_lossy().into_owned()))
        .collect();
    names.sort();
    names
}

fn no_json(file: &File, error: &serde_json::Error, extra: &mut Extra) -> Problem {
    let lines = file.text.split_inclusive('\n').take(error.line().saturating_sub(1));
    let start = lines.map(str::len).sum::<usize>() + error.column().saturating_sub(1);
    let start = u32::try_from(start).unwrap_or(u32::MAX);
    let site = Site { file: extra.number_of(file), start, end: start.saturating_add(1) };
    let message = error.to_string();
    let message = message.split(" at line ").next().unwrap_or_default();
    Problem::error("not_json", format!("this is not JSON: {message}")).at(site)
}
