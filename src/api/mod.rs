//! `Request` → answer: client, limiter, retry, credentials. Knows no kind of resource.

mod answer;
mod client;
mod error;
mod limiter;
mod notice;
mod region;
mod request;
mod retry;
mod slots;
mod slots_file;

pub use answer::Answer;
pub use client::{Client, Options};
pub use error::{Error, Obstacle};
pub use limiter::{Limiter, Permit};
pub use notice::{Notice, Observer, silent};
pub use region::default_base_url;
pub use request::{Bearer, Lane, Method, Request};
pub use retry::retry_delays;
