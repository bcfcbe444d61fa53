//! The client: every request through the limiter, with the right headers, again where that is safe.

use std::{
    error::Error as StdError,
    path::PathBuf,
    sync::{
        Arc, OnceLock,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use reqwest::{
    StatusCode,
    header::{AUTHORIZATION, HeaderMap, HeaderValue, LOCATION, RETRY_AFTER},
};
use secrecy::{ExposeSecret, SecretString};
use tokio::time::Instant;

use super::{
    Answer, Bearer, Error, Limiter, Method, Notice, Observer, Obstacle, Request, error::snippet, retry_delays,
};
use crate::units::RateLimit;

/// The handshake may take this long (Headers).
const HANDSHAKE: Duration = Duration::from_secs(5);
/// Requests at once, at most.
const MOST: usize = 64;

/// How to reach one project.
pub struct Options {
    /// The service's address, without a path.
    pub base_url: String,
    /// The project.
    pub project_id: String,
    /// The management key.
    pub key: SecretString,
    /// Requests in any window.
    pub rate: RateLimit,
    /// Where send times are kept across runs.
    pub slots_file: Option<PathBuf>,
    /// The longest that one request may take.
    pub timeout: Duration,
    /// The longest that one request may wait, for its turn and between its repetitions.
    pub max_wait: Duration,
    /// The run, which the service's own audit will show.
    pub run_id: String,
    /// Requests at once, where that is fixed.
    pub parallelism: Option<usize>,
    /// Whether the proxy variables count.
    pub proxy: bool,
    /// Told what is worth telling on the way.
    pub observer: Observer,
}

/// The way to one project. Clones share everything.
#[derive(Clone)]
pub struct Client(Arc<Inner>);

struct Inner {
    http: reqwest::Client,
    base_url: String,
    project_id: String,
    key: SecretString,
    run_id: HeaderValue,
    license: OnceLock<HeaderValue>,
    limiter: Limiter,
    timeout: Duration,
    max_wait: Duration,
    parallelism: Option<usize>,
    observer: Observer,
    sent: AtomicU64,
    /// Smoothed time of an answer, in microseconds.
    latency: AtomicU64,
}

impl Client {
    /// A client for one project. Nothing is sent yet.
    ///
    /// # Errors
    /// TLS or the proxy settings can't be set up.
    pub fn new(options: Options) -> Result<Self, Error> {
        // Somebody else may have installed one already; any will do.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let setup = |error: &dyn std::fmt::Display| Error::Setup(error.to_string());
        let builder = reqwest::Client::builder()
            .redirect(reqwest::redirect::Policy::none())
            .user_agent(concat!("descope-mgmt/", env!("CARGO_PKG_VERSION")))
            .pool_max_idle_per_host(MOST)
            .tcp_nodelay(true);
        let builder = if options.proxy { builder } else { builder.no_proxy() };
        let limiter = Limiter::new(
            options.rate,
            options.timeout,
            options.slots_file.as_deref(),
            &options.run_id,
            Arc::clone(&options.observer),
        );
        Ok(Self(Arc::new(Inner {
            http: builder.build().map_err(|error| setup(&chain(&error)))?,
            base_url: options.base_url.trim_end_matches('/').to_owned(),
            run_id: HeaderValue::from_str(&options.run_id).map_err(|error| setup(&error))?,
            license: OnceLock::new(),
            limiter,
            project_id: options.project_id,
            key: options.key,
            timeout: options.timeout,
            max_wait: options.max_wait,
            parallelism: options.parallelism,
            observer: options.observer,
            sent: AtomicU64::new(0),
            latency: AtomicU64::new(0),
        })))
    }

    /// Asks for the license tier, which picks the service's own rate limit. Without an answer there is no header.
    pub async fn handshake(&self) {
        #[derive(serde::Deserialize)]
        #[serde(rename_all = "camelCase")]
        struct License {
            rate_limit_tier: String,
        }
        let request = Request::read("/v1/mgmt/license");
        let tier = tokio::time::timeout(HANDSHAKE, self.attempt(&request, Instant::now() + HANDSHAKE)).await;
        let license = match tier {
            Ok(Ok(answer)) => answer.json::<License>().ok(),
            _ => None,
        };
        if let Some(tier) = license.and_then(|license| HeaderValue::from_str(&license.rate_limit_tier).ok()) {
            // Set once: whoever was first has the same answer.
            let _ = self.0.license.set(tier);
        } else {
            tracing::debug!("no license tier: the header is left out");
        }
    }

    /// Sends a request and waits for its answer.
    ///
    /// Reads are repeated after passing failures. A write is repeated only where it surely did not happen; every
    /// other doubt is the caller's to settle, by a look at the object.
    ///
    /// # Errors
    /// Whatever is left after that.
    pub async fn send(&self, request: &Request) -> Result<Answer, Error> {
        let deadline = Instant::now() + self.0.max_wait;
        let mut delays = retry_delays();
        let mut attempts = 0;
        loop {
            attempts += 1;
            let error = match self.attempt(request, deadline).await {
                Ok(answer) => return Ok(Answer { attempts, ..answer }),
                Err(error) => error,
            };
            if error.status() == Some(429) {
                // Nothing happened, and the limiter knows: it holds the next one back.
                continue;
            }
            let again = if request.only_reads() { error.is_passing() } else { error.was_never_sent() };
            let delay = delays.next().filter(|delay| again && Instant::now() + *delay < deadline);
            let Some(delay) = delay else { return Err(error) };
            (self.0.observer)(&Notice::Retrying { path: request.path, delay, why: error.to_string() });
            tokio::time::sleep(delay).await;
        }
    }

    /// Requests sent so far.
    pub fn requests_sent(&self) -> u64 {
        self.0.sent.load(Ordering::Relaxed)
    }

    /// How many requests are best under way at once: the fixed number, or what limit and latency make of it.
    ///
    /// While slots are free, as many as there are; then as many as the limit lets through in the time of an answer.
    pub fn pool_size(&self) -> usize {
        if let Some(fixed) = self.0.parallelism {
            return fixed.clamp(1, MOST);
        }
        let rate = self.0.limiter.rate();
        let latency = u128::from(self.0.latency.load(Ordering::Relaxed));
        // Half as much again, so that a slow answer does not leave a slot unused.
        let steady = (u128::from(rate.requests) * latency * 3).div_ceil(rate.window.as_micros().max(1) * 2);
        let steady = usize::try_from(steady).unwrap_or(MOST).clamp(1, MOST);
        steady.max(self.0.limiter.free().min(MOST))
    }

    /// The limit in force.
    pub fn rate(&self) -> RateLimit {
        self.0.limiter.rate()
    }

    /// The project.
    pub fn project_id(&self) -> &str {
        &self.0.project_id
    }

    /// The service's address.
    pub fn base_url(&self) -> &str {
        &self.0.base_url
    }

    /// Ends every wait for the limiter; what is on the wire finishes.
    pub fn stop_waiting(&self) {
        self.0.limiter.stop_waiting();
    }

    /// Sends a request once, when the limiter lets it.
    async fn attempt(&self, request: &Request, deadline: Instant) -> Result<Answer, Error> {
        let permit = self.0.limiter.acquire(request.path, deadline).await?;
        let sent_at = permit.sent_at;
        self.0.sent.fetch_add(1, Ordering::Relaxed);
        let result = tokio::time::timeout(self.0.timeout, self.exchange(request)).await;
        drop(permit);
        let latency = sent_at.elapsed();
        let result = result.unwrap_or(Err(Failed::Error(self.timed_out(request))));
        let (result, retry_after) = match result {
            Ok(answer) => (Ok(Answer { latency, ..answer }), None),
            Err(Failed::Error(error)) => (Err(error), None),
            Err(Failed::TooMany { error, retry_after }) => (Err(error), Some(retry_after)),
        };
        match retry_after {
            Some(retry_after) => self.0.limiter.penalise(sent_at, retry_after),
            None => self.0.limiter.praise(),
        }
        if result.is_ok() {
            self.measure(latency);
        }
        let status = result.as_ref().map_or_else(Error::status, |answer| Some(answer.status));
        tracing::debug!(method = ?request.method, path = request.path, ?status, ?latency, "request");
        result
    }

    fn timed_out(&self, request: &Request) -> Error {
        Error::Timeout { path: request.path, after: self.0.timeout }
    }

    async fn exchange(&self, request: &Request) -> Result<Answer, Failed> {
        let path = request.path;
        let response = self.build(request).send().await.map_err(|error| self.transport(path, &error))?;
        let status = response.status();
        let retry_after = retry_after(response.headers());
        let location =
            response.headers().get(LOCATION).map(|it| String::from_utf8_lossy(it.as_bytes()).into_owned());
        let body = response.bytes().await.map_err(|error| self.transport(path, &error))?;
        let answer = Answer { path, status: status.as_u16(), body, latency: Duration::ZERO, attempts: 1 };
        if status.is_success() {
            let doubtful = !answer.looks_like_json();
            return if doubtful {
                Err(self.hide(answer.not_json(&"it is no JSON object")).into())
            } else {
                Ok(answer)
            };
        }
        if status.is_redirection() {
            return Err(Error::Redirect { path, location: self.redact(&location.unwrap_or_default()) }.into());
        }
        let error = self.refusal(&answer);
        if status == StatusCode::TOO_MANY_REQUESTS {
            return Err(Failed::TooMany { error, retry_after });
        }
        Err(error.into())
    }

    fn build(&self, request: &Request) -> reqwest::RequestBuilder {
        let url = format!("{}{}", self.0.base_url, request.path);
        let builder = match request.method {
            Method::Get => self.0.http.get(url),
            Method::Post => self.0.http.post(url),
        };
        let (project, credentials) = match request.bearer {
            Bearer::Project => {
                let id = self.0.project_id.as_str();
                (id, format!("Bearer {id}:{}", self.0.key.expose_secret()))
            }
            Bearer::Company => ("", format!("Bearer {}", self.0.key.expose_secret())),
        };
        let mut builder =
            builder.header("x-descope-project-id", project).header("x-external-rid", self.0.run_id.clone());
        if let Ok(mut value) = HeaderValue::from_str(&credentials) {
            value.set_sensitive(true);
            builder = builder.header(AUTHORIZATION, value);
        }
        if let Some(license) = self.0.license.get() {
            builder = builder.header("x-descope-license", license.clone());
        }
        if !request.query.is_empty() {
            builder = builder.query(&request.query);
        }
        match &request.body {
            Some(body) => builder.json(body),
            None => builder,
        }
    }

    /// The service's refusal in its own words (Errors).
    fn refusal(&self, answer: &Answer) -> Error {
        #[derive(Default, serde::Deserialize)]
        #[serde(default)]
        struct Words {
            #[serde(rename = "errorCode")]
            code: Option<String>,
            #[serde(rename = "errorDescription")]
            description: Option<String>,
            #[serde(rename = "errorMessage")]
            message: Option<String>,
        }
        let words: Words = serde_json::from_slice(&answer.body).unwrap_or_default();
        let texts = [words.description, words.message];
        let mut text = texts.into_iter().flatten().filter(|it| !it.is_empty()).collect::<Vec<_>>().join(": ");
        if text.is_empty() && words.code.is_none() {
            text = snippet(&answer.body);
        }
        let code = words.code.filter(|code| !code.is_empty());
        Error::Status { path: answer.path, status: answer.status, code, text: self.redact(&text) }
    }

    fn transport(&self, path: &'static str, error: &reqwest::Error) -> Error {
        let detail = self.redact(&chain(error));
        if error.is_timeout() {
            return Error::Timeout { path, after: self.0.timeout };
        }
        if error.is_connect() || error.is_builder() {
            let host = self.0.base_url.split("://").last().unwrap_or_default().to_owned();
            return Error::Connect { host, obstacle: obstacle(error, &detail), detail };
        }
        Error::Dropped { path, detail }
    }

    /// Takes the key out of somebody else's words.
    fn redact(&self, text: &str) -> String {
        text.replace(self.0.key.expose_secret(), "(key)")
    }

    fn hide(&self, error: Error) -> Error {
        match error {
            Error::NotJson { path, status, detail, body } => {
                Error::NotJson { path, status, detail, body: self.redact(&body) }
            }
            other => other,
        }
    }

    fn measure(&self, latency: Duration) {
        let new = u64::try_from(latency.as_micros()).unwrap_or(u64::MAX);
        let smooth = |old: u64| if old == 0 { new } else { (old * 7).saturating_add(new) / 8 };
        // Several may measure at once; one of them counts.
        let _ = self.0.latency.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |old| Some(smooth(old)));
    }
}

/// How an exchange failed.
enum Failed {
    Error(Error),
    TooMany { error: Error, retry_after: Option<Duration> },
}

impl From<Error> for Failed {
    fn from(error: Error) -> Self {
        Self::Error(error)
    }
}

/// Whole seconds, as the service says them (Rate limits).
fn retry_after(headers: &HeaderMap) -> Option<Duration> {
    headers.get(RETRY_AFTER)?.to_str().ok()?.trim().parse().ok().map(Duration::from_secs)
}

/// What stood in the way of a connection; only the libraries' words tell some of them apart.
fn obstacle(error: &reqwest::Error, detail: &str) -> Obstacle {
    let causes = causes(error);
    let io: Vec<_> = causes.iter().filter_map(|cause| cause.downcast_ref::<std::io::Error>()).collect();
    let refused = io.iter().any(|error| error.kind() == std::io::ErrorKind::ConnectionRefused);
    let tls = causes.iter().any(|cause| cause.is::<rustls::Error>())
        || io
            .iter()
            .filter_map(|error| error.get_ref())
            .any(<dyn StdError + Send + Sync>::is::<rustls::Error>);
    match () {
        () if tls => Obstacle::Tls,
        () if refused => Obstacle::Refused,
        () if detail.contains("dns error") || detail.contains("failed to lookup") => Obstacle::Name,
        () => Obstacle::Other,
    }
}

/// The causes of an error, the nearest first.
fn causes(error: &dyn StdError) -> Vec<&(dyn StdError + 'static)> {
    let mut causes = Vec::new();
    let mut next = error.source();
    while let Some(cause) = next {
        causes.push(cause);
        next = cause.source();
    }
    causes
}

/// The causes of an error in one sentence, without the URL that the outermost one names.
fn chain(error: &dyn StdError) -> String {
    let causes: Vec<String> = causes(error).iter().map(ToString::to_string).collect();
    if causes.is_empty() { error.to_string() } else { causes.join(": ") }
}
