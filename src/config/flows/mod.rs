//! The lists below `flows`, and `theme` → flows and a theme, each read from its file or made from its template.

mod catalog;
mod check;
mod document;
mod item;
mod pointer;
mod strict;
mod template;
#[cfg(test)]
mod tests;
mod variables;

use std::{collections::HashMap, path::Path};

use super::{
    fields::Fields,
    inputs::Inputs,
    paths::path,
    problems::Problem,
    sections::Sections,
    source::Source,
    tenants::{Frame, environments},
    tree::{Kind, Node, Tree},
};
use crate::resource::{flow::Flow, theme::DesiredTheme};

pub use catalog::{Catalog, Entry as TemplateEntry, Origin as TemplateOrigin};
pub(super) use item::KEYS;

/// Keys of the theme.
pub(super) const THEME_KEYS: &[&str] = &["file"];

/// JSON files that have something to report, behind the configuration files: their lines are shown as well.
#[derive(Debug, Default)]
pub(super) struct Extra {
    first: u32,
    sources: Vec<Source>,
}

impl Extra {
    pub(super) fn behind(trees: &[Tree]) -> Self {
        Self { first: u32::try_from(trees.len()).unwrap_or(u32::MAX), sources: Vec::new() }
    }

    pub(super) fn sources(&self) -> &[Source] {
        &self.sources
    }

    /// The number that the next file gets.
    fn next(&self) -> u32 {
        self.first.saturating_add(u32::try_from(self.sources.len()).unwrap_or(u32::MAX))
    }
}

/// What reading flows needs to know, beside what reading tenants does.
pub(super) struct Surroundings<'a> {
    pub(super) inputs: &'a Inputs,
    pub(super) templates: &'a Path,
}

/// The flows of the selected environment; `None` where no file has the key `flows`.
pub(super) fn read(
    frame: &Frame<'_>,
    around: &Surroundings<'_>,
    extra: &mut Extra,
    fields: &mut Fields<'_, '_>,
) -> Option<Vec<Flow>> {
    let lists = frame.sections.flows.as_ref()?;
    let selected = frame.profiles.iter().position(|profile| Some(profile.name) == frame.selected);
    let mut reader = item::Reader { around, extra, catalog: None };
    let mut first: HashMap<String, Node<'_>> = HashMap::new();
    let mut flows = Vec::new();
    for item in lists.iter().flat_map(|list| list.items()) {
        if item.kind() != Kind::Map {
            let message = format!("an item of 'flows' must be a map, and this is {}", item.noun());
            let problem = Problem::error("wrong_type", message).at(item);
            fields.problems.report(problem.hint("as in: - id: sign-up-or-in"));
            continue;
        }
        let only = item.value("environments").and_then(|node| environments(node, frame.profiles, fields));
        let is_in = selected.is_none_or(|at| only.as_ref().is_none_or(|only| only.contains(&at)));
        let Some(draft) = item::read(item, is_in, fields) else { continue };
        if let Some(earlier) = first.get(&draft.id) {
            fields.problems.report(defined_again(&draft.id, *earlier, draft.id_node));
            continue;
        }
        first.insert(draft.id.clone(), draft.id_node);
        if is_in {
            flows.extend(reader.flow(draft, fields));
        }
    }
    Some(flows)
}

fn defined_again(id: &str, first: Node<'_>, second: Node<'_>) -> Problem {
    let (one, two) = (first.source().name(), second.source().name());
    let message = if one == two {
        format!("Flow '{id}' is defined twice")
    } else {
        format!("Flow '{id}' defined in multiple configs: {one}, {two}")
    };
    let problem = Problem::error("duplicate_flow", message).at(second).related(first, "the first definition");
    problem.hint("keep one of the two; 'environments' says where it applies")
}

/// The theme; `None` where no file has the key `theme`, or it can't be read.
pub(super) fn read_theme(
    sections: &Sections<'_>,
    around: &Surroundings<'_>,
    extra: &mut Extra,
    fields: &mut Fields<'_, '_>,
) -> Option<DesiredTheme> {
    let file = sections.theme.iter().find(|(key, _)| key.text() == "file");
    for (key, _) in sections.theme.iter().filter(|(key, _)| key.text() != "file") {
        fields.unknown_key(key, "'theme'", THEME_KEYS);
    }
    let (_, node) = file?;
    let path = path(node, "file", around.inputs, fields)?;
    let theme = document::theme(node, &path, around.inputs, extra, fields)?;
    let origin = document::shown(&path, around.inputs);
    Some(DesiredTheme { theme, origin, place: Some(node.place()) })
}
