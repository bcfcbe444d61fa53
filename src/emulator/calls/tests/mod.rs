mod audit;
mod company;
mod flow;
mod fuzz;
mod fuzz_configuration;
mod project;
mod read;
mod settings;
mod snapshot;
mod theme;
mod write;

use std::{collections::BTreeMap, fs, path::PathBuf, time::Duration};

use serde_json::{Map, Value};

use super::*;
use crate::emulator::{
    access::identify,
    options::{KeySpec, ProjectSpec},
    store::{Effect, Record, epoch_millis},
};

const CREATE: &str = "tenant/create";
const UPDATE: &str = "tenant/update";

/// A project that is called without a wire between.
struct Api {
    store: Store,
    rules: Rules,
    /// Sent with every call.
    headers: Vec<(String, String)>,
}

impl Api {
    fn new() -> Self {
        Self::with(&Options::default())
    }

    fn with(options: &Options) -> Self {
        let specs = [ProjectSpec::new("P1", "One"), ProjectSpec::new("P2", "Two")];
        let store = Store::open(None, &specs, Duration::ZERO).unwrap();
        Self { store, rules: Rules::new(options), headers: Vec::new() }
    }

    fn call(&mut self, bearer: &str, method: &str, path: &str, body: &Value) -> Result<Value, Refusal> {
        let (path, query) = path.split_once('?').unwrap_or((path, ""));
        let call = Call {
            method: method.to_owned(),
            path: if path.starts_with('/') { path.to_owned() } else { format!("/v1/mgmt/{path}") },
            query: url::form_urlencoded::parse(query.as_bytes()).into_owned().collect(),
            headers: self.headers.clone(),
            authorization: None,
            body: if body.is_null() { String::new() } else { body.to_string() }.into(),
        };
        let caller = identify(Some(bearer), &keys()).unwrap();
        let answer = perform(&mut self.store, &self.rules, &caller, &call)?;
        Ok(serde_json::from_slice(&answer.body).unwrap())
    }

    fn post(&mut self, path: &str, body: &Value) -> Result<Value, Refusal> {
        self.call("Bearer P1:K", "POST", path, body)
    }

    fn get(&mut self, path: &str) -> Result<Value, Refusal> {
        self.call("Bearer P1:K", "GET", path, &Value::Null)
    }

    fn tenant(&mut self, id: &str) -> Value {
        self.get(&format!("tenant?id={id}")).unwrap()
    }

    fn seed(&mut self, raw: &Value) {
        let raw = raw.as_object().unwrap().clone();
        self.store.project("P1").unwrap().seed(vec![raw]).unwrap();
    }

    fn plant(&mut self, id: &str, files: &Value) {
        let files: BTreeMap<String, Value> = serde_json::from_value(files.clone()).unwrap();
        plant(&mut self.store, &self.rules, id, &files).unwrap();
    }

    fn found(&mut self, filter: &Value) -> Vec<String> {
        let found = self.post("tenant/search", filter).unwrap();
        let tenants = found["tenants"].as_array().unwrap();
        tenants.iter().map(|tenant| tenant["id"].as_str().unwrap().to_owned()).collect()
    }
}

/// Two keys that reach every project, and one that reaches one.
fn keys() -> [KeySpec; 3] {
    let one = KeySpec { projects: Some(vec!["P1".to_owned()]), ..KeySpec::from("Kone") };
    ["K".into(), "Kconsole".into(), one]
}

fn samples() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/data/snapshot-sample")
}

/// One file of the sample.
fn sample(path: &str) -> Value {
    serde_json::from_slice(&fs::read(samples().join(path)).unwrap()).unwrap()
}

/// The files of the sample's project.
fn sample_files() -> Map<String, Value> {
    let root = samples().join("project");
    let paths = glob::glob(root.join("**/*.*").to_str().unwrap()).unwrap().map(Result::unwrap);
    let read = |path: PathBuf| {
        let name = path.strip_prefix(&root).unwrap().to_str().unwrap().replace('\\', "/");
        let text = fs::read_to_string(&path).unwrap();
        let file = if path.extension().is_some_and(|json| json == "json") {
            serde_json::from_str(&text).unwrap()
        } else {
            text.into()
        };
        (name, file)
    };
    paths.map(read).collect()
}

fn message(result: Result<Value, Refusal>) -> (u16, &'static str, String) {
    let refusal = result.unwrap_err();
    (refusal.status, refusal.code, refusal.message)
}
