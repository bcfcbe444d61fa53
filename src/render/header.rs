//! What a plan is about: the environment and why it was chosen, the project, the files.

use super::quote::plain;

/// What a plan is about.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Header {
    /// The environment's name, if any is defined.
    pub environment: Option<String>,
    /// Why this environment, as in "environment from branch release/7".
    pub why: Option<String>,
    /// The project's id.
    pub project_id: String,
    /// Its live name, where the key may list projects.
    pub project_name: Option<String>,
    /// Whether this is the sandbox.
    pub sandbox: bool,
    /// The configuration files, as the user knows them.
    pub files: Vec<String>,
    /// How far the lock reaches.
    pub reach: Option<String>,
    /// The backup that stands in for what is live, where one does.
    pub against: Option<String>,
}

impl Header {
    /// The header on one line.
    pub fn line(&self) -> String {
        let name =
            self.project_name.as_deref().map(|name| format!(" \"{}\"", plain(name))).unwrap_or_default();
        let files = (!self.files.is_empty()).then(|| plain(&self.files.join(", ")));
        let why = self.why.as_deref().map(|why| format!(" ({why})")).unwrap_or_default();
        let source = files.map_or_else(|| why.trim_start().to_owned(), |files| format!("{files}{why}"));
        [
            Some("descope-mgmt".to_owned()),
            self.sandbox.then(|| "SANDBOX".to_owned()),
            self.environment.as_deref().map(plain),
            Some(format!("project {}{name}", plain(&self.project_id))),
            (!source.is_empty()).then_some(source),
            self.against.as_ref().map(|backup| format!("against backup {backup}, offline")),
            self.reach.clone(),
        ]
        .into_iter()
        .flatten()
        .collect::<Vec<_>>()
        .join(" · ")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_header_names_environment_project_files_and_why() {
        let header = Header {
            environment: Some("staging".into()),
            why: Some("environment from branch release/7".into()),
            project_id: "P2abc".into(),
            project_name: Some("PCC Staging".into()),
            files: vec!["descope.yaml".into()],
            ..Header::default()
        };
        assert_eq!(
            header.line(),
            "descope-mgmt · staging · project P2abc \"PCC Staging\" · descope.yaml (environment from branch release/7)"
        );
        let bare = Header { project_id: "P2abc".into(), sandbox: true, ..Header::default() };
        assert_eq!(bare.line(), "descope-mgmt · SANDBOX · project P2abc");
    }
}
