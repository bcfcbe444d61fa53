//! `Authorization` header → who is calling.

use secrecy::ExposeSecret;

use super::{answer::Refusal, options::KeySpec};

/// Who is calling.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Caller {
    /// The project in the bearer; `None`: a company call.
    pub(super) project: Option<String>,
    /// The id of the key.
    pub(super) key_id: String,
    /// The projects in reach of the key; `None`: all.
    reach: Option<Vec<String>>,
}

impl Caller {
    /// Whether the caller's key reaches every project, those to come too.
    pub(super) fn is_company_wide(&self) -> bool {
        self.reach.is_none()
    }

    /// Whether the caller's key reaches this project.
    pub(super) fn reaches(&self, project: &str) -> bool {
        self.reach.as_ref().is_none_or(|reach| reach.iter().any(|id| id == project))
    }
}

/// The project that a header speaks for, whether or not its key is right.
pub(super) fn project_of(header: Option<&str>) -> Option<&str> {
    parts(header?).and_then(|(project, _)| project)
}

/// Checks a header: `Bearer P…:K…` for a project, `Bearer K…` for the company.
pub(super) fn identify(header: Option<&str>, keys: &[KeySpec]) -> Result<Caller, Refusal> {
    let (project, key) = header.and_then(parts).ok_or_else(Refusal::unauthorized)?;
    let spec = keys.iter().find(|spec| spec.key.expose_secret() == key).ok_or_else(Refusal::unauthorized)?;
    let caller =
        Caller { project: project.map(str::to_owned), key_id: spec.id(), reach: spec.projects.clone() };
    match project {
        Some(project) if !caller.reaches(project) => Err(Refusal::no_project()),
        _ => Ok(caller),
    }
}

fn parts(header: &str) -> Option<(Option<&str>, &str)> {
    let token = header.strip_prefix("Bearer ")?;
    Some(match token.split_once(':') {
        Some((project, key)) => (Some(project), key),
        None => (None, token),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn keys() -> Vec<KeySpec> {
        vec!["Kall".into(), KeySpec { projects: Some(vec!["P1".to_owned()]), ..KeySpec::from("Kone") }]
    }

    #[test]
    fn a_project_and_a_key_speak_for_the_project_and_a_key_alone_for_the_company() {
        let caller = identify(Some("Bearer P1:Kone"), &keys()).unwrap();
        assert_eq!(caller.project.as_deref(), Some("P1"));
        assert!(caller.reaches("P1") && !caller.reaches("P2"));
        let company = identify(Some("Bearer Kall"), &keys()).unwrap();
        assert!(company.project.is_none() && company.reaches("P2"));
    }

    #[test]
    fn a_wrong_key_is_401_and_a_project_out_of_reach_is_e011008() {
        for header in [None, Some("Bearer P1:Kno"), Some("Kall"), Some("Basic P1:Kall"), Some("Bearer ")] {
            assert_eq!(identify(header, &keys()).unwrap_err().status, 401, "{header:?}");
        }
        assert_eq!(identify(Some("Bearer P2:Kone"), &keys()).unwrap_err().code, "E011008");
    }
}
