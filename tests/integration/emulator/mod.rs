//! The emulator over its wire: held to the recorded calls of Descope's own SDKs.

mod configuration;
mod faults;
mod kill;
mod recorded;
mod sdk;
mod service;

use std::time::Duration;

use descope_mgmt::emulator::{Emulator, Options};
use reqwest::{Client, Method, Response};
use secrecy::ExposeSecret;
use serde_json::{Value, json};

/// A running emulator and a client of it that knows nothing but HTTP.
struct Wire {
    emulator: Emulator,
    client: Client,
}

impl Wire {
    async fn start(options: Options) -> Self {
        Self { emulator: Emulator::start(options).await.unwrap(), client: client() }
    }

    fn bearer(&self) -> String {
        format!("{}:{}", self.emulator.project_id(), self.emulator.management_key().expose_secret())
    }

    async fn send(&self, method: Method, path: &str, body: Option<&Value>) -> reqwest::Result<Response> {
        let url = format!("{}{path}", self.emulator.url());
        let mut request = self.client.request(method, url).bearer_auth(self.bearer());
        if let Some(body) = body {
            request = request.json(body);
        }
        request.send().await
    }

    async fn get(&self, path: &str) -> (u16, Value) {
        read(self.send(Method::GET, path, None).await.unwrap()).await
    }

    async fn post(&self, path: &str, body: &Value) -> (u16, Value) {
        read(self.send(Method::POST, path, Some(body)).await.unwrap()).await
    }

    /// Creates the tenant `id`, whatever comes of it.
    async fn create(&self, id: &str) -> reqwest::Result<Response> {
        self.send(Method::POST, "/v1/mgmt/tenant/create", Some(&json!({"id": id, "name": id}))).await
    }

    async fn exists(&self, id: &str) -> bool {
        self.get(&format!("/v1/mgmt/tenant?id={id}")).await.0 == 200
    }

    async fn stats(&self) -> Value {
        self.get("/__emulator/stats").await.1
    }
}

fn client() -> Client {
    // The second call in one process fails, and needn't succeed.
    let _ = rustls::crypto::ring::default_provider().install_default();
    Client::builder().timeout(Duration::from_secs(20)).build().unwrap()
}

/// The status and the JSON body; null where it is no JSON.
async fn read(response: Response) -> (u16, Value) {
    let status = response.status().as_u16();
    let text = response.text().await.unwrap();
    (status, serde_json::from_str(&text).unwrap_or_default())
}
