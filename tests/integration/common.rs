//! A service, a folder, and the binary between them.

use std::{
    ffi::OsStr,
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

use descope_mgmt::emulator::{Emulator, Options};
use expectrl::{Eof, Expect, process::unix::WaitStatus, session::OsSession};
use secrecy::ExposeSecret;
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::runtime::Runtime;

/// What a run left behind.
#[derive(Debug)]
pub(crate) struct Ran {
    pub(crate) code: i32,
    pub(crate) out: String,
    pub(crate) err: String,
}

impl Ran {
    /// The result as one JSON document, and nothing else.
    pub(crate) fn json(&self) -> Value {
        // A key that stands twice is one document to lenient readers only.
        assert!(self.out.matches("\n  \"format_version\"").count() <= 1, "{}", self.out);
        serde_json::from_str(&self.out).unwrap_or_else(|error| panic!("{error}: {self:?}"))
    }

    #[track_caller]
    pub(crate) fn exits(self, code: i32) -> Self {
        assert_eq!(self.code, code, "{}\n{}", self.out, self.err);
        self
    }

    #[track_caller]
    pub(crate) fn says(self, text: &str) -> Self {
        let all = format!("{}\n{}", self.out, self.err);
        assert!(all.contains(text), "'{text}' is not in:\n{all}");
        self
    }
}

/// The binary in a folder of its own, with nothing in its environment but what a test puts there.
pub(crate) struct Desk {
    pub(crate) folder: TempDir,
    pub(crate) variables: Vec<(String, String)>,
}

impl Desk {
    pub(crate) fn new() -> Self {
        Self { folder: tempfile::tempdir().unwrap(), variables: Vec::new() }
    }

    pub(crate) fn with(mut self, name: &str, value: &str) -> Self {
        self.set(name, value);
        self
    }

    pub(crate) fn set(&mut self, name: &str, value: &str) {
        self.variables.push((name.to_owned(), value.to_owned()));
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    pub(crate) fn write(&self, name: &str, text: &str) {
        let path = self.path(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    }

    pub(crate) fn command<S: AsRef<OsStr>>(&self, arguments: &[S]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_descope-mgmt"));
        command.args(arguments).current_dir(self.folder.path()).env_clear();
        command.env("HOME", self.folder.path()).env("PATH", std::env::var_os("PATH").unwrap_or_default());
        command.env("USER", "tester").envs(self.variables.iter().map(|(name, value)| (name, value)));
        // Coverage of the child counts, too.
        command.envs(std::env::vars_os().filter(|(name, _)| name == "LLVM_PROFILE_FILE"));
        command
    }

    pub(crate) fn run<S: AsRef<OsStr>>(&self, arguments: &[S]) -> Ran {
        let output = self.command(arguments).stdin(Stdio::null()).output().unwrap();
        Ran {
            code: output.status.code().unwrap_or(-1),
            out: String::from_utf8(output.stdout).unwrap(),
            err: String::from_utf8(output.stderr).unwrap(),
        }
    }

    /// Runs the words of a command line that holds no quotes.
    pub(crate) fn sh(&self, line: &str) -> Ran {
        self.run(&line.split_whitespace().collect::<Vec<_>>())
    }

    pub(crate) fn files_below(&self, name: &str) -> Vec<PathBuf> {
        let mut found = Vec::new();
        let mut open = vec![self.path(name)];
        while let Some(path) = open.pop() {
            let Ok(entries) = std::fs::read_dir(&path) else { continue };
            for entry in entries {
                let path = entry.unwrap().path();
                if path.is_dir() { open.push(path) } else { found.push(path) }
            }
        }
        found.sort();
        found
    }
}

/// A Descope to talk to, and a desk with its credentials.
pub(crate) struct Service {
    runtime: Runtime,
    emulator: Option<Emulator>,
    pub(crate) desk: Desk,
    url: String,
    pub(crate) project: String,
}

impl Service {
    pub(crate) fn start() -> Self {
        Self::start_with(Options::default())
    }

    pub(crate) fn start_with(options: Options) -> Self {
        let runtime =
            tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
        let emulator = runtime.block_on(Emulator::start(options)).unwrap();
        let (url, project) = (emulator.url().to_owned(), emulator.project_id().to_owned());
        let desk = Desk::new()
            .with("DESCOPE_PROJECT_ID", &project)
            .with("DESCOPE_MANAGEMENT_KEY", emulator.management_key().expose_secret())
            .with("DESCOPE_BASE_URL", &url);
        Self { runtime, emulator: Some(emulator), desk, url, project }
    }

    pub(crate) fn key(&self) -> String {
        self.emulator.as_ref().unwrap().management_key().expose_secret().to_owned()
    }

    pub(crate) fn yaml(&self, text: &str) {
        self.desk.write("descope.yaml", &format!("version: 1\n{text}"));
    }

    pub(crate) fn sh(&self, line: &str) -> Ran {
        self.desk.sh(line)
    }

    fn call(&self, method: reqwest::Method, path: &str, body: Option<&Value>) -> Value {
        self.runtime.block_on(async {
            let _ = rustls::crypto::ring::default_provider().install_default();
            let client = reqwest::Client::builder().no_proxy().build().unwrap();
            let key = format!("{}:{}", self.project, self.key());
            let request = client.request(method, format!("{}{path}", self.url)).bearer_auth(key);
            let request = match body {
                Some(body) => request.json(body),
                None => request,
            };
            let text = request.send().await.unwrap().text().await.unwrap();
            serde_json::from_str(&text).unwrap_or(Value::Null)
        })
    }

    pub(crate) fn get(&self, path: &str) -> Value {
        self.call(reqwest::Method::GET, path, None)
    }

    pub(crate) fn post(&self, path: &str, body: &Value) -> Value {
        self.call(reqwest::Method::POST, path, Some(body))
    }

    pub(crate) fn seed(&self, tenants: Value) {
        let answer = self.post("/__emulator/tenants", &tenants);
        assert_eq!(answer["stored"], json!(tenants.as_array().unwrap().len()), "{answer}");
    }

    pub(crate) fn define(&self, names: &[&str]) {
        self.post("/__emulator/attributes", &json!(names));
    }

    pub(crate) fn fault(&self, faults: &[&str]) {
        self.post("/__emulator/faults", &json!(faults));
    }

    pub(crate) fn no_faults(&self) {
        self.call(reqwest::Method::DELETE, "/__emulator/faults", None);
    }

    pub(crate) fn tenant(&self, id: &str) -> Value {
        self.get(&format!("/v1/mgmt/tenant?id={id}"))
    }

    pub(crate) fn tenants(&self) -> Vec<Value> {
        let mut all = self.get("/v1/mgmt/tenant/all")["tenants"].as_array().unwrap().clone();
        all.sort_by_key(|tenant| tenant["id"].to_string());
        all
    }

    pub(crate) fn stats(&self) -> Value {
        self.get("/__emulator/stats")
    }

    /// Requests to a path so far, the harness's own ones left out by who asks.
    pub(crate) fn requests(&self) -> Vec<Value> {
        let log = self.get("/__emulator/log");
        let entries = log.as_array().or_else(|| log["requests"].as_array()).unwrap().clone();
        entries
            .into_iter()
            .filter(|entry| {
                entry["headers"]["user-agent"].as_str().is_some_and(|it| it.starts_with("descope-mgmt/"))
            })
            .collect()
    }

    /// How often the binary called each path, license handshake and list of projects left out.
    pub(crate) fn calls(&self) -> Vec<String> {
        let paths = self.requests().into_iter().map(|entry| entry["path"].as_str().unwrap().to_owned());
        paths.filter(|path| !path.ends_with("/license") && !path.ends_with("/projects/list")).collect()
    }
}

impl Drop for Service {
    fn drop(&mut self) {
        if let Some(emulator) = self.emulator.take() {
            let _ = self.runtime.block_on(emulator.stop());
        }
    }
}

/// How a program on a pseudo-terminal ended. One that goes on waiting is ended, so that it fails its test and holds up
/// no other.
#[track_caller]
pub(crate) fn code_of(session: &mut OsSession) -> i32 {
    if matches!(session.expect(Eof), Err(expectrl::Error::ExpectTimeout)) {
        let _ = session.get_process_mut().exit(true);
        panic!("it still waits for something");
    }
    match session.get_process().wait().unwrap() {
        WaitStatus::Exited(_, code) => code,
        WaitStatus::Signaled(_, signal, _) => 128 + signal as i32,
        other => panic!("{other:?}"),
    }
}

/// The root of the repository.
pub(crate) fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// YAML of so many tenants without parents.
pub(crate) fn many(count: usize) -> String {
    let tenants = (0..count)
        .map(|n| format!("  - {{ id: tenant-{n:05}, name: Tenant {n}, domains: [t{n}.example] }}\n"));
    format!("tenants:\n{}", tenants.collect::<String>())
}

/// Says that something can't be tested here. Not `eprintln!`: the test harness would keep that to itself.
pub(crate) fn skipped(what: &str) {
    std::io::Write::write_all(&mut std::io::stderr(), format!("\nSKIPPED {what}\n").as_bytes()).unwrap();
}
