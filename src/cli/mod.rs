//! Flags → stages called in order. Composes, decides nothing.

mod adopt;
mod against;
mod apply;
mod audit;
mod backup;
mod books;
mod choices;
mod compare;
mod completion;
mod config;
mod confirm;
mod conflicts;
mod connect;
mod doctor;
mod drift;
mod emulator;
mod error;
mod every;
mod exit;
mod files;
mod finish;
mod flow;
mod globals;
mod identity;
mod lock;
mod log;
mod plan;
mod project;
mod questions;
mod reconcile;
mod record;
mod retry;
mod run;
mod saved;
mod session;
mod settle;
mod tenant;
mod version;
mod who;

use std::ffi::OsString;

use clap::{CommandFactory, Parser, Subcommand};

use crate::render::{Failure, Format, Ui, UiOptions};

use error::Error;
pub use exit::Exit;
use globals::Globals;

/// Descope projects, tenants and flows as code: compares YAML with what is live, shows a plan, makes it so.
#[derive(Debug, Parser)]
#[command(name = "descope-mgmt", version, arg_required_else_help = true)]
#[command(after_help = "Examples:\n  descope-mgmt tenant sync --dry-run\n  descope-mgmt plan -e staging\n  \
                        descope-mgmt apply -e prod\n  descope-mgmt --sandbox tenant sync --yes")]
struct Cli {
    #[command(flatten)]
    globals: Globals,
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    Plan(plan::Args),
    Apply(apply::Args),
    Drift(drift::Args),
    Doctor(doctor::Args),
    Compare(compare::Args),
    #[command(
        subcommand,
        after_help = "Examples:\n  descope-mgmt tenant sync --dry-run\n  descope-mgmt tenant list -o json"
    )]
    Tenant(tenant::Command),
    #[command(
        subcommand,
        after_help = "Examples:\n  descope-mgmt flow deploy --dry-run\n  descope-mgmt flow rollback --backup latest"
    )]
    Flow(flow::Command),
    #[command(
        subcommand,
        after_help = "Examples:\n  descope-mgmt project list\n  descope-mgmt project create 'PCC Dev' --dry-run"
    )]
    Project(project::Command),
    #[command(subcommand)]
    Backup(backup::Command),
    #[command(subcommand)]
    Audit(audit::Command),
    #[command(subcommand)]
    Lock(lock::Command),
    #[command(
        subcommand,
        after_help = "Examples:\n  descope-mgmt config validate\n  descope-mgmt config show --origin"
    )]
    Config(config::Command),
    Emulator(emulator::Args),
    Completion(completion::Args),
    Version(version::Args),
}

/// Runs the program on these arguments and returns its exit code.
pub fn main(arguments: impl IntoIterator<Item = OsString>) -> Exit {
    let arguments: Vec<OsString> = arguments.into_iter().collect();
    let cli = match Cli::try_parse_from(&arguments) {
        Ok(cli) => cli,
        Err(error) => return wrong_usage(&error, &arguments),
    };
    let ui = Ui::new(cli.globals.ui_options());
    let result = log::start(&cli.globals).and_then(|()| run(cli, &ui));
    match result {
        // A result that nobody got is no success.
        Ok(Exit::Done | Exit::Changes) if ui.has_lost_output() => Exit::Failed,
        Ok(exit) => exit,
        Err(error) => {
            ui.show_failure(&error.failure());
            error.exit()
        }
    }
}

fn run(cli: Cli, ui: &Ui) -> Result<Exit, Error> {
    let Cli { globals, command } = cli;
    let globals = globals.with_sandbox_of(std::env::var("DESCOPE_MGMT_SANDBOX").ok().as_deref())?;
    match command {
        Command::Version(args) => Ok(args.run(ui)),
        Command::Completion(args) => Ok(args.run(ui, Cli::command())),
        Command::Config(command) => block_on(command.run(&globals, ui)),
        Command::Backup(command) => block_on(command.run(&globals, ui)),
        Command::Audit(command) => command.run(&globals, ui),
        Command::Lock(command) => block_on(command.run(&globals, ui)),
        Command::Emulator(args) => block_on(args.run(globals.rate_limit.as_deref(), ui)),
        Command::Plan(args) => block_on(args.run(&globals, ui)),
        Command::Apply(args) => block_on(args.run(&globals, ui)),
        Command::Doctor(args) => block_on(args.run(&globals, ui)),
        Command::Project(command) => block_on(command.run(&globals, ui)),
        Command::Compare(args) => block_on(args.run(&globals, ui)),
        Command::Drift(args) => block_on(args.run(&globals, ui)),
        Command::Flow(command) => block_on(command.run(&globals, ui)),
        Command::Tenant(command) => block_on(command.run(&globals, ui)),
    }
}

/// Runs a command that talks to the network.
fn block_on(command: impl Future<Output = Result<Exit, Error>>) -> Result<Exit, Error> {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().worker_threads(2).build();
    runtime.map_err(Error::Runtime)?.block_on(command)
}

/// Help and version are results; everything else that clap says is wrong usage.
fn wrong_usage(error: &clap::Error, arguments: &[OsString]) -> Exit {
    use clap::error::ErrorKind;
    let format = if wants_json(arguments) { Format::Json } else { Format::Text };
    let ui = Ui::new(UiOptions { format, ..UiOptions::default() });
    if error.kind() == ErrorKind::DisplayVersion {
        return version::show(&ui);
    }
    if error.kind() == ErrorKind::DisplayHelp {
        ui.write_out(&error.render().to_string());
        return Exit::Done;
    }
    if ui.is_json() {
        let text = error.render().to_string();
        let message = text.lines().next().unwrap_or_default().trim_start_matches("error: ");
        ui.show_failure(&Failure::new("wrong_usage", message, Some("see descope-mgmt --help")));
    } else {
        ui.write_message(&error.render().to_string());
    }
    Exit::WrongUsage
}

/// Whether results are to be JSON, on a command line that clap could not read. The last flag wins, then the variable.
fn wants_json(arguments: &[OsString]) -> bool {
    let mut wanted = std::env::var_os("DESCOPE_MGMT_OUTPUT").is_some_and(|value| value == "json");
    let mut texts = arguments.iter().skip(1).map(|argument| argument.to_string_lossy());
    while let Some(text) = texts.next() {
        let value = match text.strip_prefix("--") {
            Some("output") => texts.next().map(std::borrow::Cow::into_owned),
            Some(long) => long.strip_prefix("output=").map(str::to_owned),
            None => match short_output(&text) {
                Some("") => texts.next().map(std::borrow::Cow::into_owned),
                value => value.map(str::to_owned),
            },
        };
        if let Some(value) = value {
            wanted = value == "json";
        }
    }
    wanted
}

/// What stands behind `o` in a cluster of short flags, such as `-yojson`; empty if the value is the next word.
fn short_output(text: &str) -> Option<&str> {
    let cluster = text.strip_prefix('-')?;
    let (before, value) = cluster.split_once('o')?;
    let takes_no_value = |flag: char| matches!(flag, 'y' | 'q' | 'h' | 'V');
    before.chars().all(takes_no_value).then(|| value.strip_prefix('=').unwrap_or(value))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_command_line_is_sound() {
        Cli::command().debug_assert();
    }

    #[test]
    fn json_is_asked_for_in_every_way_that_clap_takes() {
        let wants = |line: &str| wants_json(&line.split(' ').map(OsString::from).collect::<Vec<_>>());
        for line in [
            "x -o json",
            "x -ojson",
            "x -o=json",
            "x -yo json",
            "x -qyojson",
            "x --output json",
            "x --output=json",
        ] {
            assert!(wants(line), "{line}");
        }
        for line in ["x -o text", "x -c o json", "x -o json -o text", "x --only json", "x"] {
            assert!(!wants(line), "{line}");
        }
    }
}
