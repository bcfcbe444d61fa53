//! (contents of a project, effect) → contents. The one place where anything changes.

use std::{
    collections::{BTreeMap, BTreeSet, HashMap},
    sync::Arc,
};

use hyper::body::Bytes;
use serde::{Deserialize, Serialize};

use super::{
    audit::Record,
    flow::{StoredFlow, StoredTheme},
    settings::Files,
    tenant::{Shown, Stored},
};
use crate::emulator::options::ProjectSpec;

/// Records that a project remembers; the oldest go first.
const REMEMBERED: usize = 20_000;

/// A role of the project, or of one tenant.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(in crate::emulator) struct Role {
    pub(in crate::emulator) id: String,
    pub(in crate::emulator) name: String,
    pub(in crate::emulator) description: String,
    pub(in crate::emulator) permission_names: Vec<String>,
    pub(in crate::emulator) created_time: i64,
    /// Empty: a role of the project.
    pub(in crate::emulator) tenant_id: String,
    pub(in crate::emulator) default: bool,
    pub(in crate::emulator) private: bool,
}

/// A permission of the project.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(in crate::emulator) struct Permission {
    pub(in crate::emulator) id: String,
    pub(in crate::emulator) name: String,
    pub(in crate::emulator) description: String,
    pub(in crate::emulator) system_default: bool,
}

/// One thing as it is from now on. Absolute, so that applying it twice is the same as once.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(in crate::emulator) enum Effect {
    /// This tenant is so.
    Tenant(#[serde(with = "shared")] Arc<Stored>),
    /// There is no tenant of this id.
    NoTenant(String),
    /// These are all the roles.
    Roles(Vec<Role>),
    /// These are all the permissions.
    Permissions(Vec<Permission>),
    /// These are all the defined attributes.
    Attributes(BTreeSet<String>),
    /// This flow is so.
    Flow(#[serde(with = "shared")] Arc<StoredFlow>),
    /// There is no flow of this id.
    NoFlow(String),
    /// The theme is so.
    Theme(#[serde(with = "shared")] Arc<StoredTheme>),
    /// These are all the files of the configuration.
    Files(#[serde(with = "shared")] Arc<Files>),
    /// The project is called and labelled so.
    Spec(ProjectSpec),
    /// This was done.
    Audit(#[serde(with = "shared")] Arc<Record>),
    /// There is no project any more.
    Gone,
}

/// The contents of a project, with indexes over what must be unique.
#[derive(Debug, Clone, Default)]
pub(in crate::emulator) struct Tables {
    tenants: BTreeMap<String, Arc<Stored>>,
    names: HashMap<String, String>,
    domains: HashMap<String, String>,
    children: BTreeMap<String, BTreeSet<String>>,
    pub(in crate::emulator) roles: Vec<Role>,
    pub(in crate::emulator) permissions: Vec<Permission>,
    pub(in crate::emulator) attributes: BTreeSet<String>,
    pub(in crate::emulator) flows: BTreeMap<String, Arc<StoredFlow>>,
    pub(in crate::emulator) theme: Arc<StoredTheme>,
    pub(in crate::emulator) files: Arc<Files>,
    pub(in crate::emulator) spec: ProjectSpec,
    audit: BTreeMap<u64, Arc<Record>>,
    /// The answer to a read of all tenants, until something changes.
    listing: Option<Bytes>,
}

impl Tables {
    /// The contents after this effect.
    pub(in crate::emulator) fn apply(&mut self, effect: &Effect) {
        match effect {
            Effect::Tenant(stored) => self.put(stored),
            Effect::NoTenant(id) => self.remove(id),
            Effect::Roles(roles) => self.roles.clone_from(roles),
            Effect::Permissions(permissions) => self.permissions.clone_from(permissions),
            Effect::Attributes(attributes) => self.attributes.clone_from(attributes),
            Effect::Flow(stored) => {
                self.flows.insert(stored.flow.id.clone(), Arc::clone(stored));
            }
            Effect::NoFlow(id) => drop(self.flows.remove(id)),
            Effect::Theme(theme) => self.theme = Arc::clone(theme),
            Effect::Files(files) => self.files = Arc::clone(files),
            Effect::Spec(spec) => self.spec.clone_from(spec),
            Effect::Audit(record) => self.remember(record),
            // Who holds the projects lets go of it.
            Effect::Gone => {}
        }
    }

    /// What was done, oldest first.
    pub(in crate::emulator) fn records(&self) -> impl DoubleEndedIterator<Item = &Arc<Record>> {
        self.audit.values()
    }

    /// The number of the next record.
    pub(in crate::emulator) fn next_record(&self) -> u64 {
        self.audit.last_key_value().map_or(1, |(last, _)| last + 1)
    }

    fn remember(&mut self, record: &Arc<Record>) {
        self.audit.insert(record.number, Arc::clone(record));
        if self.audit.len() > REMEMBERED {
            self.audit.pop_first();
        }
    }

    /// The tenant of this id.
    pub(in crate::emulator) fn tenant(&self, id: &str) -> Option<&Arc<Stored>> {
        self.tenants.get(id)
    }

    /// Every tenant, by id.
    pub(in crate::emulator) fn tenants(&self) -> impl Iterator<Item = &Arc<Stored>> {
        self.tenants.values()
    }

    /// The id of the tenant of this name.
    pub(in crate::emulator) fn named(&self, name: &str) -> Option<&str> {
        self.names.get(name).map(String::as_str)
    }

    /// The id of the tenant that claims this self-provisioning domain, in whatever case.
    pub(in crate::emulator) fn claimed(&self, domain: &str) -> Option<&str> {
        self.domains.get(&domain.to_lowercase()).map(String::as_str)
    }

    /// The ids of a tenant's direct children, sorted.
    pub(in crate::emulator) fn children(&self, id: &str) -> impl Iterator<Item = &str> {
        self.children.get(id).into_iter().flatten().map(String::as_str)
    }

    /// The tenant as it goes over the wire.
    pub(in crate::emulator) fn shown<'a>(&'a self, stored: &'a Stored) -> Shown<'a> {
        Shown { tenant: &stored.tenant, successors: self.children(&stored.tenant.id).collect() }
    }

    /// The answer to a read of all tenants, made once for each state of the tenants.
    pub(in crate::emulator) fn listing(&mut self, make: impl FnOnce(&Self) -> Bytes) -> Bytes {
        if let Some(listing) = &self.listing {
            return listing.clone();
        }
        let listing = make(self);
        self.listing = Some(listing.clone());
        listing
    }

    fn put(&mut self, stored: &Arc<Stored>) {
        let tenant = &stored.tenant;
        self.remove(&tenant.id);
        self.names.insert(tenant.name.clone(), tenant.id.clone());
        for domain in &tenant.self_provisioning_domains {
            self.domains.insert(domain.to_lowercase(), tenant.id.clone());
        }
        if !tenant.parent.is_empty() {
            self.children.entry(tenant.parent.clone()).or_default().insert(tenant.id.clone());
        }
        self.tenants.insert(tenant.id.clone(), Arc::clone(stored));
    }

    fn remove(&mut self, id: &str) {
        self.listing = None;
        let Some(stored) = self.tenants.remove(id) else { return };
        let tenant = &stored.tenant;
        // A seed may break uniqueness: only what points here goes.
        if self.named(&tenant.name) == Some(id) {
            self.names.remove(&tenant.name);
        }
        for domain in &tenant.self_provisioning_domains {
            if self.claimed(domain) == Some(id) {
                self.domains.remove(&domain.to_lowercase());
            }
        }
        if let Some(siblings) = self.children.get_mut(&tenant.parent) {
            siblings.remove(id);
            if siblings.is_empty() {
                self.children.remove(&tenant.parent);
            }
        }
    }
}

/// An `Arc` is written and read as what it holds.
mod shared {
    use std::sync::Arc;

    use serde::{Deserialize, Deserializer, Serialize, Serializer};

    pub(super) fn serialize<T: Serialize, S: Serializer>(value: &Arc<T>, to: S) -> Result<S::Ok, S::Error> {
        value.as_ref().serialize(to)
    }

    pub(super) fn deserialize<'de, T: Deserialize<'de>, D: Deserializer<'de>>(
        from: D,
    ) -> Result<Arc<T>, D::Error> {
        T::deserialize(from).map(Arc::new)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn tenant(id: &str, name: &str, domain: &str, parent: &str) -> Effect {
        let raw = json!({"id": id, "name": name, "selfProvisioningDomains": [domain], "parent": parent});
        Effect::Tenant(Arc::new(Stored::seed(raw.as_object().unwrap().clone()).unwrap()))
    }

    #[test]
    fn the_indexes_follow_the_tenants() {
        let mut tables = Tables::default();
        tables.apply(&tenant("a", "A", "a.example", ""));
        tables.apply(&tenant("b", "B", "b.example", "a"));
        assert_eq!((tables.named("B"), tables.claimed("B.EXAMPLE")), (Some("b"), Some("b")));
        assert_eq!(tables.children("a").collect::<Vec<_>>(), ["b"]);
        tables.apply(&tenant("b", "C", "c.example", "a"));
        assert_eq!(
            (tables.named("B"), tables.claimed("b.example"), tables.named("C")),
            (None, None, Some("b"))
        );
        tables.apply(&Effect::NoTenant("b".to_owned()));
        assert_eq!((tables.children("a").count(), tables.tenants().count()), (0, 1));
        assert_eq!(tables.named("C"), None);
    }

    #[test]
    fn the_listing_is_made_anew_after_a_change_only() {
        let mut tables = Tables::default();
        let first = tables.listing(|_| Bytes::from_static(b"1"));
        assert_eq!(tables.listing(|_| Bytes::from_static(b"2")), first);
        tables.apply(&tenant("a", "A", "a.example", ""));
        assert_eq!(tables.listing(|_| Bytes::from_static(b"2")), Bytes::from_static(b"2"));
    }

    #[test]
    fn an_effect_reads_back_as_written() {
        for effect in [tenant("a", "A", "a.example", ""), Effect::NoTenant("a".to_owned())] {
            let line = serde_json::to_string(&effect).unwrap();
            assert_eq!(serde_json::from_str::<Effect>(&line).unwrap(), effect, "{line}");
        }
    }
}
