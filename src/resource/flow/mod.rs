//! A flow in any of its shapes → its content; (live, desired) → what differs; content → what is wrong with it
//! and what it needs. Pure.
//!
//! Inside this tool a flow has the exported shape, and keys that we do not know stay in it.

mod canonical;
mod check;
mod compare;
mod console;
mod content;
mod dependencies;
mod desired;
mod diff;
mod facts;
mod folder;
mod go_json;
mod leaves;
mod locate;
mod methods;
mod names;
mod place;
mod pointer;
mod prune;
mod steps;
pub mod template;
#[cfg(test)]
mod tests;

pub use check::{Finding, Severity, check};
pub use compare::{differing_keys, same_key};
pub use content::{Content, Form, NotAFlow};
pub use dependencies::{Dependencies, Dependency, SYSTEM_PROVIDERS, dependencies, sub_flows};
pub use desired::{Flow, Origin, is_id, summary};
pub use diff::{FlowDifference, differences};
pub use facts::Facts;
pub use go_json::to_go_json;
pub use methods::{Method, methods};
pub use steps::{EXPORT_PATH, LIST_PATH, create, delete, list, look, replace};

pub(super) use canonical::digest_in;
pub(super) use compare::Comparison;
pub(super) use leaves::Leaf;
pub(super) use place::Place;
pub(super) use steps::FLOW;

/// The kind, as addresses say it.
pub const KIND: &str = "flow";
