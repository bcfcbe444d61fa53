//! Templates: those built into the tool, and those of `templates_dir`.

use std::{
    fs,
    path::{Path, PathBuf},
};

use super::template;
use crate::{
    config::{inputs::Inputs, problems::Problem, suggest},
    resource::flow::template::{BuiltIn, Template, Version, VersionRequest, built_in},
};

/// Every version of every template, by name and version.
#[derive(Debug, Clone, Default)]
pub struct Catalog {
    entries: Vec<Entry>,
}

/// One version of a template.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// The template's name.
    pub name: String,
    /// Its version.
    pub version: Version,
    /// Where it comes from.
    pub origin: Origin,
}

/// Where a template comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Origin {
    /// It is part of the tool.
    BuiltIn,
    /// It lies in this folder.
    Folder(PathBuf),
}

impl Catalog {
    /// Finds what there is; a version in `folder` stands before a built-in one. A missing folder holds none.
    pub fn find(folder: &Path) -> Self {
        let mut entries: Vec<Entry> = folders(folder)
            .into_iter()
            .flat_map(|template| folders(&template))
            .filter_map(|path| {
                let name = path.parent()?.file_name()?.to_str()?.to_owned();
                let version = path.file_name()?.to_str()?.parse().ok()?;
                Some(Entry { name, version, origin: Origin::Folder(path) })
            })
            .collect();
        for built_in in built_in() {
            let Ok(version) = built_in.version.parse() else { continue };
            let entry = Entry { name: built_in.name.to_owned(), version, origin: Origin::BuiltIn };
            if !entries.iter().any(|it| it.name == entry.name && it.version == version) {
                entries.push(entry);
            }
        }
        entries.sort_by(|a, b| (&a.name, a.version).cmp(&(&b.name, b.version)));
        Self { entries }
    }

    /// All of them, by name and version.
    pub fn entries(&self) -> &[Entry] {
        &self.entries
    }

    /// The highest version that is asked for, read.
    pub(super) fn template(&self, request: &VersionRequest, inputs: &Inputs) -> Result<Template, Problem> {
        let named = |entry: &&Entry| entry.name == request.name;
        let found = self.entries.iter().filter(named).rfind(|entry| request.matches(entry.version));
        match found {
            Some(entry) => {
                entry.read_shown_from(&inputs.directory).map_err(|why| Problem::error("bad_template", why))
            }
            None => Err(self.unknown(request)),
        }
    }

    fn unknown(&self, request: &VersionRequest) -> Problem {
        let name = request.name.as_str();
        let versions: Vec<String> =
            self.entries.iter().filter(|entry| entry.name == name).map(|it| it.version.to_string()).collect();
        let (message, hint) = if versions.is_empty() {
            let names: Vec<&str> = self.entries.iter().map(|entry| entry.name.as_str()).collect();
            let available = format!("available are {}", suggest::list(dedup(&names)));
            let near = suggest::closest(name, names.iter().copied());
            let near = near.map(|near| format!("did you mean '{near}'? ")).unwrap_or_default();
            (format!("template '{name}' does not exist"), near + &available)
        } else {
            let asked = request.to_string();
            let asked = asked.rsplit('@').next().unwrap_or_default();
            let message = format!("template '{name}' has no version {asked}");
            (message, format!("available are {}", versions.join(", ")))
        };
        Problem::error("unknown_template", message).hint(hint)
    }
}

fn dedup<'a>(names: &[&'a str]) -> Vec<&'a str> {
    let mut names = names.to_vec();
    names.dedup();
    names
}

impl Entry {
    /// The template itself.
    ///
    /// # Errors
    /// What is wrong with its files, in a sentence that names them.
    pub fn read(&self) -> Result<Template, String> {
        self.read_shown_from(Path::new(""))
    }

    fn read_shown_from(&self, directory: &Path) -> Result<Template, String> {
        let (yaml, flow, shown) = match &self.origin {
            Origin::BuiltIn => {
                let same = |it: &&BuiltIn| it.name == self.name && it.version.parse() == Ok(self.version);
                let found = built_in().iter().find(same);
                let found = found.ok_or_else(|| format!("template '{}' is not built in", self.name))?;
                (found.manifest.to_owned(), found.flow.to_owned(), PathBuf::from("built-in"))
            }
            Origin::Folder(folder) => {
                let text = |name: &str| {
                    let path = folder.join(name);
                    fs::read_to_string(&path)
                        .map_err(|error| format!("'{}' can't be read: {error}", path.display()))
                };
                let shown = folder.strip_prefix(directory).unwrap_or(folder);
                (text("template.yaml")?, text("flow.json")?, shown.to_owned())
            }
        };
        let flow = serde_json::from_str(&flow)
            .map_err(|error| format!("'{}' is not JSON: {error}", shown.join("flow.json").display()))?;
        let template = template::read(&shown.join("template.yaml"), yaml, flow)?;
        if template.name != self.name || template.version != self.version {
            return Err(format!(
                "'{}' calls itself {}@{}, but its folders say {}@{}",
                shown.join("template.yaml").display(),
                template.name,
                template.version,
                self.name,
                self.version
            ));
        }
        Ok(template)
    }
}

/// The folders in a folder, sorted; none where it can't be read.
fn folders(path: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(path).into_iter().flatten().flatten();
    let mut folders: Vec<PathBuf> = entries.map(|entry| entry.path()).filter(|path| path.is_dir()).collect();
    folders.sort();
    folders
}
