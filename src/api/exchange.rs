//! One attempt: a `Request` and its ticket → the wire → an `Answer` or an `Error`.

use std::{
    sync::{
        Arc, OnceLock,
        atomic::{AtomicBool, Ordering},
    },
    time::{Duration, Instant},
};

use reqwest::{
    Response, StatusCode,
    header::{AUTHORIZATION, DATE, HeaderMap, HeaderName, HeaderValue, LOCATION, RETRY_AFTER},
};
use url::Url;

use super::{
    answer::Answer,
    connection,
    credentials::{Credentials, header},
    error::Error,
    failure::{self, Attempt},
    limiter::Ticket,
    options::Options,
    refusal::Refusal,
    request::{Method, Request},
    text,
};

const PROJECT: HeaderName = HeaderName::from_static("x-descope-project-id");
const LICENSE: HeaderName = HeaderName::from_static("x-descope-license");
const RUN: HeaderName = HeaderName::from_static("x-external-rid");

/// Under which names a service or the edge before it tells its id of a request.
const REQUEST_IDS: [&str; 2] = ["x-request-id", "cf-ray"];

/// The wire to one service, as one project.
pub(crate) struct Exchange {
    http: reqwest::Client,
    base: Url,
    /// The base without a slash at its end; a path is put right behind it.
    prefix: String,
    address: String,
    project_id: String,
    run: HeaderValue,
    license: OnceLock<HeaderValue>,
    credentials: Arc<Credentials>,
    acquainted: AtomicBool,
}

impl Exchange {
    /// Gets everything ready; nothing is sent.
    pub(crate) fn new(options: &Options) -> Result<Self, Error> {
        let base = connection::base_url(options)?;
        let credentials = Arc::new(Credentials::new(&options.project_id, &options.key)?);
        Ok(Self {
            http: connection::open(&base, options.proxy, options.timeout)?,
            prefix: base.as_str().trim_end_matches('/').to_owned(),
            address: connection::address(&base),
            base,
            project_id: options.project_id.clone(),
            run: header("run id", &options.run_id)?,
            license: OnceLock::new(),
            credentials,
            acquainted: AtomicBool::new(false),
        })
    }

    /// Every later request carries this license tier.
    pub(crate) fn license_is(&self, tier: HeaderValue) {
        // The handshake happens once; a second tier has nowhere to come from.
        let _ = self.license.set(tier);
    }

    /// Whether the other side ever answered.
    pub(crate) fn is_acquainted(&self) -> bool {
        self.acquainted.load(Ordering::Relaxed)
    }

    /// The project that is spoken for.
    pub(crate) fn project_id(&self) -> &str {
        &self.project_id
    }

    /// Where the API is.
    pub(crate) fn base_url(&self) -> &Url {
        &self.base
    }

    /// Sends `request` once, and tells its ticket what came of it.
    pub(crate) async fn perform(
        &self,
        request: &Request,
        limit: Duration,
        ticket: Ticket,
    ) -> Result<Answer, Error> {
        let started = Instant::now();
        let response = match self.build(request)?.timeout(limit).send().await {
            Ok(response) => response,
            Err(error) => {
                if error.is_connect() {
                    ticket.unsent();
                } else {
                    ticket.ended();
                }
                return Err(self.failure(request, limit, &error));
            }
        };
        self.acquainted.store(true, Ordering::Relaxed);
        let outcome = self.receive(request, limit, response, ticket).await;
        let latency = started.elapsed();
        let (request, status) = (request.name(), outcome.as_ref().map(|answer| answer.status).ok());
        tracing::debug!(%request, status, ?latency, error = outcome.as_ref().err().map(Error::code), "answered");
        outcome.map(|answer| Answer { latency, ..answer })
    }

    fn build(&self, request: &Request) -> Result<reqwest::RequestBuilder, Error> {
        let unusable =
            |_| Error::Unusable { what: "base URL", reason: "no request can be made of it".to_owned() };
        let mut url = Url::parse(&format!("{}{}", self.prefix, request.path)).map_err(unusable)?;
        if !request.query.is_empty() {
            url.query_pairs_mut().extend_pairs(&request.query);
        }
        let builder = match request.method {
            Method::Get => self.http.get(url),
            Method::Post => self.http.post(url),
        };
        let builder = builder.headers(self.headers(request));
        Ok(match &request.body {
            Some(body) => builder.json(body),
            None => builder,
        })
    }

    fn headers(&self, request: &Request) -> HeaderMap {
        let (authorization, project) = self.credentials.headers(request.bearer);
        let mut headers = HeaderMap::from_iter([(AUTHORIZATION, authorization), (PROJECT, project)]);
        headers.insert(RUN, self.run.clone());
        if let Some(tier) = self.license.get() {
            headers.insert(LICENSE, tier.clone());
        }
        headers
    }

    async fn receive(
        &self,
        request: &Request,
        limit: Duration,
        response: Response,
        ticket: Ticket,
    ) -> Result<Answer, Error> {
        let status = response.status();
        let headers = response.headers().clone();
        if status.is_success() {
            ticket.welcomed();
            let body = self.body(request, limit, response).await?;
            let answer = Answer::new(request.name(), status.as_u16(), body, Arc::clone(&self.credentials))?;
            let date = headers.get(DATE).and_then(|date| date.to_str().ok()).map(str::to_owned);
            return Ok(Answer { date, ..answer });
        }
        let body = self.body(request, limit, response).await;
        let error = self.refusal(request, status, &headers, body);
        match &error {
            refused if refused.is_rate_limit() => ticket.refused(retry_after(&headers)),
            Error::Rejected(_) | Error::Redirected { .. } => ticket.welcomed(),
            _ => ticket.ended(),
        }
        Err(error)
    }

    fn refusal(
        &self,
        request: &Request,
        status: StatusCode,
        headers: &HeaderMap,
        body: Result<String, Error>,
    ) -> Error {
        let name = request.name();
        let read = |name: &HeaderName| headers.get(name).and_then(|value| value.to_str().ok());
        if status.is_redirection() {
            // A sign-in page's query may hold somebody's token.
            let location = read(&LOCATION).and_then(|location| location.split(['?', '#']).next());
            let location = text::one_line(&self.credentials.redact(location.unwrap_or("nowhere")), 200);
            return Error::Redirected { request: name, status: status.as_u16(), location };
        }
        if status == StatusCode::PROXY_AUTHENTICATION_REQUIRED {
            let reason = "it wants a user and a password (407)".to_owned();
            return Error::Proxy { request: name, address: self.address.clone(), reason };
        }
        // The status says enough, even if the body got lost on the way.
        let body = self.credentials.redact(&body.unwrap_or_default());
        let id = REQUEST_IDS.iter().find_map(|id| read(&HeaderName::from_static(id))).map(str::to_owned);
        Error::Rejected(Box::new(Refusal::new(name, status, &body, id)))
    }

    async fn body(&self, request: &Request, limit: Duration, response: Response) -> Result<String, Error> {
        let bytes = response.bytes().await.map_err(|error| self.failure(request, limit, &error))?;
        String::from_utf8(Vec::from(bytes)).map_err(|error| Error::InvalidJson {
            request: request.name(),
            reason: format!("no UTF-8 at byte {}", error.utf8_error().valid_up_to()),
            excerpt: text::excerpt(&self.credentials.redact(&String::from_utf8_lossy(error.as_bytes()))),
        })
    }

    fn failure(&self, request: &Request, limit: Duration, error: &reqwest::Error) -> Error {
        let attempt = Attempt {
            request: request.name(),
            host: self.base.host_str().unwrap_or_default(),
            address: &self.address,
            limit,
            credentials: &self.credentials,
        };
        failure::classify(attempt, error)
    }
}

/// `Retry-After` in whole seconds; nothing else is known to be sent, and zero says nothing.
fn retry_after(headers: &HeaderMap) -> Option<Duration> {
    let seconds: u64 = headers.get(RETRY_AFTER)?.to_str().ok()?.trim().parse().ok()?;
    Some(Duration::from_secs(seconds)).filter(|pause| !pause.is_zero())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_whole_seconds_are_a_retry_after() {
        let read = |text| retry_after(&HeaderMap::from_iter([(RETRY_AFTER, HeaderValue::from_static(text))]));
        assert_eq!(read("30"), Some(Duration::from_secs(30)));
        for nothing in ["0", "-1", "1.5", "soon", "Wed, 21 Oct 2026 07:28:00 GMT"] {
            assert_eq!(read(nothing), None, "{nothing}");
        }
    }
}
