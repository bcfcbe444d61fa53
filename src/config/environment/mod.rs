//! Blocks, flags, variables, git branch → the selected environment, and why it was selected.

mod block;
mod branch;
mod limits;
mod project;
mod select;

use std::fmt;

pub(super) use block::{Profile, check_blocks, profiles};
pub use limits::{Limit, Limits};
pub use project::is_project_name;
pub(super) use project::project_name;
pub(super) use select::select;

/// The selected environment.
#[derive(Debug, Clone, PartialEq)]
pub struct Environment {
    /// Its name.
    pub name: String,
    /// What selected it.
    pub why: Selection,
    /// Whether it needs more than `--yes`: it says so, or it is called `prod` or `production`.
    pub protected: bool,
    /// How much one run may change in it.
    pub limits: Limits,
}

/// What selected an environment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Selection {
    /// `--environment`.
    Flag,
    /// `DESCOPE_MGMT_ENVIRONMENT`: writes to a protected one want more than that.
    Variable,
    /// The git branch of this name.
    Branch(String),
    /// It is the only one.
    Only,
    /// It is called `dev`.
    Default,
}

/// As headers say it: `environment from branch release/7`.
impl fmt::Display for Selection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Flag => f.write_str("environment from --environment"),
            Self::Variable => f.write_str("environment from DESCOPE_MGMT_ENVIRONMENT"),
            Self::Branch(branch) => write!(f, "environment from branch {branch}"),
            Self::Only => f.write_str("the only environment"),
            Self::Default => f.write_str("environment by default"),
        }
    }
}
