//! One item below `flows` → what it says, and the flow that it means.

use std::path::Path;

use super::{Catalog, Extra, Surroundings, check, document, variables};
use crate::{
    config::{
        expand::References,
        fields::Fields,
        paths::path,
        problems::Problem,
        tree::{Kind, Node},
    },
    resource::flow::{self, Content, Flow, Origin, template::VersionRequest},
};

/// Keys of an item.
pub(in crate::config) const KEYS: &[&str] = &["id", "file", "template", "variables", "environments"];

/// What one item says.
pub(super) struct Draft<'a> {
    pub(super) id: String,
    pub(super) id_node: Node<'a>,
    item: Node<'a>,
}

/// The id of an item whose keys are known ones.
pub(super) fn read<'a>(item: Node<'a>, is_in: bool, fields: &mut Fields<'_, '_>) -> Option<Draft<'a>> {
    for (key, _) in item.entries().filter(|(key, _)| !KEYS.contains(&key.text())) {
        fields.unknown_key(key, "a flow", KEYS);
    }
    let Some(node) = item.value("id") else {
        let problem = Problem::error("missing_id", "a flow needs an 'id'").at(item);
        fields.problems.report(problem.hint("as in: id: sign-up-or-in"));
        return None;
    };
    let scope = fields.scope;
    // Variables of a flow may be set in its own environments only.
    fields.scope = if is_in { scope } else { scope.with(References::Tolerate) };
    let id = fields.filled(node, "id");
    fields.scope = scope;
    let id = id?.into_owned();
    if !flow::is_id(&id) {
        let message = format!("'{id}' is no id of a flow");
        let problem = Problem::error("invalid_id", message).at(node);
        fields.problems.report(problem.hint("use letters, digits, '-' and '_'"));
        return None;
    }
    Some(Draft { id, id_node: node, item })
}

/// Reads what items mean; the templates are looked for once, where an item asks for one.
pub(super) struct Reader<'r, 'a> {
    pub(super) around: &'r Surroundings<'a>,
    pub(super) extra: &'r mut Extra,
    pub(super) catalog: Option<Catalog>,
}

impl Reader<'_, '_> {
    pub(super) fn flow(&mut self, draft: Draft<'_>, fields: &mut Fields<'_, '_>) -> Option<Flow> {
        let Draft { id, id_node, item } = draft;
        let variables = item.value("variables");
        let (content, origin) = match (item.value("file"), item.value("template")) {
            (Some(node), None) => {
                if let Some(variables) = variables {
                    let problem =
                        Problem::error("variables_without_template", "only a template has variables");
                    fields.problems.report(problem.at(variables).hint("take 'variables' out"));
                }
                self.read_file(&id, node, fields)?
            }
            (None, Some(node)) => self.fill_template(&id, node, variables, fields)?,
            (Some(_), Some(second)) => {
                let problem =
                    Problem::error("file_and_template", format!("flow '{id}' has a file and a template"));
                fields.problems.report(problem.at(second).hint("keep one of the two"));
                return None;
            }
            (None, None) => {
                let problem =
                    Problem::error("no_source", format!("flow '{id}' has neither a file nor a template"));
                let hint = "write: file: flows/NAME.json, or template: mfa-login@2";
                fields.problems.report(problem.at(id_node).hint(hint));
                return None;
            }
        };
        Some(Flow { content, origin, place: Some(item.place()), id })
    }

    fn read_file(
        &mut self,
        id: &str,
        node: Node<'_>,
        fields: &mut Fields<'_, '_>,
    ) -> Option<(Content, Origin)> {
        let inputs = self.around.inputs;
        let path = path(node, "file", inputs, fields)?;
        let (content, document) = document::flow(node, &path, inputs, self.extra, fields)?;
        let content = content.named(id);
        check::report(&content, |pointer, extra| document.site(pointer, &content, extra), self.extra, fields);
        Some((content, Origin::File(document::shown(&path, inputs))))
    }

    fn fill_template(
        &mut self,
        id: &str,
        node: Node<'_>,
        given: Option<Node<'_>>,
        fields: &mut Fields<'_, '_>,
    ) -> Option<(Content, Origin)> {
        let text = fields.filled(node, "template")?;
        let request: VersionRequest = match text.parse() {
            Ok(request) => request,
            Err(error) => {
                fields.problems.report(Problem::error("bad_template", format!("{error}")).at(node));
                return None;
            }
        };
        let variables = given.map(|node| variables::read(node, fields)).unwrap_or_default();
        let folder: &Path = self.around.templates;
        let catalog = self.catalog.get_or_insert_with(|| Catalog::find(folder));
        let template = match catalog.template(&request, self.around.inputs) {
            Ok(template) => template,
            Err(problem) => {
                fields.problems.report(problem.at(node));
                return None;
            }
        };
        let problem_site = given.filter(|given| given.kind() == Kind::Map);
        match template.render(&variables) {
            Ok(content) => {
                let content = content.named(id);
                check::report(&content, |_, _| Some(node.into()), self.extra, fields);
                let (name, version) = (template.name.clone(), template.version);
                Some((content, Origin::Template { name, version }))
            }
            Err(wrong) => {
                for it in wrong {
                    let own = it.variable().and_then(|name| problem_site?.value(name));
                    let message = format!("template '{}@{}': {it}", template.name, template.version);
                    let problem = Problem::error("wrong_variable", message).at(own.or(given).unwrap_or(node));
                    fields
                        .problems
                        .report(problem.hint("`descope-mgmt flow templates NAME` shows what it takes"));
                }
                None
            }
        }
    }
}
