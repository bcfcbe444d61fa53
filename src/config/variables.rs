//! Variables named `DESCOPE_MGMT_…`: known ones, and warnings about the rest.

use super::{
    inputs::Variables,
    problems::{Problem, Problems},
    suggest,
};

pub(super) const PREFIX: &str = "DESCOPE_MGMT_";

/// Variables that are read, without their prefix.
const KNOWN: &[&str] = &[
    "CONFIG",
    "ENVIRONMENT",
    "OUTPUT",
    "YES",
    "NO_INPUT",
    "DRY_RUN",
    "DETAILED_EXITCODE",
    "ON_ERROR",
    "CONFLICT",
    "FULL",
    "BACKUP_DIR",
    "STATE_DIR",
    "PARALLELISM",
    "RATE_LIMIT",
    "TIMEOUT",
    "MAX_WAIT",
    "LOCK_TIMEOUT",
    "SANDBOX",
    "COLOR",
    "QUIET",
    "LOG_LEVEL",
    "LOG_FILE",
    "PAGER",
];

/// Known ones that say yes or no.
const BOOLEAN: &[&str] = &["YES", "NO_INPUT", "DRY_RUN", "DETAILED_EXITCODE", "FULL", "QUIET"];

/// Flags that a person has to type: no variable stands for them.
const FLAGS_ONLY: &[&str] = &["PRUNE", "CONFIRM_PROJECT", "CASCADE"];

impl Variables {
    /// Reads a variable that says yes or no, `DESCOPE_MGMT_YES` for instance: `true`, `false`, `1` or `0`.
    ///
    /// # Errors
    /// The value, where it is none of them.
    pub fn boolean(&self, name: &str) -> Result<Option<bool>, String> {
        match self.filled(name).map(str::trim) {
            None => Ok(None),
            Some("true" | "1") => Ok(Some(true)),
            Some("false" | "0") => Ok(Some(false)),
            Some(other) => Err(other.to_owned()),
        }
    }
}

/// Reports variables that nobody reads and truth values that are none.
pub(super) fn check(variables: &Variables, problems: &mut Problems) {
    for name in variables.names() {
        let Some(word) = name.strip_prefix(PREFIX) else { continue };
        if FLAGS_ONLY.contains(&word) || word.starts_with("ALLOW_") {
            problems.report(without_effect(name, word));
        } else if !KNOWN.contains(&word) {
            let hint = suggest::closest(word, KNOWN.iter().copied());
            let problem = Problem::warning("unknown_variable", format!("variable '{name}' is not known"));
            problems.report(problem.maybe_hint(hint.map(|word| format!("did you mean '{PREFIX}{word}'?"))));
        } else if BOOLEAN.contains(&word)
            && let Err(value) = variables.boolean(name)
        {
            let message = format!("variable '{name}' must be true or false, and is '{value}'");
            problems.report(Problem::error("bad_variable", message).hint("write true, false, 1 or 0"));
        }
    }
}

fn without_effect(name: &str, word: &str) -> Problem {
    let flag = word.to_lowercase().replace('_', "-");
    Problem::warning("variable_without_effect", format!("variable '{name}' has no effect"))
        .hint(format!("--{flag} must be typed as a flag: no variable stands for it"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(name: &str, value: &str) -> Vec<String> {
        let mut problems = Problems::default();
        check(&Variables::from_iter([(name, value)]), &mut problems);
        let found = problems.finish(&[], &[]);
        found.iter().map(|found| format!("{found} ({})", found.hint.clone().unwrap_or_default())).collect()
    }

    #[test]
    fn an_unknown_variable_is_a_warning_with_a_suggestion() {
        assert_eq!(
            found("DESCOPE_MGMT_RATELIMIT", "1/1s"),
            [
                "warning: variable 'DESCOPE_MGMT_RATELIMIT' is not known (did you mean 'DESCOPE_MGMT_RATE_LIMIT'?)"
            ]
        );
        assert_eq!(found("DESCOPE_MGMT_RATE_LIMIT", "1/1s"), [""; 0]);
        assert_eq!(found("DESCOPE_PROJECT_ID", "P2"), [""; 0]);
    }

    #[test]
    fn a_variable_for_a_flag_that_must_be_typed_is_a_warning() {
        for (name, flag) in [
            ("DESCOPE_MGMT_PRUNE", "--prune"),
            ("DESCOPE_MGMT_CONFIRM_PROJECT", "--confirm-project"),
            ("DESCOPE_MGMT_ALLOW_REPLACE", "--allow-replace"),
            ("DESCOPE_MGMT_ALLOW_LOCKOUT", "--allow-lockout"),
            ("DESCOPE_MGMT_CASCADE", "--cascade"),
        ] {
            let found = found(name, "true");
            assert!(
                found[0].starts_with(&format!("warning: variable '{name}' has no effect ({flag} ")),
                "{found:?}"
            );
        }
    }

    #[test]
    fn truth_values_are_read_strictly() {
        for value in ["true", "false", "1", "0", ""] {
            assert_eq!(found("DESCOPE_MGMT_YES", value), [""; 0], "{value}");
        }
        for value in ["yes", "True", "on", "2"] {
            assert!(found("DESCOPE_MGMT_YES", value)[0].starts_with("error:"), "{value}");
        }
    }
}
