//! What can end a command, its exit code, and how it is told.

mod hint;

use std::{io, path::PathBuf};

use super::Exit;
use crate::{
    api, config, emulator,
    plan::{Exceeded, Moved, Problem},
    render::Failure,
    state,
};

/// What ended a command.
#[derive(Debug, thiserror::Error)]
pub(super) enum Error {
    #[error(transparent)]
    Config(#[from] config::Error),
    #[error(transparent)]
    Edit(#[from] config::EditError),
    #[error(transparent)]
    Api(#[from] api::Error),
    #[error(transparent)]
    State(#[from] state::Error),
    #[error(transparent)]
    Emulator(#[from] emulator::Error),
    #[error("no plan can be made")]
    Plan(Vec<Problem>),
    #[error("{} changed in Descope since the plan was shown; nothing was written", moved_text(.0))]
    Moved(Vec<Moved>),
    #[error("the saved plan no longer holds: {}; nothing was written", moved_text(.0))]
    PlanMoved(Vec<Moved>),
    #[error(transparent)]
    SavedPlan(state::Error),
    #[error(transparent)]
    PlanNotSaved(state::Error),
    #[error("this was planned for {is}, not for {not}")]
    OtherPlace { is: String, not: String },
    #[error("the part of the plan that was meant can't be read")]
    ScopeUnreadable,
    #[error("run {run} ended well, or was followed by a run that settled it: there is nothing to resume")]
    NothingToResume { run: String },
    #[error("run {run} did not write down what it set out to do")]
    NoPlanKept { run: String },
    #[error("{} changed both in the configuration and outside this tool; nothing was written", conflict_text(.0))]
    Conflict(Vec<String>),
    #[error("no project id")]
    NoProject,
    #[error("the backup holds something that is no tenant")]
    BackupBody(#[source] serde_json::Error),
    #[error("the sandbox has no address")]
    SandboxUrl,
    #[error("no management key")]
    NoKey,
    #[error("the key does not see project {id}; it sees {}", seen_text(.seen))]
    WrongProject { id: String, seen: Vec<String> },
    #[error("project {id} is called \"{live}\", but the configuration expects \"{expected}\"")]
    OtherName { id: String, expected: String, live: String },
    #[error("environment '{environment}' is protected and was not named for this run")]
    NotNamed { environment: String },
    #[error("--confirm-project says \"{typed}\", but the project is called \"{name}\"")]
    WrongName { typed: String, name: String },
    #[error("{}", name_needed_text(*.protected, .exceeded))]
    NameNeeded { name: String, protected: bool, exceeded: Vec<Exceeded> },
    #[error("there are changes to confirm, and nobody to ask")]
    NobodyToAsk,
    #[error("nobody to ask: {question}")]
    Unconfirmed { question: String },
    #[error("declined; nothing was written")]
    Declined,
    #[error("declined; nothing was written to Descope, and what was adopted stays in the configuration")]
    DeclinedHavingAdopted,
    #[error("the lock is held by a process that is alive on this host: {holder}")]
    HolderAlive { holder: String, pid: u32 },
    #[error("the lock changed hands meanwhile: now held by {holder}")]
    LockChanged { holder: String },
    #[error("{0}")]
    Usage(String),
    #[error("project '{name}' is there already: {id}")]
    ProjectExists { id: String, name: String },
    #[error(
        "whether project '{name}' was made is not known: the call ended without an answer, and no such project showed up"
    )]
    ProjectUnknown { name: String, source: api::Error },
    #[error("project {id} is still listed; its deletion may go on in the background")]
    StillListed { id: String },
    #[error(
        "whether the import took effect is not known: the project is neither as before nor as the folder has it"
    )]
    ImportUnknown { source: api::Error },
    #[error("the project to be made has no name")]
    NoNewName,
    #[error("{0}")]
    Snapshot(String),
    #[error("tenant '{id}' is there already")]
    TenantExists { id: String },
    #[error("no tenant '{id}' in this project")]
    NoTenant { id: String },
    #[error("no flow '{id}' in this project")]
    NoFlow { id: String, there: Vec<String> },
    #[error("{path} is there already", path = .path.display())]
    TemplateExists { path: PathBuf },
    #[error("the service names a file '{0}', which could be written anywhere")]
    StrangeName(String),
    #[error("no template '{name}'")]
    NoTemplate { name: String, there: Vec<String> },
    #[error("{0}")]
    Template(String),
    #[error("no backup of project {project} holds such a flow")]
    NoFlowBackup { project: String },
    #[error("the backup holds something that can't be put back: {0}")]
    BackupHolds(String),
    #[error("{path} is there already, and nothing is overwritten", path = .path.display())]
    Exists { path: PathBuf },
    #[error("{address} can't be written as configuration without a change: nothing was written")]
    NotTheSame { address: String },
    #[error("{path} can't be read", path = .path.display())]
    In { path: PathBuf, source: io::Error },
    #[error("{path} can't be written", path = .path.display())]
    Out { path: PathBuf, source: io::Error },
    #[error("{path} can't be written", path = .path.display())]
    Log { path: PathBuf, source: io::Error },
    #[error("the plan could not be shown, so nothing was written")]
    PlanUnseen,
    #[error("the current folder can't be told")]
    NoDirectory(#[source] io::Error),
    #[error("the program could not start its threads")]
    Runtime(#[source] io::Error),
}

impl Error {
    /// The exit code.
    pub(super) fn exit(&self) -> Exit {
        match self {
            Self::Config(_)
            | Self::Edit(
                config::EditError::Refused { .. }
                | config::EditError::NotAFile { .. }
                | config::EditError::NoFile,
            )
            | Self::Plan(_)
            | Self::NoProject
            | Self::NoKey
            | Self::Template(_)
            | Self::NoTemplate { .. }
            | Self::WrongProject { .. }
            | Self::NoNewName
            | Self::Snapshot(_)
            | Self::SavedPlan(_)
            | Self::OtherPlace { .. }
            | Self::ScopeUnreadable
            | Self::OtherName { .. } => Exit::Invalid,
            // Something may have happened, and nobody can tell.
            Self::ProjectUnknown { .. } | Self::ImportUnknown { .. } | Self::StillListed { .. } => {
                Exit::Partly
            }
            // The key can't see the project: that is a wrong target, not a failure on the way.
            Self::Api(error) if error.code() == "project_not_found" => Exit::Invalid,
            Self::Usage(_) => Exit::WrongUsage,
            Self::Moved(_)
            | Self::Edit(config::EditError::Moved { .. })
            | Self::PlanMoved(_)
            | Self::Conflict(_)
            | Self::HolderAlive { .. }
            | Self::LockChanged { .. } => Exit::Stale,
            Self::State(error) if matches!(error.code(), "lock_held" | "lock_lost" | "state_busy") => {
                Exit::Stale
            }
            Self::NotNamed { .. }
            | Self::WrongName { .. }
            | Self::NameNeeded { .. }
            | Self::NobodyToAsk
            | Self::Unconfirmed { .. }
            | Self::Declined
            | Self::DeclinedHavingAdopted => Exit::Refused,
            Self::Api(_)
            | Self::State(_)
            | Self::PlanNotSaved(_)
            | Self::Emulator(_)
            | Self::SandboxUrl
            | Self::BackupBody(_)
            | Self::BackupHolds(_)
            | Self::TemplateExists { .. }
            | Self::StrangeName(_)
            | Self::NoTenant { .. }
            | Self::NothingToResume { .. }
            | Self::NoPlanKept { .. }
            | Self::NoFlow { .. }
            | Self::NoFlowBackup { .. }
            | Self::TenantExists { .. }
            | Self::Edit(config::EditError::Disk { .. })
            | Self::Exists { .. }
            | Self::NotTheSame { .. }
            | Self::In { .. }
            | Self::ProjectExists { .. }
            | Self::Out { .. }
            | Self::Log { .. }
            | Self::NoDirectory(_)
            | Self::PlanUnseen
            | Self::Runtime(_) => Exit::Failed,
        }
    }

    /// The same as a problem of the configuration, without a place.
    pub(super) fn diagnostic(&self) -> config::Diagnostic {
        config::Diagnostic {
            severity: config::Severity::Error,
            code: self.code(),
            message: self.to_string(),
            place: None,
            snippet: None,
            hint: self.hint(),
            related: Vec::new(),
        }
    }

    /// How it is told.
    pub(super) fn failure(&self) -> Failure {
        let hint = self.hint();
        let failure = Failure::new(self.code(), &self.to_string(), hint.as_deref());
        match self {
            Self::Config(error) => failure.with_diagnostics(error.diagnostics()),
            Self::Plan(problems) => failure.with_problems(problems),
            Self::Conflict(conflicts) => failure.with_causes(conflicts.iter().cloned()),
            Self::Moved(moved) | Self::PlanMoved(moved) => {
                failure.with_causes(moved.iter().map(ToString::to_string))
            }
            Self::Edit(config::EditError::Disk { source, .. })
            | Self::In { source, .. }
            | Self::Out { source, .. }
            | Self::Log { source, .. }
            | Self::NoDirectory(source)
            | Self::Runtime(source) => failure.with_causes([source.to_string()]),
            Self::ProjectUnknown { source, .. } | Self::ImportUnknown { source } => {
                failure.with_causes([source.to_string()])
            }
            Self::State(error) | Self::SavedPlan(error) | Self::PlanNotSaved(error) => {
                failure.with_source(error)
            }
            Self::Emulator(error) => failure.with_source(error),
            _ => failure,
        }
    }

    /// A stable word for it.
    pub(super) fn code(&self) -> &'static str {
        match self {
            Self::Config(error) => error.code(),
            Self::Edit(error) => error.code(),
            Self::Api(error) => error.code(),
            Self::State(error) | Self::SavedPlan(error) | Self::PlanNotSaved(error) => error.code(),
            Self::OtherPlace { .. } => "other_target",
            Self::ScopeUnreadable => "scope_unreadable",
            Self::NothingToResume { .. } | Self::NoPlanKept { .. } => "nothing_to_resume",
            Self::Emulator(error) => error.code(),
            Self::Plan(_) => "invalid_configuration",
            Self::Moved(_) | Self::PlanMoved(_) => "stale_plan",
            Self::Conflict(_) => "unresolved_conflict",
            Self::NoProject => "no_project",
            Self::NoKey => "no_key",
            Self::SandboxUrl => "sandbox_url",
            Self::BackupBody(_) | Self::BackupHolds(_) => "backup_body",
            Self::WrongProject { .. } | Self::OtherName { .. } => "wrong_project",
            Self::NotNamed { .. } => "environment_protected",
            Self::WrongName { .. } => "wrong_project_name",
            Self::NameNeeded { .. } => "project_name_needed",
            Self::NobodyToAsk | Self::Unconfirmed { .. } => "confirmation_needed",
            Self::PlanUnseen => "plan_unseen",
            Self::HolderAlive { .. } => "lock_holder_alive",
            Self::LockChanged { .. } => "lock_changed",
            Self::Declined | Self::DeclinedHavingAdopted => "declined",
            Self::Usage(_) => "wrong_usage",
            Self::NoTenant { .. } => "tenant_not_found",
            Self::TenantExists { .. } => "tenant_exists",
            Self::ProjectExists { .. } => "project_exists",
            Self::ProjectUnknown { .. } => "project_unknown",
            Self::StillListed { .. } => "project_still_listed",
            Self::ImportUnknown { .. } => "import_unknown",
            Self::NoNewName => "project_name_missing",
            Self::Snapshot(_) => "bad_snapshot",
            Self::NoFlow { .. } => "flow_not_found",
            Self::NoTemplate { .. } => "unknown_template",
            Self::TemplateExists { .. } => "template_exists",
            Self::StrangeName(_) => "strange_name",
            Self::Template(_) => "bad_template",
            Self::NoFlowBackup { .. } => "backup_not_found",
            Self::Exists { .. } => "file_exists",
            Self::NotTheSame { .. } => "not_the_same",
            Self::In { .. } => "in_file",
            Self::Out { .. } => "out_file",
            Self::Log { .. } => "log_file",
            Self::NoDirectory(_) => "no_directory",
            Self::Runtime(_) => "runtime",
        }
    }
}

fn moved_text(moved: &[Moved]) -> String {
    match moved {
        [one] => format!("{} ({})", one.address, one.what),
        [first, rest @ ..] => format!("{} ({}) and {} more", first.address, first.what, rest.len()),
        [] => "something".to_owned(),
    }
}

fn conflict_text(conflicts: &[String]) -> String {
    if conflicts.len() == 1 {
        "1 attribute was".to_owned()
    } else {
        format!("{} attributes were", conflicts.len())
    }
}

fn seen_text(seen: &[String]) -> String {
    if seen.is_empty() { "none".to_owned() } else { seen.join(", ") }
}

fn name_needed_text(protected: bool, exceeded: &[Exceeded]) -> String {
    let mut reasons: Vec<String> = exceeded.iter().map(ToString::to_string).collect();
    if protected {
        reasons.insert(0, "the environment is protected".to_owned());
    }
    if reasons.is_empty() {
        reasons.push("what was asked for can't be undone".to_owned());
    }
    format!("the project's name must be given: {}", reasons.join("; "))
}
