//! What a service answers → what the client makes of it: an object, a plan, or an error that can be shown.

use std::{
    cell::RefCell,
    collections::BTreeSet,
    io::{Read, Write},
    net::{SocketAddr, TcpListener, TcpStream},
    sync::{LazyLock, Mutex, PoisonError},
    thread,
    time::Duration,
};

use descope_mgmt::{
    api::{Client, Error, Options, Schedule, no_observer},
    live,
    plan::Scope,
    resource::{
        Desired, Live,
        flow::{Content, Flow, Origin},
        project::{self, DesiredProject},
        tenant::{Names, Tenant},
        theme::DesiredTheme,
    },
    units::RateLimit,
};
use serde_json::json;
use tokio::runtime::Runtime;

use super::tell;

/// What the service says next, and whether it goes on listening afterwards.
static ANSWER: Mutex<(Vec<u8>, bool)> = Mutex::new((Vec::new(), true));

/// Where the service is.
static SERVICE: LazyLock<SocketAddr> = LazyLock::new(|| {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port is free");
    let address = listener.local_addr().expect("it has one");
    thread::spawn(move || {
        listener.incoming().flatten().for_each(|stream| drop(thread::spawn(|| serve(stream))));
    });
    address
});

thread_local! {
    static RUNTIME: Runtime =
        tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime can be made");
    static CLIENT: RefCell<Option<Client>> = const { RefCell::new(None) };
}

/// Answers every request of a connection with what is to be said.
fn serve(mut stream: TcpStream) {
    let _ = stream.set_nodelay(true);
    let mut buffer = [0; 1 << 14];
    let mut read = 0;
    loop {
        match stream.read(&mut buffer[read..]) {
            Ok(0) | Err(_) => return,
            Ok(count) => read += count,
        }
        if !is_whole(&buffer[..read]) {
            continue;
        }
        read = 0;
        let (answer, stays) = ANSWER.lock().unwrap_or_else(PoisonError::into_inner).clone();
        if stream.write_all(&answer).is_err() || !stays {
            return;
        }
    }
}

/// Whether a request has come with all of its body.
fn is_whole(request: &[u8]) -> bool {
    let Some(end) = request.windows(4).position(|window| window == b"\r\n\r\n") else { return false };
    let head = String::from_utf8_lossy(&request[..end]).to_ascii_lowercase();
    let length = head.split("content-length:").nth(1).and_then(|rest| rest.split("\r\n").next());
    request.len() >= end + 4 + length.and_then(|length| length.trim().parse::<usize>().ok()).unwrap_or(0)
}

/// An answer: `tenants 200`, which says what was asked for and the status; headers, a line each; an empty line; the
/// body. With `raw` in place of a status all behind the first line is sent as it stands.
pub fn answers(data: &[u8]) {
    let Some((first, rest)) = split(data, b"\n") else { return };
    let Ok(first) = std::str::from_utf8(first) else { return };
    let Some((kind, status)) = first.split_once(' ') else { return };
    let Some((message, stays)) = message(status, rest) else { return };
    *ANSWER.lock().unwrap_or_else(PoisonError::into_inner) = (message, stays);
    let client = CLIENT.take().unwrap_or_else(client);
    let outcome = RUNTIME.with(|runtime| runtime.block_on(ask(kind, &client)));
    if let Err(error) = &outcome {
        tell::service(error);
        let _ = (error.status(), error.is_uncertain(), error.is_not_found(), error.is_refusal());
    }
    // After a refusal for the rate a client pauses: another one goes on.
    if stays && status.starts_with('2') {
        CLIENT.set(Some(client));
    }
}

fn split<'a>(data: &'a [u8], border: &[u8]) -> Option<(&'a [u8], &'a [u8])> {
    let at = data.windows(border.len()).position(|window| window == border)?;
    Some((&data[..at], &data[at + border.len()..]))
}

/// The bytes of the answer, and whether another one may follow on the same connection.
fn message(status: &str, rest: &[u8]) -> Option<(Vec<u8>, bool)> {
    if status == "raw" {
        return Some((rest.to_vec(), false));
    }
    let status: u16 = status.parse().ok().filter(|status| (200..600).contains(status))?;
    let (headers, body) = match rest.strip_prefix(b"\n") {
        Some(body) => (&b""[..], body),
        None => split(rest, b"\n\n").unwrap_or((b"", rest)),
    };
    let mut message = format!("HTTP/1.1 {status} Said\r\n").into_bytes();
    for line in headers.split(|byte| *byte == b'\n').filter(|line| !line.is_empty()) {
        message.extend_from_slice(line);
        message.extend_from_slice(b"\r\n");
    }
    let lower = String::from_utf8_lossy(headers).to_ascii_lowercase();
    let own = ["content-length", "transfer-encoding", "connection", "content-encoding"];
    let stays = !own.iter().any(|name| lower.contains(name)) && ![204, 205, 304].contains(&status);
    if !lower.contains("content-length") && !lower.contains("transfer-encoding") {
        message.extend_from_slice(format!("content-length: {}\r\n", body.len()).as_bytes());
    }
    message.extend_from_slice(if stays { b"\r\n" } else { b"connection: close\r\n\r\n" });
    message.extend_from_slice(body);
    Some((message, stays))
}

fn client() -> Client {
    let options = Options {
        base_url: format!("http://{}", *SERVICE).parse().ok(),
        project_id: "P2abc".to_owned(),
        key: "K2abc-secret".to_owned().into(),
        rate: RateLimit { requests: 1_000_000, window: Duration::from_millis(1) },
        path_rates: Vec::new(),
        slots_file: None,
        timeout: Duration::from_secs(5),
        snapshot_timeout: Duration::from_secs(5),
        max_wait: Duration::from_secs(2),
        run_id: "01KAV2GQ0000000000000000A1".to_owned(),
        parallelism: Some(1),
        proxy: false,
        observer: no_observer(),
    };
    // A repetition would come after all patience: one request, one answer.
    let schedule = Schedule { first: Duration::from_secs(60) };
    Client::with_schedule(options, schedule).expect("nothing is wrong with it")
}

/// Asks for what the input says, and compares what comes with a configuration.
async fn ask(kind: &str, client: &Client) -> Result<(), Error> {
    let acme = || Tenant {
        id: "acme".to_owned(),
        name: Some("Acme Corp".to_owned()),
        domains: Some(Names::from_iter(["acme.example"])),
        parent: Some("portco".to_owned()),
        ..Tenant::default()
    };
    let of_tenants = || Desired { tenants: Some(vec![acme()]), ..Desired::default() };
    let (mut live, mut desired) = (Live::default(), Desired::default());
    match kind {
        "tenants" => (live.tenants, desired) = (live::tenants(client).await?, of_tenants()),
        "tenant" => {
            live.tenants = live::one_tenant(client, "acme").await?.into_iter().collect();
            desired = of_tenants();
        }
        "settings" => {
            live.settings.insert("acme".to_owned(), live::one_settings(client, "acme").await?);
            desired = of_tenants();
        }
        "flows" => live.flow_ids = live::flows(client).await?.into_keys().collect(),
        "flow" => {
            let found = live::one_flow(client, "sign-up-or-in").await?;
            desired.flows = Some(vec![flow()]);
            live.facts = live::facts_of(client, desired.flows.iter().flatten()).await?;
            live.flows.insert("sign-up-or-in".to_owned(), found);
        }
        "theme" => {
            let found = live::one_theme(client).await?;
            desired.theme = Some(DesiredTheme {
                theme: found.object.clone(),
                origin: "theme.json".to_owned(),
                place: None,
            });
            live.theme = Some(found);
        }
        "projects" => {
            live.project = live::one_project(client).await?;
            desired.project =
                Some(DesiredProject { name: Some("Other".to_owned()), ..DesiredProject::default() });
        }
        "made" => drop(project::made_id(&live_value(client).await?).map(str::to_owned)),
        "audit" => drop(live::last_changes(client, &BTreeSet::from(["acme"]), |_, _| false).await?),
        "license" => {
            client.handshake().await;
            drop(live::license(client).await?);
        }
        "snapshot" => drop(project::snapshot::to_disk(&live::snapshot(client).await?).is_ok()),
        "check" => {
            let files = project::snapshot::Files::default();
            let secrets = project::snapshot::Secrets::default();
            let checked = live::check_snapshot(client, &files, &secrets, &[]).await?;
            drop(project::snapshot::MissingSecret::all(&checked.missing_secrets));
        }
        _ => return Ok(()),
    }
    tell::plan(&desired, &live, &Scope { prune: true, ..Scope::default() });
    Ok(())
}

/// Whatever the service says to the copying of a project.
async fn live_value(client: &Client) -> Result<serde_json::Value, Error> {
    client.send(&project::list()).await?.json()
}

fn flow() -> Flow {
    let value =
        json!({"flowId": "sign-up-or-in", "metadata": {"name": "Sign in"}, "contents": {"tasks": {}}});
    let content = Content::from_json(value).expect("it is one").0;
    Flow {
        id: "sign-up-or-in".to_owned(),
        content,
        origin: Origin::File("flow.json".to_owned()),
        place: None,
    }
}
