//! Override over item over defaults → one tenant. Maps merge, everything else replaces.

use super::draft::Draft;
use crate::resource::{
    Attributes, Place,
    tenant::{self, Bag, Lifecycle, Settings, Tenant},
};

impl Draft {
    /// This draft, and what `below` says where this one says nothing.
    pub(super) fn over(self, below: &Self) -> Self {
        let Self {
            name,
            domains,
            parent,
            attributes,
            remove_attributes,
            enforce_sso,
            enforce_sso_exclusions,
            disabled,
            role_inheritance,
            default_roles,
            settings,
            sensitive,
            prevent_destroy,
            ignore_changes,
        } = self;
        Self {
            name: over(name, below.name.as_ref()),
            domains: over(domains, below.domains.as_ref()),
            parent: over(parent, below.parent.as_ref()),
            attributes: united(attributes, below.attributes.as_ref()),
            remove_attributes: over(remove_attributes, below.remove_attributes.as_ref()),
            enforce_sso: enforce_sso.or(below.enforce_sso),
            enforce_sso_exclusions: over(enforce_sso_exclusions, below.enforce_sso_exclusions.as_ref()),
            disabled: disabled.or(below.disabled),
            role_inheritance: over(role_inheritance, below.role_inheritance.as_ref()),
            default_roles: over(default_roles, below.default_roles.as_ref()),
            settings: settings_over(settings, below.settings.as_ref()),
            sensitive: over(sensitive, below.sensitive.as_ref()),
            prevent_destroy: prevent_destroy.or(below.prevent_destroy),
            ignore_changes: over(ignore_changes, below.ignore_changes.as_ref()),
        }
    }

    /// What it gives a tenant, in YAML words.
    pub(super) fn attributes(&self) -> Attributes {
        tenant::desired_attributes(&self.clone().into_tenant(String::new(), None))
    }

    /// The tenant that this draft describes.
    pub(super) fn into_tenant(self, id: String, place: Option<Place>) -> Tenant {
        let Self {
            name,
            domains,
            parent,
            attributes,
            remove_attributes,
            enforce_sso,
            enforce_sso_exclusions,
            disabled,
            role_inheritance,
            default_roles,
            settings,
            sensitive,
            prevent_destroy,
            ignore_changes,
        } = self;
        Tenant {
            id,
            name,
            domains,
            parent,
            attributes,
            remove_attributes: remove_attributes.unwrap_or_default(),
            enforce_sso,
            enforce_sso_exclusions,
            disabled,
            role_inheritance,
            default_roles,
            settings,
            sensitive: sensitive.unwrap_or_default(),
            lifecycle: Lifecycle {
                prevent_destroy: prevent_destroy.unwrap_or_default(),
                ignore_changes: ignore_changes.unwrap_or_default(),
            },
            exactly: None,
            place,
        }
    }
}

fn over<T: Clone>(above: Option<T>, below: Option<&T>) -> Option<T> {
    above.or_else(|| below.cloned())
}

fn united(above: Option<Bag>, below: Option<&Bag>) -> Option<Bag> {
    match (above, below) {
        (Some(above), Some(below)) => {
            let owned =
                |bag: &Bag| bag.iter().map(|(name, value)| (name.to_owned(), value.clone())).collect();
            let entries: [Vec<_>; 2] = [owned(&above), owned(below)];
            // Of two values for one name a bag keeps the first one.
            Some(entries.into_iter().flatten().collect())
        }
        (above, below) => above.or_else(|| below.cloned()),
    }
}

fn settings_over(above: Option<Settings>, below: Option<&Settings>) -> Option<Settings> {
    match (above, below) {
        (Some(above), Some(below)) => Some(Settings {
            session_token_expiration: above.session_token_expiration.or(below.session_token_expiration),
            refresh_token_expiration: above.refresh_token_expiration.or(below.refresh_token_expiration),
            stepup_token_expiration: above.stepup_token_expiration.or(below.stepup_token_expiration),
            inactivity: above.inactivity.or(below.inactivity),
        }),
        (above, below) => above.or_else(|| below.cloned()),
    }
}
