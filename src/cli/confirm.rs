//! The question before something in the state folder goes.

use super::{Error, globals::Globals};
use crate::render::{Answer, Ui};

/// Asks `question`; returns only if somebody, or `--yes`, says yes.
pub(super) fn confirm(question: &str, globals: &Globals, ui: &Ui) -> Result<(), Error> {
    if globals.yes {
        return Ok(());
    }
    if !ui.is_interactive() {
        return Err(Error::Unconfirmed { question: question.to_owned() });
    }
    if ui.ask_whether(question) == Answer::Yes { Ok(()) } else { Err(Error::Declined) }
}
