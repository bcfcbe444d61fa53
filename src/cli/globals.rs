//! The flags that every command takes.

use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
};

use clap::{ArgAction, Args, parser::ValueSource};

use super::error::Error;
pub(super) use super::values::{Color, ConflictWay, OnError, OutputFormat, setting, truth};
use crate::{
    config::Flags,
    plan::Scope,
    render::{ColorChoice, UiOptions},
    resource::Pattern,
};

/// The flags that every command takes. Those of the settings have their variables read where settings are read.
#[derive(Debug, Clone, Args)]
#[expect(clippy::struct_excessive_bools, reason = "these are flags")]
pub(super) struct Globals {
    /// Configuration file or folder; may be given several times
    #[arg(short, long, global = true, value_name = "PATH", help_heading = "Global options")]
    pub(super) config: Vec<PathBuf>,
    /// Environment to work on
    #[arg(short, long, global = true, value_name = "NAME", help_heading = "Global options")]
    pub(super) environment: Option<String>,
    /// What results look like
    #[arg(
        short,
        long,
        global = true,
        value_enum,
        env = "DESCOPE_MGMT_OUTPUT",
        hide_env = true,
        default_value = "text",
        help_heading = "Global options"
    )]
    pub(super) output: OutputFormat,
    /// Answer the ordinary question with yes
    #[arg(
        short,
        long,
        global = true,
        value_parser = truth(),
        env = "DESCOPE_MGMT_YES",
        hide_env = true,
        help_heading = "Global options"
    )]
    pub(super) yes: bool,
    /// Ask nothing: what would need an answer fails
    #[arg(
        long,
        global = true,
        value_parser = truth(), env = "DESCOPE_MGMT_NO_INPUT",
        hide_env = true,
        help_heading = "Global options"
    )]
    pub(super) no_input: bool,
    /// Show what would change, and change nothing
    #[arg(
        long,
        global = true,
        value_parser = truth(), env = "DESCOPE_MGMT_DRY_RUN",
        hide_env = true,
        help_heading = "Global options"
    )]
    pub(super) dry_run: bool,
    /// With `plan` or --dry-run: exit 2 if there are changes
    #[arg(
        long,
        global = true,
        value_parser = truth(), env = "DESCOPE_MGMT_DETAILED_EXITCODE",
        hide_env = true,
        help_heading = "Global options"
    )]
    pub(super) detailed_exitcode: bool,
    /// What to do after a failed change [default: ask on a terminal, else continue]
    #[arg(
        long,
        global = true,
        value_enum,
        value_name = "WAY",
        env = "DESCOPE_MGMT_ON_ERROR",
        hide_env = true,
        help_heading = "Global options"
    )]
    pub(super) on_error: Option<OnError>,
    /// Who wins where configuration and console both changed an attribute [default: ask on a terminal, else abort]
    #[arg(
        long,
        global = true,
        value_enum,
        value_name = "WAY",
        env = "DESCOPE_MGMT_CONFLICT",
        hide_env = true,
        help_heading = "Guards"
    )]
    pub(super) conflict: Option<ConflictWay>,
    /// Allow flow changes that others may break by: a method, an input or a connector removed, a new major version
    #[arg(long, global = true, help_heading = "Guards")]
    pub(super) allow_breaking_changes: bool,
    /// Allow this tenant to be deleted and made anew; '*' stands for any text
    #[arg(long, global = true, value_name = "ADDRESS", help_heading = "Guards")]
    pub(super) allow_replace: Vec<Pattern>,
    /// Allow tenants to be locked that nobody could get into afterwards
    #[arg(long, global = true, help_heading = "Guards")]
    pub(super) allow_lockout: bool,
    /// Deletes take along the users and keys that only the tenant has
    #[arg(long, global = true, help_heading = "Guards")]
    pub(super) cascade: bool,
    /// The project's live name, for a protected environment or a plan over its limits
    #[arg(long, global = true, value_name = "NAME", help_heading = "Guards")]
    pub(super) confirm_project: Option<String>,
    /// Show everything, however long
    #[arg(long, global = true, value_parser = truth(), env = "DESCOPE_MGMT_FULL", hide_env = true, help_heading = "Global options")]
    pub(super) full: bool,
    /// Folder for backups [default: STATE_DIR/backups]
    #[arg(long, global = true, value_name = "DIR", help_heading = "Settings")]
    pub(super) backup_dir: Option<String>,
    /// Folder for lock, baseline, journal, audit and backups [default: ~/.descope-mgmt]
    #[arg(long, global = true, value_name = "DIR", help_heading = "Settings")]
    pub(super) state_dir: Option<String>,
    /// Requests at once, 1 to 64, or auto
    #[arg(long, global = true, value_parser = setting("parallelism"), value_name = "N", help_heading = "Settings")]
    pub(super) parallelism: Option<String>,
    /// Requests in any window, as the server counts [default: 200/60s]
    #[arg(long, global = true, value_parser = setting("rate-limit"), value_name = "N/Ts", help_heading = "Settings")]
    pub(super) rate_limit: Option<String>,
    /// The longest that one request may take [default: 60s]
    #[arg(long, global = true, value_parser = setting("timeout"), value_name = "DURATION", help_heading = "Settings")]
    pub(super) timeout: Option<String>,
    /// The longest that one change may take, waiting included [default: 15m]
    #[arg(long, global = true, value_parser = setting("max-wait"), value_name = "DURATION", help_heading = "Settings")]
    pub(super) max_wait: Option<String>,
    /// The longest to wait for the project's lock [default: 10s]
    #[arg(long, global = true, value_parser = setting("lock-timeout"), value_name = "DURATION", help_heading = "Settings")]
    pub(super) lock_timeout: Option<String>,
    /// Work on the embedded emulator instead of Descope, its data in FILE [default: .descope-mgmt/sandbox.json]
    #[arg(long, global = true, value_name = "FILE", num_args = 0..=1, require_equals = true, default_missing_value = SANDBOX, help_heading = "Global options")]
    pub(super) sandbox: Option<PathBuf>,
    /// Whether to colour
    #[arg(
        long,
        global = true,
        value_enum,
        value_name = "WHEN",
        env = "DESCOPE_MGMT_COLOR",
        hide_env = true,
        default_value = "auto",
        help_heading = "Global options"
    )]
    pub(super) color: Color,
    /// Only results, warnings and errors
    #[arg(short, long, global = true, value_parser = truth(), env = "DESCOPE_MGMT_QUIET", hide_env = true, action = ArgAction::SetTrue, help_heading = "Global options")]
    pub(super) quiet: bool,
    /// How much to log: off, error, warn, info, debug, trace
    #[arg(
        long,
        global = true,
        value_name = "LEVEL",
        env = "DESCOPE_MGMT_LOG_LEVEL",
        hide_env = true,
        help_heading = "Global options"
    )]
    pub(super) log_level: Option<tracing::level_filters::LevelFilter>,
    /// Write the log to FILE, as JSON lines, instead of to stderr
    #[arg(
        long,
        global = true,
        value_name = "FILE",
        env = "DESCOPE_MGMT_LOG_FILE",
        hide_env = true,
        help_heading = "Global options"
    )]
    pub(super) log_file: Option<PathBuf>,
    /// Who gave each of the values that have a variable.
    #[arg(skip)]
    pub(super) sources: BTreeMap<String, ValueSource>,
    /// The words of the command: `tenant show`.
    #[arg(skip)]
    pub(super) words: String,
}

/// The flags that choose a part of the plan.
#[derive(Debug, Clone, Default, Args)]
pub(super) struct Selection {
    /// Only this address and the parents it needs; '*' stands for any text
    #[arg(long, value_name = "ADDRESS")]
    pub(super) target: Vec<Pattern>,
    /// Not this address; '*' stands for any text
    #[arg(long, value_name = "ADDRESS")]
    pub(super) exclude: Vec<Pattern>,
    /// Delete live tenants that the configuration does not have
    #[arg(long)]
    pub(super) prune: bool,
}

impl Selection {
    /// The part of the plan that is meant, and what it may do.
    pub(super) fn scope(&self, globals: &Globals) -> Scope {
        Scope {
            targets: self.target.clone(),
            excludes: self.exclude.clone(),
            prune: self.prune,
            deletes: Vec::new(),
            forgiving: false,
            allow_replace: globals.allow_replace.clone(),
            allow_lockout: globals.allow_lockout,
            allow_breaking: globals.allow_breaking_changes,
            withhold_console: false,
            cascade: globals.cascade,
        }
    }
}

/// A file to save a plan in: on a stream it could be neither private nor whole.
pub(super) fn out_file(text: &str) -> Result<PathBuf, String> {
    if matches!(text, "" | "-") { Err("name a file".to_owned()) } else { Ok(text.into()) }
}

/// Where the sandbox keeps its data unless told otherwise.
const SANDBOX: &str = ".descope-mgmt/sandbox.json";

impl Globals {
    /// Takes the sandbox from its variable where no flag names it: a truth value, or a file.
    pub(super) fn with_sandbox_of(mut self, variable: Option<&str>) -> Result<Self, Error> {
        if self.sandbox.is_some() {
            return Ok(self);
        }
        self.sandbox = match variable {
            None | Some("" | "false") => None,
            Some("true") => Some(SANDBOX.into()),
            Some(file) if file.contains('/') || Path::new(file).extension().is_some() => Some(file.into()),
            Some(other) => {
                let message = format!(
                    "variable DESCOPE_MGMT_SANDBOX: '{other}' is neither true, false nor a file with a '/' or a '.'"
                );
                return Err(Error::Usage(message));
            }
        };
        Ok(self)
    }

    /// What heads a Markdown page of the command: its words, and whether it is the sandbox's.
    pub(super) fn title(&self) -> String {
        let sandbox = if self.sandbox.is_some() { " (SANDBOX)" } else { "" };
        format!("{}{sandbox}", self.words)
    }

    /// How the run talks.
    pub(super) fn ui_options(&self) -> UiOptions {
        UiOptions {
            format: self.output.into(),
            color: match self.color {
                Color::Auto => ColorChoice::Auto,
                Color::Always => ColorChoice::Always,
                Color::Never => ColorChoice::Never,
            },
            full: self.full,
            quiet: self.quiet,
            no_input: self.no_input,
        }
    }

    /// The flags that take part in the precedence of settings.
    pub(super) fn settings(&self) -> Flags {
        Flags {
            rate_limit: self.rate_limit.clone(),
            parallelism: self.parallelism.clone(),
            state_dir: self.state_dir.clone(),
            backup_dir: self.backup_dir.clone(),
            timeout: self.timeout.clone(),
            max_wait: self.max_wait.clone(),
            lock_timeout: self.lock_timeout.clone(),
        }
    }
}
