//! Where in which file each tenant is defined, and where the selected environment overrides it.

use std::collections::HashMap;

use super::path::{Op, Path, Step, below};
use crate::config::{
    expand::{References, Scope},
    inputs::Variables,
    problems::Problems,
    tree::{Spot, Tree},
};

/// A file and what is to be changed in it.
#[derive(Debug)]
pub(super) struct Sheet {
    pub(super) tree: Tree,
    pub(super) ops: Vec<Owned>,
}

/// A change, and the id of the tenant that it is made for.
#[derive(Debug, Clone)]
pub(super) struct Owned {
    pub(super) owner: String,
    pub(super) op: Op,
}

/// A map in a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Location {
    pub(super) file: usize,
    pub(super) path: Path,
}

/// What there is of one tenant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Site {
    pub(super) item: Location,
    /// Its override in the selected environment.
    pub(super) above: Option<Location>,
}

/// All tenants by id, as the selected environment names them.
#[derive(Debug, Default)]
pub(super) struct Sites {
    pub(super) by_id: HashMap<String, Site>,
    /// How many environments there are.
    pub(super) environments: usize,
}

impl Sites {
    pub(super) fn find(trees: &[Tree], variables: &Variables, environment: Option<&str>) -> Self {
        let scope = Scope { variables, environment, references: References::Tolerate };
        let id = |spot: Spot<'_>| scope.expand(spot.node(), &mut Problems::default()).map(String::from);
        let mut sites = Self::default();
        let mut names = std::collections::HashSet::new();
        let mut above: HashMap<String, Location> = HashMap::new();
        for (file, top) in trees.iter().enumerate().filter_map(|(file, tree)| Some((file, tree.top()?))) {
            let items = top.own("tenants").map(Spot::items).unwrap_or_default();
            for (number, item) in items.into_iter().enumerate() {
                let Some(id) = item
                    .node()
                    .value("id")
                    .and_then(|node| scope.expand(node, &mut Problems::default()).map(String::from))
                else {
                    continue;
                };
                let path = vec![Step::Key("tenants".to_owned()), Step::Item(number)];
                sites.by_id.insert(id, Site { item: Location { file, path }, above: None });
            }
            for (name, block) in top.own("environments").map(Spot::entries).unwrap_or_default() {
                let name = name.node().text();
                names.insert(name.to_owned());
                let tenants = Some(name).filter(|name| Some(*name) == environment).and(block.own("tenants"));
                for (key, _) in tenants.map(Spot::entries).unwrap_or_default() {
                    let path = below(&[], &["environments", name, "tenants", key.node().text()]);
                    above.extend(id(key).map(|id| (id, Location { file, path })));
                }
            }
        }
        for (id, location) in above {
            if let Some(site) = sites.by_id.get_mut(&id) {
                site.above = Some(location);
            }
        }
        sites.environments = names.len();
        sites
    }
}
