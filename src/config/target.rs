//! Environment block and `DESCOPE_…` variables → the project, its key and its address on the network.

use std::{borrow::Cow, fs, io, path::Path};

use secrecy::SecretString;
use url::{Host, Url};

use super::{
    Error, Inputs, Origin,
    environment::{Profile, project_name},
    expand::{Part, References, parts},
    fields::Fields,
    problems::Problem,
    tree::Node,
};

/// Which project is meant and how to reach it; `None` where nothing says so.
#[derive(Debug, Clone, Default)]
pub struct Target {
    /// The project's id.
    pub project_id: Option<String>,
    /// The variable that names the project in the environment's block, where it is nothing but a reference.
    pub project_variable: Option<String>,
    /// The name that the live project is expected to have.
    pub project_name: Option<String>,
    /// The address of the management API, where it is not the one that follows from the project's id.
    pub base_url: Option<Url>,
    /// The management key.
    pub key: Option<SecretString>,
}

const PROJECT_ID: &str = "DESCOPE_PROJECT_ID";
const KEY: &str = "DESCOPE_MANAGEMENT_KEY";
const KEY_FILE: &str = "DESCOPE_MANAGEMENT_KEY_FILE";
/// What the official tools call the base URL.
const BASE_URLS: [&str; 2] = ["DESCOPE_BASE_URL", "DESCOPE_BASE_URI"];

/// What the block of the selected environment says; the variables fill the gaps. Blocks of others are checked only.
pub(super) fn read(
    inputs: &Inputs,
    profiles: &[Profile<'_>],
    selected: Option<&str>,
    fields: &mut Fields<'_, '_>,
) -> Result<(Target, Vec<Origin>), Error> {
    let scope = fields.scope;
    let mut target = Target::default();
    let mut origins = Vec::new();
    for profile in profiles {
        let is_selected = selected == Some(profile.name);
        let references = match (is_selected, inputs.sandbox, inputs.offline) {
            (false, ..) | (true, true, _) => References::Skip,
            (true, false, true) => References::Tolerate,
            (true, false, false) => References::Expand,
        };
        fields.scope = scope.with(references);
        let (own, found) = block(profile, inputs.creating && is_selected, fields);
        if is_selected {
            (target, origins) = (own, found);
        }
    }
    fields.scope = scope;
    if !inputs.sandbox {
        let own = profiles.iter().find(|profile| selected == Some(profile.name));
        fill(&mut target, &mut origins, inputs, own, fields)?;
    }
    Ok((target, origins))
}

fn block(profile: &Profile<'_>, creating: bool, fields: &mut Fields<'_, '_>) -> (Target, Vec<Origin>) {
    let mut target = Target::default();
    let mut origins = Vec::new();
    for (key, node) in profile.block.keys.iter() {
        let from = || node.place().to_string();
        let mut note = |value: &str| origins.push(Origin::new(key.text(), value, from()));
        match key.text() {
            "project_id" => {
                target.project_variable = variable(node);
                let scope = fields.scope;
                if creating && scope.references == References::Expand {
                    fields.scope = scope.with(References::Tolerate);
                }
                target.project_id = project_id(node, fields).inspect(|id| note(id));
                fields.scope = scope;
            }
            "project_name" => {
                let name = fields.text(node, "project_name");
                let name = name.filter(|name| project_name(node, name, fields));
                target.project_name = name.map(Cow::into_owned).inspect(|name| note(name));
            }
            "base_url" => {
                target.base_url = base_url(node, fields).inspect(|url| note(url.as_str()));
            }
            "management_key" => {
                target.key = key_reference(node, fields).inspect(|_| note("(set)"));
            }
            _ => {}
        }
    }
    (target, origins)
}

/// The variable that a text refers to, where it is nothing but a reference.
fn variable(node: Node<'_>) -> Option<String> {
    let parts = if node.is_scalar() { parts(node.text()) } else { Vec::new() };
    match parts.as_slice() {
        [Part::Reference { name, .. }] => Some((*name).to_owned()),
        _ => None,
    }
}

fn project_id(node: Node<'_>, fields: &mut Fields<'_, '_>) -> Option<String> {
    let id = fields.filled(node, "project_id")?;
    if is_project_id(&id) {
        return Some(id.into_owned());
    }
    let problem = Problem::error("bad_project_id", "'project_id' is not the id of a project").at(node);
    fields.problems.report(problem.hint(PROJECT_ID_HINT));
    None
}

const PROJECT_ID_HINT: &str =
    "a project id is 'P' and letters and digits; the Descope Console shows it under Project";

fn is_project_id(text: &str) -> bool {
    text.starts_with('P') && text.len() > 1 && text.bytes().all(|byte| byte.is_ascii_alphanumeric())
}

fn base_url(node: Node<'_>, fields: &mut Fields<'_, '_>) -> Option<Url> {
    let text = fields.filled(node, "base_url")?;
    match parse_url(&text) {
        Ok(url) => {
            if let Some(problem) = insecure(&url) {
                fields.problems.report(problem.at(node));
            }
            Some(url)
        }
        Err(reason) => {
            fields.problems.report(
                Problem::error("bad_base_url", format!("'base_url' {reason}")).at(node).hint(URL_HINT),
            );
            None
        }
    }
}

const URL_HINT: &str = "write it as https://api.descope.com";

/// The reason does not repeat the text: it may hold a password.
fn parse_url(text: &str) -> Result<Url, &'static str> {
    let url = Url::parse(text.trim()).map_err(|_| "is not a URL")?;
    if !matches!(url.scheme(), "http" | "https") {
        return Err("must start with https://");
    }
    if !url.username().is_empty() || url.password().is_some() {
        return Err("must not hold a user or a password");
    }
    if url.query().is_some() || url.fragment().is_some() {
        return Err("must not have a query or a fragment");
    }
    Ok(url)
}

fn insecure(url: &Url) -> Option<Problem> {
    let is_local = match url.host() {
        Some(Host::Domain(name)) => name == "localhost",
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    };
    (url.scheme() == "http" && !is_local).then(|| {
        Problem::warning(
            "insecure_base_url",
            "the management key would travel unencrypted: the base URL is http",
        )
        .hint("use https://")
    })
}

/// The key behind a reference. A key that stands in the file itself is an error that does not repeat it.
fn key_reference(node: Node<'_>, fields: &mut Fields<'_, '_>) -> Option<SecretString> {
    let parts = if node.is_scalar() { parts(node.text()) } else { Vec::new() };
    let [Part::Reference { default: None, name }] = parts.as_slice() else {
        let has_default = matches!(parts.as_slice(), [Part::Reference { default: Some(_), .. }]);
        let message = if has_default {
            "'management_key' must not have a default: that would be a key in a file"
        } else {
            "'management_key' must be a reference to a variable, never the key itself"
        };
        let hint =
            "write management_key: ${NAME_OF_A_VARIABLE}; if a real key stood here, revoke it in the console";
        fields.problems.report(Problem::error("key_in_file", message).at(node).hint(hint));
        return None;
    };
    if fields.scope.references == References::Skip {
        return None;
    }
    let Some(key) = fields.scope.variables.value(name).map(str::trim) else {
        if fields.scope.references == References::Expand {
            let problem = Problem::error("unset_variable", format!("variable '{name}' is not set")).at(node);
            fields.problems.report(problem.hint(format!("export {name}: it holds the management key")));
        }
        return None;
    };
    if key.is_empty() {
        let problem = Problem::error("empty_value", "the variable of 'management_key' is empty").at(node);
        fields.problems.report(problem);
        return None;
    }
    check_key(key, "'management_key'", Some(node), fields).then(|| key.into())
}

/// Whether a key can be sent at all. No message repeats any of it.
fn check_key(key: &str, name: &str, node: Option<Node<'_>>, fields: &mut Fields<'_, '_>) -> bool {
    let place = |problem: Problem| if let Some(node) = node { problem.at(node) } else { problem };
    if !key.bytes().all(|byte| byte.is_ascii_graphic()) {
        let problem =
            Problem::error("bad_key", format!("{name} holds characters that no management key has"));
        fields.problems.report(place(problem).hint("copy the key anew, without spaces and line breaks"));
        return false;
    }
    if !key.starts_with('K') {
        let problem = Problem::warning("unlikely_key", format!("{name} does not look like a management key"));
        fields.problems.report(place(problem).hint("management keys start with 'K'"));
    }
    true
}

/// Variables fill what the block leaves open. A project that both name must be the same one.
fn fill(
    target: &mut Target,
    origins: &mut Vec<Origin>,
    inputs: &Inputs,
    own: Option<&Profile<'_>>,
    fields: &mut Fields<'_, '_>,
) -> Result<(), Error> {
    // A reference that is not set yet is no gap: another project's value must not slip in.
    let is_gap = |key| own.is_none_or(|profile| profile.block.keys.value(key).is_none());
    match inputs.variables.filled(PROJECT_ID).map(str::trim) {
        Some(id) if is_gap("project_id") => fill_project(id, target, origins, fields),
        Some(id) => same_project(id, target, own)?,
        None => {}
    }
    if is_gap("management_key") {
        target.key = key_of_variables(inputs, origins, fields);
    }
    if is_gap("base_url")
        && let Some((name, text)) =
            BASE_URLS.iter().find_map(|name| Some((name, inputs.variables.filled(name)?)))
    {
        match parse_url(text) {
            Ok(url) => {
                if let Some(problem) = insecure(&url) {
                    fields.problems.report(problem);
                }
                origins.push(Origin::new("base_url", url.as_str(), format!("variable {name}")));
                target.base_url = Some(url);
            }
            Err(reason) => {
                let problem = Problem::error("bad_base_url", format!("variable '{name}' {reason}"));
                fields.problems.report(problem.hint(URL_HINT));
            }
        }
    }
    Ok(())
}

fn same_project(id: &str, target: &Target, own: Option<&Profile<'_>>) -> Result<(), Error> {
    match &target.project_id {
        Some(in_block) if in_block != id => Err(Error::WrongTarget {
            environment: own.map(|profile| profile.name.to_owned()).unwrap_or_default(),
            in_block: in_block.clone(),
            in_variable: id.to_owned(),
        }),
        _ => Ok(()),
    }
}

fn fill_project(id: &str, target: &mut Target, origins: &mut Vec<Origin>, fields: &mut Fields<'_, '_>) {
    if is_project_id(id) {
        origins.push(Origin::new("project_id", id, format!("variable {PROJECT_ID}")));
        target.project_id = Some(id.to_owned());
    } else {
        let problem =
            Problem::error("bad_project_id", format!("variable '{PROJECT_ID}' is not the id of a project"));
        fields.problems.report(problem.hint(PROJECT_ID_HINT));
    }
}

fn key_of_variables(
    inputs: &Inputs,
    origins: &mut Vec<Origin>,
    fields: &mut Fields<'_, '_>,
) -> Option<SecretString> {
    let (key, name) = match (inputs.variables.filled(KEY), inputs.variables.filled(KEY_FILE)) {
        (Some(key), file) => {
            if file.is_some() {
                let message = format!("variable '{KEY_FILE}' is ignored: '{KEY}' is set too");
                fields
                    .problems
                    .report(Problem::warning("key_given_twice", message).hint("unset one of the two"));
            }
            (key.trim().to_owned(), KEY)
        }
        (None, Some(file)) => (key_in_file(&inputs.directory.join(file.trim()), fields)?, KEY_FILE),
        (None, None) => return None,
    };
    let good = check_key(&key, &format!("variable '{name}'"), None, fields);
    good.then(|| {
        origins.push(Origin::new("management_key", "(set)", format!("variable {name}")));
        key.into()
    })
}

fn key_in_file(path: &Path, fields: &mut Fields<'_, '_>) -> Option<String> {
    let shown = path.display();
    let fail = |message: String, fields: &mut Fields<'_, '_>| {
        fields
            .problems
            .report(Problem::error("key_file", message).hint(format!("see variable '{KEY_FILE}'")));
        None
    };
    let key = match fs::read_to_string(path) {
        Ok(key) => key.trim().to_owned(),
        Err(error) if error.kind() == io::ErrorKind::InvalidData => {
            return fail(format!("key file '{shown}' is not a text"), fields);
        }
        Err(error) => return fail(format!("key file '{shown}' cannot be read: {error}"), fields),
    };
    if key.is_empty() {
        return fail(format!("key file '{shown}' is empty"), fields);
    }
    if is_open_to_all(path) {
        let problem =
            Problem::warning("key_file_open", format!("key file '{shown}' can be read by everybody"));
        fields.problems.report(problem.hint(format!("chmod 600 '{shown}'")));
    }
    Some(key)
}

#[cfg(unix)]
fn is_open_to_all(path: &Path) -> bool {
    use std::os::unix::fs::PermissionsExt;
    fs::metadata(path).is_ok_and(|metadata| metadata.permissions().mode() & 0o004 != 0)
}

#[cfg(not(unix))]
fn is_open_to_all(_path: &Path) -> bool {
    false
}
