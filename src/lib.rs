//! `descope-mgmt` makes a Descope account code: YAML → plan → apply, safely.
//!
//! ```text
//!  YAML ───── config ─▶ Desired ──┐               ┌─ render ─▶ text, JSON, Markdown
//!  Descope ── live ───▶ Live ─────┼─ plan ─▶ Plan ┤
//!  disk ───── state ──▶ Baseline ─┘               └─ apply ──▶ Report ─▶ render
//!                                                     └─▶ state: backup, journal, audit, baseline
//! ```
//!
//! A module imports only from lower floors:
//! `units` < `api`, `emulator` < `resource` < `config`, `live`, `state` < `plan` < `apply` < `render` < `cli`.

#![cfg_attr(
    test,
    allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic, reason = "a test may stop at once")
)]

pub mod api;
pub mod apply;
pub mod cli;
pub mod config;
pub mod emulator;
pub mod live;
pub mod plan;
pub mod render;
pub mod resource;
pub mod state;
pub mod units;
