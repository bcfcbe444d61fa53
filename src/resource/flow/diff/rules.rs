//! What differs in where a task leads to.

use super::{Diff, tasks::Both};
use crate::resource::flow::{content::rules, leaves::Leaf};

/// A rule: its interaction and the task it leads to.
type Rule<'v> = (&'v str, &'v str);

impl<'a> Diff<'a> {
    pub(super) fn next(&mut self, both: Both<'a>, leaves: Vec<Leaf>) {
        let (live, desired): (Vec<Rule>, Vec<Rule>) =
            (rules(both.live).collect(), rules(both.desired).collect());
        let told = self.rules(both, &live, &desired);
        let order = |rules: &[Rule]| rules.iter().map(|(id, _)| (*id).to_owned()).collect::<Vec<_>>();
        let (before, after) = (order(&live), order(&desired));
        let label = self.task_label(both.id);
        let path = ["contents", "tasks", both.id, "next"];
        // Left are other keys beside the rules, and what rules hold beyond an interaction and a target.
        let (in_rules, beside): (Vec<_>, Vec<_>) =
            leaves.into_iter().partition(|leaf| leaf.path.first().is_none_or(|word| word == "rules"));
        self.tell(&path, &format!("{label} next"), beside);
        if !told && before != after {
            self.push(&path, format!("{label} order of rules"), Some(before.into()), Some(after.into()));
        } else if !told {
            self.tell(&path, &format!("{label} next"), in_rules);
        }
    }

    /// Tells the rules that come, go or lead elsewhere. Says whether there are any.
    fn rules(&mut self, both: Both, live: &[Rule<'a>], desired: &[Rule<'a>]) -> bool {
        let (mut gone, mut new) = (minus(live, desired), minus(desired, live));
        let any = !gone.is_empty() || !new.is_empty();
        gone.retain(|(interaction, before)| {
            let at = new.iter().position(|(other, _)| other == interaction);
            let after = at.map(|at| new.remove(at).1);
            if after.is_some() {
                self.rule(both, interaction, Some(before), after);
            }
            after.is_none()
        });
        for (interaction, target) in gone {
            if !self.going.has_task(target) {
                self.rule(both, interaction, Some(target), None);
            }
        }
        for (interaction, target) in new {
            if !self.coming.has_task(target) {
                self.rule(both, interaction, None, Some(target));
            }
        }
        any
    }

    fn rule(&mut self, both: Both, interaction: &str, before: Option<&str>, after: Option<&str>) {
        let words = match after {
            Some(_) => self.desired.interaction_words(both.desired, interaction),
            None => self.live.interaction_words(both.live, interaction),
        };
        let what = match (before, after) {
            (None, _) => " added",
            (_, None) => " removed",
            _ => "",
        };
        let rule = if interaction.is_empty() { "next task".to_owned() } else { format!("rule \"{words}\"") };
        let label = format!("{} {rule}{what}", self.task_label(both.id));
        let (before, after) =
            (before.map(|id| self.live.target(id)), after.map(|id| self.desired.target(id)));
        self.push(&["contents", "tasks", both.id, "next", "rules", interaction], label, before, after);
    }
}

/// What one list has beyond the other, counting.
fn minus<'v>(list: &[Rule<'v>], other: &[Rule<'v>]) -> Vec<Rule<'v>> {
    let mut rest = other.to_vec();
    let mut more = Vec::new();
    for rule in list {
        match rest.iter().position(|it| it == rule) {
            Some(at) => drop(rest.swap_remove(at)),
            None => more.push(*rule),
        }
    }
    more
}
