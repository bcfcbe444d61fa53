//! `Request` → answer: client, limiter, retry, credentials. Knows no kind of resource.
//!
//! ```text
//!  Request ─ client ─▶ limiter ─▶ exchange ─▶ Answer
//!               ▲                     │
//!               └── retry ◀── Error ◀─┘
//! ```

mod answer;
mod client;
mod connection;
mod credentials;
mod error;
mod exchange;
mod failure;
mod hint;
mod limiter;
mod options;
mod pool;
mod refusal;
mod request;
mod retry;
mod text;

pub use answer::Answer;
pub use client::Client;
pub(crate) use client::LICENSE;
pub use credentials::base_url_of;
pub use error::Error;
pub use options::{Notice, Observer, Options, Why, no_observer};
pub use refusal::Refusal;
pub use request::{Bearer, Lane, Method, Request};
pub use retry::{Schedule, retry_delays};
