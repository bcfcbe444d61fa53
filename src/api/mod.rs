//! `Request` → answer: client, limiter, retry, credentials. Knows no kind of resource.

mod request;

pub use request::{Bearer, Lane, Method, Request};
