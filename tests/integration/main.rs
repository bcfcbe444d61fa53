//! The real binary, run as a user runs it.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic, reason = "a test may stop at once")]
#![allow(clippy::needless_pass_by_value, reason = "json!(…) is handed over as it is")]

mod adopt;
mod against;
mod architecture;
mod common;
mod config;
mod conformance;
mod dependencies;
mod disk;
mod doctor;
mod drift;
mod emulator;
mod engine;
mod faults;
mod flows;
mod fuzz;
mod guards;
mod hidden;
mod hosts;
mod init;
mod install;
mod kill;
mod laws;
mod look;
mod newcomer;
mod one_off;
mod output;
mod picture;
mod projects;
mod prompts;
mod readme;
mod records;
mod restore;
mod saved;
mod schema;
mod shell;
mod sync;
mod traceability;
mod wire;
