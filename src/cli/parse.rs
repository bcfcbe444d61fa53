//! Arguments and variables → what is asked for. A bad variable is blamed on the variable, an empty one is none.

use std::ffi::OsString;

use clap::{
    ArgMatches, Command, FromArgMatches,
    error::{ContextKind, ContextValue, ErrorKind},
};

use super::{Cli, globals::Globals};

/// Reads the command line and the variables of its flags.
pub(super) fn parse(arguments: &[OsString], command: fn() -> Command) -> Result<Cli, clap::Error> {
    let whole = command();
    let variables = variables(&whole);
    let (empty, filled): (Vec<_>, Vec<_>) =
        variables.into_iter().partition(|(_, name)| std::env::var_os(name).is_none_or(|it| it.is_empty()));
    let heard = |command| empty.iter().fold(command, |command, (flag, _)| without(command, flag));
    // Made anew where a value is wrong, not copied for that case: most command lines are fine.
    read(arguments, heard(whole)).map_err(|error| blame(error, arguments, || heard(command()), filled))
}

/// The flags that have a variable, and its name.
fn variables(command: &Command) -> Vec<(String, OsString)> {
    let of = |flag: &clap::Arg| Some((flag.get_id().to_string(), flag.get_env()?.to_owned()));
    command.get_arguments().filter_map(of).collect()
}

/// The command with this flag deaf to its variable.
fn without(command: Command, flag: &str) -> Command {
    command.mut_arg(flag, |flag| flag.env(None::<&'static str>))
}

fn read(arguments: &[OsString], mut command: Command) -> Result<Cli, clap::Error> {
    let mut matches = command.try_get_matches_from_mut(arguments)?;
    let source = |flag: &clap::Id| Some((flag.to_string(), matches.value_source(flag.as_str())?));
    let sources = matches.ids().filter_map(source).collect();
    let words = words(&matches);
    let cli = Cli::from_arg_matches_mut(&mut matches).map_err(|error| error.format(&mut command))?;
    Ok(Cli { globals: Globals { sources, words, ..cli.globals }, ..cli })
}

/// The words of the command: `tenant show`.
fn words(matches: &ArgMatches) -> String {
    let commands = std::iter::successors(matches.subcommand(), |(_, inner)| inner.subcommand());
    commands.map(|(name, _)| name).collect::<Vec<_>>().join(" ")
}

/// An error that goes away, or turns into another, without a variable is that variable's.
fn blame(
    mut error: clap::Error,
    arguments: &[OsString],
    command: impl FnOnce() -> Command,
    variables: Vec<(String, OsString)>,
) -> clap::Error {
    if !matches!(error.kind(), ErrorKind::InvalidValue | ErrorKind::ValueValidation) {
        return error;
    }
    let (told, command) = (error.to_string(), command());
    let is_to_blame = |(flag, _): &(String, OsString)| {
        let again = read(arguments, without(command.clone(), flag));
        again.is_ok() || again.is_err_and(|other| other.to_string() != told)
    };
    if let Some((_, name)) = variables.into_iter().find(is_to_blame) {
        let name = format!("variable {}", name.to_string_lossy());
        error.insert(ContextKind::InvalidArg, ContextValue::String(name));
    }
    error
}
