//! What can be checked on this host alone.

use std::{
    env, fs,
    path::{Path, PathBuf},
};

use url::Url;

use super::{check::Check, records::records};
use crate::{
    cli::{
        Error,
        globals::Globals,
        session::{Session, inputs},
    },
    config::{self, Config, Severity},
    state::Process,
};

/// Where systems keep the certificates that they trust.
const ROOTS: [&str; 6] = [
    "/etc/ssl/certs/ca-certificates.crt",
    "/etc/pki/tls/certs/ca-bundle.crt",
    "/etc/ssl/ca-bundle.pem",
    "/etc/ssl/cert.pem",
    "/etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem",
    "/etc/ssl/certs",
];

/// The configuration, and whether it could be read.
pub(super) fn configuration(globals: &Globals) -> Result<(Vec<Check>, bool), Error> {
    const NAME: &str = "configuration";
    let check = match config::load(&inputs(globals, true)?) {
        Ok(Config { files, .. }) if files.is_empty() => {
            Check::warn(NAME, "there is no configuration file", "`descope-mgmt config init` makes one")
        }
        Ok(Config { files, warnings, desired, .. }) => {
            let names: Vec<String> = files.iter().map(|file| file.display().to_string()).collect();
            let tenants = desired.tenants.as_ref().map_or(0, Vec::len);
            let message = format!("{}: {tenants} tenants in this environment", names.join(", "));
            if warnings.is_empty() {
                Check::pass(NAME, &message)
            } else {
                let message = format!("{message}, {} warnings", warnings.len());
                Check::warn(NAME, &message, "`descope-mgmt config validate` shows them")
            }
        }
        Err(error) => {
            let errors = error.diagnostics().iter().filter(|it| it.severity == Severity::Error).count();
            let message =
                if errors == 0 { error.to_string() } else { format!("{errors} errors in the configuration") };
            let validate = "`descope-mgmt config validate` shows every one with its place".to_owned();
            let remedy = if errors == 0 { error.hint().unwrap_or(validate) } else { validate };
            return Ok((vec![Check::fail(NAME, &message, &remedy)], false));
        }
    };
    Ok((vec![check], true))
}

/// Proxies and certificates.
pub(super) fn network() -> Vec<Check> {
    let named = |names: &[&str]| {
        names.iter().find_map(|name| {
            env::var(name).ok().filter(|value| !value.is_empty()).map(|it| ((*name).to_owned(), it))
        })
    };
    let proxy = match named(&["HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy"]) {
        None => Check::pass("proxy", "none"),
        Some((name, value)) => proxy(&name, &value),
    };
    vec![proxy, roots()]
}

/// A proxy by its host alone: its URL may hold a password.
fn proxy(name: &str, value: &str) -> Check {
    let url = Url::parse(value).or_else(|_| Url::parse(&format!("http://{value}"))).ok();
    match url.as_ref().and_then(|url| Some((url.host_str()?, url.port_or_known_default()?))) {
        Some((host, port)) => Check::pass("proxy", &format!("{host}:{port}, from {name}")),
        None => Check::fail("proxy", &format!("{name} is not a URL"), "write it as http://host:port"),
    }
}

fn roots() -> Check {
    const NAME: &str = "certificates";
    for variable in ["SSL_CERT_FILE", "SSL_CERT_DIR"] {
        let Some(path) = env::var_os(variable).map(PathBuf::from) else { continue };
        let shown = path.display();
        return if fs::metadata(&path).is_ok() {
            Check::pass(NAME, &format!("{shown}, from {variable}"))
        } else {
            let remedy = "name a file or folder that is there, or unset the variable";
            Check::fail(NAME, &format!("{variable} names {shown}, which can't be read"), remedy)
        };
    }
    match ROOTS.iter().find(|path| Path::new(path).exists()) {
        Some(path) => Check::pass(NAME, &format!("those of this host, {path}")),
        None if cfg!(target_os = "macos") => Check::pass(NAME, "those of this host"),
        None => {
            let remedy = "install the package 'ca-certificates', or set SSL_CERT_FILE";
            Check::warn(NAME, "no trusted certificates were found on this host", remedy)
        }
    }
}

/// Project, key and address, as the configuration or the variables say them.
pub(super) fn target(session: &Session, loaded: bool) -> Vec<Check> {
    if session.sandbox.is_some() {
        return vec![Check::pass("project", "the sandbox's own"), Check::pass("key", "the sandbox's own")];
    }
    let from = |word: &str| {
        let origins = session.config.origins.iter();
        origins
            .rev()
            .find(|it| it.name.rsplit('.').next() == Some(word))
            .map(|it| it.from.clone())
            .unwrap_or_default()
    };
    let environment = session.config.environment.as_ref().filter(|_| loaded);
    let environment = environment.map(|it| format!(" of environment '{}'", it.name)).unwrap_or_default();
    let project = match session.project_id() {
        Ok(id) => Check::pass("project", &format!("{id}{environment}, from {}", from("project_id"))),
        Err(error) => Check::fail(
            "project",
            &error.to_string(),
            "set DESCOPE_PROJECT_ID, or project_id and its variable",
        ),
    };
    let target = &session.config.target;
    let key = match &target.key {
        Some(_) => Check::pass("key", &format!("there, from {}", from("management_key"))),
        None => Check::fail(
            "key",
            "no management key",
            "set DESCOPE_MANAGEMENT_KEY or DESCOPE_MANAGEMENT_KEY_FILE, or the variable that management_key names",
        ),
    };
    let address = match &target.base_url {
        None => Check::pass("address", "the one that follows from the project's id"),
        Some(url) if url.scheme() == "https" => Check::pass("address", url.as_str()),
        Some(url) => {
            Check::warn("address", &format!("{url} is not encrypted"), "use https://, but on this host")
        }
    };
    vec![project, key, address]
}

/// The folders that a run writes in, and the lock.
pub(super) fn state(session: &Session) -> Vec<Check> {
    let root = session.state.root();
    let mut checks = vec![writable("state folder", root)];
    if let Some(folder) = session.config.settings.backup_dir.as_ref().filter(|_| session.sandbox.is_none()) {
        checks.push(writable("backup folder", folder));
    }
    checks.push(Check::pass("lock reach", &session.state.reach().to_string()));
    let Ok(project) = session.project_id() else { return checks };
    checks.push(match session.state.lock_record(&project) {
        Ok(None) => Check::pass("lock", "free"),
        Ok(Some(record)) if record.is_alive(&Process::detect()) == Some(false) => {
            Check::warn("lock", &format!("left behind by {record}"), "the next run takes it over by itself")
        }
        Ok(Some(record)) => {
            Check::warn("lock", &format!("held by {record}"), "wait for it, or see `lock break`")
        }
        Err(error) => Check::fail("lock", &error.to_string(), "see `descope-mgmt lock show`"),
    });
    checks.extend(records(&session.state, &project));
    checks
}

/// Whether files can be made in a folder, or in the one that it would be made in. Leaves nothing behind.
fn writable(name: &'static str, folder: &Path) -> Check {
    let there = folder.ancestors().find(|path| path.exists()).unwrap_or(folder);
    let made = tempfile::tempfile_in(there);
    let shown = folder.display();
    match made {
        Ok(_) if there == folder => Check::pass(name, &format!("{shown} can be written")),
        Ok(_) => Check::pass(name, &format!("{shown} will be made")),
        Err(error) => {
            let message = format!("{shown} can't be written: {error}");
            Check::fail(
                name,
                &message,
                "give yourself the right to write there, or name another with --state-dir",
            )
        }
    }
}
