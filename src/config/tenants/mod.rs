//! Items, defaults and overrides → the tenants of the selected environment, checked against each other.

mod attributes;
mod draft;
mod family;
mod formats;
#[cfg(test)]
mod layer_tests;
mod layers;
mod list;
mod mail;
mod paths;
mod shared;
#[cfg(test)]
mod tests;
mod timing;
mod unique;

pub(super) use draft::{COMMON, ITEM, LIFECYCLE, ROLE_INHERITANCE, SETTINGS};
pub use formats::{is_own_id, parse_domain, parse_name};
pub(super) use list::environments;

use std::{borrow::Cow, collections::BTreeSet};

use super::{
    environment::Profile, expand::Scope, fields::Fields, problems::Problems, sections::Sections,
    source::Site, tree::Node,
};
use crate::resource::{Attributes, Path, tenant::Tenant};

/// One item of the lists below `tenants`.
struct Entry<'a> {
    id: Cow<'a, str>,
    id_node: Node<'a>,
    node: Node<'a>,
    /// The numbers of the environments that it is limited to.
    environments: Option<Vec<usize>>,
    /// The number of the tenant; `None` where it is not in the selected environment.
    tenant: Option<usize>,
}

/// All entries, and the tenants that they make. Apart, because the tenants outlive the entries and are large.
#[derive(Default)]
struct List<'a> {
    entries: Vec<Entry<'a>>,
    tenants: Vec<Tenant>,
    sensitive: BTreeSet<Path>,
    defaults: Attributes,
}

impl<'a> List<'a> {
    fn tenant(&self, entry: &Entry<'_>) -> Option<&Tenant> {
        entry.tenant.and_then(|number| self.tenants.get(number))
    }

    /// The entries of the selected environment and their tenants.
    fn pairs(&self) -> impl Iterator<Item = (&Entry<'a>, &Tenant)> {
        self.entries.iter().filter_map(|entry| Some((entry, self.tenant(entry)?)))
    }
}

impl Entry<'_> {
    fn is_in(&self, environment: usize) -> bool {
        self.environments.as_ref().is_none_or(|only| only.contains(&environment))
    }
}

impl From<&Entry<'_>> for Site {
    fn from(entry: &Entry<'_>) -> Self {
        entry.id_node.into()
    }
}

/// What reading tenants needs to know.
pub(super) struct Frame<'a> {
    pub(super) sections: &'a Sections<'a>,
    pub(super) profiles: &'a [Profile<'a>],
    pub(super) selected: Option<&'a str>,
    pub(super) scope: Scope<'a>,
    pub(super) allow_shared_ids: bool,
}

/// What the files say of tenants.
pub(super) struct Tenants {
    /// Those of the selected environment; `None` where no file has the key `tenants`.
    pub(super) list: Option<Vec<Tenant>>,
    /// What any map of a tenant, of any environment, calls sensitive.
    pub(super) sensitive: BTreeSet<Path>,
    /// What a tenant has of which its own item says nothing.
    pub(super) defaults: Attributes,
}

/// The tenants of the selected environment, and what is said of all tenants.
pub(super) fn read(frame: &Frame<'_>, problems: &mut Problems) -> Tenants {
    let mut fields = Fields { scope: frame.scope, problems };
    let list = list::read(frame, &mut fields);
    unique::check(&list, problems);
    family::check(&list, problems);
    timing::check(&list, problems);
    if !frame.allow_shared_ids {
        shared::check(frame, &list.entries, problems);
    }
    let List { entries: _, tenants, sensitive, defaults } = list;
    Tenants { list: frame.sections.tenants.as_ref().map(|_| tenants), sensitive, defaults }
}
