//! What is adopted → edited texts, proved: with them the plan has nothing left of it, and all else is as it was.

use std::{
    collections::{BTreeMap, BTreeSet},
    path::Path as FilePath,
};

use super::{Error, Order, changes_more, choose::Chosen, compare, reload, whole};
use crate::{
    cli::{
        Exit,
        globals::Globals,
        session::{Session, inputs},
    },
    config::{Edited, Editor, Inputs, LeftAlone},
    plan::{Change, Plan},
    resource::{Address, Attributes, Desired, FieldChange, Live, Path, remove, tenant},
    state::Baseline,
};

/// Rounds of writing and looking again: a tenant that `defaults` reach may need a second one.
const ROUNDS: usize = 3;

/// What would be written.
#[derive(Debug, Default)]
pub(super) struct Draft {
    /// The files, before and after.
    pub(super) files: Vec<Edited>,
    /// What is adopted.
    pub(super) adopted: BTreeSet<Address>,
    /// What can't be, and why.
    pub(super) left: Vec<(Address, LeftAlone)>,
    /// What of it other environments read from the same lines.
    pub(super) shared: BTreeSet<Address>,
    /// The managed attributes of what is adopted; none where the object went.
    pub(super) baseline: BTreeMap<Address, Option<Attributes>>,
}

impl Draft {
    /// Writes what was chosen into texts, and proves that they mean it.
    pub(super) fn write(
        session: &Session,
        globals: &Globals,
        order: &Order<'_>,
        chosen: &Chosen,
        plan: &Plan,
        live: &Live,
        baseline: &Baseline,
    ) -> Result<Self, Error> {
        let mut inputs = inputs(globals, false)?;
        let into = order.into.as_ref().map(|path| inputs.directory.join(path));
        let mut draft = Self::default();
        let mut editor = Editor::open(&inputs, session.environment_name())?;
        if !chosen.new.is_empty() {
            editor.add(&tidied(&chosen.new, live), into.as_deref())?;
        }
        for id in &chosen.gone {
            let left = editor.remove(id);
            draft.left.extend(left.map(|left| (Address::new(tenant::KIND, id), left)));
        }
        draft.adopt(&mut editor, chosen, plan);
        draft.take(editor, &mut inputs)?;
        draft.adopt_wholes(chosen, &session.config.desired, live, &inputs.directory);
        let reread = |draft: &Self, inputs: &Inputs| -> Result<Desired, Error> {
            let mut desired = reload(inputs)?.desired;
            whole::put_in(&mut desired, live, &|address| draft.adopted.contains(address));
            Ok(desired)
        };
        let mut desired = reread(&draft, &inputs)?;
        let mut after = compare(&desired, live, baseline)?;
        for _ in 1..ROUNDS {
            if draft.is_settled(chosen, &after) {
                break;
            }
            let mut editor = Editor::open(&inputs, session.environment_name())?;
            draft.adopt(&mut editor, chosen, &after);
            draft.take(editor, &mut inputs)?;
            desired = reread(&draft, &inputs)?;
            after = compare(&desired, live, baseline)?;
        }
        draft.prove(chosen, plan, &after)?;
        draft.note(chosen, &desired.tenants.unwrap_or_default());
        Ok(draft)
    }

    fn adopt(&mut self, editor: &mut Editor, chosen: &Chosen, plan: &Plan) {
        let known: Vec<(Address, Path)> =
            self.left.iter().map(|(address, left)| (address.clone(), left.path.clone())).collect();
        for change in plan.changes.iter().filter(|change| chosen.contains(&change.address)) {
            let (address, id) = (&change.address, change.address.id());
            if whole::is_whole(address) {
                continue;
            }
            let open = |field: &&FieldChange| {
                !known.iter().any(|(other, path)| other == address && *path == field.path)
            };
            let (secret, fields): (Vec<FieldChange>, Vec<FieldChange>) =
                change.fields.iter().filter(open).cloned().partition(|field| field.sensitive);
            let secret = secret.into_iter().map(|field| LeftAlone {
                path: field.path,
                place: change.place.clone(),
                why: "it is sensitive: put its value into a variable by hand".to_owned(),
            });
            if !fields.is_empty() && editor.serves_others(id) {
                self.shared.insert(address.clone());
            }
            let left = secret.chain(editor.adopt(id, &fields));
            self.left.extend(left.map(|left| (address.clone(), left)));
        }
    }

    /// Flows and the theme, in files of their own.
    fn adopt_wholes(&mut self, chosen: &Chosen, desired: &Desired, live: &Live, directory: &FilePath) {
        for address in chosen.changed.iter().filter(|address| whole::is_whole(address)) {
            match whole::adopt(address, desired, live, directory) {
                Ok(whole) => {
                    self.files.extend(whole.files.into_iter().filter(|file| file.before != file.after));
                    self.adopted.insert(address.clone());
                    self.baseline.insert(address.clone(), Some(whole.baseline));
                }
                Err(why) => {
                    let left = LeftAlone { path: Path::new([""; 0]), place: None, why };
                    self.left.push((address.clone(), left));
                }
            }
        }
    }

    /// The texts of the editor, in place of those that the configuration was read from.
    fn take(&mut self, editor: Editor, inputs: &mut Inputs) -> Result<(), Error> {
        for edited in editor.finish()? {
            inputs.overlay.insert(edited.path.clone(), edited.after.clone());
            match self.files.iter_mut().find(|file| file.path == edited.path) {
                Some(file) => file.after = edited.after,
                None => self.files.push(edited),
            }
        }
        Ok(())
    }

    /// Whether nothing is left of what was chosen, other than what can't be adopted.
    fn is_settled(&self, chosen: &Chosen, after: &Plan) -> bool {
        let fine = |change: &Change| {
            let left = |field: &FieldChange| self.is_left(&change.address, &field.path);
            self.is_left_whole(&change.address) || !change.fields.is_empty() && change.fields.iter().all(left)
        };
        after.changes.iter().filter(|change| chosen.contains(&change.address)).all(fine)
    }

    fn is_left(&self, address: &Address, path: &Path) -> bool {
        self.left.iter().any(|(other, left)| other == address && left.path == *path)
    }

    fn is_left_whole(&self, address: &Address) -> bool {
        self.is_left(address, &Path::new([""; 0]))
    }

    /// Makes sure that the plan has lost what is adopted, and nothing else changed in it.
    fn prove(&self, chosen: &Chosen, before: &Plan, after: &Plan) -> Result<(), Error> {
        if !self.is_settled(chosen, after) {
            let open = after.changes.iter().find(|change| chosen.contains(&change.address));
            let open = open.map(|change| change.address.to_string()).unwrap_or_default();
            return Err(changes_more(format!("{open} would still differ from what is live")));
        }
        let others = |plan: &'_ Plan| -> BTreeMap<Address, Vec<FieldChange>> {
            let others = plan.changes.iter().filter(|change| !chosen.contains(&change.address));
            others.map(|change| (change.address.clone(), change.fields.clone())).collect()
        };
        let (was, is) = (others(before), others(after));
        if was == is {
            return Ok(());
        }
        let differs = |address: &&Address| was.get(*address) != is.get(*address);
        let first = was.keys().chain(is.keys()).find(differs).map(ToString::to_string).unwrap_or_default();
        Err(changes_more(format!("{first} would change, too")))
    }

    /// Notes what is adopted, and what of it is managed from now on.
    fn note(&mut self, chosen: &Chosen, tenants: &[tenant::Tenant]) {
        for tenant in tenants.iter().filter(|tenant| chosen.contains(&tenant.address())) {
            let address = tenant.address();
            if self.left.iter().any(|(other, _)| *other == address) {
                continue;
            }
            let mut managed = tenant::desired_attributes(tenant);
            tenant.sensitive.iter().for_each(|path| remove(&mut managed, path));
            self.adopted.insert(address.clone());
            self.baseline.insert(address, Some(managed));
        }
        for address in chosen.gone.iter().map(|id| Address::new(tenant::KIND, id)) {
            if !self.is_left_whole(&address) {
                self.adopted.insert(address.clone());
                self.baseline.insert(address, None);
            }
        }
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

/// Live tenants as the configuration would have them.
pub(in crate::cli) fn tidied(ids: &[String], live: &Live) -> Vec<(String, Attributes)> {
    let by_id: BTreeMap<&str, &tenant::LiveTenant> =
        live.tenants.iter().map(|it| (it.object.id.as_str(), &it.object)).collect();
    let settings = |id: &str| live.settings.get(id).map(|settings| &settings.object);
    let found = ids.iter().filter_map(|id| {
        let tenant = by_id.get(id.as_str())?;
        Some((id.clone(), tenant::tidy_attributes(tenant, settings(id))))
    });
    found.collect()
}
