//! (the user's own files, changes) → the same files with these changes and nothing else changed.
//!
//! Comments, order, quoting, anchors and `${…}` stay byte for byte: bytes are replaced where the tree says that the
//! value stands, and what is read afterwards is compared with what was meant. What can't be changed without changing
//! more, such as a value that a variable makes, is left alone and reported.

mod adopt;
mod disk;
mod lines;
#[cfg(test)]
mod lossless;
mod meant;
mod path;
mod remove;
mod rewrite;
mod sift;
mod sites;
mod splice;
#[cfg(test)]
mod tests;
mod write;

use std::{collections::BTreeMap, path::PathBuf, sync::Arc};

pub use disk::save;
use path::{Op, below};
use sites::{Location, Owned, Sheet, Sites};
use splice::{Page, Refused};

use super::{Error, Inputs, Variables, files, hidden, locate, problems::Problems};
use crate::resource::{Attributes, Path, Place};

/// Why a file can't be edited.
#[derive(Debug, thiserror::Error)]
pub enum EditError {
    /// The edit would change more than it should, so nothing is written.
    #[error("'{file}' is not edited{}: {why}", at(place.as_ref()))]
    Refused {
        /// The file.
        file: Arc<str>,
        /// Where in it.
        place: Option<Place>,
        /// What stands in the way.
        why: String,
    },
    /// The file to write into is no file of the configuration.
    #[error("'{}' is not a file of the configuration", path.display())]
    NotAFile {
        /// The file that was named.
        path: PathBuf,
        /// Those that there are.
        files: Vec<Arc<str>>,
    },
    /// There is no configuration to write into.
    #[error("there is no configuration file to write into")]
    NoFile,
    /// Somebody else changed the file meanwhile.
    #[error("'{}' changed since it was read; nothing was written", path.display())]
    Moved {
        /// The file.
        path: PathBuf,
    },
    /// The file could not be read or written.
    #[error("'{}' can't be written", path.display())]
    Disk {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
}

impl EditError {
    /// A stable word for it.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Refused { .. } => "edit_refused",
            Self::NotAFile { .. } => "not_a_configuration_file",
            Self::NoFile => "no_file",
            Self::Moved { .. } => "file_moved",
            Self::Disk { .. } => "file_not_written",
        }
    }

    /// What to try next.
    pub fn hint(&self) -> Option<String> {
        match self {
            Self::Refused { .. } => Some("nothing was written: make this change by hand".to_owned()),
            Self::NotAFile { files, .. } => {
                Some(format!("the configuration is read from {}", files.join(", ")))
            }
            Self::NoFile => Some("`descope-mgmt config init` makes one".to_owned()),
            Self::Moved { .. } => {
                Some("run the command again: it starts from what the file says now".to_owned())
            }
            Self::Disk { .. } => Some(
                "nothing was written: see who may write the file and its folder, and whether the disk is full"
                    .to_owned(),
            ),
        }
    }
}

fn at(place: Option<&Place>) -> String {
    place.map(|place| format!(" at {}:{}", place.line, place.column)).unwrap_or_default()
}

/// Something that can't be adopted, and why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LeftAlone {
    /// The attribute; empty where it is the whole object.
    pub path: Path,
    /// Where the configuration says it.
    pub place: Option<Place>,
    /// What stands in the way.
    pub why: String,
}

/// A file before and after an edit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Edited {
    /// Its full path.
    pub path: PathBuf,
    /// The name that messages use.
    pub name: Arc<str>,
    /// Its text as it was read.
    pub before: String,
    /// Its text as it shall be.
    pub after: String,
}

impl Edited {
    /// Its texts before and after, as they may be shown: what the configuration calls secret is masked.
    pub fn shown(&self) -> (String, String) {
        (self.masked(&self.before), self.masked(&self.after))
    }

    fn masked(&self, text: &str) -> String {
        let Ok(tree) = rewrite::parse(&self.name, &self.path, text) else { return String::new() };
        let mut sites = hidden::sites(std::slice::from_ref(&tree));
        sites.sort_unstable();
        let mut shown = String::with_capacity(text.len());
        let mut at = 0;
        for site in sites.into_iter().filter(|site| site.start < site.end) {
            let (start, end) = (site.start as usize, site.end as usize);
            if start >= at {
                shown += text.get(at..start).unwrap_or_default();
                shown += "(sensitive)";
                at = end;
            }
        }
        shown + text.get(at..).unwrap_or_default()
    }
}

/// The configuration files of one environment, and what is to be changed in them.
#[derive(Debug)]
pub struct Editor {
    sheets: Vec<Sheet>,
    sites: Sites,
    variables: Variables,
    environment: Option<String>,
}

impl Editor {
    /// Opens the files that `load` would read, for the environment that it selected.
    ///
    /// # Errors
    /// A file that can't be read, or none at all.
    pub fn open(inputs: &Inputs, environment: Option<&str>) -> Result<Self, Error> {
        let mut problems = Problems::default();
        let trees = files::read(inputs, locate(inputs)?, &mut problems)?;
        let sites = Sites::find(&trees, &inputs.variables, environment);
        let sheets = trees.into_iter().map(|tree| Sheet { tree, ops: Vec::new() }).collect();
        let (variables, environment) = (inputs.variables.clone(), environment.map(str::to_owned));
        Ok(Self { sheets, sites, variables, environment })
    }

    /// Plans to write new tenants, at the end of the list that holds the most or of the file `into`.
    ///
    /// # Errors
    /// There is no such file, or none at all.
    pub fn add(
        &mut self,
        tenants: &[(String, Attributes)],
        into: Option<&std::path::Path>,
    ) -> Result<(), EditError> {
        let file = self.file_for_new(into)?;
        let only = self.environment.as_deref().filter(|_| self.sites.environments > 1);
        let Some(sheet) = self.sheets.get_mut(file) else { return Ok(()) };
        sheet.ops.extend(tenants.iter().map(|(id, attributes)| {
            let items = vec![item(id, attributes, only)];
            Owned { owner: id.clone(), op: Op::Append { path: below(&[], &["tenants"]), items } }
        }));
        Ok(())
    }

    /// Makes the planned changes, in texts only. Files that stay as they are are left out.
    ///
    /// # Errors
    /// The tenants whose changes can't be made without changing more; the others' can, without these.
    pub fn finish(self) -> Result<Vec<Edited>, Vec<(String, LeftAlone)>> {
        let mut edited = Vec::new();
        let mut refused = Vec::new();
        for Sheet { tree, ops } in &self.sheets {
            let source = tree.source();
            match sift::sift(source, ops) {
                Ok(after) if after != source.text() => {
                    let (path, name) = (source.path().to_owned(), source.name().clone());
                    edited.push(Edited { path, name, before: source.text().to_owned(), after });
                }
                Ok(_) => {}
                Err(owners) => refused.extend(owners.into_iter().map(|(id, Refused { place, why })| {
                    let place = place.or_else(|| self.place_of(&id));
                    (id, LeftAlone { path: Path::new([""; 0]), place, why })
                })),
            }
        }
        if refused.is_empty() { Ok(edited) } else { Err(refused) }
    }

    /// The tenant that stands at a place, in its list or in an override.
    pub fn tenant_at(&self, place: &Place) -> Option<&str> {
        let holds = |location: &Location| {
            let spot = self.spot(location.file, &location.path)?;
            let source = spot.node().source();
            let lines = source.place(spot.range().start).line..=source.place(spot.end()).line;
            (source.name() == &place.file && lines.contains(&place.line)).then_some(())
        };
        let mut sites = self.sites.by_id.iter();
        let found =
            sites.find(|(_, site)| site.above.iter().chain([&site.item]).any(|it| holds(it).is_some()));
        found.map(|(id, _)| id.as_str())
    }

    /// Where the list has a tenant.
    fn place_of(&self, id: &str) -> Option<Place> {
        self.sites.by_id.get(id).and_then(|site| self.place(&site.item))
    }

    fn file_for_new(&self, into: Option<&std::path::Path>) -> Result<usize, EditError> {
        if let Some(path) = into {
            let same = |a: &std::path::Path| {
                a.canonicalize().ok().is_some_and(|a| Some(a) == path.canonicalize().ok())
            };
            let found = self.sheets.iter().position(|sheet| same(sheet.tree.source().path()));
            return found.ok_or_else(|| EditError::NotAFile {
                path: path.to_owned(),
                files: self.sheets.iter().map(|sheet| sheet.tree.source().name().clone()).collect(),
            });
        }
        let mut counts: BTreeMap<usize, usize> = (0..self.sheets.len()).map(|file| (file, 0)).collect();
        for site in self.sites.by_id.values() {
            *counts.entry(site.item.file).or_default() += 1;
        }
        let most = counts.into_iter().max_by_key(|(file, count)| (*count, std::cmp::Reverse(*file)));
        most.map(|(file, _)| file).ok_or(EditError::NoFile)
    }

    fn page(&self, file: usize) -> Option<Page<'_>> {
        self.sheets.get(file).map(|sheet| Page::new(&sheet.tree))
    }
}

/// A tenant as YAML, as it may be put below `tenants:`.
pub(super) fn snippet(id: &str, attributes: &Attributes, only_in: Option<&str>) -> String {
    let value = item(id, attributes, only_in);
    write::item(&value, 2, 4, false).into_iter().map(|line| line + "\n").collect()
}

/// A text as a YAML scalar, in quotes only where it needs them.
pub(super) fn scalar_text(text: &str) -> String {
    write::flow(&text.into())
}

/// A tenant as an item of the list `tenants`.
fn item(id: &str, attributes: &Attributes, only_in: Option<&str>) -> serde_json::Value {
    let mut item = Attributes::new();
    item.insert("id".to_owned(), id.into());
    item.extend(attributes.iter().map(|(word, value)| (word.clone(), value.clone())));
    if let Some(environment) = only_in {
        item.insert("environments".to_owned(), vec![environment.to_owned()].into());
    }
    item.into()
}
