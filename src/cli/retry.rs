//! A report → the command that retries just what did not succeed, to be pasted as it is.

use clap::ValueEnum;

use super::{
    globals::Globals,
    reconcile::{Kept, Order},
    session::{Chosen, Session},
};
use crate::{
    apply::{Report, Status},
    plan::Plan,
    resource::{Pattern, flow, theme},
};

/// Targets that a command line may reasonably hold; beyond, the whole command is as good.
const MOST_TARGETS: usize = 50;

/// The command that retries what failed, was skipped or is unknown; `None` where nothing did.
pub(super) fn command(
    report: &Report,
    order: &Order<'_>,
    session: &Session,
    globals: &Globals,
) -> Option<String> {
    let left: Vec<&str> = report
        .outcomes
        .iter()
        .filter(|outcome| matches!(outcome.status, Status::Failed | Status::Skipped | Status::Unknown))
        .map(|outcome| outcome.address.as_str())
        .collect();
    if left.is_empty() {
        return None;
    }
    if matches!(order.kept, Kept::From(_) | Kept::Resumed(_)) {
        let words = ["descope-mgmt", "apply", "--resume", &report.run_id].map(str::to_owned);
        return Some(words.into_iter().chain(flags(session, globals)).collect::<Vec<_>>().join(" "));
    }
    let selection = order.retry?;
    let mut words = vec!["descope-mgmt".to_owned()];
    words.extend(order.command.split(' ').map(str::to_owned));
    words.extend(flags(session, globals));
    if selection.prune {
        words.push("--prune".to_owned());
    }
    let chosen: Vec<&str> = selection.target.iter().map(Pattern::as_str).collect();
    let targets = if left.len() <= MOST_TARGETS { left } else { chosen };
    words.extend(targets.into_iter().flat_map(|address| target_words(order.command, address)));
    words.extend(selection.exclude.iter().flat_map(|it| ["--exclude".to_owned(), quote(it.as_str())]));
    Some(words.join(" "))
}

/// How a command takes the address of one object.
fn target_words(command: &str, address: &str) -> Vec<String> {
    let flag = match command.split(' ').take(2).collect::<Vec<_>>().as_slice() {
        ["flow", "deploy"] => None,
        ["flow", "rollback"] => Some("--flow"),
        _ => Some("--target"),
    };
    flag.map(str::to_owned).into_iter().chain([quote(address)]).collect()
}

/// The command that goes back to what a run found, to be pasted as it is.
pub(super) fn rollback(backup: &str, plan: &Plan, session: &Session, globals: &Globals) -> String {
    let flows_only = plan.runnable().all(|change| [flow::KIND, theme::KIND].contains(&change.address.kind()));
    let command = if flows_only { "flow rollback --backup" } else { "backup restore" };
    let mut words = vec!["descope-mgmt".to_owned(), command.to_owned(), backup.to_owned()];
    words.extend(flags(session, globals));
    words.join(" ")
}

/// The command that restores a backup, to be pasted as it is.
pub(super) fn restore(backup: &str, session: &Session, globals: &Globals) -> String {
    let words = ["descope-mgmt", "backup", "restore", backup].map(str::to_owned);
    words.into_iter().chain(flags(session, globals)).collect::<Vec<_>>().join(" ")
}

/// The global flags that make the same run again, wherever and on whatever branch they are pasted. What answers questions is left to whoever pastes it.
fn flags(session: &Session, globals: &Globals) -> Vec<String> {
    let mut words = Vec::new();
    let mut pair = |flag: &str, value: Option<&str>| {
        words.extend(value.map(|value| [flag.to_owned(), quote(value)]).into_iter().flatten());
    };
    let Chosen { config, environment, state_dir, backup_dir } = session.chosen(globals);
    for file in &config {
        pair("-c", file.to_str());
    }
    pair("-e", environment.as_deref());
    pair("--state-dir", state_dir.as_deref());
    pair("--backup-dir", backup_dir.as_deref());
    pair("--rate-limit", globals.rate_limit.as_deref());
    pair("--parallelism", globals.parallelism.as_deref());
    pair("--timeout", globals.timeout.as_deref());
    pair("--max-wait", globals.max_wait.as_deref());
    pair("--lock-timeout", globals.lock_timeout.as_deref());
    for pattern in &globals.allow_replace {
        pair("--allow-replace", Some(pattern.as_str()));
    }
    pair("--conflict", globals.conflict.as_ref().map(word).as_deref());
    pair("--on-error", globals.on_error.as_ref().map(word).as_deref());
    if let Some(file) = globals.sandbox.as_ref().and_then(|file| file.to_str()) {
        words.push(format!("--sandbox={}", quote(file)));
    }
    let switches = [
        (globals.allow_lockout, "--allow-lockout"),
        (globals.allow_breaking_changes, "--allow-breaking-changes"),
        (globals.cascade, "--cascade"),
    ];
    words.extend(switches.into_iter().filter(|(set, _)| *set).map(|(_, flag)| flag.to_owned()));
    words
}

/// A value as the command line has it.
fn word(value: &impl ValueEnum) -> String {
    value.to_possible_value().map(|value| value.get_name().to_owned()).unwrap_or_default()
}

/// A word as a shell takes it.
fn quote(word: &str) -> String {
    let safe = |sign: char| sign.is_ascii_alphanumeric() || "-_./:=,@+%".contains(sign);
    if !word.is_empty() && word.chars().all(safe) {
        return word.to_owned();
    }
    format!("'{}'", word.replace('\'', r"'\''"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_quoted_as_a_shell_takes_them() {
        assert_eq!(quote("tenant.acme-corp"), "tenant.acme-corp");
        assert_eq!(quote("it's here"), r"'it'\''s here'");
        assert_eq!(quote("tenant.*"), "'tenant.*'");
        assert_eq!(quote(""), "''");
    }
}
