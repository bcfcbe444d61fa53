//! Connection → calls, outcomes → HTTP.

use std::{convert::Infallible, io, pin::pin, sync::Arc};

use futures_util::stream;
use http_body_util::{BodyExt, Full, Limited, StreamBody, combinators::UnsyncBoxBody};
use hyper::{
    Request, Response, StatusCode,
    body::{Bytes, Frame, Incoming},
    header::{self, HeaderValue},
    server::conn::http1,
    service::service_fn,
};
use hyper_util::rt::TokioIo;
use url::form_urlencoded;

use super::{
    answer::{Answer, Refusal},
    connection::{Connection, Cut},
    exchange::{self, Call, Outcome, Shared},
    private,
};

/// The largest body: a seed of some hundred thousand tenants.
const LARGEST_BODY: usize = 512 * 1024 * 1024;

type Body = UnsyncBoxBody<Bytes, io::Error>;

/// Answers what comes over one connection, until either side ends it. Once the emulator closes, the request that runs is
/// the last one.
pub(super) async fn serve(connection: Connection, shared: Arc<Shared>) {
    let cut = connection.cut();
    let answering = service_fn(|request| async { Ok::<_, Infallible>(answer(&shared, &cut, request).await) });
    let mut serving = pin!(http1::Builder::new().serve_connection(TokioIo::new(connection), answering));
    tokio::select! {
        // Whatever broke is the client's to find out.
        _ = serving.as_mut() => return,
        () = shared.closed() => serving.as_mut().graceful_shutdown(),
    }
    drop(serving.await);
}

async fn answer(shared: &Arc<Shared>, cut: &Cut, request: Request<Incoming>) -> Response<Body> {
    let call = match read(request).await {
        Ok(call) => call,
        Err(refusal) => return whole(&refusal.into()),
    };
    if let Some(path) = call.path.strip_prefix("/__emulator/") {
        return whole(&private::answer(shared, path, &call));
    }
    match exchange::run(shared, call).await {
        Outcome::Answered(answer) => whole(&answer),
        Outcome::Truncated(answer) => half(&answer),
        Outcome::Dropped => {
            cut.now();
            Response::default()
        }
    }
}

async fn read(request: Request<Incoming>) -> Result<Call, Refusal> {
    let (parts, body) = request.into_parts();
    let text = |value: &HeaderValue| String::from_utf8_lossy(value.as_bytes()).into_owned();
    let body = Limited::new(body, LARGEST_BODY).collect().await;
    let body = body.map_err(|error| Refusal::unreadable(&error.to_string()))?.to_bytes();
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
    let body = Full::new(answer.body.clone()).map_err(|never| match never {});
    response(answer, body.boxed_unsync())
}

/// Announces the whole body, sends half of it and breaks off.
fn half(answer: &Answer) -> Response<Body> {
    let sent = answer.body.slice(..answer.body.len() / 2);
    let parts = stream::unfold(Some(sent), |sent: Option<Bytes>| async move {
        match sent {
            Some(sent) if !sent.is_empty() => Some((Ok(Frame::data(sent)), Some(Bytes::new()))),
            Some(_) => {
                // The half is flushed while the next part is awaited.
                tokio::task::yield_now().await;
                Some((Err(io::Error::from(io::ErrorKind::ConnectionAborted)), None))
            }
            None => None,
        }
    });
    let mut response = response(answer, StreamBody::new(parts).boxed_unsync());
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
