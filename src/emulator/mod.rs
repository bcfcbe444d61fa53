//! Request → answer: the other side of the wire. An embedded Descope management API on loopback.
//!
//! ```text
//!  connection ─▶ exchange ─▶ calls ─▶ store ─▶ answer
//!                  │ who (access), how often (limiter), what goes wrong (fault), what was seen (watch)
//! ```
//!
//! It shares no code with the client, so that it can't share its misunderstandings. Where the service's
//! contract leaves something open, the emulator takes the side that is harder for a client.

mod access;
mod answer;
mod calls;
mod connection;
mod error;
mod exchange;
mod fault;
mod fields;
mod http;
mod limiter;
mod options;
mod private;
mod server;
mod store;
mod watch;

pub use self::{
    error::Error,
    fault::{Fault, FaultKind, ParseFaultError},
    options::{KeySpec, Options, ProjectSpec, Seed, UndefinedAttributes, UnknownReferences},
    server::Emulator,
};
