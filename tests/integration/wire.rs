//! What the client makes of everything that a wire can do to it.

mod answers;
mod audit;
mod connections;
mod limits;
mod proxy;

use std::{
    io::{Read, Write},
    net::{TcpListener, TcpStream},
    sync::{Arc, Mutex},
    time::{Duration, Instant},
};

use descope_mgmt::{
    api::{Bearer, Client, Error, Lane, Notice, Options, Request, Schedule, Why, no_observer},
    units::RateLimit,
};
use secrecy::SecretString;
use serde_json::json;
use wiremock::{
    Mock, MockServer, ResponseTemplate,
    matchers::{any, method, path},
};

const KEY: &str = "K2verysecret0123456789";
const THING: &str = "/v1/mgmt/thing";

fn options(url: &str) -> Options {
    Options {
        path_rates: Vec::new(),
        base_url: Some(url.parse().unwrap()),
        project_id: "P2project".to_owned(),
        key: SecretString::from(KEY),
        rate: RateLimit { requests: 1_000, window: Duration::from_secs(1) },
        slots_file: None,
        timeout: Duration::from_secs(5),
        snapshot_timeout: Duration::from_secs(5),
        max_wait: Duration::from_secs(900),
        run_id: "01RUN".to_owned(),
        parallelism: None,
        proxy: false,
        observer: no_observer(),
    }
}

/// A name too long for any name server, so that none is asked.
fn unknown_host() -> String {
    format!("{}.invalid", "nowhere-".repeat(8))
}

/// A client that repeats after milliseconds.
fn client(options: Options) -> Client {
    Client::with_schedule(options, Schedule { first: Duration::from_millis(2) }).unwrap()
}

fn read() -> Request {
    Request::read(THING)
}

fn write() -> Request {
    Request::write(THING, json!({ "name": "x" }), Lane::Object("thing.x".to_owned()))
}

async fn serve(answer: ResponseTemplate) -> MockServer {
    let server = MockServer::start().await;
    Mock::given(any()).respond_with(answer).mount(&server).await;
    server
}

/// The first `times` requests meet `first`, the others `{}`.
async fn serve_first(first: ResponseTemplate, times: u64) -> MockServer {
    let server = MockServer::start().await;
    Mock::given(any()).respond_with(first).up_to_n_times(times).with_priority(1).mount(&server).await;
    Mock::given(any()).respond_with(ResponseTemplate::new(200)).mount(&server).await;
    server
}

async fn received(server: &MockServer) -> usize {
    server.received_requests().await.unwrap().len()
}

/// A server that reads a request and then does `then` with the connection, for each connection.
fn raw(then: impl Fn(&mut TcpStream) + Send + 'static) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let mut stream = stream.unwrap();
            let _ = stream.read(&mut [0; 4096]);
            then(&mut stream);
        }
    });
    address.to_string()
}

async fn fails(client: &Client, request: &Request) -> Error {
    let error = client.send(request).await.unwrap_err();
    let shown = format!("{error} {error:?} {:?}", error.hint());
    assert!(!shown.contains(KEY), "the key is shown: {shown}");
    assert!(error.hint().is_none_or(|hint| hint.len() > 20), "a hint helps: {shown}");
    error
}

fn assert_told(error: &Error, code: &str, words: &[&str]) {
    assert_eq!(error.code(), code, "{error}");
    let shown = format!("{error}\n{}", error.hint().unwrap_or_default());
    for word in words {
        assert!(shown.contains(word), "'{word}' is missing: {shown}");
    }
}

#[tokio::test]
async fn every_request_says_who_asks_and_for_which_run() {
    let server = MockServer::start().await;
    let license = json!({ "rateLimitTier": "tier2" });
    Mock::given(path("/base/v1/mgmt/license"))
        .respond_with(ResponseTemplate::new(200).set_body_json(license))
        .mount(&server)
        .await;
    Mock::given(any()).respond_with(ResponseTemplate::new(200)).mount(&server).await;
    let client = client(options(&format!("{}/base/", server.uri())));
    client.send(&read().with_query("id", "ä & b")).await.unwrap();
    client.handshake().await;
    client.handshake().await;
    client.send(&Request { bearer: Bearer::Company, ..write() }).await.unwrap();

    let requests = server.received_requests().await.unwrap();
    let [first, license, second] = requests.as_slice() else { panic!("{} requests", requests.len()) };
    let header = |request: &wiremock::Request, name| {
        request.headers.get(name).map(|value| value.to_str().unwrap().to_owned())
    };
    let text = |text: String| Some(text);
    assert_eq!(first.url.path(), "/base/v1/mgmt/thing");
    assert_eq!(first.url.query(), Some("id=%C3%A4+%26+b"));
    assert_eq!(header(first, "authorization"), text(format!("Bearer P2project:{KEY}")));
    assert_eq!(header(first, "x-descope-project-id"), text("P2project".to_owned()));
    assert_eq!(header(first, "x-external-rid"), text("01RUN".to_owned()));
    assert_eq!(header(first, "user-agent"), text(format!("descope-mgmt/{}", env!("CARGO_PKG_VERSION"))));
    assert_eq!(header(first, "content-type"), None);
    assert_eq!(header(first, "x-descope-license"), None);
    assert_eq!(header(first, "x-descope-sdk-name"), None);
    assert_eq!(license.url.path(), "/base/v1/mgmt/license");
    assert_eq!(header(second, "authorization"), text(format!("Bearer {KEY}")));
    assert_eq!(header(second, "x-descope-project-id"), text(String::new()));
    assert_eq!(header(second, "x-descope-license"), text("tier2".to_owned()));
    assert_eq!(header(second, "content-type"), text("application/json".to_owned()));
    assert_eq!(second.body, br#"{"name":"x"}"#);
    assert_eq!(client.requests_sent(), 2, "the handshake is not counted");
}

#[tokio::test]
async fn a_failed_handshake_changes_nothing() {
    let server = serve_first(ResponseTemplate::new(404).set_body_string("no"), 1).await;
    let client = client(options(&server.uri()));
    client.handshake().await;
    client.send(&read()).await.unwrap();
    let requests = server.received_requests().await.unwrap();
    assert!(!requests[1].headers.contains_key("x-descope-license"));
}

#[test]
fn options_that_no_request_can_be_made_from_are_refused_before_any() {
    let plain = options("http://127.0.0.1:1");
    let wrong = [
        Options { key: SecretString::from(""), ..plain.clone() },
        Options { key: SecretString::from(format!("{KEY}\nx")), ..plain.clone() },
        Options { run_id: "a\nb".to_owned(), ..plain.clone() },
        options("ftp://127.0.0.1"),
        options(&format!("http://user:{KEY}@127.0.0.1")),
        options("http://127.0.0.1/?a=b"),
    ];
    for options in wrong {
        let shown = format!("{options:?}");
        let error = Client::new(options).unwrap_err();
        assert_eq!(error.code(), "client_options");
        assert!(!format!("{shown} {error} {error:?} {:?}", error.hint()).contains(KEY));
    }
    assert_eq!(
        Client::new(Options { base_url: None, ..plain }).unwrap().base_url().as_str(),
        "https://api.descope.com/"
    );
}
