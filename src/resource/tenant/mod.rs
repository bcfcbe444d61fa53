//! Tenants: (desired, live) → what differs, and the steps that make it so.

mod compare;
mod lockout;
mod restore;
mod rivals;
mod sensitive;
mod sets;
mod steps;
mod wire;
mod words;

use std::time::Duration;

use super::{Address, Path, Place};

pub use compare::{Comparison, compare};
pub use lockout::{lockout, loses_exclusions};
pub use restore::{Exactly, as_it_was, made_anew, put_back};
pub(super) use rivals::{explain, rivals};
pub use sensitive::{Sensitive, hides, on_the_wire};
pub use sets::{Bag, Names};
pub use steps::{SETTINGS_LABEL, create, delete, release, replace};
pub use wire::{
    LiveSettings, LiveTenant, SETTINGS_PATH, TENANT_PATH, TENANTS_PATH, look, look_settings, shape,
};
pub use words::{desired_attributes, live_attributes, live_settings, tidy_attributes};

/// The kind, as addresses write it.
pub const KIND: &str = "tenant";

/// The kind under which a backup keeps the settings of a tenant.
pub const SETTINGS_KIND: &str = "tenant_settings";

/// How the configuration says a tenant should be. `None` is unmanaged; an empty set is "none".
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Tenant {
    /// The id; it can't change.
    pub id: String,
    /// The name, unique in the project; a create needs it.
    pub name: Option<String>,
    /// Self-provisioning domains.
    pub domains: Option<Names>,
    /// The parent's id. It can't change in place.
    pub parent: Option<String>,
    /// Custom attributes, managed key by key.
    pub attributes: Option<Bag>,
    /// Custom attributes that shall go.
    pub remove_attributes: Names,
    /// Whether users must sign in by SSO.
    pub enforce_sso: Option<bool>,
    /// Who may sign in without SSO all the same.
    pub enforce_sso_exclusions: Option<Names>,
    /// Whether nobody can sign in.
    pub disabled: Option<bool>,
    /// How roles of the parent reach down: `none` or `userOnly`.
    pub role_inheritance: Option<String>,
    /// Names of the roles that users get by default.
    pub default_roles: Option<Names>,
    /// Session settings; a call of their own.
    pub settings: Option<Settings>,
    /// Attributes that are masked everywhere.
    pub sensitive: Vec<Path>,
    /// What a run may not do to the tenant.
    pub lifecycle: Lifecycle,
    /// Keys without words that are put back as a backup has them; no configuration sets it.
    pub exactly: Option<Box<Exactly>>,
    /// Where the configuration defines it; `None` where no file does.
    pub place: Option<Place>,
}

/// Session settings. `None` is unmanaged.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Settings {
    /// How long a session token lasts.
    pub session_token_expiration: Option<Duration>,
    /// How long a refresh token lasts.
    pub refresh_token_expiration: Option<Duration>,
    /// How long a step-up token lasts.
    pub stepup_token_expiration: Option<Duration>,
    /// After which time without a sign of life a session ends; zero: never.
    pub inactivity: Option<Duration>,
}

/// What a run may not do to a tenant.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Lifecycle {
    /// Neither delete nor replace it.
    pub prevent_destroy: bool,
    /// Attributes whose difference is no change. A create sets them all the same.
    pub ignore_changes: Vec<Path>,
}

impl Tenant {
    /// The tenant's address.
    pub fn address(&self) -> Address {
        Address::new(KIND, &self.id)
    }

    /// Whether the attribute at `path` is masked in every output.
    pub fn is_sensitive(&self, path: &Path) -> bool {
        self.sensitive.iter().any(|hidden| path.is_within(hidden))
    }

    /// Whether its settings must be read to compare it.
    pub fn manages_settings(&self) -> bool {
        self.settings.is_some() || self.exactly.as_ref().is_some_and(|exactly| exactly.settings.is_some())
    }

    fn ignores(&self, path: &Path) -> bool {
        self.lifecycle.ignore_changes.iter().any(|ignored| path.is_within(ignored))
    }
}
