//! What would be written: edited texts, what is adopted by them in whole and in part, and what is left and why.

use std::collections::{BTreeMap, BTreeSet};

use crate::{
    cli::Exit,
    config::{Edited, LeftAlone},
    plan::Plan,
    resource::{
        Address, Attributes, Desired, Path, lay_over, remove,
        tenant::{self, Tenant},
    },
    state::Baseline,
};

use super::choose::Chosen;

/// Something that is not adopted, and why.
pub(in crate::cli) type Left = (Address, LeftAlone);

/// What would be written.
#[derive(Debug, Default)]
pub(super) struct Draft {
    /// The files, before and after.
    pub(super) files: Vec<Edited>,
    /// What is adopted.
    pub(super) adopted: BTreeSet<Address>,
    /// What is adopted but for what is left of it.
    pub(super) in_part: BTreeSet<Address>,
    /// What can't be, and why.
    pub(super) left: Vec<Left>,
    /// What of it other environments read from the same lines.
    pub(super) shared: BTreeSet<Address>,
    /// Attributes that are written in clear and that a diff hides, for their names look like those of keys.
    pub(super) hidden: BTreeSet<(Address, Path)>,
    /// The managed attributes of what is adopted; none where the object went.
    pub(super) baseline: BTreeMap<Address, Option<Attributes>>,
    /// What the configuration says with it.
    pub(super) desired: Desired,
}

impl Draft {
    pub(super) fn is_left(&self, address: &Address, path: &Path) -> bool {
        self.left.iter().any(|(other, left)| other == address && left.path == *path)
    }

    pub(super) fn is_left_whole(&self, address: &Address) -> bool {
        self.is_left(address, &whole())
    }

    /// Notes what is adopted, and what of it is managed from now on. `before` and `after` are the plans without and
    /// with it.
    pub(super) fn note(&mut self, chosen: &Chosen, before: &Plan, after: &Plan, known: &Baseline) {
        let tenants = self.desired.tenants.take();
        for tenant in tenants.iter().flatten().filter(|tenant| chosen.contains(&tenant.address())) {
            self.note_tenant(tenant, chosen, before, after, known);
        }
        self.desired.tenants = tenants;
        for address in chosen.gone.iter().map(|id| Address::new(tenant::KIND, id)) {
            if !self.is_left_whole(&address) {
                self.adopted.insert(address.clone());
                self.baseline.insert(address, None);
            }
        }
    }

    fn note_tenant(
        &mut self,
        tenant: &Tenant,
        chosen: &Chosen,
        before: &Plan,
        after: &Plan,
        known: &Baseline,
    ) {
        let address = tenant.address();
        let mut managed = tenant::desired_attributes(tenant);
        tenant.sensitive.iter().for_each(|path| remove(&mut managed, path));
        let mut open = Vec::new();
        for (_, left) in self.left.iter_mut().filter(|(other, _)| *other == address) {
            left.place = left.place.take().or_else(|| tenant.place.clone());
            open.push(left.path.clone());
        }
        if open.is_empty() {
            self.adopted.insert(address.clone());
            self.baseline.insert(address, Some(managed));
            return;
        }
        let (was, is) = (differing(before, &address), differing(after, &address));
        if !chosen.new.contains(&tenant.id) && is.len() >= was.len() {
            return;
        }
        for path in &open {
            remove(&mut managed, path);
        }
        let mut kept: Attributes = known.attributes(address.as_str()).ok().flatten().unwrap_or_default();
        was.iter().filter(|path| !is.contains(path)).for_each(|path| remove(&mut kept, path));
        lay_over(&mut kept, &managed);
        self.in_part.insert(address.clone());
        self.baseline.insert(address, Some(kept));
    }

    /// What is written down in the audit of each object: that it was adopted, or a part of it.
    pub(super) fn outcomes(&self) -> impl Iterator<Item = (&Address, &'static str)> {
        let whole = self.adopted.iter().map(|address| (address, "adopted"));
        whole.chain(self.in_part.iter().map(|address| (address, "adopted in part")))
    }

    /// Whether anything of the object at `address` is adopted.
    pub(super) fn has(&self, address: &Address) -> bool {
        self.adopted.contains(address) || self.in_part.contains(address)
    }

    /// Whether no file would change.
    pub(super) fn is_empty(&self) -> bool {
        self.files.is_empty()
    }

    /// The question before the files are written.
    pub(super) fn question(&self) -> String {
        let files: Vec<&str> = self.files.iter().map(|file| file.name.as_ref()).collect();
        format!("Write this to {}?", files.join(", "))
    }

    /// How the command ends.
    pub(super) fn exit(&self) -> Exit {
        match (self.left.is_empty(), self.files.is_empty()) {
            (true, _) => Exit::Done,
            (false, false) => Exit::Partly,
            (false, true) => Exit::Failed,
        }
    }
}

/// The paths that differ of one object.
fn differing<'p>(plan: &'p Plan, address: &Address) -> Vec<&'p Path> {
    let own = plan.changes.iter().filter(|change| change.address == *address);
    own.flat_map(|change| &change.fields).map(|field| &field.path).collect()
}

/// The path of an object as a whole.
pub(super) fn whole() -> Path {
    Path::new([""; 0])
}

/// Why an object as a whole is left.
pub(super) fn left_whole(address: Address, why: String) -> Left {
    (address, LeftAlone { path: whole(), place: None, why })
}
