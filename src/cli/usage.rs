//! A command line that is no command line → what is said of it. Help and version are results.

use std::{borrow::Cow, ffi::OsString};

use clap::{
    Command, CommandFactory, ValueEnum,
    error::{ContextKind, ContextValue, ErrorKind},
};

use super::{Cli, Exit, globals::OutputFormat, suggest, version};
use crate::render::{Failure, Format, Ui, UiOptions};

/// Help and version are results; everything else that clap says is wrong usage.
pub(super) fn wrong(mut error: clap::Error, arguments: &[OsString]) -> Exit {
    let ui = Ui::new(UiOptions { format: format(arguments), ..UiOptions::default() });
    if error.kind() == ErrorKind::DisplayVersion {
        return result(version::show(&ui), &ui);
    }
    if error.kind() == ErrorKind::DisplayHelp {
        ui.write_out(&error.render().to_string());
        return result(Exit::Done, &ui);
    }
    let question = did_you_mean(&error, arguments);
    if question.is_some() {
        // clap's own guess knows but one level.
        error.remove(ContextKind::SuggestedSubcommand);
    }
    let text = error.render().to_string();
    let (first, rest) = text.split_once('\n').unwrap_or((&text, ""));
    if ui.is_json() {
        let hint = question.map_or_else(|| "see descope-mgmt --help".to_owned(), |it| it.to_lowercase());
        ui.show_failure(&Failure::new("wrong_usage", first.trim_start_matches("error: "), Some(&hint)));
    } else {
        let rest = rest.trim_start_matches('\n');
        let question = question.map(|question| format!("{question}\n\n")).unwrap_or_default();
        ui.write_message(&format!("{first}\n\n{question}{rest}"));
    }
    Exit::WrongUsage
}

/// How a result ends that may not have reached anybody.
pub(super) fn result(exit: Exit, ui: &Ui) -> Exit {
    match exit {
        Exit::Done | Exit::Changes if ui.has_lost_output() => Exit::Failed,
        exit => exit,
    }
}

/// The question whether another command was meant, where no command was found.
fn did_you_mean(error: &clap::Error, arguments: &[OsString]) -> Option<String> {
    let Some(ContextValue::String(invalid)) = error.get(ContextKind::InvalidSubcommand) else { return None };
    let texts: Vec<Cow<'_, str>> = arguments.iter().skip(1).map(|it| it.to_string_lossy()).collect();
    let at = texts.iter().position(|text| text == invalid)?;
    let root = Cli::command();
    let (before, behind) = texts.split_at(at);
    let words: Vec<&str> =
        behind.iter().map(AsRef::as_ref).take_while(|it: &&str| !it.starts_with('-')).collect();
    let meant = suggest::meant(&place(before, &root), &words, &root);
    let names: Vec<_> = meant.iter().map(|name| format!("'{name}'")).collect();
    let (last, others) = names.split_last()?;
    let others = if others.is_empty() { String::new() } else { format!("{} or ", others.join(", ")) };
    Some(format!("Did you mean {others}{last}?"))
}

/// The commands among words that also hold flags and their values.
fn place<'a>(texts: &[Cow<'_, str>], root: &'a Command) -> Vec<&'a str> {
    let mut command = root;
    let mut place = Vec::new();
    for text in texts {
        if let Some(next) = command.find_subcommand(text.as_ref()) {
            place.push(next.get_name());
            command = next;
        }
    }
    place
}

/// What results are to look like, on a command line that clap could not read. The last flag wins, then the variable.
fn format(arguments: &[OsString]) -> Format {
    let known = |value: &str| OutputFormat::from_str(value, false).map_or(Format::Text, Format::from);
    let mut wanted = std::env::var("DESCOPE_MGMT_OUTPUT").map_or(Format::Text, |value| known(&value));
    let mut texts = arguments.iter().skip(1).map(|argument| argument.to_string_lossy());
    while let Some(text) = texts.next() {
        let value = match text.strip_prefix("--") {
            Some("output") => texts.next().map(Cow::into_owned),
            Some(long) => long.strip_prefix("output=").map(str::to_owned),
            None => match short_output(&text) {
                Some("") => texts.next().map(Cow::into_owned),
                value => value.map(str::to_owned),
            },
        };
        if let Some(value) = value {
            wanted = known(&value);
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
    fn json_is_asked_for_in_every_way_that_clap_takes() {
        let wants =
            |line: &str| format(&line.split(' ').map(OsString::from).collect::<Vec<_>>()) == Format::Json;
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
