//! The emulator in a process of its own, and those who talk to it.

use std::{
    io::{BufRead, BufReader},
    path::Path,
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

use futures_util::{StreamExt, stream};
use serde_json::{Value, json};

/// The release binary.
pub(crate) const BINARY: &str = env!("CARGO_BIN_EXE_descope-mgmt");

/// As good as no limit.
pub(crate) const UNLIMITED: &str = "1000000/1s";

/// The widest pool that the tool has.
pub(crate) const POOL: usize = 64;

/// The emulator, ended when this goes.
pub(crate) struct Server {
    child: Child,
    url: String,
    project: String,
    key: String,
}

impl Server {
    /// One that is started with these arguments.
    pub(crate) fn start(arguments: &[&str]) -> Self {
        let mut command = Command::new(BINARY);
        command.arg("emulator").args(arguments).env_clear().stdout(Stdio::piped());
        let mut child = command.spawn().expect("the binary starts");
        let mut line = String::new();
        BufReader::new(child.stdout.take().expect("a pipe")).read_line(&mut line).expect("a first line");
        let first: Value = serde_json::from_str(&line).expect("JSON");
        let text = |key: &str| first[key].as_str().expect("a text").to_owned();
        Self { child, url: text("url"), project: text("project_id"), key: text("management_key") }
    }

    /// One whose answers take so long.
    pub(crate) fn with_latency(latency: Duration) -> Self {
        Self::start(&["--latency", &format!("{}ms", latency.as_millis())])
    }

    /// A program that knows where the service is, under the names of the tool and of the SDKs.
    pub(crate) fn command(&self, program: impl AsRef<std::ffi::OsStr>, folder: &Path) -> Command {
        let mut command = Command::new(program);
        command.current_dir(folder).env_clear().env("HOME", folder).envs([
            ("DESCOPE_BASE_URL", &self.url),
            ("DESCOPE_BASE_URI", &self.url),
            ("DESCOPE_PROJECT_ID", &self.project),
            ("DESCOPE_MANAGEMENT_KEY", &self.key),
        ]);
        command
    }

    /// The tool with these arguments, without a limit.
    pub(crate) fn tool(&self, folder: &Path, arguments: &[&str]) -> Command {
        let mut command = self.command(BINARY, folder);
        command.args(arguments).args(["-q", "--rate-limit", UNLIMITED]);
        command
    }

    /// Fills the project.
    pub(crate) fn seed(&self, tenants: &[Value]) {
        self.post("/__emulator/tenants", &json!(tenants));
    }

    /// What the emulator has counted.
    pub(crate) fn stats(&self) -> Value {
        serde_json::from_slice(&self.ask(|http| http.get(format!("{}/__emulator/stats", self.url))))
            .expect("JSON")
    }

    /// The bare list over HTTP, read as JSON and nothing more.
    pub(crate) fn list(&self) -> Duration {
        let started = Instant::now();
        let body = self.ask(|http| http.get(format!("{}/v1/mgmt/tenant/all", self.url)));
        let read: Value = serde_json::from_slice(&body).expect("JSON");
        assert!(read["tenants"].is_array());
        started.elapsed()
    }

    /// The answer to a `POST`; null where it is empty.
    pub(crate) fn post(&self, path: &str, body: &Value) -> Value {
        let body = self.ask(|http| http.post(format!("{}{path}", self.url)).json(body));
        serde_json::from_slice(&body).unwrap_or_default()
    }

    /// These bodies sent to one path by a pool as wide as the tool's, and nothing else.
    pub(crate) fn flood(&self, path: &str, bodies: &[Value]) -> Duration {
        let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().expect("a runtime");
        runtime.block_on(async {
            let (http, url) = (client(), format!("{}{path}", self.url));
            let started = Instant::now();
            let send = |body: &Value| http.post(&url).bearer_auth(self.bearer()).json(body).send();
            let answers = stream::iter(bodies.iter().map(send)).buffer_unordered(POOL);
            assert!(answers.all(|answer| async { answer.is_ok_and(|it| it.status().is_success()) }).await);
            started.elapsed()
        })
    }

    fn ask(&self, request: impl FnOnce(&reqwest::Client) -> reqwest::RequestBuilder) -> Vec<u8> {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
        runtime.block_on(async {
            let answer = request(&client()).bearer_auth(self.bearer()).send().await.expect("an answer");
            assert!(answer.status().is_success());
            answer.bytes().await.expect("a body").into()
        })
    }

    fn bearer(&self) -> String {
        format!("{}:{}", self.project, self.key)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Runs it to its end, which must be a good one.
pub(crate) fn run(command: &mut Command) -> Duration {
    let started = Instant::now();
    let output = command.output().expect("it runs");
    let taken = started.elapsed();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    taken
}

fn client() -> reqwest::Client {
    // No certificate is ever looked at, so none is loaded.
    reqwest::Client::builder().no_proxy().tls_certs_only([]).build().expect("a client")
}
