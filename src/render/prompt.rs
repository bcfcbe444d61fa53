//! Questions to a person, and what counts as an answer.

use std::collections::BTreeMap;

use console::{Key, Term};
use dialoguer::Select;

use super::{Ui, quote::plain};
use crate::{
    apply::Outcome,
    plan::{Counts, Exceeded, Losses},
};

/// A question before anything is written.
#[derive(Debug, Clone)]
pub struct Question<'a> {
    /// What would run, by kind of object.
    pub counts: BTreeMap<&'a str, Counts>,
    /// What would be lost.
    pub losses: Losses,
    /// Whether users and keys that only the deleted tenants have go along.
    pub cascade: bool,
    /// The environment, or the project where there is none.
    pub place: &'a str,
}

/// What a person said.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Answer {
    /// Yes, or the right name.
    Yes,
    /// No, or a wrong name, or nothing.
    No,
}

impl Question<'_> {
    /// The question as one sentence that says what and how many.
    pub fn text(&self) -> String {
        let Losses { with_sso, locked } = self.losses;
        let along = if self.cascade { " with the users and keys that only they have" } else { "" };
        let parts = [
            self.objects(|it| it.delete).map(|what| format!("delete {what} permanently{along}")),
            self.objects(|it| it.replace)
                .map(|what| format!("replace {what} (users, keys and SSO are lost)")),
            self.objects(|it| it.create).map(|what| format!("create {what}")),
            self.objects(|it| it.update).map(|what| format!("update {what}")),
        ];
        let mut text = parts.into_iter().flatten().collect::<Vec<_>>().join(", ");
        if with_sso > 0 {
            text += &format!("; {with_sso} of them with an SSO set-up that can't come back");
        }
        if locked > 0 {
            text += &format!("; logins of {} stop", counted(locked, "tenant"));
        }
        let mut letters = text.chars();
        let first: String = letters.next().into_iter().flat_map(char::to_uppercase).collect();
        format!("{first}{} in {}?", letters.as_str(), plain(self.place))
    }

    /// The objects that are counted, as in "2 flows and 1 tenant"; `None` where there are none.
    fn objects(&self, count: impl Fn(&Counts) -> usize) -> Option<String> {
        let kinds = self.counts.iter().map(|(kind, counts)| (kind, count(counts)));
        let parts: Vec<_> = kinds.filter(|(_, count)| *count > 0).map(|(kind, n)| counted(n, kind)).collect();
        (!parts.is_empty()).then(|| parts.join(" and "))
    }
}

fn counted(count: usize, what: &str) -> String {
    format!("{count} {what}{}", super::told::plural(count))
}

impl Ui {
    /// Asks yes or no before a run; no where nobody answers.
    pub fn ask(&self, question: &Question<'_>) -> Answer {
        self.ask_whether(&question.text())
    }

    /// Asks a question of one line, yes or no; no where nobody answers.
    pub fn ask_whether(&self, question: &str) -> Answer {
        let question = plain(question);
        // A prompt of several rows is redrawn as garbage: a long question goes before a short one.
        let fits = question.chars().count() + " [y/N] yes".len() < self.width();
        if !fits {
            let lines = super::plan_text::wrap(&question, self.width(), "");
            self.write_message(&format!("{}\n", lines.join("\n")));
        }
        forget_typed();
        let prompt = if fits { question.as_str() } else { "Go on?" };
        self.write_message(&format!("{prompt} [y/N] "));
        let answer = yes_or_no();
        self.write_message(if answer == Answer::Yes { "yes\n" } else { "no\n" });
        answer
    }

    /// Asks for a line of text; `None` where nobody answers.
    pub fn ask_text(&self, question: &str, default: &str) -> Option<String> {
        let offer = if default.is_empty() { String::new() } else { format!(" [{}]", plain(default)) };
        let typed = self.ask_line(&format!("{}{offer}", plain(question)))?;
        Some(if typed.is_empty() { default.to_owned() } else { typed })
    }

    /// Asks for the project's name to be typed.
    pub fn ask_name(&self, name: &str, why: &str, exceeded: &[Exceeded]) -> Answer {
        for exceeded in exceeded {
            self.warn(&exceeded.to_string());
        }
        let prompt = format!("{} Type the project's name, {}, to go on", plain(why), plain(name));
        let is_right = self.ask_line(&prompt).is_some_and(|typed| typed == name);
        if is_right { Answer::Yes } else { Answer::No }
    }

    /// One line as it is typed; `None` at the end of input. The terminal itself edits the line.
    fn ask_line(&self, prompt: &str) -> Option<String> {
        forget_typed();
        self.write_message(&format!("{prompt}: "));
        let mut typed = String::new();
        let read = std::io::stdin().read_line(&mut typed).ok()?;
        (read > 0).then(|| typed.trim_end_matches(['\r', '\n']).to_owned())
    }
}

/// What end of input is as a key, where the terminal hands over every key by itself.
const END_OF_INPUT: char = '\u{4}';

/// One key: yes, or whatever else is no answer but no. A prompt library takes end of input for no key and waits on.
fn yes_or_no() -> Answer {
    let terminal = Term::stderr();
    loop {
        match terminal.read_key() {
            Ok(Key::Char('y' | 'Y')) => return Answer::Yes,
            Ok(Key::Char('n' | 'N' | END_OF_INPUT) | Key::Enter | Key::Escape) | Err(_) => return Answer::No,
            Ok(_) => {}
        }
    }
}

/// Forgets what was typed before the question was there: it can't be its answer.
pub(super) fn forget_typed() {
    use nix::sys::termios::{FlushArg, tcflush};
    // What is no terminal has nothing typed.
    let _ = tcflush(std::io::stdin(), FlushArg::TCIFLUSH);
}

/// Asks how to go on after a failure: 0 to continue, 1 to continue and not to ask again, 2 to stop.
pub(crate) fn ask_how_to_go_on(outcome: &Outcome, left: usize) -> usize {
    let message = outcome.fault.as_ref().map(|fault| plain(&fault.message)).unwrap_or_default();
    let prompt = format!("{} failed: {message}. {left} to go", outcome.address);
    let choices =
        ["continue with what does not depend on it", "skip this and every later failure", "stop here"];
    forget_typed();
    Select::new().with_prompt(prompt).items(choices).default(0).interact_opt().ok().flatten().unwrap_or(2)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_question_says_what_and_how_many() {
        let question = Question {
            counts: BTreeMap::from([
                ("flow", Counts { update: 1, ..Counts::default() }),
                ("tenant", Counts { create: 1, update: 2, delete: 5, ..Counts::default() }),
            ]),
            losses: Losses { with_sso: 1, locked: 1 },
            cascade: false,
            place: "prod",
        };
        assert_eq!(
            question.text(),
            "Delete 5 tenants permanently, create 1 tenant, update 1 flow and 2 tenants; 1 of them with an SSO set-up that \
             can't come back; logins of 1 tenant stop in prod?"
        );
    }
}
