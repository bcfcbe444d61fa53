//! One object that becomes another: what happens to it, who made the difference, what it takes.

use std::{
    cmp::Reverse,
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use chrono::{DateTime, Utc};
use serde_json::Value;

use super::{Withheld, cause};
use crate::resource::{Address, Attributes, FieldChange, MASK, Object, Path, Place, Step, at};

/// One object that becomes another.
#[derive(Debug, Clone, PartialEq)]
pub struct Change {
    /// The object.
    pub address: Address,
    /// Its name, for people: the desired one, else the live one.
    pub name: String,
    /// What happens to it.
    pub action: Action,
    /// Each attribute that differs; empty for a create and a delete.
    pub fields: Vec<FieldChange>,
    /// Live fields that are not managed and stay.
    pub unmanaged_kept: usize,
    /// Who made the difference; of several attributes, the cause that needs most care.
    pub cause: Cause,
    /// Who made it outside this tool, and when.
    pub traced: Traced,
    /// What was last applied of each attribute that differs; empty where nothing was.
    pub applied: Vec<Option<Value>>,
    /// What was last applied, what the configuration has, what is live: of an object that is compared as a whole.
    pub versions: Option<[String; 3]>,
    /// Why others may break by it, a sentence each.
    pub breaking: Vec<String>,
    /// What must happen before.
    pub needs: Vec<Need>,
    /// Why it is kept back, if it is.
    pub withheld: Option<Withheld>,
    /// Gives up a domain or a name that others wait for, before the steps that follow.
    pub release: Option<Step>,
    /// The writes, in order.
    pub steps: Vec<Step>,
    /// What puts the object back where the steps end half-way.
    pub undo: Vec<Step>,
    /// The live objects that the steps start from, by the path they are read from, as the plan saw them.
    pub seen: BTreeMap<&'static str, Arc<Object>>,
    /// Whether applying it stops somebody's login.
    pub lockout: bool,
    /// Whether the live object has an SSO set-up, which no backup can bring back.
    pub has_sso: bool,
    /// Attributes that are masked in every output.
    pub sensitive: Vec<Path>,
    /// Where the configuration defines the object.
    pub place: Option<Place>,
}

/// What happens to an object, with its managed attributes before and after.
#[derive(Debug, Clone, PartialEq)]
pub enum Action {
    /// It is made.
    Create {
        /// As it shall be.
        after: Attributes,
    },
    /// It changes in place.
    Update {
        /// As it is.
        before: Attributes,
        /// As it shall be.
        after: Attributes,
    },
    /// It is deleted and made anew.
    Replace {
        /// As it is.
        before: Attributes,
        /// As it shall be.
        after: Attributes,
    },
    /// It goes.
    Delete {
        /// As it is.
        before: Attributes,
    },
}

impl Action {
    /// The word that the plan's JSON has for it.
    pub fn word(&self) -> &'static str {
        match self {
            Self::Create { .. } => "create",
            Self::Update { .. } => "update",
            Self::Replace { .. } => "replace",
            Self::Delete { .. } => "delete",
        }
    }

    /// The attributes before, where the object is there.
    pub fn before(&self) -> Option<&Attributes> {
        match self {
            Self::Create { .. } => None,
            Self::Update { before, .. } | Self::Replace { before, .. } | Self::Delete { before } => {
                Some(before)
            }
        }
    }

    /// The attributes after, where the object will be there.
    pub fn after(&self) -> Option<&Attributes> {
        match self {
            Self::Delete { .. } => None,
            Self::Create { after } | Self::Update { after, .. } | Self::Replace { after, .. } => Some(after),
        }
    }

    /// Whether the live object is lost.
    pub fn destroys(&self) -> bool {
        matches!(self, Self::Replace { .. } | Self::Delete { .. })
    }
}

/// Who made the difference between desired and live.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cause {
    /// The configuration changed since it was last applied.
    Config,
    /// Somebody changed it in Descope.
    Console,
    /// Both changed it: a conflict.
    Both,
    /// There is no telling: it was never applied from here.
    Unknown,
}

impl Cause {
    /// The word that the plan's JSON has for it.
    pub fn word(self) -> &'static str {
        match self {
            Self::Config => "config",
            Self::Console => "console",
            Self::Both => "both",
            Self::Unknown => "unknown",
        }
    }
}

/// What Descope's audit says of a change that somebody made outside this tool.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum Traced {
    /// It was not asked.
    #[default]
    NotAsked,
    /// It has no records that could be told to be of such an object.
    Untraceable,
    /// It does not know.
    Unknown,
    /// It names the last one who changed the object.
    By {
        /// When that was.
        at: DateTime<Utc>,
        /// The id of a person in the console, or of a key.
        actor: String,
    },
}

/// What must have happened before a change may start.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Need {
    /// The object must be there: a parent before its child.
    Made(Address),
    /// The object must be gone: a child before its parent.
    Gone(Address),
    /// The object must have given up a domain or a name.
    Freed(Address),
}

impl Need {
    /// The object waited for.
    pub fn address(&self) -> &Address {
        match self {
            Self::Made(address) | Self::Gone(address) | Self::Freed(address) => address,
        }
    }
}

impl Change {
    /// What was changed both here and outside, where the object is compared as a whole.
    pub fn whole_conflict(&self) -> Option<&[String; 3]> {
        self.versions.as_ref().filter(|_| self.cause == Cause::Both)
    }

    /// The attributes that were changed both here and outside.
    pub fn conflicts(&self) -> impl Iterator<Item = (&FieldChange, Option<&Value>)> {
        let pairs = self.fields.iter().zip(self.applied.iter().map(Option::as_ref));
        pairs.filter(|(field, applied)| cause::of(field, *applied) == Cause::Both)
    }

    /// What somebody else says of the change, without the values that are masked in every output.
    pub fn masked(&self, said: &str) -> String {
        self.secrets().into_iter().fold(said.to_owned(), |said, secret| said.replace(&secret, MASK))
    }

    /// Writes that the change takes when all goes well.
    pub fn writes(&self) -> usize {
        self.release.iter().len() + self.steps.len()
    }

    /// Requests that the change costs when all goes well.
    pub fn requests(&self) -> u64 {
        self.release.iter().chain(&self.steps).map(Step::requests).sum()
    }

    /// The texts of its sensitive values, as they may turn up in what a service says; the longest first. What is as
    /// short as a word of a sentence is not among them.
    fn secrets(&self) -> Vec<String> {
        let attributes = [self.action.before(), self.action.after()].into_iter().flatten();
        let named = attributes.flat_map(|it| self.sensitive.iter().filter_map(|path| at(it, path.words())));
        let fields = self.fields.iter().filter(|field| field.sensitive);
        let differing = fields.flat_map(|field| [&field.before, &field.after]).flatten();
        let mut texts = BTreeSet::new();
        named.chain(differing).for_each(|value| gather(value, &mut texts));
        let mut texts: Vec<String> = texts.into_iter().collect();
        texts.sort_by_key(|text| Reverse(text.len()));
        texts
    }
}

/// Anything shorter would take whole sentences apart, and keeps no secret.
const SHORTEST: usize = 4;

/// The texts in a value: as they are, as JSON escapes them, and as names without capitals come back.
fn gather(value: &Value, texts: &mut BTreeSet<String>) {
    match value {
        Value::Array(items) => items.iter().for_each(|item| gather(item, texts)),
        Value::Object(map) => map.values().for_each(|item| gather(item, texts)),
        Value::String(text) => {
            let escaped = value.to_string();
            let escaped = escaped.strip_prefix('"').and_then(|it| it.strip_suffix('"')).unwrap_or_default();
            let lower = text.to_lowercase();
            let forms = [text.as_str(), escaped, &lower];
            texts.extend(forms.into_iter().filter(|it| it.chars().count() >= SHORTEST).map(str::to_owned));
        }
        Value::Number(number) => texts.extend(Some(number.to_string()).filter(|it| it.len() >= SHORTEST)),
        Value::Null | Value::Bool(_) => {}
    }
}
