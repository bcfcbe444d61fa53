use std::{path::PathBuf, time::Duration};

use clap::ValueEnum;
use secrecy::{ExposeSecret, SecretString};
use serde_json::json;

use super::{Error, Exit, session::interruption};
use crate::{
    emulator::{Emulator, Fault, KeySpec, Options, ProjectSpec, UndefinedAttributes},
    render::Ui,
    units::{RateLimit, parse_duration},
};

/// Serve the embedded Descope management API on loopback, until interrupted
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Examples:\n  descope-mgmt emulator --port 8055\n  descope-mgmt emulator --rate-limit 200/60s --latency 50ms\n  \
                        descope-mgmt emulator --fault '/v1/mgmt/tenant/create=503:3'"
)]
pub(super) struct Args {
    /// Port on loopback; 0 picks one
    #[arg(long, default_value_t = 0)]
    port: u16,
    /// Keep the data in FILE
    #[arg(long, value_name = "FILE")]
    state: Option<PathBuf>,
    /// A project, with its name
    #[arg(long, value_name = "P…[=NAME]")]
    project: Vec<String>,
    /// A management key
    #[arg(long, value_name = "K…")]
    key: Vec<String>,
    /// Time that every answer takes
    #[arg(long, value_parser = parse_duration, value_name = "DURATION")]
    latency: Option<Duration>,
    /// Time by which reads lag behind writes
    #[arg(long, value_parser = parse_duration, value_name = "DURATION")]
    read_lag: Option<Duration>,
    /// License tier, 1 to 4
    #[arg(long, default_value_t = 4, value_parser = clap::value_parser!(u8).range(1..=4))]
    tier: u8,
    /// A fault on a path: PATH=429|500|503|html|hang|drop-before|drop-after|truncate[:COUNT]
    #[arg(long, value_name = "PATH=FAULT")]
    fault: Vec<Fault>,
    /// Status of a conflict
    #[arg(long, default_value_t = 400, value_name = "400|409")]
    conflict_status: u16,
    /// What becomes of custom attributes that are not defined; without it any is taken
    #[arg(long, value_enum, value_name = "WAY")]
    undefined_attributes: Option<Undefined>,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum Undefined {
    /// They are dropped without a word
    Drop,
    /// The request is refused
    Refuse,
}

impl Args {
    /// Serves until interrupted. `rate` is the global flag, which here limits the server.
    pub(super) async fn run(self, rate: Option<&str>, ui: &Ui) -> Result<Exit, Error> {
        let emulator = Emulator::start(self.options(rate)?).await?;
        let first = json!({
            "url": emulator.url(),
            "project_id": emulator.project_id(),
            "management_key": emulator.management_key().expose_secret(),
        });
        ui.write_out(&format!("{first}\n"));
        interruption().await;
        emulator.stop().await?;
        Ok(Exit::Done)
    }

    fn options(self, rate: Option<&str>) -> Result<Options, Error> {
        let variable = |name: &str| std::env::var(name).ok().filter(|value| !value.is_empty());
        let rate_limit =
            rate.map(str::parse::<RateLimit>).transpose().map_err(|error| Error::Usage(error.to_string()))?;
        if !matches!(self.conflict_status, 400 | 409) {
            return Err(Error::Usage("--conflict-status is 400 or 409".to_owned()));
        }
        let mut projects = self.project;
        if projects.is_empty() {
            projects.extend(variable("DESCOPE_PROJECT_ID"));
        }
        let is_id = |text: &String| {
            let id = text.split('=').next().unwrap_or_default();
            id.starts_with('P') && id.bytes().all(|byte| byte.is_ascii_alphanumeric())
        };
        if let Some(wrong) = projects.iter().find(|project| !is_id(project)) {
            return Err(Error::Usage(format!(
                "'{wrong}' is no project: write P and letters and digits, then =NAME"
            )));
        }
        let mut keys = self.key;
        if keys.is_empty() {
            keys.extend(variable("DESCOPE_MANAGEMENT_KEY"));
        }
        Ok(Options {
            port: self.port,
            state: self.state,
            projects: projects.iter().map(|text| project(text)).collect(),
            keys: keys
                .into_iter()
                .map(|key| KeySpec { key: SecretString::from(key), projects: None })
                .collect(),
            rate_limit,
            latency: self.latency.unwrap_or_default(),
            read_lag: self.read_lag.unwrap_or_default(),
            tier: self.tier,
            faults: self.fault,
            conflict_status: self.conflict_status,
            undefined_attributes: match self.undefined_attributes {
                None => UndefinedAttributes::Accept,
                Some(Undefined::Drop) => UndefinedAttributes::Drop,
                Some(Undefined::Refuse) => UndefinedAttributes::Refuse,
            },
            ..Options::default()
        })
    }
}

fn project(text: &str) -> ProjectSpec {
    let (id, name) = text.split_once('=').unwrap_or((text, "Emulated"));
    ProjectSpec { id: id.to_owned(), name: name.to_owned(), environment: String::new(), tags: Vec::new() }
}
