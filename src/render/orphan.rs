//! A live tenant that nobody configured: the question what becomes of it.

use dialoguer::Select;

use super::{
    Ui,
    prompt::forget_typed,
    quote::{MASK, plain},
};
use crate::{plan::Orphan, resource::DesiredBy};

/// What shall become of an orphan.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OrphanAnswer {
    /// It is deleted.
    Delete,
    /// It goes into the configuration.
    Adopt,
    /// It stays as it is.
    Leave,
    /// It and all after it stay as they are.
    LeaveAll,
}

impl Ui {
    /// Asks what shall become of an orphan, after which so many others come. Where nobody answers, all stay.
    pub fn ask_about_orphan(&self, orphan: &Orphan, others: usize, can_adopt: bool) -> OrphanAnswer {
        use OrphanAnswer::{Adopt, Delete, Leave, LeaveAll};
        let name =
            orphan.name.as_ref().map_or_else(|| MASK.to_owned(), |name| format!("\"{}\"", plain(name)));
        let place = match orphan.absent_from {
            DesiredBy::Configuration => "configuration",
            DesiredBy::Backup => "backup",
        };
        let prompt = format!("{} {name} is not in the {place}", orphan.address);
        let all = format!("leave it and {others} more");
        let mut choices = vec![("leave it", Leave), ("delete it (the plan is shown again)", Delete)];
        if can_adopt {
            choices.push(("adopt it into the YAML; the diff comes first", Adopt));
        }
        if others > 0 {
            choices.push((&all, LeaveAll));
        }
        forget_typed();
        let texts: Vec<&str> = choices.iter().map(|(text, _)| *text).collect();
        let asked = Select::new().with_prompt(prompt).items(&texts).default(0).interact_opt();
        let at = asked.ok().flatten();
        at.and_then(|at| choices.get(at)).map_or(LeaveAll, |(_, answer)| *answer)
    }
}
