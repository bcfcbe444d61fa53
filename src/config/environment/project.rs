//! The `project` of an environment: how the project itself should be.

use std::collections::BTreeSet;

use crate::{
    config::{fields::Fields, problems::Problem, tree::Node},
    resource::project::DesiredProject,
};

/// Characters that a tag may have at most (Projects, calls on a project).
const LONGEST_TAG: usize = 50;

/// The attributes below `project`; `None` where it manages none.
pub(super) fn read(node: Node<'_>, fields: &mut Fields<'_, '_>) -> Option<DesiredProject> {
    let map = fields.map(node, "project")?;
    let mut project = DesiredProject { place: Some(node.place()), ..DesiredProject::default() };
    for (key, value) in map.entries() {
        match key.text() {
            "name" => {
                let name = fields.text(value, "name").filter(|name| project_name(value, name, fields));
                project.name = name.map(std::borrow::Cow::into_owned);
            }
            "tags" => project.tags = tags(value, fields),
            "environment" => {
                let problem =
                    Problem::warning("environment_label", "no call changes a project's environment label");
                fields.problems.report(problem.at(key).hint("change it in the Descope Console"));
            }
            _ => fields.unknown_key(key, "'project'", &["name", "tags"]),
        }
    }
    let DesiredProject { name, tags, place: _ } = &project;
    (name.is_some() || tags.is_some()).then_some(project)
}

fn tags(node: Node<'_>, fields: &mut Fields<'_, '_>) -> Option<BTreeSet<String>> {
    let mut tags = BTreeSet::new();
    for (item, tag) in fields.texts(node, "tags")? {
        if tag.chars().count() > LONGEST_TAG {
            let message = format!("'{tag}' cannot be a tag: it has more than {LONGEST_TAG} characters");
            fields.problems.report(Problem::error("bad_tag", message).at(item));
        }
        tags.insert(tag.into_owned());
    }
    Some(tags)
}

/// Whether a project can have this name.
pub fn is_project_name(name: &str) -> bool {
    let fits = name.chars().all(|sign| sign.is_ascii_alphanumeric() || sign == ' ' || sign == '-');
    fits && (1..=100).contains(&name.len())
}

/// Reports a name that no project can have.
pub(in crate::config) fn project_name(node: Node<'_>, name: &str, fields: &mut Fields<'_, '_>) -> bool {
    let good = is_project_name(name);
    if !good {
        let message = format!("'{name}' cannot be a project's name");
        let hint = "use 1 to 100 letters, digits, spaces and hyphens";
        fields.problems.report(Problem::error("bad_project_name", message).at(node).hint(hint));
    }
    good
}

#[cfg(test)]
mod tests {
    use crate::config::testing::Case;

    #[test]
    fn name_and_tags_of_the_selected_environment_are_desired() {
        let yaml = "environments:\n  dev: { project: { name: PCC dev, tags: [b, a, b] } }\n  qa: { project: { name: PCC qa } }\n";
        let project = Case::new(yaml).environment("dev").config().desired.project.unwrap();
        assert_eq!(project.name.as_deref(), Some("PCC dev"));
        assert_eq!(project.tags.unwrap().into_iter().collect::<Vec<_>>(), ["a", "b"]);
        let none = Case::new("environments: { dev: { project: {} } }").config().desired.project;
        assert_eq!(none, None);
        let untagged = Case::new("environments: { dev: { project: { tags: [] } } }").config().desired.project;
        assert_eq!(untagged.unwrap().tags.map(|tags| tags.len()), Some(0));
    }

    #[test]
    fn what_no_project_can_have_is_an_error_and_what_no_call_changes_a_warning() {
        let tag = "x".repeat(51);
        let yaml = format!(
            "environments: {{ dev: {{ project: {{ name: 'a/b', tags: ['{tag}'], environment: y, nam: x }} }} }}"
        );
        insta::assert_snapshot!(Case::new(&yaml).problems(), @"
        descope.yaml:1:41: error: 'a/b' cannot be a project's name [bad_project_name]
          hint: use 1 to 100 letters, digits, spaces and hyphens
        descope.yaml:1:55: error: 'xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx' cannot be a tag: it has more than 50 characters [bad_tag]
        descope.yaml:1:111: warning: no call changes a project's environment label [environment_label]
          hint: change it in the Descope Console
        descope.yaml:1:127: error: unknown key 'nam' in 'project' [unknown_key]
          hint: did you mean 'name'?
        ");
    }
}
