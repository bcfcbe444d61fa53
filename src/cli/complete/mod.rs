//! Words typed so far → what the configuration knows that could stand there. Nothing is sent, no key is read, nothing
//! is said where it can't be told.

mod scripts;
mod typed;

use std::{
    collections::BTreeSet,
    ffi::{OsStr, OsString},
};

use super::Exit;
use crate::{
    config::{self, Catalog, Config, Inputs},
    render::{Ui, UiOptions},
    resource::{Address, flow, project, tenant, theme},
};

pub(super) use scripts::script;
use typed::{Kind, Typed};

/// Names that are offered at most: nobody reads more, and shells get slow.
const MOST: usize = 1_000;

/// The words that a shell asks about, if that is what these arguments are: `complete -- WORDS…`, the unfinished one
/// last. It is no command: a flag's bad variable, for one, must not speak here.
pub(super) fn asked(arguments: &[OsString]) -> Option<Vec<String>> {
    let (before, words) = arguments.split_at_checked(3)?;
    let asks = before.iter().skip(1).map(OsString::as_os_str).eq(["complete", "--"].map(OsStr::new));
    asks.then(|| words.iter().map(|word| word.to_string_lossy().into_owned()).collect())
}

/// Prints what could stand at the end of the words, a name a line.
pub(super) fn answer(words: &[String], command: &clap::Command) -> Exit {
    if let Some(typed) = typed::read(words, command) {
        let found = known(&typed);
        let fits = found.iter().filter(|it| it.starts_with(&typed.begun) && is_plain(it));
        let lines = fits.take(MOST).fold(String::new(), |lines, it| lines + it + "\n");
        Ui::new(UiOptions::default()).write_out(&lines);
    }
    Exit::Done
}

/// Whether no shell would read anything into a name.
fn is_plain(name: &str) -> bool {
    name.chars().all(|sign| sign.is_alphanumeric() || matches!(sign, '-' | '_' | '.'))
}

fn known(typed: &Typed) -> BTreeSet<String> {
    let Some(inputs) = inputs(typed) else { return BTreeSet::new() };
    if typed.kind == Kind::Environment {
        let mut names: BTreeSet<_> = config::environments(&inputs).unwrap_or_default().into_iter().collect();
        if typed.takes_all && !names.is_empty() {
            names.insert(super::every::ALL.to_owned());
        }
        return names;
    }
    let Ok(config) = config::load(&inputs) else { return BTreeSet::new() };
    let desired = &config.desired;
    let tenants = desired.tenants.iter().flatten().map(|it| it.id.as_str());
    let flows = desired.flows.iter().flatten().map(|it| it.id.as_str());
    match typed.kind {
        Kind::Tenant => tenants.map(str::to_owned).collect(),
        Kind::Flow => flows.map(str::to_owned).collect(),
        Kind::Template => templates(&config),
        Kind::Address | Kind::Environment => {
            let tenants = tenants.map(|id| Address::new(tenant::KIND, id));
            let flows = flows.map(|id| Address::new(flow::KIND, id));
            let theme = desired.theme.iter().map(|_| Address::new(theme::KIND, theme::ID));
            let own = desired.project.iter().map(|_| Address::new(project::KIND, project::ID));
            tenants.chain(flows).chain(theme).chain(own).map(|it| it.to_string()).collect()
        }
    }
}

fn templates(config: &Config) -> BTreeSet<String> {
    let catalog = Catalog::find(&config.settings.templates_dir);
    catalog.entries().iter().map(|entry| entry.name.clone()).collect()
}

/// What the configuration is loaded from, without any key.
fn inputs(typed: &Typed) -> Option<Inputs> {
    let text = |(name, value): (OsString, OsString)| {
        (name.to_string_lossy().into_owned(), value.to_string_lossy().into_owned())
    };
    let is_key = |name: &str| matches!(name, "DESCOPE_MANAGEMENT_KEY" | "DESCOPE_MANAGEMENT_KEY_FILE");
    Some(Inputs {
        files: typed.config.clone(),
        environment: typed.environment.clone(),
        variables: std::env::vars_os().map(text).filter(|(name, _)| !is_key(name)).collect(),
        directory: std::env::current_dir().ok()?,
        home: std::env::home_dir(),
        sandbox: true,
        offline: true,
        ..Inputs::default()
    })
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;

    fn read(line: &str) -> Option<(Kind, String)> {
        let words: Vec<String> = line.split(' ').map(str::to_owned).collect();
        typed::read(&words, &crate::cli::Cli::command()).map(|typed| (typed.kind, typed.begun))
    }

    #[test]
    fn the_commands_and_flags_before_it_say_what_a_word_is() {
        for (line, kind, begun) in [
            ("-e ", Kind::Environment, ""),
            ("tenant list -yqe st", Kind::Environment, "st"),
            ("plan --environment=st", Kind::Environment, "st"),
            ("plan --environment = st", Kind::Environment, "st"),
            ("plan --environment =", Kind::Environment, ""),
            ("compare --from dev --to ", Kind::Environment, ""),
            ("plan --target tenant.a", Kind::Address, "tenant.a"),
            ("drift --adopt ", Kind::Address, ""),
            ("-e dev tenant show ac", Kind::Tenant, "ac"),
            ("tenant import one tw", Kind::Tenant, "tw"),
            ("tenant create new --parent ", Kind::Tenant, ""),
            ("flow deploy --dry-run ", Kind::Flow, ""),
            ("flow rollback --backup latest --flow lo", Kind::Flow, "lo"),
            ("flow templates ", Kind::Template, ""),
        ] {
            assert_eq!(read(line), Some((kind, begun.to_owned())), "{line}");
        }
        for line in [
            "",
            "te",
            "-o ",
            "tenant ",
            "tenant show acme ",
            "plan --",
            "tenant create ",
            "plan --out ",
            "-c ",
        ] {
            assert_eq!(read(line), None, "{line}");
        }
    }
}
