use serde_json::{Value, json};

use super::{time, warn_of_unreadable};
use crate::{
    cli::{Error, Exit, globals::Globals, session::Session},
    render::{Table, Ui},
    state::{AuditEntry, AuditRun, Git},
};

/// Show everything that one run did
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Examples:\n  descope-mgmt audit show 01KAV2GQ1N7W\n  descope-mgmt audit show 01KAV2GQ1N7WR2M0X2T9Q4Z8E5 -o json"
)]
pub(in crate::cli) struct Args {
    /// The run's id, or its beginning
    run: String,
}

impl Args {
    pub(super) fn run(self, globals: &Globals, ui: &Ui) -> Result<Exit, Error> {
        let session = Session::open_offline(globals)?;
        let AuditRun { id, lines, unreadable } =
            session.state.audit_run(&session.project_id()?, &self.run)?;
        let mut table = Table::new(&["TIME (UTC)", "ACTION", "ADDRESS", "OUTCOME", "TOOK"], "No such lines.");
        let mut items = Vec::new();
        for (line, entry) in &lines {
            table.push(&row(entry));
            items.extend(serde_json::from_slice::<Value>(&line.bytes));
        }
        match lines.first() {
            Some((_, first)) => ui.show_list_of(&facts(&id, first), &table, items),
            None => ui.show_list(&table, items),
        }
        warn_of_unreadable(unreadable, ui);
        Ok(Exit::Done)
    }
}

/// What all lines of a run have in common.
fn facts(id: &str, entry: &AuditEntry) -> Value {
    let AuditEntry { user, host, git, environment, project_id, .. } = entry;
    let mut facts = json!({"run": id, "user": user, "host": host, "project": project_id});
    if let Some(map) = facts.as_object_mut() {
        map.extend(environment.as_ref().map(|name| ("environment".to_owned(), json!(name))));
        map.extend(git.as_ref().map(|git| ("git".to_owned(), json!(git_text(git)))));
    }
    facts
}

/// A commit on one line.
pub(in crate::cli) fn git_text(git: &Git) -> String {
    let Git { commit, branch, dirty } = git;
    let branch = branch.as_ref().map(|branch| format!(" on {branch}")).unwrap_or_default();
    format!("{commit}{branch}{}", if *dirty { ", with changes" } else { "" })
}

fn row(entry: &AuditEntry) -> [String; 5] {
    let text = |text: &Option<String>| text.clone().unwrap_or_default();
    let took = entry.duration_ms.map(|millis| format!("{millis} ms")).unwrap_or_default();
    [time(entry), entry.action.clone(), text(&entry.address), text(&entry.outcome), took]
}
