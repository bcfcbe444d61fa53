//! One map of tenant keys (an item, an override or the defaults) → what it says.

use super::{attributes, formats, mail, paths};
use crate::{
    config::{fields::Fields, problems::Problem, suggest, tree::Node},
    resource::{
        Path,
        tenant::{Bag, Names, Settings},
    },
};

/// Keys that any of the three may have.
pub(in crate::config) const COMMON: &[&str] = &[
    "name",
    "domains",
    "parent",
    "attributes",
    "remove_attributes",
    "enforce_sso",
    "enforce_sso_exclusions",
    "disabled",
    "role_inheritance",
    "default_roles",
    "settings",
    "sensitive",
    "lifecycle",
];
/// Keys that only an item has.
pub(in crate::config) const ITEM: &[&str] = &["id", "environments"];
/// Keys below `settings`.
pub(in crate::config) const SETTINGS: &[&str] =
    &["session_token_expiration", "refresh_token_expiration", "stepup_token_expiration", "inactivity"];
/// Keys below `lifecycle`.
pub(in crate::config) const LIFECYCLE: &[&str] = &["prevent_destroy", "ignore_changes"];
/// What `role_inheritance` may be.
pub(in crate::config) const ROLE_INHERITANCE: &[&str] = &["none", "userOnly"];

/// What one map says of a tenant; `None` where it says nothing.
#[derive(Debug, Default, Clone)]
pub(super) struct Draft {
    pub(super) name: Option<String>,
    pub(super) domains: Option<Names>,
    pub(super) parent: Option<String>,
    pub(super) attributes: Option<Bag>,
    pub(super) remove_attributes: Option<Names>,
    pub(super) enforce_sso: Option<bool>,
    pub(super) enforce_sso_exclusions: Option<Names>,
    pub(super) disabled: Option<bool>,
    pub(super) role_inheritance: Option<String>,
    pub(super) default_roles: Option<Names>,
    pub(super) settings: Option<Settings>,
    pub(super) sensitive: Option<Vec<Path>>,
    pub(super) prevent_destroy: Option<bool>,
    pub(super) ignore_changes: Option<Vec<Path>>,
}

/// Which map it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Which {
    Item,
    Override,
    Defaults,
}

impl Draft {
    /// Reads the keys of a map; `id` and `environments` of an item are read elsewhere.
    pub(super) fn read<'a>(
        entries: impl Iterator<Item = (Node<'a>, Node<'a>)>,
        which: Which,
        fields: &mut Fields<'_, '_>,
    ) -> Self {
        let mut draft = Self::default();
        for (key, value) in entries {
            let word = key.text();
            if draft.take(word, value, fields) || (which == Which::Item && ITEM.contains(&word)) {
                continue;
            }
            let known = if which == Which::Item { ITEM } else { &[] };
            let known: Vec<&str> = known.iter().chain(COMMON).copied().collect();
            fields.unknown_key(key, which.noun(), &known);
        }
        draft
    }

    /// Whether `word` is a key that all three have.
    fn take(&mut self, word: &str, value: Node<'_>, fields: &mut Fields<'_, '_>) -> bool {
        match word {
            "name" => self.name = name(value, fields),
            "domains" => self.domains = domains(value, fields),
            "parent" => self.parent = parent(value, fields),
            "attributes" => self.attributes = attributes::read(value, fields),
            "remove_attributes" => self.remove_attributes = names(value, word, fields),
            "enforce_sso" => self.enforce_sso = fields.boolean(value, word),
            "enforce_sso_exclusions" => self.enforce_sso_exclusions = names(value, word, fields),
            "disabled" => self.disabled = fields.boolean(value, word),
            "role_inheritance" => self.role_inheritance = role_inheritance(value, fields),
            "default_roles" => self.default_roles = names(value, word, fields),
            "settings" => self.settings = settings(value, fields),
            "sensitive" => self.sensitive = paths::read(value, word, fields),
            "lifecycle" => self.take_lifecycle(value, fields),
            _ => return false,
        }
        true
    }

    fn take_lifecycle(&mut self, node: Node<'_>, fields: &mut Fields<'_, '_>) {
        let Some(map) = fields.map(node, "lifecycle") else { return };
        for (key, value) in map.entries() {
            match key.text() {
                "prevent_destroy" => self.prevent_destroy = fields.boolean(value, "prevent_destroy"),
                "ignore_changes" => self.ignore_changes = paths::read(value, "ignore_changes", fields),
                _ => fields.unknown_key(key, "'lifecycle'", LIFECYCLE),
            }
        }
    }
}

impl Which {
    fn noun(self) -> &'static str {
        match self {
            Self::Item => "a tenant",
            Self::Override => "the override of a tenant",
            Self::Defaults => "'defaults.tenant'",
        }
    }
}

fn name(node: Node<'_>, fields: &mut Fields<'_, '_>) -> Option<String> {
    let name = fields.filled(node, "name")?;
    formats::check_name(node, &name, fields);
    Some(name.into_owned())
}

fn domains(node: Node<'_>, fields: &mut Fields<'_, '_>) -> Option<Names> {
    let texts = fields.texts(node, "domains")?;
    for (item, domain) in &texts {
        formats::check_domain(*item, domain, fields);
        if mail::is_public(domain) {
            let message =
                format!("'{domain}' is a public mail domain: everybody with an address there would join");
            let hint = "its ownership cannot be checked here; use a domain of the customer's own";
            let problem = Problem::warning("public_mail_domain", message).at(*item).repeating();
            fields.problems.report(problem.hint(hint));
        }
    }
    Some(texts.into_iter().map(|(_, domain)| domain).collect())
}

fn parent(node: Node<'_>, fields: &mut Fields<'_, '_>) -> Option<String> {
    let parent = fields.filled(node, "parent")?;
    if !formats::is_service_id(&parent) {
        let message = format!("'{parent}' is not a tenant id");
        let hint = "'parent' is the id of another tenant; leave it out for a tenant at the top";
        fields.problems.report(Problem::error("bad_tenant_id", message).at(node).hint(hint));
        return None;
    }
    Some(parent.into_owned())
}

fn role_inheritance(node: Node<'_>, fields: &mut Fields<'_, '_>) -> Option<String> {
    let text = fields.text(node, "role_inheritance")?;
    if ROLE_INHERITANCE.contains(&text.as_ref()) {
        return Some(text.into_owned());
    }
    let hint = suggest::did_you_mean(&text, ROLE_INHERITANCE.iter().copied());
    fields.wrong(node, "role_inheritance", "'none' or 'userOnly'", hint.as_deref())
}

fn names(node: Node<'_>, name: &str, fields: &mut Fields<'_, '_>) -> Option<Names> {
    Some(fields.texts(node, name)?.into_iter().map(|(_, text)| text).collect())
}

fn settings(node: Node<'_>, fields: &mut Fields<'_, '_>) -> Option<Settings> {
    let map = fields.map(node, "settings")?;
    let mut settings = Settings::default();
    for (key, value) in map.entries() {
        let word = key.text();
        let place = match word {
            "session_token_expiration" => &mut settings.session_token_expiration,
            "refresh_token_expiration" => &mut settings.refresh_token_expiration,
            "stepup_token_expiration" => &mut settings.stepup_token_expiration,
            "inactivity" => &mut settings.inactivity,
            _ => {
                fields.unknown_key(key, "a tenant's 'settings'", SETTINGS);
                continue;
            }
        };
        *place = fields.duration(value, word);
    }
    Some(settings)
}
