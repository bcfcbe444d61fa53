mod fuzz;
mod project;
mod read;
mod settings;
mod write;

use std::time::Duration;

use serde_json::Value;

use super::*;
use crate::emulator::{access::identify, options::ProjectSpec, store::Effect};

const CREATE: &str = "tenant/create";
const UPDATE: &str = "tenant/update";

/// A project that is called without a wire between.
struct Api {
    store: Store,
    rules: Rules,
}

impl Api {
    fn new() -> Self {
        Self::with(&Options::default())
    }

    fn with(options: &Options) -> Self {
        let specs = [ProjectSpec::new("P1", "One"), ProjectSpec::new("P2", "Two")];
        Self { store: Store::open(None, &specs, Duration::ZERO).unwrap(), rules: Rules::new(options) }
    }

    fn call(&mut self, bearer: &str, method: &str, path: &str, body: &Value) -> Result<Value, Refusal> {
        let (path, query) = path.split_once('?').unwrap_or((path, ""));
        let call = Call {
            method: method.to_owned(),
            path: format!("/v1/mgmt/{path}"),
            query: url::form_urlencoded::parse(query.as_bytes()).into_owned().collect(),
            headers: Vec::new(),
            authorization: None,
            body: if body.is_null() { String::new() } else { body.to_string() }.into(),
        };
        let caller = identify(Some(bearer), &["K".into()]).unwrap();
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

    fn found(&mut self, filter: &Value) -> Vec<String> {
        let found = self.post("tenant/search", filter).unwrap();
        let tenants = found["tenants"].as_array().unwrap();
        tenants.iter().map(|tenant| tenant["id"].as_str().unwrap().to_owned()).collect()
    }
}

fn message(result: Result<Value, Refusal>) -> (u16, &'static str, String) {
    let refusal = result.unwrap_err();
    (refusal.status, refusal.code, refusal.message)
}
