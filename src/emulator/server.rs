//! Options → a running emulator.

use std::{sync::Arc, time::Duration};

use secrecy::SecretString;
use tokio::{
    task::{JoinHandle, JoinSet},
    time,
};

use super::{
    connection::Loopback,
    error::Error,
    exchange::{Shared, lock},
    http,
    options::Options,
};

/// How long running requests have at the end.
const PATIENCE: Duration = Duration::from_secs(2);

/// A running emulator of the management API. It ends with [`stop`](Self::stop), or when it is dropped.
#[derive(Debug)]
pub struct Emulator {
    url: String,
    key: SecretString,
    shared: Arc<Shared>,
    serving: JoinHandle<()>,
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
        let serving = tokio::spawn(serve(listener, Arc::clone(&shared)));
        Ok(Self { url, key, shared, serving })
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

/// Serves each connection by itself until the emulator closes, and then what still runs.
async fn serve(listener: Loopback, shared: Arc<Shared>) {
    let mut connections = JoinSet::new();
    loop {
        tokio::select! {
            connection = listener.accept() => {
                connections.spawn(http::serve(connection, Arc::clone(&shared)));
            }
            Some(_) = connections.join_next() => {}
            () = shared.closed() => break,
        }
    }
    drop(listener);
    while connections.join_next().await.is_some() {}
}
