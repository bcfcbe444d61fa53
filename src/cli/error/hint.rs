//! What ended a command → what to do next.

use super::Error;

impl Error {
    /// What to try next.
    pub(super) fn hint(&self) -> Option<String> {
        let hint = match self {
            Self::Config(error) => return error.hint(),
            Self::Edit(error) => return error.hint(),
            Self::Api(error) => return error.hint(),
            Self::State(error) | Self::SavedPlan(error) => return error.hint(),
            Self::PlanNotSaved(error) => return error.hint_for_file("--out"),
            Self::PlanMoved(_) | Self::ScopeUnreadable => {
                "make a new plan with `descope-mgmt plan --out FILE`, look at it, and apply that".to_owned()
            }
            Self::OtherPlace { .. } => "apply it where it was planned for, or plan anew".to_owned(),
            Self::NothingToResume { .. } | Self::NoPlanKept { .. } => {
                "`descope-mgmt plan` shows what is left to do; `audit show RUN` what the run did".to_owned()
            }
            Self::Emulator(error) => return error.hint(),
            Self::Plan(_) | Self::Declined | Self::DeclinedHavingAdopted | Self::SandboxUrl => return None,
            Self::BackupBody(_) | Self::BackupHolds(_) => "`descope-mgmt backup verify` tells which backups are whole".to_owned(),
            Self::Conflict(_) => "choose with --conflict config or --conflict live, or without --yes on a terminal".to_owned(),
            Self::Moved(_) => "run the command again: it plans from what is live now".to_owned(),
            Self::NoProject => "set project_id in the environment's block, or DESCOPE_PROJECT_ID; or try --sandbox".to_owned(),
            Self::NoKey => {
                "set DESCOPE_MANAGEMENT_KEY or DESCOPE_MANAGEMENT_KEY_FILE, or a reference in the environment's \
                 management_key; or try --sandbox"
                    .to_owned()
            }
            Self::WrongProject { .. } => {
                "the key belongs to another project or company: take the key of this project, or correct the id".to_owned()
            }
            Self::OtherName { .. } => "correct project_id, or project_name if the project was renamed".to_owned(),
            Self::NotNamed { environment } => format!(
                "type -e {environment} if you mean it, or keep the variable and add --confirm-project NAME"
            ),
            Self::WrongName { name, .. } => format!("if you mean this project, type --confirm-project '{name}'"),
            Self::NameNeeded { name, .. } => format!("if you mean it, add --confirm-project '{name}' --yes"),
            Self::PlanUnseen => "make room where the output goes, or send it elsewhere, and run it again".to_owned(),
            Self::NobodyToAsk => "look at the plan, then run it with --yes".to_owned(),
            Self::Unconfirmed { .. } => "if you mean it, run it with --yes; --dry-run shows what it would do".to_owned(),
            Self::HolderAlive { pid, .. } => format!(
                "wait for it, or end it with `kill -INT {pid}`: it then finishes what is under way and gives the \
                 lock back. If you know better, add --force"
            ),
            Self::LockChanged { .. } => "look at `descope-mgmt lock show` again".to_owned(),
            Self::Usage(_) => "see the command's --help".to_owned(),
            Self::ProjectExists { id, .. } => format!("to work on it, set project_id, or the variable it refers to, to {id}; else choose another name"),
            Self::ProjectUnknown { .. } => "look at `descope-mgmt project list` in a minute, before you run this again".to_owned(),
            Self::StillListed { .. } => "look at `descope-mgmt project list` in a minute".to_owned(),
            Self::ImportUnknown { .. } => "run it again: it tells what differs; `descope-mgmt backup restore latest` goes back".to_owned(),
            Self::NoNewName => "set project.name, or project_name, in the environment's block".to_owned(),
            Self::Snapshot(_) => "correct the folder, or export it anew with `descope-mgmt project export`".to_owned(),
            Self::TenantExists { id } => format!("`descope-mgmt tenant update {id}` changes it"),
            Self::NoTenant { .. } => "`descope-mgmt tenant list` shows those that there are".to_owned(),
            Self::NoFlow { there, .. } | Self::NoTemplate { there, .. } => available(there),
            Self::TemplateExists { .. } => {
                "take another name, or remove it first; a changed template is better a new version beside the old one"
                    .to_owned()
            }
            Self::StrangeName(_) => "look at the ids of the flow's screens in the console".to_owned(),
            Self::Template(_) => "correct the file that it names; `descope-mgmt flow templates` shows what can be read".to_owned(),
            Self::NoFlowBackup { .. } => "`descope-mgmt backup list` shows those that there are".to_owned(),
            Self::Exists { .. } => "name another file with --out, or move this one away".to_owned(),
            Self::NotTheSame { .. } => "please tell the makers: a plan against it should be empty".to_owned(),
            Self::In { .. } => "name a folder that can be read".to_owned(),
            Self::Out { .. } => "name another file with --out".to_owned(),
            Self::Log { .. } => "name another --log-file".to_owned(),
            Self::NoDirectory(_) => "change to a folder that exists".to_owned(),
            Self::Runtime(_) => "the system may be out of threads or files: see `ulimit -a`".to_owned(),
        };
        Some(hint)
    }
}

fn available(names: &[String]) -> String {
    const MOST: usize = 20;
    let shown = names.iter().take(MOST).map(String::as_str).collect::<Vec<_>>().join(", ");
    match names.len() {
        0 => "there are none".to_owned(),
        count if count > MOST => format!("there are {shown} and {} more", count - MOST),
        _ => format!("there are {shown}"),
    }
}
