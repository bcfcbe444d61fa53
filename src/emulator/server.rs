//! Options → a running emulator; HTTP → call, outcome → HTTP.

use std::{io, sync::Arc, time::Duration};

use axum::{
    Router,
    body::{Body, Bytes, to_bytes},
    extract::{ConnectInfo, Request, State},
    http::{HeaderValue, Response, StatusCode, header},
    serve::Listener,
};
use futures_util::stream;
use secrecy::SecretString;
use tokio::{task::JoinHandle, time};
use url::form_urlencoded;

use super::{
    answer::{Answer, Refusal},
    connection::{Cut, Loopback},
    error::Error,
    exchange::{self, Call, Outcome, Shared, lock},
    options::Options,
    private,
};

/// The largest body: a seed of some hundred thousand tenants.
const LARGEST_BODY: usize = 512 * 1024 * 1024;

/// How long running requests have at the end.
const PATIENCE: Duration = Duration::from_secs(2);

/// A running emulator of the management API. It ends with [`stop`](Self::stop), or when it is dropped.
#[derive(Debug)]
pub struct Emulator {
    url: String,
    key: SecretString,
    shared: Arc<Shared>,
    serving: JoinHandle<io::Result<()>>,
}

impl Emulator {
    /// Starts one on loopback and returns as soon as it listens.
    ///
    /// # Errors
    /// The port is taken; the state file is in use, damaged, or can't be read or written.
    pub async fn start(options: Options) -> Result<Self, Error> {
        let options = options.completed();
        let port = options.port;
        let key = options.keys.first().map(|spec| spec.key.clone()).unwrap_or_default();
        let shared = Arc::new(Shared::open(options)?);
        let listen = |source| Error::Listen { port, source };
        let listener = Loopback::bind(port).await.map_err(listen)?;
        let url = format!("http://{}", listener.local_addr().map_err(listen)?);
        let app = Router::new().fallback(answer).with_state(Arc::clone(&shared));
        let closing = Arc::clone(&shared);
        let serving = axum::serve(listener, app.into_make_service_with_connect_info::<Cut>())
            .with_graceful_shutdown(async move { closing.closed().await });
        Ok(Self { url, key, shared, serving: tokio::spawn(serving.into_future()) })
    }

    /// The base URL, `http://127.0.0.1:PORT`.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// The id of the first project.
    pub fn project_id(&self) -> &str {
        &self.shared.first_project
    }

    /// The first management key.
    pub fn management_key(&self) -> &SecretString {
        &self.key
    }

    /// Takes no new requests, lets running ones finish for two seconds, and writes the state file durably.
    ///
    /// # Errors
    /// The state file can't be written.
    pub async fn stop(mut self) -> Result<(), Error> {
        self.shared.close();
        if time::timeout(PATIENCE, &mut self.serving).await.is_err() {
            self.serving.abort();
        }
        lock(&self.shared.store).close()
    }
}

impl Drop for Emulator {
    fn drop(&mut self) {
        self.shared.close();
        self.serving.abort();
        // The journal has it all: what can't be written now is read from there at the next start.
        drop(lock(&self.shared.store).close());
    }
}

async fn answer(
    State(shared): State<Arc<Shared>>,
    ConnectInfo(cut): ConnectInfo<Cut>,
    request: Request,
) -> Response<Body> {
    let call = match read(request).await {
        Ok(call) => call,
        Err(refusal) => return whole(&refusal.into()),
    };
    if let Some(path) = call.path.strip_prefix("/__emulator/") {
        return whole(&private::answer(&shared, path, &call));
    }
    match exchange::run(&shared, call).await {
        Outcome::Answered(answer) => whole(&answer),
        Outcome::Truncated(answer) => half(&answer),
        Outcome::Dropped => {
            cut.now();
            Response::default()
        }
    }
}

async fn read(request: Request) -> Result<Call, Refusal> {
    let (parts, body) = request.into_parts();
    let text = |value: &HeaderValue| String::from_utf8_lossy(value.as_bytes()).into_owned();
    let body = to_bytes(body, LARGEST_BODY).await.map_err(|e| Refusal::unreadable(&e.to_string()))?;
    let query = parts.uri.query().unwrap_or_default();
    Ok(Call {
        method: parts.method.to_string(),
        path: parts.uri.path().to_owned(),
        query: form_urlencoded::parse(query.as_bytes()).into_owned().collect(),
        headers: parts
            .headers
            .iter()
            .filter(|(name, _)| **name != header::AUTHORIZATION)
            .map(|(name, value)| (name.to_string(), text(value)))
            .collect(),
        authorization: parts.headers.get(header::AUTHORIZATION).map(|value| text(value).into()),
        body,
    })
}

fn whole(answer: &Answer) -> Response<Body> {
    response(answer, Body::from(answer.body.clone()))
}

/// Announces the whole body, sends half of it and breaks off.
fn half(answer: &Answer) -> Response<Body> {
    let sent = answer.body.slice(..answer.body.len() / 2);
    let parts = stream::unfold(Some(sent), |sent: Option<Bytes>| async move {
        match sent {
            Some(sent) if !sent.is_empty() => Some((Ok(sent), Some(Bytes::new()))),
            Some(_) => {
                // The half is flushed while the next part is awaited.
                tokio::task::yield_now().await;
                Some((Err(io::Error::from(io::ErrorKind::ConnectionAborted)), None))
            }
            None => None,
        }
    });
    let mut response = response(answer, Body::from_stream(parts));
    response.headers_mut().insert(header::CONTENT_LENGTH, answer.body.len().into());
    response
}

fn response(answer: &Answer, body: Body) -> Response<Body> {
    let mut response = Response::new(body);
    *response.status_mut() = StatusCode::from_u16(answer.status).unwrap_or_default();
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(answer.content_type));
    if let Some(seconds) = answer.retry_after {
        headers.insert(header::RETRY_AFTER, seconds.into());
    }
    response
}
