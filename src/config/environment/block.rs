//! The blocks below `environments`: what choosing needs of each, and the checks of the rest.

use super::{Limits, project};
use crate::{
    config::{
        expand::{References, has_references},
        fields::Fields,
        problems::Problem,
        sections::{Block, Sections},
        settings::ENVIRONMENT_SETTINGS,
        tree::Node,
    },
    resource::project::DesiredProject,
};

const OWN: &[&str] = &[
    "project_id",
    "project_name",
    "base_url",
    "branches",
    "management_key",
    "protected",
    "limits",
    "project",
    "tenants",
];

/// What choosing an environment needs to know of it.
#[derive(Debug)]
pub(in crate::config) struct Profile<'a> {
    pub(in crate::config) name: &'a str,
    pub(in crate::config) protected: bool,
    /// Globs of git branches; `None` where the block has no `branches`.
    pub(super) branches: Option<Vec<glob::Pattern>>,
    pub(in crate::config) block: &'a Block<'a>,
}

/// The profiles of all blocks.
pub(in crate::config) fn profiles<'a>(
    sections: &'a Sections<'a>,
    fields: &mut Fields<'_, '_>,
) -> Vec<Profile<'a>> {
    sections.environments.iter().map(|block| profile(block, fields)).collect()
}

fn profile<'a>(block: &'a Block<'a>, fields: &mut Fields<'_, '_>) -> Profile<'a> {
    let branches = block.keys.value("branches").and_then(|node| branches(node, fields));
    Profile { name: block.name, protected: is_protected(block, fields), branches, block }
}

fn is_protected(block: &Block<'_>, fields: &mut Fields<'_, '_>) -> bool {
    let by_name = ["prod", "production"].iter().any(|name| block.name.eq_ignore_ascii_case(name));
    let Some(node) = block.keys.value("protected") else { return by_name };
    if refuse_references(node, "protected", fields) {
        return true;
    }
    let said = fields.boolean(node, "protected");
    if by_name && said == Some(false) {
        let message = format!("environment '{}' stays protected: its name alone makes it so", block.name);
        let hint = "give it another name, or take 'protected: false' out";
        fields.problems.report(Problem::warning("always_protected", message).at(node).hint(hint));
    }
    // What can't be read is better protected than not.
    by_name || said.unwrap_or(true)
}

fn branches(node: Node<'_>, fields: &mut Fields<'_, '_>) -> Option<Vec<glob::Pattern>> {
    let items = fields.items(node, "branches")?;
    if items.into_iter().any(|item| refuse_references(item, "branches", fields)) {
        return None;
    }
    let mut globs = Vec::new();
    for (item, text) in fields.texts(node, "branches")? {
        match glob::Pattern::new(&text) {
            Ok(glob) => globs.push(glob),
            Err(error) => {
                let message = format!("'{text}' is not a glob: {}", error.msg);
                fields.problems.report(Problem::error("bad_glob", message).at(item));
            }
        }
    }
    Some(globs)
}

/// What decides which environment is selected can't depend on it.
fn refuse_references(node: Node<'_>, name: &str, fields: &mut Fields<'_, '_>) -> bool {
    let found = node.is_scalar() && has_references(node.text());
    if found {
        let message = format!("'{name}' is read before an environment is selected, so it holds no ${{…}}");
        fields.problems.report(Problem::error("reference_not_allowed", message).at(node));
    }
    found
}

/// Checks all blocks but for credentials, settings and tenants; returns the limits of the selected one, and how it wants
/// its project.
pub(in crate::config) fn check_blocks(
    profiles: &[Profile<'_>],
    selected: Option<&str>,
    fields: &mut Fields<'_, '_>,
) -> (Limits, Option<DesiredProject>) {
    let scope = fields.scope;
    let (mut limits, mut wanted) = (Limits::default(), None);
    for profile in profiles {
        let is_selected = selected == Some(profile.name);
        fields.scope = if is_selected { scope } else { scope.with(References::Skip) };
        let otherwise = if profile.protected { Limits::PROTECTED } else { Limits::default() };
        let own = Limits::read(profile.block.keys.value("limits"), otherwise, fields);
        let project = profile.block.keys.value("project").and_then(|node| project::read(node, fields));
        if is_selected {
            (limits, wanted) = (own, project);
        }
        check_keys(profile.block, fields);
    }
    fields.scope = scope;
    check_isolation(profiles, fields);
    (limits, wanted)
}

fn project_of<'a>(profile: &Profile<'a>) -> Option<Node<'a>> {
    profile.block.keys.value("project_id").filter(|node| node.is_scalar())
}

/// Reports a project that a protected environment shares with another one: what guards it would be passed by.
fn check_isolation(profiles: &[Profile<'_>], fields: &mut Fields<'_, '_>) {
    for profile in profiles.iter().filter(|profile| profile.protected) {
        let Some(own) = project_of(profile) else { continue };
        for other in profiles.iter().filter(|other| other.name != profile.name && !other.protected) {
            let Some(node) = project_of(other).filter(|node| node.text() == own.text()) else { continue };
            let message = format!(
                "environment '{}' has the project of the protected environment '{}'",
                other.name, profile.name
            );
            let hint = "give each environment a project of its own, or make both protected";
            fields.problems.report(Problem::error("shared_project", message).at(node).hint(hint));
        }
    }
}

fn check_keys(block: &Block<'_>, fields: &mut Fields<'_, '_>) {
    let inside = format!("environment '{}'", block.name);
    for (key, _) in block.keys.iter() {
        let word = key.text();
        if !OWN.contains(&word) && !ENVIRONMENT_SETTINGS.contains(&word) {
            let known: Vec<&str> = OWN.iter().chain(ENVIRONMENT_SETTINGS).copied().collect();
            fields.unknown_key(key, &inside, &known);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::{Limit, testing::Case};

    #[test]
    fn unknown_keys_of_a_block_are_errors_whether_it_is_selected_or_not() {
        let yaml = "environments:\n  dev: { projectid: P2a }\n  qa: { limit: {}, rate_limit: 5/1s }\n";
        insta::assert_snapshot!(Case::new(yaml).problems(), @"
        descope.yaml:2:10: error: unknown key 'projectid' in environment 'dev' [unknown_key]
          hint: did you mean 'project_id'?
        descope.yaml:3:9: error: unknown key 'limit' in environment 'qa' [unknown_key]
          hint: did you mean 'limits'?
        ");
    }

    #[test]
    fn limits_are_numbers_or_shares() {
        let yaml = "environments: { dev: { limits: { max_delete: 2, max_change: 40% } } }";
        let limits = Case::new(yaml).config().environment.unwrap().limits;
        assert_eq!(limits, Limits { max_delete: Some(2), max_change: Some(Limit::Percent(40)) });
        let yaml = "environments: { dev: { limits: { max_change: 7 } } }";
        assert_eq!(Case::new(yaml).config().environment.unwrap().limits.max_change, Some(Limit::Count(7)));
        let yaml = "environments: { dev: { limits: { max_change: 101%, max_delete: -1, max_creat: 1 } } }";
        insta::assert_snapshot!(Case::new(yaml).problems(), @r#"
        descope.yaml:1:46: error: 'max_change' must be a whole number or a share such as "30%" [wrong_type]
        descope.yaml:1:64: error: 'max_delete' must be a whole number [wrong_type]
        descope.yaml:1:68: error: unknown key 'max_creat' in 'limits' [unknown_key]
          hint: known are 'max_delete', 'max_change'
        "#);
    }

    #[test]
    fn an_environment_has_a_plain_name() {
        insta::assert_snapshot!(Case::new("environments: { 'a b': {} }").problems(), @"
        descope.yaml:1:17: error: 'a b' cannot name an environment [bad_environment_name]
          hint: use letters, digits, '-', '_' and '.', 64 at most, a letter or digit first
        ");
    }
}
