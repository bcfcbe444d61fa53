//! Flags → stages called in order. Composes, decides nothing.

mod adopt;
mod against;
mod apply;
mod audit;
mod backup;
mod books;
mod choices;
mod compare;
mod complete;
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
mod man;
mod parse;
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
mod suggest;
mod tenant;
mod usage;
mod values;
mod version;
mod who;

use std::ffi::OsString;

use clap::{CommandFactory, Parser, Subcommand};

use crate::render::Ui;

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
    #[command(
        subcommand,
        after_help = "Examples:\n  descope-mgmt backup list\n  descope-mgmt backup restore latest --dry-run"
    )]
    Backup(backup::Command),
    #[command(subcommand, after_help = "Examples:\n  descope-mgmt audit list\n  descope-mgmt audit verify")]
    Audit(audit::Command),
    #[command(
        subcommand,
        after_help = "Examples:\n  descope-mgmt lock show\n  descope-mgmt lock show -o json"
    )]
    Lock(lock::Command),
    #[command(
        subcommand,
        after_help = "Examples:\n  descope-mgmt config validate\n  descope-mgmt config show --origin"
    )]
    Config(config::Command),
    Emulator(emulator::Args),
    Completion(completion::Args),
    Man(man::Args),
    Version(version::Args),
}

/// Runs the program on these arguments and returns its exit code.
pub fn main(arguments: impl IntoIterator<Item = OsString>) -> Exit {
    let arguments: Vec<OsString> = arguments.into_iter().collect();
    if let Some(words) = complete::asked(&arguments) {
        return complete::answer(&words, &Cli::command());
    }
    let cli = match parse::parse(&arguments, Cli::command) {
        Ok(cli) => cli,
        Err(error) => return usage::wrong(error, &arguments),
    };
    let ui = Ui::new(cli.globals.ui_options()).entitled(cli.globals.title());
    let result = log::start(&cli.globals).and_then(|()| run(cli, &ui));
    match result {
        // A result that nobody got is no success.
        Ok(exit) => usage::result(exit, &ui),
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
        Command::Man(args) => args.run(ui, Cli::command()),
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_command_line_is_sound() {
        Cli::command().debug_assert();
    }
}
