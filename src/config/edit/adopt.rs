//! (a tenant, what differs) → changes of the files, wherever each value comes from.

use serde_json::Value;

use super::{
    Editor, LeftAlone, Refused,
    path::{Op, Path, Step, below},
    sites::{Location, Owned, Site},
    splice::refuse,
};
use crate::{
    config::{
        expand::{References, Scope, has_references},
        problems::Problems,
        scalar::{self, Meaning},
        tree::{Kind, Node, Spot},
    },
    resource::{self, FieldChange, same_value},
};

/// Maps that are managed key by key; an empty one says nothing.
const BY_KEY: [&str; 2] = ["attributes", "settings"];

type Planned = Result<Vec<(usize, Op)>, Refused>;

impl Editor {
    /// Plans to write the live values of these attributes of a tenant; returns those that can't be written.
    pub fn adopt(&mut self, id: &str, fields: &[FieldChange]) -> Vec<LeftAlone> {
        let Some(site) = self.sites.by_id.get(id).cloned() else {
            let path = resource::Path::new([""; 0]);
            return vec![LeftAlone { path, place: None, why: "it is in no file".to_owned() }];
        };
        let mut left = Vec::new();
        for field in fields {
            match self.plan_field(&site, field).and_then(|ops| self.checked(ops)) {
                Ok(ops) => self.keep(id, ops),
                Err(Refused { place, why }) => left.push(LeftAlone { path: field.path.clone(), place, why }),
            }
        }
        left
    }

    /// Whether other environments read this tenant from the same lines.
    pub fn serves_others(&self, id: &str) -> bool {
        let site = self.sites.by_id.get(id);
        self.sites.environments > 1 && site.is_some_and(|site| !self.is_only_here(site))
    }

    /// Plans to take a tenant out of its list, and out of the overrides of the selected environment.
    pub fn remove(&mut self, id: &str) -> Option<LeftAlone> {
        let site = self.sites.by_id.get(id).cloned()?;
        let path = resource::Path::new([""; 0]);
        if self.serves_others(id) {
            let why = "other environments have it, too: limit it with 'environments' by hand".to_owned();
            return Some(LeftAlone { path, place: self.place(&site.item), why });
        }
        let above = site.above.iter().map(|above| (above.file, self.removal(above.file, &above.path)));
        let own = (site.item.file, Op::Remove { path: site.item.path.clone() });
        let ops = above.chain([own]).collect();
        match self.checked(ops) {
            Ok(ops) => {
                self.keep(id, ops);
                None
            }
            Err(Refused { place, why }) => Some(LeftAlone { path, place, why }),
        }
    }

    fn plan_field(&self, site: &Site, field: &FieldChange) -> Planned {
        let words = field.path.words();
        match (&field.before, &field.after) {
            (Some(_), None) => self.no_longer_removed(site, words),
            (None, _) => self.taken_out(site, words),
            (Some(live), Some(_)) => Ok(self.written(site, words, live)),
        }
    }

    /// The live value in the place of the one that counts.
    fn written(&self, site: &Site, words: &[String], live: &Value) -> Vec<(usize, Op)> {
        let above = site.above.iter().filter(|above| self.says(above, words));
        let location = above.chain([&site.item]).next().unwrap_or(&site.item);
        let (file, path) = (location.file, below(&location.path, words));
        let there = self.spot(file, &path);
        let ops = match (there, live) {
            (Some(spot), Value::Array(values)) if spot.kind() == Kind::List => {
                self.list(&path, spot, values, words.first().is_some_and(|word| word == "domains"))
            }
            (Some(spot), _) if matches!(spot.kind(), Kind::List | Kind::Map) && !spot.is_flow() => {
                vec![Op::Remove { path: path.clone() }, Op::Put { path, value: live.clone() }]
            }
            _ => vec![Op::Put { path, value: live.clone() }],
        };
        ops.into_iter().map(|op| (file, op)).collect()
    }

    /// Items that are not live go, live ones that are missing come.
    fn list(&self, path: &Path, spot: Spot<'_>, live: &[Value], caseless: bool) -> Vec<Op> {
        let same = |a: &Value, b: &Value| match (a, b) {
            (Value::String(a), Value::String(b)) if caseless => a.to_lowercase() == b.to_lowercase(),
            _ => same_value(a, b),
        };
        let mut missing: Vec<&Value> = live.iter().collect();
        let mut gone = Vec::new();
        for (number, item) in spot.items().into_iter().enumerate() {
            let value = self.value(item.node());
            match missing.iter().position(|live| value.as_ref().is_some_and(|value| same(value, live))) {
                Some(at) => drop(missing.remove(at)),
                None => gone.push(number),
            }
        }
        let mut ops = Vec::new();
        if gone.len() == spot.items().len() && (missing.is_empty() || !spot.is_flow() && !gone.is_empty()) {
            let value = Value::Array(live.to_vec());
            return vec![Op::Put { path: path.clone(), value }];
        }
        if !missing.is_empty() {
            ops.push(Op::Append { path: path.clone(), items: missing.into_iter().cloned().collect() });
        }
        ops.extend(gone.into_iter().rev().map(|number| {
            let item = path.iter().cloned().chain([Step::Item(number)]);
            Op::Remove { path: item.collect() }
        }));
        ops
    }

    /// An attribute that the live tenant does not have: nothing is said of it any more.
    fn taken_out(&self, site: &Site, words: &[String]) -> Planned {
        let mut ops = Vec::new();
        for location in site.above.iter().chain([&site.item]).filter(|location| self.says(location, words)) {
            let path = below(&location.path, words);
            if let Some(made) = self.spot(location.file, &path).and_then(made_by_a_variable) {
                return Err(refuse(made, "a variable makes its value"));
            }
            if self.spot(location.file, &path).is_none() {
                if let Some(page) = self.page(location.file) {
                    page.way(&path)?;
                }
                let why = "a merge key brings it".to_owned();
                return Err(Refused { place: self.place(location), why });
            }
            ops.push((location.file, self.removal(location.file, &path)));
        }
        if ops.is_empty() {
            let why = "it comes from 'defaults', and the live tenant has none".to_owned();
            return Err(Refused { place: self.place(&site.item), why });
        }
        Ok(ops)
    }

    /// An attribute that shall be removed and is there: it is taken off the list.
    fn no_longer_removed(&self, site: &Site, words: &[String]) -> Planned {
        let list = ["remove_attributes".to_owned()];
        let name = words.last().map(String::as_str).unwrap_or_default();
        let mut layers = site.above.iter().chain([&site.item]).filter(|layer| self.says(layer, &list));
        let location = layers.next().unwrap_or(&site.item);
        let path = below(&location.path, &list);
        let items = self.spot(location.file, &path).map(Spot::items).unwrap_or_default();
        let is_it = |item: &Spot<'_>| self.value(item.node()).is_some_and(|value| value == name);
        let Some(number) = items.iter().position(is_it) else {
            let why = "'remove_attributes' of 'defaults' names it".to_owned();
            return Err(Refused { place: self.place(&site.item), why });
        };
        let path: Path =
            if items.len() == 1 { path } else { path.into_iter().chain([Step::Item(number)]).collect() };
        Ok(vec![(location.file, Op::Remove { path })])
    }

    /// What takes out an entry, and the maps that would be left empty around it.
    fn removal(&self, file: usize, path: &[Step]) -> Op {
        let mut path = path.to_vec();
        while let [above @ .., _] = path.as_slice() {
            let alone = self.spot(file, above).is_some_and(|map| map.entries().len() == 1);
            let is_item = matches!(above.last(), Some(Step::Item(_)));
            let ends =
                above.len() < 3 && matches!(above.first(), Some(Step::Key(key)) if key == "environments");
            let by_key = matches!(above.last(), Some(Step::Key(key)) if BY_KEY.contains(&key.as_str()));
            let of_environment = matches!(above.first(), Some(Step::Key(key)) if key == "environments");
            if !alone || is_item || ends || !(by_key || of_environment) {
                break;
            }
            path = above.to_vec();
        }
        Op::Remove { path }
    }

    /// Whether a map says something of an attribute, itself or by a merge key.
    fn says(&self, location: &Location, words: &[String]) -> bool {
        let top = self.spot(location.file, &location.path).map(Spot::node);
        words.iter().try_fold(top, |node, word| node.map(|node| node.value(word))).flatten().is_some()
    }

    pub(super) fn spot(&self, file: usize, path: &[Step]) -> Option<Spot<'_>> {
        let top = self.sheets.get(file)?.tree.top()?;
        path.iter().try_fold(top, |spot, step| match step {
            Step::Key(key) => spot.own(key),
            Step::Item(number) => spot.items().get(*number).copied(),
        })
    }

    pub(super) fn place(&self, location: &Location) -> Option<resource::Place> {
        self.spot(location.file, &location.path).map(|spot| spot.node().place())
    }

    fn is_only_here(&self, site: &Site) -> bool {
        let path = below(&site.item.path, &["environments"]);
        let only = self.spot(site.item.file, &path).map(Spot::items).unwrap_or_default();
        matches!(only.as_slice(), [one] if Some(one.node().text()) == self.environment.as_deref())
    }

    /// What a scalar means here.
    fn value(&self, node: Node<'_>) -> Option<Value> {
        let scope = Scope {
            variables: &self.variables,
            environment: self.environment.as_deref(),
            references: References::Tolerate,
        };
        let text = scope.expand(node, &mut Problems::default())?;
        match scalar::meaning(&text) {
            Meaning::Value(value) if node.kind() == Kind::Plain => Some(value),
            _ => Some(Value::String(text.into_owned())),
        }
    }

    /// The changes, if each can be made as the files are now.
    fn checked(&self, ops: Vec<(usize, Op)>) -> Planned {
        for (file, op) in &ops {
            if let Some(page) = self.page(*file) {
                page.splices(op)?;
            }
        }
        Ok(ops)
    }

    fn keep(&mut self, id: &str, ops: Vec<(usize, Op)>) {
        for (file, op) in ops {
            if let Some(sheet) = self.sheets.get_mut(file) {
                sheet.ops.push(Owned { owner: id.to_owned(), op });
            }
        }
    }
}

/// The first part of a value that a variable makes.
fn made_by_a_variable(spot: Spot<'_>) -> Option<Spot<'_>> {
    if has_references(spot.node().text()) {
        return Some(spot);
    }
    let values = spot.entries().into_iter().map(|(_, value)| value);
    spot.items().into_iter().chain(values).find_map(made_by_a_variable)
}
