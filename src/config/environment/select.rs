//! Which environment: flag, variable, branch, the only one, `dev`. Never a protected one unless it was named.

use super::{Environment, Limits, Profile, Selection, branch};
use crate::config::{Error, Inputs, suggest};

const VARIABLE: &str = "DESCOPE_MGMT_ENVIRONMENT";

/// The selected environment, its limits still to be read; `None` where no file defines any and none is asked for.
pub(in crate::config) fn select(
    inputs: &Inputs,
    profiles: &[Profile<'_>],
) -> Result<Option<Environment>, Error> {
    if let Some(name) = &inputs.environment {
        return named(name, "--environment", Selection::Flag, profiles).map(Some);
    }
    if let Some(name) = inputs.variables.filled(VARIABLE) {
        return named(name.trim(), VARIABLE, Selection::Variable, profiles).map(Some);
    }
    if profiles.is_empty() {
        return Ok(None);
    }
    if let Some(name) = branch::current(&inputs.directory)
        && let Some(profile) = of_branch(&name, profiles)?
    {
        let because = format!("by branch '{name}'");
        return chosen(profile, Selection::Branch(name), because).map(Some);
    }
    if let [only] = profiles {
        return chosen(only, Selection::Only, "just because it is the only one".to_owned()).map(Some);
    }
    match profiles.iter().find(|profile| profile.name == "dev") {
        Some(dev) => chosen(dev, Selection::Default, "by default".to_owned()).map(Some),
        None => Err(Error::NoEnvironment { known: names(profiles) }),
    }
}

fn named(
    name: &str,
    chosen_by: &'static str,
    why: Selection,
    profiles: &[Profile<'_>],
) -> Result<Environment, Error> {
    let found = profiles.iter().find(|profile| profile.name == name);
    let found = found.ok_or_else(|| Error::UnknownEnvironment {
        name: name.to_owned(),
        chosen_by,
        known: names(profiles),
        suggestion: suggest::closest(name, profiles.iter().map(|profile| profile.name)).map(str::to_owned),
    })?;
    Ok(environment(found, why))
}

fn chosen(profile: &Profile<'_>, why: Selection, because: String) -> Result<Environment, Error> {
    if profile.protected {
        return Err(Error::ProtectedEnvironment { name: profile.name.to_owned(), because });
    }
    Ok(environment(profile, why))
}

fn environment(profile: &Profile<'_>, why: Selection) -> Environment {
    let (name, protected) = (profile.name.to_owned(), profile.protected);
    Environment { name, why, protected, limits: Limits::default() }
}

/// The environment whose `branches` hold the branch; else the one, without `branches`, that is called like it.
fn of_branch<'p, 'a>(branch: &str, profiles: &'p [Profile<'a>]) -> Result<Option<&'p Profile<'a>>, Error> {
    let claims = |profile: &&Profile<'_>| {
        profile.branches.iter().flatten().any(|glob: &glob::Pattern| glob.matches(branch))
    };
    let matches: Vec<_> = profiles.iter().filter(claims).collect();
    if let [_, _, ..] = matches.as_slice() {
        let matches = matches.iter().map(|profile| profile.name.to_owned()).collect();
        return Err(Error::AmbiguousBranch { branch: branch.to_owned(), matches });
    }
    let last = branch.rsplit('/').next().unwrap_or(branch);
    let called =
        |name: &str| profiles.iter().find(|profile| profile.branches.is_none() && profile.name == name);
    Ok(matches.first().copied().or_else(|| called(branch)).or_else(|| called(last)))
}

fn names(profiles: &[Profile<'_>]) -> Vec<String> {
    profiles.iter().map(|profile| profile.name.to_owned()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::testing::Case;

    const THREE: &str = "
environments:
  dev: { branches: [develop, 'feature/*'] }
  staging: { branches: ['release/*'] }
  prod: { branches: [main] }
";

    fn selected(case: &Case) -> (String, Selection) {
        let environment = case.config().environment.unwrap();
        (environment.name, environment.why)
    }

    #[test]
    fn the_flag_wins_over_the_variable_and_the_variable_over_the_branch() {
        let case = Case::new(THREE).branch("release/7");
        assert_eq!(selected(&case), ("staging".into(), Selection::Branch("release/7".into())));
        let case = case.variable("DESCOPE_MGMT_ENVIRONMENT", "prod");
        assert_eq!(selected(&case), ("prod".into(), Selection::Variable));
        let case = case.environment("dev");
        assert_eq!(selected(&case), ("dev".into(), Selection::Flag));
    }

    #[test]
    fn a_branch_no_environment_claims_falls_back_to_dev() {
        assert_eq!(selected(&Case::new(THREE).branch("topic")), ("dev".into(), Selection::Default));
        assert_eq!(selected(&Case::new(THREE)), ("dev".into(), Selection::Default));
    }

    #[test]
    fn without_branches_the_name_of_the_branch_or_its_last_segment_chooses() {
        let yaml = "environments: { dev: {}, qa: {} }";
        for branch in ["qa", "team/qa"] {
            assert_eq!(
                selected(&Case::new(yaml).branch(branch)),
                ("qa".into(), Selection::Branch(branch.into()))
            );
        }
        // Who lists branches is no longer chosen by name.
        let yaml = "environments: { dev: {}, qa: { branches: [testing] } }";
        assert_eq!(selected(&Case::new(yaml).branch("qa")), ("dev".into(), Selection::Default));
    }

    #[test]
    fn the_only_environment_is_chosen() {
        assert_eq!(
            selected(&Case::new("environments: { sandbox: {} }")),
            ("sandbox".into(), Selection::Only)
        );
    }

    #[test]
    fn a_protected_environment_is_never_chosen_by_itself() {
        for (case, because) in [
            (Case::new(THREE).branch("main"), "by branch 'main'"),
            (Case::new("environments: { prod: {} }"), "just because it is the only one"),
            (Case::new("environments: { dev: { protected: true }, qa: {} }"), "by default"),
            (
                Case::new("environments: { production: {}, dev: {} }").branch("x/production"),
                "by branch 'x/production'",
            ),
        ] {
            let error = case.error();
            assert!(
                error.to_string().ends_with(&format!("is protected and is never chosen {because}")),
                "{error}"
            );
            assert!(error.hint().unwrap().starts_with("type -e "));
        }
    }

    #[test]
    fn a_protected_environment_has_limits_by_default_and_its_name_keeps_it_protected() {
        let prod = Case::new(THREE).environment("prod").config().environment.unwrap();
        assert!(prod.protected);
        assert_eq!(prod.limits, Limits::PROTECTED);
        let case = Case::new("environments: { prod: { protected: false, limits: { max_delete: 3 } } }")
            .environment("prod");
        insta::assert_snapshot!(case.problems(), @"
        descope.yaml:1:36: warning: environment 'prod' stays protected: its name alone makes it so [always_protected]
          hint: give it another name, or take 'protected: false' out
        ");
        let prod = case.load().unwrap().environment.unwrap();
        assert!(prod.protected);
        assert_eq!(prod.limits, Limits { max_delete: Some(3), ..Limits::PROTECTED });
        assert_eq!(Case::new(THREE).config().environment.unwrap().limits, Limits::default());
    }

    #[test]
    fn an_environment_that_no_file_defines_is_an_error_that_lists_the_others() {
        let error = Case::new(THREE).environment("stagin").error();
        assert_eq!(error.to_string(), "environment 'stagin', chosen by --environment, is not defined");
        assert_eq!(error.hint().unwrap(), "did you mean 'staging'? Defined are: dev, staging, prod");
        let error = Case::new("version: 1").variable("DESCOPE_MGMT_ENVIRONMENT", "qa").error();
        assert_eq!(error.code(), "unknown_environment");
    }

    #[test]
    fn nothing_that_chooses_is_an_error_that_says_what_to_type() {
        let error = Case::new("environments: { a: {}, b: {} }").error();
        assert_eq!(
            (error.code(), error.hint().unwrap().as_str()),
            ("no_environment", "choose one with -e: a, b")
        );
    }

    #[test]
    fn a_branch_that_two_environments_claim_chooses_none() {
        let yaml = "environments: { a: { branches: ['r/*'] }, b: { branches: ['*/7'] } }";
        assert_eq!(
            Case::new(yaml).branch("r/7").error().to_string(),
            "branch 'r/7' matches several environments: a, b"
        );
    }

    #[test]
    fn what_decides_the_choice_holds_no_references() {
        let yaml = "environments: { a: { branches: ['${X}'], protected: '${Y}' }, dev: {} }";
        insta::assert_snapshot!(Case::new(yaml).problems(), @"
        descope.yaml:1:33: error: 'branches' is read before an environment is selected, so it holds no ${…} [reference_not_allowed]
        descope.yaml:1:53: error: 'protected' is read before an environment is selected, so it holds no ${…} [reference_not_allowed]
        ");
    }

    #[test]
    fn the_header_says_why() {
        let why = Selection::Branch("release/7".into());
        assert_eq!(why.to_string(), "environment from branch release/7");
    }
}
