//! What a flag may say, where that is a word.

use clap::{
    ValueEnum,
    builder::{PossibleValuesParser, StringValueParser, TypedValueParser},
};

use crate::{config, render::Format};

/// What the variable of a flag may say: the flag, or not.
pub(super) fn truth() -> impl TypedValueParser<Value = bool> {
    PossibleValuesParser::new(["true", "false", "1", "0"]).map(|value| matches!(value.as_str(), "true" | "1"))
}

/// A text that a setting of this name takes, looked at before anything else is.
pub(super) fn setting(name: &'static str) -> impl TypedValueParser<Value = String> {
    StringValueParser::new().try_map(move |text| match config::check_setting(name, &text) {
        Ok(()) => Ok(text),
        Err(expected) => Err(format!("it is not {expected}")),
    })
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum OutputFormat {
    /// For people
    Text,
    /// One JSON document
    Json,
    /// For a pull request, under 60,000 characters
    Markdown,
    /// JSON lines: one event a line, as it happens
    Jsonl,
}

impl From<OutputFormat> for Format {
    fn from(format: OutputFormat) -> Self {
        match format {
            OutputFormat::Text => Self::Text,
            OutputFormat::Json => Self::Json,
            OutputFormat::Markdown => Self::Markdown,
            OutputFormat::Jsonl => Self::Jsonl,
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum Color {
    /// On a terminal, unless NO_COLOR says no
    Auto,
    /// Always
    Always,
    /// Never
    Never,
}

/// What becomes of an attribute that was changed both in the configuration and outside this tool.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum ConflictWay {
    /// The configuration wins
    Config,
    /// What is live stays
    Live,
    /// Nothing is applied
    Abort,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum OnError {
    /// Ask how to go on
    Ask,
    /// Go on with what does not depend on the failed change
    Continue,
    /// Start nothing more
    Stop,
}
