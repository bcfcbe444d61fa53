use serde_json::{Map, Value, json, value::to_raw_value};

use super::time;
use crate::{
    cli::{Error, Exit, audit::git_text, globals::Globals, session::Session},
    render::{Table, Ui, masked, pretty},
    resource::{Path, tenant},
    state::{BackedUp, Backup},
};

/// Show one backup: what it holds; with --full also how each object was
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Examples:\n  descope-mgmt backup show latest\n  descope-mgmt backup show 01KAV2GQ --full\n  \
                  descope-mgmt backup show latest -o json\n\n\
                  What the configuration calls sensitive is masked; the file itself holds it all."
)]
pub(in crate::cli) struct Args {
    /// The backup's id, its beginning, or 'latest'
    id: String,
}

impl Args {
    pub(super) fn run(self, globals: &Globals, ui: &Ui) -> Result<Exit, Error> {
        let session = Session::open_offline(globals)?;
        let project = session.project_id()?;
        let id = session.state.find_backup(&project, &self.id)?;
        let mut backup = session.state.read_backup(&project, &id)?;
        let sensitive = sensitive(&session);
        for BackedUp { body, .. } in &mut backup.resources {
            if let Some(found) = body {
                *found = hide(found, &sensitive);
            }
        }
        if ui.is_json() {
            ui.show_result("", &backup);
            return Ok(Exit::Done);
        }
        let facts = facts(&backup);
        if globals.full {
            let parts = backup.resources.iter().map(|it| (it.address.clone(), body_text(it)));
            ui.show_parts(&facts, &parts.collect::<Vec<_>>());
        } else {
            let mut table = Table::new(&["ADDRESS", "THEN"], "It holds nothing.");
            backup.resources.iter().for_each(|object| table.push(&row(object)));
            ui.show_list_of(&facts, &table, Vec::new());
        }
        Ok(Exit::Done)
    }
}

/// What any tenant of the configuration calls sensitive, in the words of the service. It is hidden in all of them:
/// the configuration may have forgotten a tenant that the backup still knows.
fn sensitive(session: &Session) -> Vec<Path> {
    let tenants = session.config.desired.tenants.iter().flatten();
    tenants.flat_map(|tenant| &tenant.sensitive).flat_map(tenant::on_the_wire).collect()
}

type Body = Box<serde_json::value::RawValue>;

fn hide(body: &Body, sensitive: &[Path]) -> Body {
    let object = serde_json::from_str::<Map<String, Value>>(body.get());
    let Ok(object) = object else { return body.clone() };
    let shown = masked(&object, sensitive);
    // What has nothing to hide is shown digit for digit.
    if shown == object { body.clone() } else { to_raw_value(&shown).unwrap_or_default() }
}

fn facts(backup: &Backup) -> Value {
    let Backup {
        id,
        created_at,
        tool_version,
        user,
        host,
        environment,
        project_id,
        reason,
        command,
        git,
        resources,
    } = backup;
    let mut facts = json!({"id": id, "created (UTC)": time(*created_at), "project": project_id});
    if let Some(map) = facts.as_object_mut() {
        let mut add = |name: &str, value: Option<String>| {
            map.extend(value.map(|value| (name.to_owned(), json!(value))));
        };
        add("environment", environment.clone());
        add("command", Some(command.clone()));
        add("reason", reason.clone());
        add("user", Some(user.clone()));
        add("host", Some(host.clone()));
        add("git", git.as_ref().map(git_text));
        add("version", Some(tool_version.clone()));
        add("objects", Some(resources.len().to_string()));
    }
    facts
}

/// What is said of an object that was not there yet.
const ABSENT: &str = "not there: about to be created";

fn row(object: &BackedUp) -> [String; 2] {
    let then = if object.body.is_some() { "kept" } else { ABSENT };
    [object.address.clone(), then.to_owned()]
}

fn body_text(object: &BackedUp) -> String {
    let Some(body) = &object.body else { return format!("  {ABSENT}\n") };
    pretty(&serde_json::from_str(body.get()).unwrap_or_default(), "  ")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn raw(text: &str) -> Body {
        serde_json::value::RawValue::from_string(text.to_owned()).unwrap()
    }

    #[test]
    fn only_what_is_sensitive_is_hidden_and_the_rest_stays_digit_for_digit() {
        let paths = tenant::on_the_wire(&Path::new(["attributes", "token"]));
        let secret = raw(r#"{"id": "acme", "customAttributes": {"token": "s3cret", "plan": "gold"}}"#);
        assert_eq!(
            hide(&secret, &paths).get(),
            r#"{"id":"acme","customAttributes":{"token":"(sensitive)","plan":"gold"}}"#
        );
        let open = raw(r#"{ "id":"acme", "n":12345678901234567890123 }"#);
        assert_eq!(hide(&open, &paths).get(), open.get());
    }

    #[test]
    fn an_object_is_told_with_its_body_or_without_one() {
        let object = |body| BackedUp { address: "tenant.a".into(), body };
        assert_eq!(body_text(&object(None)), "  not there: about to be created\n");
        let text = body_text(&object(Some(raw(r#"{"id":"a"}"#))));
        assert_eq!(text, "  {\n    \"id\": \"a\"\n  }\n");
    }
}
