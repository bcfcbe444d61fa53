//! The HTTP library's error → ours.

use std::{error::Error as StdError, io, iter::successors, time::Duration};

use super::{credentials::Credentials, error::Error, text};

/// Where and how long a failed attempt went.
pub(crate) struct Attempt<'a> {
    /// The request, by its name.
    pub(crate) request: String,
    /// The host that was meant.
    pub(crate) host: &'a str,
    /// Host and port.
    pub(crate) address: &'a str,
    /// The time-out of one attempt.
    pub(crate) limit: Duration,
    /// What must not be repeated.
    pub(crate) credentials: &'a Credentials,
}

/// What a failed attempt was.
pub(crate) fn classify(attempt: Attempt<'_>, error: &reqwest::Error) -> Error {
    let Attempt { request, host, address, limit, credentials } = attempt;
    let (host, address) = (host.to_owned(), address.to_owned());
    let reason = text::one_line(&credentials.redact(&root(error)), 200);
    if error.is_connect() {
        if error.is_dns() || chain(error).any(|cause| cause.to_string() == "dns error") {
            return Error::UnknownHost { request, host, reason };
        }
        if let Some(tls) = find::<rustls::Error>(error) {
            let is_plain = matches!(tls, rustls::Error::InvalidMessage(_));
            return Error::Tls { request, address, reason: tls.to_string(), is_plain };
        }
        if let Some(tunnel) =
            chain(error).map(ToString::to_string).find(|text| text.starts_with("tunnel error"))
        {
            return Error::Proxy { request, address, reason: tunnel };
        }
        if io_kind(error) == Some(io::ErrorKind::ConnectionRefused) {
            return Error::Refused { request, address };
        }
        return Error::Unreachable { request, address, reason };
    }
    if error.is_timeout() { Error::Timeout { request, limit } } else { Error::Dropped { request, reason } }
}

/// What a library failed with.
type Cause = dyn StdError + 'static;

/// The error and everything beneath it.
fn chain(error: &Cause) -> impl Iterator<Item = &Cause> {
    successors(Some(error), |cause| beneath(*cause))
}

/// An I/O error's source is that of the error inside it, so the one inside would be missed.
fn beneath(cause: &Cause) -> Option<&Cause> {
    match cause.downcast_ref::<io::Error>().and_then(io::Error::get_ref) {
        Some(inside) => Some(inside),
        None => cause.source(),
    }
}

fn find<T: StdError + 'static>(error: &Cause) -> Option<&T> {
    chain(error).find_map(|cause| cause.downcast_ref::<T>())
}

fn io_kind(error: &Cause) -> Option<io::ErrorKind> {
    chain(error).filter_map(|cause| cause.downcast_ref::<io::Error>()).map(io::Error::kind).last()
}

/// What the lowest of them says: the ones above only say where it came through.
fn root(error: &Cause) -> String {
    chain(error).last().map(ToString::to_string).unwrap_or_default()
}
