//! What was chosen → a draft, proved: with it the plan has nothing left of that, and all else is as it was.
//!
//! A tenant that stands in the way is put aside and named, and the others are drafted without it.

use std::{collections::BTreeMap, path::PathBuf};

use serde_json::Value;

use super::{
    Error, changes_more,
    choose::Chosen,
    compare,
    draft::{Draft, Left, left_whole},
    sensitive,
    tidy::tidied,
    whole,
};
use crate::{
    cli::{
        globals::Globals,
        session::{Session, inputs},
    },
    config::{self, Config, Diagnostic, Editor, Inputs, LeftAlone},
    plan::{Change, Plan},
    resource::{Address, Desired, FieldChange, Live, Path, tenant},
    state::Baseline,
};

/// Rounds of writing and looking again: a tenant that `defaults` reach may need a second one.
const ROUNDS: usize = 3;

/// What a draft starts from.
#[derive(Clone, Copy)]
pub(super) struct Basis<'a> {
    pub(super) session: &'a Session,
    pub(super) globals: &'a Globals,
    /// The file that new tenants go to; none: the one that holds the most.
    pub(super) into: Option<&'a PathBuf>,
    /// The plan without the draft.
    pub(super) plan: &'a Plan,
    pub(super) live: &'a Live,
    pub(super) baseline: &'a Baseline,
}

/// Why there is no draft of what was chosen.
enum Stop {
    /// These stand in the way of the others.
    Aside(Vec<Left>),
    Error(Error),
}

impl<E: Into<Error>> From<E> for Stop {
    fn from(error: E) -> Self {
        Self::Error(error.into())
    }
}

/// Drafts what was chosen, but for those that can't be adopted.
pub(super) fn draft(basis: Basis<'_>, mut chosen: Chosen) -> Result<Draft, Error> {
    let mut aside: Vec<Left> = Vec::new();
    loop {
        match Drafting::new(basis, &chosen)?.run() {
            Ok(mut draft) => {
                draft.left.extend(aside);
                draft.left.sort_by(|(a, _), (b, _)| a.cmp(b));
                return Ok(draft);
            }
            Err(Stop::Error(error)) => return Err(error),
            Err(Stop::Aside(more)) => {
                chosen.leave(more.iter().map(|(address, _)| address));
                aside.extend(more);
            }
        }
    }
}

/// One attempt.
struct Drafting<'a> {
    basis: Basis<'a>,
    chosen: &'a Chosen,
    inputs: Inputs,
    draft: Draft,
}

impl<'a> Drafting<'a> {
    fn new(basis: Basis<'a>, chosen: &'a Chosen) -> Result<Self, Error> {
        Ok(Self { basis, chosen, inputs: inputs(basis.globals, false)?, draft: Draft::default() })
    }

    fn run(mut self) -> Result<Draft, Stop> {
        let Basis { live, baseline, plan, .. } = self.basis;
        let mut editor = self.editor()?;
        self.add(&mut editor)?;
        self.remove(&mut editor);
        self.adopt(&mut editor, plan);
        self.take(editor)?;
        self.adopt_wholes();
        let mut desired = self.reread()?;
        let mut after = compare(&desired, live, baseline)?;
        for _ in 1..ROUNDS {
            if self.unsettled(&after).next().is_none() {
                break;
            }
            let mut editor = self.editor()?;
            self.adopt(&mut editor, &after);
            self.take(editor)?;
            desired = self.reread()?;
            after = compare(&desired, live, baseline)?;
        }
        self.prove(&after)?;
        let Self { mut draft, chosen, .. } = self;
        draft.desired = desired;
        draft.note(chosen, plan, &after, baseline);
        Ok(draft)
    }

    fn editor(&self) -> Result<Editor, Error> {
        Ok(Editor::open(&self.inputs, self.basis.session.environment_name())?)
    }

    /// Tenants that no file has.
    fn add(&mut self, editor: &mut Editor) -> Result<(), Error> {
        if self.chosen.new.is_empty() {
            return Ok(());
        }
        let Config { sensitive, defaults, .. } = &self.basis.session.config;
        let mut items = Vec::with_capacity(self.chosen.new.len());
        for tidy in tidied(&self.chosen.new, self.basis.live, sensitive, defaults) {
            self.draft.left.extend(tidy.left);
            let address = Address::new(tenant::KIND, &tidy.id);
            let own = tidy.attributes.get("attributes").and_then(Value::as_object);
            let names = own.into_iter().flat_map(|own| own.keys()).filter(|name| config::is_key(name));
            let paths = names.map(|name| (address.clone(), Path::new(["attributes", name])));
            self.draft.hidden.extend(paths);
            items.push((tidy.id, tidy.attributes));
        }
        let into = self.basis.into.map(|path| self.inputs.directory.join(path));
        Ok(editor.add(&items, into.as_deref())?)
    }

    /// Tenants that are not live.
    fn remove(&mut self, editor: &mut Editor) {
        for id in &self.chosen.gone {
            let left = editor.remove(id);
            self.draft.left.extend(left.map(|left| (Address::new(tenant::KIND, id), left)));
        }
    }

    /// Attributes that differ.
    fn adopt(&mut self, editor: &mut Editor, plan: &Plan) {
        let own = plan.changes.iter().filter(|change| self.chosen.contains(&change.address));
        for change in own.filter(|change| !whole::is_whole(&change.address)) {
            let (address, id) = (&change.address, change.address.id());
            let (secret, fields): (Vec<FieldChange>, Vec<FieldChange>) = change
                .fields
                .iter()
                .filter(|field| !self.draft.is_left(address, &field.path))
                .cloned()
                .partition(|field| sensitive::is_sensitive(field, &self.basis.session.config.sensitive));
            let secret = secret.into_iter().map(|field| sensitive::left(field.path, change.place.clone()));
            let left: Vec<LeftAlone> = secret.chain(editor.adopt(id, &fields)).collect();
            if fields.iter().any(|field| !left.iter().any(|left| left.path == field.path))
                && editor.serves_others(id)
            {
                self.draft.shared.insert(address.clone());
            }
            let written = fields.iter().filter(|field| field.before.is_some() && field.after.is_some());
            let written =
                written.map(|field| &field.path).filter(|path| !left.iter().any(|left| left.path == **path));
            let hidden = written.filter(|path| path.words().last().is_some_and(|word| config::is_key(word)));
            self.draft.hidden.extend(hidden.map(|path| (address.clone(), path.clone())));
            self.draft.left.extend(left.into_iter().map(|left| (address.clone(), left)));
        }
    }

    /// Flows and the theme, in files of their own.
    fn adopt_wholes(&mut self) {
        let Basis { session, live, .. } = self.basis;
        let (desired, draft) = (&session.config.desired, &mut self.draft);
        for address in self.chosen.changed.iter().filter(|address| whole::is_whole(address)) {
            match whole::adopt(address, desired, live, &self.inputs.directory) {
                Ok(whole) => {
                    draft.files.extend(whole.files.into_iter().filter(|file| file.before != file.after));
                    draft.adopted.insert(address.clone());
                    draft.baseline.insert(address.clone(), Some(whole.baseline));
                }
                Err(why) => draft.left.push(left_whole(address.clone(), why)),
            }
        }
    }

    /// The texts of the editor, in place of those that the configuration was read from.
    fn take(&mut self, editor: Editor) -> Result<(), Stop> {
        let edited = editor.finish().map_err(|refused| {
            let left = |(id, left): (String, LeftAlone)| (Address::new(tenant::KIND, &id), left);
            Stop::Aside(refused.into_iter().map(left).collect())
        })?;
        for edited in edited {
            self.inputs.overlay.insert(edited.path.clone(), edited.after.clone());
            match self.draft.files.iter_mut().find(|file| file.path == edited.path) {
                Some(file) => file.after = edited.after,
                None => self.draft.files.push(edited),
            }
        }
        Ok(())
    }

    /// What the configuration says with these texts in place of its files.
    fn reread(&self) -> Result<Desired, Stop> {
        let config = config::load(&self.inputs).map_err(|error| self.blame(&error))?;
        let mut desired = self.basis.session.narrowed(config.desired);
        whole::put_in(&mut desired, self.basis.live, &|address| self.draft.adopted.contains(address));
        Ok(desired)
    }

    /// The tenants that the configuration can't say as they are live.
    fn blame(&self, error: &config::Error) -> Stop {
        let Ok(editor) = self.editor() else { return Stop::Error(refused(error)) };
        let mut blamed: BTreeMap<Address, LeftAlone> = BTreeMap::new();
        for diagnostic in error.diagnostics() {
            let Diagnostic { place, related, .. } = diagnostic;
            let places = place.iter().chain(related.iter().map(|related| &related.place));
            let tenants = places.filter_map(|place| editor.tenant_at(place));
            let mut addresses = tenants.map(|id| Address::new(tenant::KIND, id));
            if let Some(address) = addresses.find(|address| self.chosen.contains(address)) {
                let (_, left) = left_whole(address.clone(), cannot_say(diagnostic));
                blamed.entry(address).or_insert(left);
            }
        }
        if blamed.is_empty() {
            Stop::Error(refused(error))
        } else {
            Stop::Aside(blamed.into_iter().collect())
        }
    }

    /// The chosen changes of a plan of which something is left other than what can't be adopted.
    fn unsettled<'p>(&'p self, after: &'p Plan) -> impl Iterator<Item = &'p Change> {
        let fine = |change: &&Change| {
            let left = |field: &FieldChange| self.draft.is_left(&change.address, &field.path);
            self.draft.is_left_whole(&change.address)
                || !change.fields.is_empty() && change.fields.iter().all(left)
        };
        let own = after.changes.iter().filter(|change| self.chosen.contains(&change.address));
        own.filter(move |change| !fine(change))
    }

    /// Makes sure that the plan has lost what is adopted, and nothing else changed in it.
    fn prove(&self, after: &Plan) -> Result<(), Stop> {
        let open: Vec<Left> = self
            .unsettled(after)
            .map(|change| {
                let why =
                    "written into the configuration it would still differ from what is live: do it by hand";
                let (address, left) = left_whole(change.address.clone(), why.to_owned());
                (address, LeftAlone { place: change.place.clone(), ..left })
            })
            .collect();
        if !open.is_empty() {
            return Err(Stop::Aside(open));
        }
        let others = |plan: &'_ Plan| -> BTreeMap<Address, Vec<FieldChange>> {
            let others = plan.changes.iter().filter(|change| !self.chosen.contains(&change.address));
            others.map(|change| (change.address.clone(), change.fields.clone())).collect()
        };
        let (was, is) = (others(self.basis.plan), others(after));
        if was == is {
            return Ok(());
        }
        let differs = |address: &&Address| was.get(*address) != is.get(*address);
        let first = was.keys().chain(is.keys()).find(differs).map(ToString::to_string).unwrap_or_default();
        Err(Stop::Error(changes_more(format!("{first} would change, too"))))
    }
}

/// What is wrong with the configuration, where no tenant is to blame.
fn refused(error: &config::Error) -> Error {
    let first = error.diagnostics().first().map(ToString::to_string);
    changes_more(first.unwrap_or_else(|| error.to_string()))
}

/// Why the configuration can't say what is live of a tenant, and what to do.
pub(in crate::cli) fn cannot_say(diagnostic: &Diagnostic) -> String {
    let Diagnostic { message, hint, .. } = diagnostic;
    let hint = hint.as_ref().map(|hint| format!(" ({hint})")).unwrap_or_default();
    format!(
        "the configuration can't say it: {message}{hint}; change it in Descope, or write the tenant by hand"
    )
}
