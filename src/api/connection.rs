//! Base URL → a pool of connections to it. The only place that sets up TLS.

use std::time::Duration;

use reqwest::redirect::Policy;
use rustls::crypto::{CryptoProvider, ring};
use url::{Host, Url};

use super::{credentials::base_url_of, error::Error, options::Options, pool};

/// Never disguised as an official client.
const USER_AGENT: &str = concat!("descope-mgmt/", env!("CARGO_PKG_VERSION"));

/// A connection that isn't there by then doesn't come; and as nothing was sent, even a write may try again. Always well
/// before the time-out of the attempt, after which nobody knows what was sent.
const CONNECT: Duration = Duration::from_secs(10);

/// Shorter than what servers and proxies in between allow, so that no write meets a connection that is just closing.
const IDLE: Duration = Duration::from_secs(20);

/// The base URL to use: the given one, or that of the region.
pub(crate) fn base_url(options: &Options) -> Result<Url, Error> {
    let Some(url) = &options.base_url else { return base_url_of(&options.project_id) };
    let wrong = |reason: &str| Err(Error::Unusable { what: "base URL", reason: reason.to_owned() });
    if !matches!(url.scheme(), "http" | "https") {
        return wrong("it doesn't begin with 'https://' (or 'http://' for a local service)");
    }
    if !url.username().is_empty() || url.password().is_some() {
        return wrong("it names a user or a password");
    }
    if url.query().is_some() || url.fragment().is_some() {
        return wrong("it goes on after its path");
    }
    if url.scheme() == "http" && !is_local(url) {
        tracing::warn!(
            host = url.host_str(),
            "the base URL is not 'https://': the management key can be read on the way"
        );
    }
    Ok(url.clone())
}

/// Host and port, as messages name them.
pub(crate) fn address(base: &Url) -> String {
    let host = base.host_str().unwrap_or_default();
    match base.port_or_known_default() {
        Some(port) => format!("{host}:{port}"),
        None => host.to_owned(),
    }
}

/// A pool of connections for attempts of at most `timeout`. Nothing is sent.
pub(crate) fn open(base: &Url, proxy: bool, timeout: Duration) -> Result<reqwest::Client, Error> {
    if CryptoProvider::get_default().is_none() {
        // Somebody else was faster, which is as good.
        let _ = ring::default_provider().install_default();
    }
    let mut builder = reqwest::Client::builder()
        .user_agent(USER_AGENT)
        .redirect(Policy::none())
        .connect_timeout(CONNECT.min(timeout / 2))
        .pool_idle_timeout(IDLE)
        .pool_max_idle_per_host(pool::MOST);
    if base.scheme() == "http" {
        // No certificate is ever looked at, so none is loaded.
        builder = builder.tls_certs_only([]);
    }
    if !proxy {
        builder = builder.no_proxy();
    }
    builder.build().map_err(|error| {
        let reason = std::error::Error::source(&error).map_or_else(|| error.to_string(), ToString::to_string);
        Error::Unusable { what: "TLS of this system", reason }
    })
}

fn is_local(url: &Url) -> bool {
    match url.host() {
        Some(Host::Domain(name)) => name == "localhost" || name.ends_with(".localhost"),
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn url(text: &str) -> Url {
        text.parse().unwrap()
    }

    #[test]
    fn an_address_always_has_its_port() {
        assert_eq!(address(&url("https://api.descope.com")), "api.descope.com:443");
        assert_eq!(address(&url("http://[::1]:8080/x")), "[::1]:8080");
    }

    #[test]
    fn only_this_machine_is_local() {
        for local in ["http://localhost:1", "http://a.localhost", "http://127.1.2.3", "http://[::1]"] {
            assert!(is_local(&url(local)), "{local}");
        }
        for far in ["http://api.descope.com", "http://10.0.0.1", "http://localhost.example", "data:x"] {
            assert!(!is_local(&url(far)), "{far}");
        }
    }

    #[test]
    fn a_pool_is_made_for_either_scheme() {
        assert!(open(&url("https://api.descope.com"), true, CONNECT).is_ok());
        assert!(open(&url("http://localhost"), false, CONNECT).is_ok());
    }
}
