//! The whole binary against the emulator in a process of its own: `cargo bench`.
//!
//! Every figure comes with its floor, measured in the same run: what no program of its kind could do without.
#![expect(clippy::indexing_slicing, reason = "a bench may stop at once")]

mod flow;

use std::{
    io::{BufRead, BufReader, Write},
    path::Path,
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

use descope_mgmt::state::{AuditContext, AuditEvent, Options as StateOptions, State};
use futures_util::future::join_all;
use serde_json::{Value, json};

const BINARY: &str = env!("CARGO_BIN_EXE_descope-mgmt");

/// The emulator, ended when this goes.
struct Server {
    child: Child,
    url: String,
    project: String,
    key: String,
}

impl Server {
    fn start(arguments: &[&str]) -> Self {
        let mut command = Command::new(BINARY);
        command.arg("emulator").args(arguments).env_clear().stdout(Stdio::piped());
        let mut child = command.spawn().expect("the binary starts");
        let mut line = String::new();
        BufReader::new(child.stdout.take().expect("a pipe")).read_line(&mut line).expect("a first line");
        let first: Value = serde_json::from_str(&line).expect("JSON");
        let text = |key: &str| first[key].as_str().expect("a text").to_owned();
        Self { child, url: text("url"), project: text("project_id"), key: text("management_key") }
    }

    fn run(&self, folder: &Path, arguments: &[&str]) -> Duration {
        let started = Instant::now();
        let output = Command::new(BINARY)
            .args(arguments)
            .current_dir(folder)
            .env_clear()
            .env("HOME", folder)
            .envs([
                ("DESCOPE_BASE_URL", &self.url),
                ("DESCOPE_PROJECT_ID", &self.project),
                ("DESCOPE_MANAGEMENT_KEY", &self.key),
            ])
            .output()
            .expect("the binary runs");
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        started.elapsed()
    }

    /// The bare list over HTTP, read as JSON and nothing more.
    fn list(&self) -> Duration {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
        runtime.block_on(async {
            let client = reqwest::Client::builder().no_proxy().build().expect("a client");
            let bearer = format!("{}:{}", self.project, self.key);
            let started = Instant::now();
            let request = client.get(format!("{}/v1/mgmt/tenant/all", self.url)).bearer_auth(bearer);
            let body = request.send().await.expect("an answer").bytes().await.expect("a body");
            let read: Value = serde_json::from_slice(&body).expect("JSON");
            assert!(read["tenants"].is_array());
            started.elapsed()
        })
    }

    fn seed(&self, tenants: &[Value]) {
        self.post("/__emulator/tenants", &json!(tenants));
    }

    /// The answer to a `POST`; null where it is empty.
    fn post(&self, path: &str, body: &Value) -> Value {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
        runtime.block_on(async {
            let client = reqwest::Client::builder().no_proxy().build().expect("a client");
            let bearer = format!("{}:{}", self.project, self.key);
            let request = client.post(format!("{}{path}", self.url)).bearer_auth(bearer).json(body);
            let answer = request.send().await.expect("an answer");
            assert!(answer.status().is_success());
            serde_json::from_slice(&answer.bytes().await.expect("a body")).unwrap_or_default()
        })
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn main() {
    // `cargo test --benches` asks every bench whether it works; measuring would tell nothing there.
    if !std::env::args().any(|argument| argument == "--bench") {
        return;
    }
    let _ = rustls::crypto::ring::default_provider().install_default();
    let mut out = std::io::stdout().lock();
    let mut tell = |line: &str| writeln!(out, "{line}").expect("stdout");
    tell("what                                          measured      floor   ratio");
    tell(&start());
    for count in [1_000, 10_000, 50_000, 100_000] {
        tell(&plan(count));
    }
    tell(&flow::plan());
    tell(&apply(1_000, Duration::from_millis(50)));
    for line in audit(100_000) {
        tell(&line);
    }
}

fn row(what: &str, measured: Duration, floor: Duration) -> String {
    let ms = |time: Duration| format!("{:.1} ms", time.as_secs_f64() * 1e3);
    format!(
        "{what:<42}{:>12}{:>11}{:>8.2}",
        ms(measured),
        ms(floor),
        measured.as_secs_f64() / floor.as_secs_f64()
    )
}

fn best(tries: usize, mut measure: impl FnMut() -> Duration) -> Duration {
    (0..tries).map(|_| measure()).min().unwrap_or_default()
}

/// `--version`, against a process that does nothing.
fn start() -> String {
    let spawn = |program: &str, argument: &str| {
        let started = Instant::now();
        Command::new(program).arg(argument).stdout(Stdio::null()).status().expect("it runs");
        started.elapsed()
    };
    let measured = best(40, || spawn(BINARY, "--version"));
    row("start (--version)", measured, best(40, || spawn("/bin/true", "")))
}

/// A plan in which one tenant in a hundred changes, against the bare list read as JSON.
fn plan(count: usize) -> String {
    let server = Server::start(&[]);
    let tenant = |n: usize| {
        json!({
            "id": format!("tenant-{n:06}"), "name": format!("Tenant {n}"), "selfProvisioningDomains": [format!("t{n}.example")],
            "customAttributes": {"plan": "gold", "seats": n % 90, "active": true}, "authType": "none",
        })
    };
    server.seed(&(0..count).map(tenant).collect::<Vec<_>>());
    let folder = tempfile::tempdir().expect("a folder");
    let mut yaml = "version: 1\ntenants:\n".to_owned();
    for n in 0..count {
        let plan = if n % 100 == 0 { "silver" } else { "gold" };
        yaml += &format!(
            "  - id: tenant-{n:06}\n    name: Tenant {n}\n    domains: [t{n}.example]\n    attributes:\n      plan: {plan}\n      seats: {}\n      active: true\n",
            n % 90
        );
    }
    std::fs::write(folder.path().join("descope.yaml"), yaml).expect("a file");
    let floor = best(3, || server.list());
    let measured = best(3, || server.run(folder.path(), &["plan", "-q", "--rate-limit", "1000000/1s"]));
    row(&format!("plan, {count} tenants, 1 % changed"), measured, floor)
}

/// Creates at a latency without a limit, against count x latency / pool.
fn apply(count: usize, latency: Duration) -> String {
    let server = Server::start(&["--latency", &format!("{}ms", latency.as_millis())]);
    let folder = tempfile::tempdir().expect("a folder");
    let tenants = (0..count)
        .map(|n| format!("  - {{ id: tenant-{n:05}, name: Tenant {n}, domains: [t{n}.example] }}\n"));
    let yaml = format!("version: 1\ntenants:\n{}", tenants.collect::<String>());
    std::fs::write(folder.path().join("descope.yaml"), yaml).expect("a file");
    let whole = server.run(folder.path(), &["apply", "--yes", "-q", "--rate-limit", "1000000/1s"]);
    // Handshake, plan, re-reading and proof are five round trips beside the batch itself.
    let batch = whole.saturating_sub(latency * 5);
    let floor = latency * u32::try_from(count).unwrap_or(u32::MAX) / 64;
    row(&format!("apply, {count} creates at {} ms", latency.as_millis()), batch, floor)
}

/// The three looks at an audit trail, against the bare parser on the same lines.
fn audit(count: usize) -> Vec<String> {
    let folder = tempfile::tempdir().expect("a folder");
    let state = State::open(StateOptions { root: folder.path().join("state"), ..StateOptions::default() });
    let state = state.expect("a state folder");
    let context = AuditContext {
        run_id: "01KAV2GQ1N7WR2M0X2T9Q4Z8E5".to_owned(),
        user: "ada".to_owned(),
        host: "build-7".to_owned(),
        git: None,
        environment: Some("staging".to_owned()),
        project_id: "P2bench".to_owned(),
    };
    let digest = Some("ab".repeat(32));
    let event = |n: usize| {
        let address = format!("tenant.tenant-{:06}", n / 2);
        AuditEvent::concluded("update", &address, if n.is_multiple_of(2) { "intended" } else { "succeeded" })
            .with_digests(digest.clone(), digest.clone())
    };
    let runtime = tokio::runtime::Builder::new_current_thread().build().expect("a runtime");
    runtime.block_on(async {
        let audit = state.audit(context).expect("a trail");
        let written = join_all((0..count).map(|n| audit.append(event(n)))).await;
        assert!(written.iter().all(Result::is_ok));
    });
    let trail = std::fs::read_to_string(folder.path().join("state/audit/P2bench.jsonl")).expect("a file");
    let floor = best(3, || {
        let started = Instant::now();
        assert!(trail.lines().all(|line| serde_json::from_str::<Value>(line).is_ok()));
        started.elapsed()
    });
    let look = |line: &str| {
        let started = Instant::now();
        let mut command = Command::new(BINARY);
        command.args(line.split(' ')).args(["--state-dir", "state"]).current_dir(folder.path()).env_clear();
        command.env("DESCOPE_PROJECT_ID", "P2bench").stdout(Stdio::null());
        assert!(command.status().expect("the binary runs").success());
        started.elapsed()
    };
    ["audit verify", "audit list", "audit list --limit 0"]
        .map(|line| row(&format!("{line}, {count} lines"), best(3, || look(line)), floor))
        .to_vec()
}
